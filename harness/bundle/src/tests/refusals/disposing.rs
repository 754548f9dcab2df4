//! Every error that reading the owner's disposition can give.

use seal::canonical;
use seal::dsse::{Envelope, IN_TOTO, MAX_SIGNATURES};
use seal::statement::disposition::{Disposition, SignedDisposition};
use seal::statement::word::{self, WordError};
use serde_json::json;

use super::accepting::{Desk, bound};
use super::*;

/// How a disposition is spoilt: its bytes, as text or around another payload.
type Spoil = fn(&Desk) -> Vec<u8>;

const DISPOSITIONS: &[(&str, Spoil)] = &[
    ("Envelope.Json.ByteOrderMark", |it| {
        [b"\xef\xbb\xbf", &it.word()[..]].concat()
    }),
    ("Envelope.Json.NotUtf8", |it| {
        front(&it.word(), b"\"\xff\":1,")
    }),
    ("Envelope.Json.TooDeep", |it| front(&it.word(), &deep())),
    ("Envelope.Json.DuplicateKey", |it| {
        front(&it.word(), b"\"a\":1,\"a\":1,")
    }),
    ("Envelope.Json.BigNumber", |it| {
        front(&it.word(), b"\"a\":9007199254740992,")
    }),
    ("Envelope.Json.Syntax", |_| Vec::new()),
    ("Envelope.Json.Shape", |_| b"{}".to_vec()),
    ("Envelope.Json.TooLarge", |it| {
        let mut word = it.word();
        word.resize((16 << 20) + 1, b' ');
        word
    }),
    ("Envelope.Base64", |it| {
        it.spoilt(|it| it["payload"] = "-+".into())
    }),
    ("Envelope.EmptyPayloadType", |it| {
        it.spoilt(|it| it["payloadType"] = "".into())
    }),
    ("Envelope.PayloadType", |it| {
        it.spoilt(|it| it["payloadType"] = "text/plain".into())
    }),
    ("Envelope.NoSignature", |it| {
        it.spoilt(|it| it["signatures"] = json!([]))
    }),
    ("Envelope.TooManySignatures", |it| {
        it.spoilt(|it| {
            let one = it["signatures"][0].clone();
            it["signatures"] = vec![one; MAX_SIGNATURES + 1].into();
        })
    }),
    ("Envelope.Threshold", |it| {
        let key = SecretKey::from_seed(&[8; 32]);
        it.signed(&bound(&it.specimen), "2026-02-01T00:00:00Z", &key)
    }),
    ("Envelope.StraySignature", |it| {
        let keys = [&it.owner, it.specimen.signer().key()];
        let envelope = Envelope::sign_with(IN_TOTO, it.payload(), &keys).unwrap();
        envelope.to_json().unwrap()
    }),
    ("Envelope.KeyIdDiffers", |it| {
        it.spoilt(|it| it["signatures"][0]["keyid"] = "me".into())
    }),
    ("Envelope.NotCanonical", |it| {
        [&it.word()[..], b"\n"].concat()
    }),
    ("Statement.Json.ByteOrderMark", |it| {
        it.around([b"\xef\xbb\xbf", &it.payload()[..]].concat())
    }),
    ("Statement.Json.NotUtf8", |it| {
        it.around(front(&it.payload(), b"\"\xff\":1,"))
    }),
    ("Statement.Json.TooDeep", |it| {
        it.around(front(&it.payload(), &deep()))
    }),
    ("Statement.Json.DuplicateKey", |it| {
        it.around(front(&it.payload(), b"\"a\":1,\"a\":1,"))
    }),
    ("Statement.Json.BigNumber", |it| {
        it.around(front(&it.payload(), b"\"a\":9007199254740992,"))
    }),
    ("Statement.Json.Syntax", |it| {
        it.around([&it.payload()[..], b"{}"].concat())
    }),
    ("Statement.Json.Shape", |it| {
        it.restated(|it| it["predicate"]["accepted"] = true.into())
    }),
    ("Statement.Json.Shape", |it| {
        it.restated(|it| it["predicate"]["decision"] = "pending".into())
    }),
    ("Statement.Json.Shape", |it| {
        it.restated(|it| it["predicate"]["signer"]["role"] = "operator".into())
    }),
    ("Statement.Type", |it| {
        it.restated(|it| it["_type"] = "other".into())
    }),
    ("Statement.PredicateType", |it| {
        it.restated(|it| it["predicateType"] = "other".into())
    }),
    ("Statement.NotCanonical", |it| {
        it.around([&it.payload()[..], b"\n"].concat())
    }),
    ("Statement.Predicate.Version", |it| {
        it.restated(|it| it["predicate"]["schema"] = 9.into())
    }),
    ("Subjects", |it| {
        it.restated(|it| drop(it["subject"].as_array_mut().unwrap().remove(0)))
    }),
    ("Subjects", |it| {
        it.restated(|it| it["subject"][6]["name"] = "matrices".into())
    }),
    ("SignerDiffers", |it| {
        let name = SecretKey::from_seed(&[8; 32]).public().id().to_string();
        it.restated(|it| it["predicate"]["signer"]["keyid"] = name.into())
    }),
];

