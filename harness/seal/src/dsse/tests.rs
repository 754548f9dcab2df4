//! Envelopes: what is signed, what is refused, and that OpenSSL agrees.
//!
//! The nine public vectors are in `tests/dsse_vectors.rs`.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::key::SecretKey;

fn signer(seed: u8) -> Signer {
    Signer::operator(SecretKey::from_seed(&[seed; 32]))
}

fn sealed(signers: &[&Signer]) -> Envelope {
    Envelope::sign(IN_TOTO, b"{\"a\":1}".to_vec(), signers).unwrap()
}

fn trust(signers: &[&Signer], threshold: usize) -> TrustedKeys {
    TrustedKeys::new(
        signers.iter().map(|one| one.public()),
        NonZeroUsize::new(threshold).unwrap(),
    )
    .unwrap()
}

fn open(bytes: &[u8], trusted: &TrustedKeys) -> Result<VerifiedPayload, DsseError> {
    Envelope::open("e.json", bytes, trusted, IN_TOTO)
}

/// The one example in the specification (protocol.md, "Test Vectors").
#[test]
fn the_encoding_is_the_one_in_the_specification() {
    assert_eq!(
        pae("http://example.com/HelloWorld", b"hello world"),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
}

#[test]
fn an_envelope_comes_back_with_exactly_the_bytes_that_were_signed() {
    let one = signer(1);
    let bytes = sealed(&[&one]).to_json().unwrap();
    let payload = open(&bytes, &trust(&[&one], 1)).unwrap();
    assert_eq!(payload.bytes(), b"{\"a\":1}");
    assert_eq!(payload.signed_by(), &BTreeSet::from([one.public().id()]));
}

#[test]
fn an_envelope_is_canonical_json_with_a_key_id() {
    let one = signer(1);
    let text = String::from_utf8(sealed(&[&one]).to_json().unwrap()).unwrap();
    let start = format!(
        "{{\"payload\":\"eyJhIjoxfQ==\",\"payloadType\":\"{IN_TOTO}\",\"signatures\":[{{\"keyid\":\"{}\",\"sig\":\"",
        one.public().id()
    );
    assert!(text.starts_with(&start), "{text}");
}

#[test]
fn every_flipped_bit_of_an_envelope_file_is_refused() {
    let one = signer(1);
    let trusted = trust(&[&one], 1);
    let bytes = sealed(&[&one]).to_json().unwrap();
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[index] ^= 1 << bit;
            assert!(open(&flipped, &trusted).is_err(), "byte {index} bit {bit}");
        }
    }
}

#[test]
fn a_signature_by_another_key_or_none_at_all_is_refused() {
    let (one, two) = (signer(1), signer(2));
    let bytes = sealed(&[&one]).to_json().unwrap();
    let told = |bytes: &[u8], trusted: &TrustedKeys| open(bytes, trusted).unwrap_err().to_string();
    assert_eq!(
        told(&bytes, &trust(&[&two], 1)),
        format!(
            "expected a good signature by the key `{}`, observed none; \
             it is signed in the name of `{}`",
            two.public().id(),
            one.public().id()
        )
    );
    let none =
        br#"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}"#;
    assert_eq!(
        told(none, &trust(&[&one], 1)),
        "the envelope carries no signature"
    );
    assert!(matches!(
        Envelope::sign(IN_TOTO, vec![], &[]),
        Err(DsseError::NoSignature)
    ));
}

#[test]
fn the_expected_payload_type_is_required_and_never_empty() {
    let one = signer(1);
    let trusted = trust(&[&one], 1);
    let other = Envelope::sign("text/plain", b"{}".to_vec(), &[&one]).unwrap();
    assert!(matches!(
        other.verify(&trusted, IN_TOTO),
        Err(DsseError::PayloadType { .. })
    ));
    assert!(matches!(
        sealed(&[&one]).verify(&trusted, ""),
        Err(DsseError::EmptyPayloadType)
    ));
    assert!(matches!(
        Envelope::sign("", vec![], &[&one]),
        Err(DsseError::EmptyPayloadType)
    ));
}

#[test]
fn a_threshold_counts_keys_and_must_be_within_reach() {
    let (one, two) = (signer(1), signer(2));
    let twice = sealed(&[&one, &one]);
    let refusal = twice.verify(&trust(&[&one, &two], 2), IN_TOTO);
    let said = refusal.unwrap_err().to_string();
    assert!(
        said.starts_with("expected good signatures by 2 of the keys `"),
        "{said}"
    );
    let good = format!("observed those by `{}` alone; ", one.public().id());
    assert!(said.contains(&good), "{said}");
    assert_eq!(
        sealed(&[&one, &two])
            .verify(&trust(&[&one, &two], 2), IN_TOTO)
            .unwrap()
            .signed_by()
            .len(),
        2
    );
    let same = [one.public(), one.public()];
    assert!(matches!(
        TrustedKeys::new(same, NonZeroUsize::new(2).unwrap()),
        Err(DsseError::ThresholdOutOfReach {
            keys: 1,
            threshold: 2
        })
    ));
}

