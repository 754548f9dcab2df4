//! The nine Ed25519 vectors proposed for DSSE, on the keys of RFC 8032, TEST 1 and 2.
//!
//! Each says what the encoding is and whether a verifier accepts. The two trusted
//! names, `A` and `B`, are key ids in the vectors and mean nothing to the verifier.

#[cfg(test)]
mod vectors {
    use std::num::NonZeroUsize;

    use seal::dsse::Envelope;
    use seal::dsse::TrustedKeys;
    use seal::dsse::pae;
    use seal::key::PublicKey;
    use seal::key::SecretKey;
    use seal::key::Signer;
    use serde_json::Value;

    const TEXT: &str = include_str!("data/dsse.json");

    fn all() -> Value {
        serde_json::from_str(TEXT).unwrap()
    }

    fn array(text: &Value) -> [u8; 32] {
        hex::decode(text.as_str().unwrap())
            .unwrap()
            .try_into()
            .unwrap()
    }

    /// The verifier tries each payload type it supports, as the vectors define it.
    fn accepted(document: &Value, vector: &Value) -> Option<Vec<u8>> {
        let names = vector["trustedKeys"].as_array().unwrap();
        let key = |name: &Value| {
            PublicKey::from_bytes(&array(&document["keys"][name.as_str().unwrap()]["public"]))
        };
        let threshold = usize::try_from(vector["threshold"].as_u64().unwrap()).unwrap();
        let trusted = TrustedKeys::new(
            names.iter().map(|name| key(name).unwrap()),
            NonZeroUsize::new(threshold).unwrap(),
        )
        .unwrap();
        let envelope = Envelope::parse("vector", vector["envelope"].to_string().as_bytes()).ok()?;
        let types = vector["supportedPayloadTypes"].as_array().unwrap();
        types
            .iter()
            .find_map(|one| envelope.verify(&trusted, one.as_str().unwrap()).ok())
            .map(|it| it.bytes().to_vec())
    }

    #[test]
    fn each_vector_is_accepted_or_refused_as_it_says() {
        let document = all();
        let vectors = document["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 9);
        let mut refused = 0;
        for vector in vectors {
            let payload = accepted(&document, vector);
            let expected = vector["expect"].as_str().unwrap();
            assert_eq!(
                if payload.is_some() {
                    "accept"
                } else {
                    "reject"
                },
                expected,
                "{}",
                vector["id"]
            );
            refused += usize::from(payload.is_none());
            if let (Some(payload), Some(message)) = (payload, vector["pae"].as_str()) {
                let payload_type = vector["envelope"]["payloadType"].as_str().unwrap();
                assert_eq!(
                    hex::encode(pae(payload_type, &payload)),
                    message,
                    "{}",
                    vector["id"]
                );
            }
        }
        assert_eq!(refused, 3);
    }

    #[test]
    fn the_first_vectors_signature_is_made_bit_for_bit() {
        let document = all();
        let vector = &document["vectors"][0];
        let signer = Signer::operator(SecretKey::from_seed(&array(&document["keys"]["A"]["seed"])));
        let message = hex::decode(vector["pae"].as_str().unwrap()).unwrap();
        let payload_type = vector["envelope"]["payloadType"].as_str().unwrap();
        let payload = message[message.len() - 43..].to_vec();
        let made = Envelope::sign(payload_type, payload, &[&signer])
            .unwrap()
            .to_json()
            .unwrap();
        let made: Value = serde_json::from_slice(&made).unwrap();
        assert_eq!(made["payload"], vector["envelope"]["payload"]);
        assert_eq!(
            made["signatures"][0]["sig"],
            vector["envelope"]["signatures"][0]["sig"]
        );
    }
}