/// What no disposition can bring about, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    (
        "Envelope.Write",
        "what was read as strings is written as strings",
    ),
    ("Envelope.ThresholdOutOfReach", "one key is asked for"),
    ("Statement.Write", "a number that was read can be written"),
    (
        "Statement.Json.TooLarge",
        "the envelope around it is larger, and read with the same limit",
    ),
    ("Statement.Subjects", "it is `Subjects`, of a disposition"),
];

impl Desk {
    fn word(&self) -> Vec<u8> {
        self.disposition.clone().unwrap()
    }

    fn payload(&self) -> Vec<u8> {
        let keys = seal::dsse::TrustedKeys::one(self.owner.public());
        let payload = Envelope::open(
            <Disposition as word::Word>::FILE,
            &self.word(),
            &keys,
            IN_TOTO,
        );
        payload.unwrap().bytes().to_vec()
    }

    fn spoilt(&self, edit: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut word = serde_json::from_slice(&self.word()).unwrap();
        edit(&mut word);
        canonical::to_bytes(&word).unwrap()
    }

    fn around(&self, payload: Vec<u8>) -> Vec<u8> {
        let envelope = Envelope::sign_with(IN_TOTO, payload, &[&self.owner]).unwrap();
        envelope.to_json().unwrap()
    }

    fn restated(&self, edit: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut said = serde_json::from_slice(&self.payload()).unwrap();
        edit(&mut said);
        self.around(canonical::to_bytes(&said).unwrap())
    }
}

fn front(text: &[u8], put: &[u8]) -> Vec<u8> {
    [b"{", put, &text[1..]].concat()
}

fn deep() -> Vec<u8> {
    let most = seal::strict_json::MAX_DEPTH;
    [
        b"\"a\":".to_vec(),
        b"[".repeat(most),
        b"]".repeat(most),
        b",".to_vec(),
    ]
    .concat()
}

#[test]
fn each_spoilt_disposition_is_refused_for_just_that() {
    let desk = Desk::new(sample());
    let read = |bytes: &[u8]| -> Result<SignedDisposition, WordError> {
        word::read(bytes, &desk.owner.public())
    };
    assert!(read(&desk.word()).is_ok());
    for (name, spoil) in DISPOSITIONS {
        assert_eq!(read(&spoil(&desk)).unwrap_err().name(), *name);
    }
    let named = DISPOSITIONS.iter().map(|it| it.0);
    let named = named.chain(OUT_OF_REACH.iter().map(|it| it.0));
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    // Of the contradictions one is a disposition's; the others are an attestation's.
    let of_attestations =
        |name: &String| name.starts_with("Statement.Predicate.") && !name.ends_with(".Version");
    let all = WordError::names().into_iter();
    let all: BTreeSet<String> = all.filter(|name| !of_attestations(name)).collect();
    assert_eq!(named, all);
}