#[test]
fn a_strangers_signature_is_passed_over_by_dsse_but_not_in_a_sealed_file() {
    let (one, two) = (signer(1), signer(2));
    let envelope = sealed(&[&one, &two]);
    let trusted = trust(&[&one], 1);
    assert!(envelope.verify(&trusted, IN_TOTO).is_ok());
    let error = open(&envelope.to_json().unwrap(), &trusted).unwrap_err();
    assert!(
        matches!(error, DsseError::StraySignature { index: 2 }),
        "{error}"
    );
}

#[test]
fn a_key_id_is_a_name_to_dsse_but_must_be_right_in_a_sealed_file() {
    let one = signer(1);
    let trusted = trust(&[&one], 1);
    for keyid in [
        None,
        Some("A".to_owned()),
        Some(one.public().id().to_string().to_uppercase()),
    ] {
        let mut envelope = sealed(&[&one]);
        envelope.signatures[0].keyid = keyid;
        assert!(envelope.verify(&trusted, IN_TOTO).is_ok());
        let error = open(&envelope.to_json().unwrap(), &trusted).unwrap_err();
        assert!(
            matches!(error, DsseError::KeyIdDiffers { index: 1, .. }),
            "{error}"
        );
    }
}

#[test]
fn unknown_fields_are_ignored_by_dsse_but_not_in_a_sealed_file() {
    let one = signer(1);
    let trusted = trust(&[&one], 1);
    let text = String::from_utf8(sealed(&[&one]).to_json().unwrap()).unwrap();
    let longer = text.replacen('{', "{\"extra\":[1],", 1);
    assert!(
        Envelope::parse("e.json", longer.as_bytes())
            .unwrap()
            .verify(&trusted, IN_TOTO)
            .is_ok()
    );
    assert!(matches!(
        open(longer.as_bytes(), &trusted),
        Err(DsseError::NotCanonical)
    ));
    let twice = text.replacen('{', "{\"payloadType\":\"x\",", 1);
    assert!(matches!(
        Envelope::parse("e.json", twice.as_bytes()),
        Err(DsseError::Json(JsonError::DuplicateKey { .. }))
    ));
}

#[test]
fn base64_has_one_alphabet_at_a_time_its_padding_and_no_stray_bits() {
    let read = |text: &str| decode("sig", text);
    assert_eq!(read("-_-_Pj8=").unwrap(), read("+/+/Pj8=").unwrap());
    for text in [
        "+_+/Pj8=",
        "-_-_Pj8",
        "-_-_Pj8==",
        "Pj9=",
        "Pj8=\n",
        " Pj8=",
        "P",
        "Pj8=Pj8=",
    ] {
        assert!(
            matches!(read(text), Err(DsseError::Base64 { field: "sig", .. })),
            "{text:?}"
        );
    }
}

#[test]
fn more_signatures_than_anybody_needs_are_refused_before_any_is_checked() {
    let one = r#"{"sig":"AA=="}"#;
    let many = format!(
        r#"{{"payload":"","payloadType":"t","signatures":[{}]}}"#,
        vec![one; MAX_SIGNATURES + 1].join(",")
    );
    let error = Envelope::parse("e.json", many.as_bytes()).unwrap_err();
    assert!(
        matches!(error, DsseError::TooManySignatures { observed: 17 }),
        "{error}"
    );
}

/// What a stranger without this software runs.
fn openssl_verifies(folder: &Path) -> bool {
    let output = Command::new("openssl")
        .args([
            "pkeyutl",
            "-verify",
            "-rawin",
            "-pubin",
            "-inkey",
            "key.pub.pem",
            "-in",
            "pae",
            "-sigfile",
            "sig",
        ])
        .current_dir(folder)
        .output()
        .expect("openssl not found: it is needed to test against");
    output.status.success()
}

#[test]
fn openssl_accepts_what_is_signed_here_and_refuses_it_once_changed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let one = signer(1);
    let envelope = sealed(&[&one]);
    let message = pae(IN_TOTO, &envelope.payload);
    one.public().write_new(&at("key.pub.pem")).unwrap();
    std::fs::write(at("sig"), &envelope.signatures[0].signature).unwrap();
    std::fs::write(at("pae"), &message).unwrap();
    assert!(openssl_verifies(folder.path()));
    for index in 0..message.len() {
        let mut changed = message.clone();
        changed[index] ^= 1;
        if index % 7 == 0 {
            std::fs::write(at("pae"), &changed).unwrap();
            assert!(!openssl_verifies(folder.path()), "byte {index}");
        }
    }
}
