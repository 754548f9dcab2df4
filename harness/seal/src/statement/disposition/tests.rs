//! Dispositions: the owner's is read, and every other one is refused.

use evidence::error::chain;

use super::*;
use crate::digest::Sha256Digest;
use crate::dsse::{Envelope, IN_TOTO, TrustedKeys};
use crate::key::SecretKey;
use crate::statement::samples::{signer, subjects};
use crate::statement::word::{self, Bound, MAX_WORDS};

fn owner() -> SecretKey {
    SecretKey::from_seed(&[9; 32])
}

fn bound() -> Bound {
    Bound {
        statement: Sha256Digest::of(b"statement"),
        artifacts: subjects(),
    }
}

fn made() -> Instant {
    Instant::parse("2026-11-24T08:00:00Z").unwrap()
}

fn waived(words: &str) -> Decision {
    Decision::Waived {
        risk: OwnWords::parse(words).unwrap(),
    }
}

fn signed(decision: Decision) -> Vec<u8> {
    let said = Disposition::new(decision, made(), &owner().public());
    word::sign(said, &bound(), &owner()).unwrap()
}

/// An envelope by the owner around any payload.
fn around(payload: &str) -> Vec<u8> {
    Envelope::sign_with(IN_TOTO, payload.as_bytes().to_vec(), &[&owner()])
        .and_then(|envelope| envelope.to_json())
        .unwrap()
}

fn payload() -> String {
    let trusted = TrustedKeys::one(owner().public());
    let payload = Envelope::open(
        Disposition::FILE,
        &signed(waived("unreviewed")),
        &trusted,
        IN_TOTO,
    )
    .unwrap();
    String::from_utf8(payload.bytes().to_vec()).unwrap()
}

fn read_word(bytes: &[u8], key: &PublicKey) -> Result<SignedDisposition, word::WordError> {
    word::read(bytes, key)
}

fn refusal(bytes: &[u8]) -> String {
    chain(&read_word(bytes, &owner().public()).expect_err("a false disposition was believed"))
}

#[test]
fn what_the_owner_signed_is_read_back() {
    for decision in [Decision::Honoured, waived("the design was not reviewed")] {
        let read = read_word(&signed(decision.clone()), &owner().public()).unwrap();
        assert_eq!(read.said().decision, decision);
        assert_eq!(read.said().made, made());
        assert_eq!(read.bound(), &bound());
    }
}

#[test]
fn a_disposition_keeps_its_written_form() {
    insta::assert_snapshot!(payload());
}

#[test]
fn another_key_than_the_owners_is_refused() {
    let by_operator = {
        let said = Disposition::new(Decision::Honoured, made(), &signer().public());
        word::sign(said, &bound(), signer().key()).unwrap()
    };
    assert!(refusal(&by_operator).contains("expected a good signature by the key `"));
}

#[test]
fn every_flipped_byte_is_refused() {
    let whole = signed(waived("unreviewed"));
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 1;
        assert!(
            read_word(&changed, &owner().public()).is_err(),
            "byte {index}"
        );
    }
    assert!(read_word(&[], &owner().public()).is_err());
    assert!(read_word(&[&whole[..], b"\n"].concat(), &owner().public()).is_err());
}

/// A place in the payload, what stands there instead, and the refusal.
const EDITS: &[(&str, &str, &str)] = &[
    (r#""risk":"unreviewed""#, r#""risk":"""#, "shape"),
    (r#""risk":"unreviewed""#, r#""risk":" ""#, "shape"),
    (r#""risk":"unreviewed""#, r#""risk":"a\nb""#, "shape"),
    (
        r#"{"waived":{"risk":"unreviewed"}}"#,
        r#""waived""#,
        "shape",
    ),
    (
        r#"{"waived":{"risk":"unreviewed"}}"#,
        r#""pending""#,
        "shape",
    ),
    (r#""role":"owner""#, r#""role":"operator""#, "shape"),
    (
        r#""schema":1"#,
        r#""schema":2"#,
        "expected version 1 of the fields, observed 2",
    ),
    (r#""schema":1"#, r#""more":1,"schema":1"#, "shape"),
    (r#""schema":1"#, r#""schema": 1"#, "canonical"),
    (
        r#""name":"statement""#,
        r#""name":"bundle""#,
        "expected the subjects statement",
    ),
    (
        r#""name":"matrix""#,
        r#""name":"matrices""#,
        "expected the subjects statement",
    ),
    (
        "b0-disposition",
        "sandbox-attestation",
        "expected a predicate of type",
    ),
];

#[test]
fn what_the_owner_signed_must_still_be_a_disposition() {
    for &(from, to, expected) in EDITS {
        assert!(payload().contains(from), "{from}");
        let refusal = refusal(&around(&payload().replace(from, to)));
        assert!(refusal.contains(expected), "{to}: {refusal}");
    }
}

#[test]
fn a_disposition_names_the_key_that_signed_it() {
    let (own, other) = (owner().public().id(), signer().public().id());
    let text = payload().replace(&own.to_string(), &other.to_string());
    assert!(refusal(&around(&text)).contains("to name the key"));
}

#[test]
fn what_is_signed_fits_the_schema_and_the_schema_is_strict() {
    let schema = include_str!("../../../../disposition.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let signed = |decision| {
        let trusted = TrustedKeys::one(owner().public());
        let payload =
            Envelope::open(Disposition::FILE, &signed(decision), &trusted, IN_TOTO).unwrap();
        serde_json::from_slice::<serde_json::Value>(payload.bytes()).unwrap()
    };
    let longest = "x".repeat(MAX_WORDS);
    for decision in [Decision::Honoured, waived("unreviewed"), waived(&longest)] {
        let said = signed(decision);
        let faults: Vec<_> = schema
            .iter_errors(&said)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
    let edits: [fn(&mut serde_json::Value); 7] = [
        |it| it["predicate"]["accepted"] = true.into(),
        |it| it["predicate"]["decision"] = "refused".into(),
        |it| it["predicate"]["decision"]["waived"]["risk"] = " ".into(),
        |it| it["predicate"]["schema"] = 2.into(),
        |it| it["predicate"]["signer"]["role"] = "operator".into(),
        |it| it["predicateType"] = "other".into(),
        |it| drop(it["subject"].as_array_mut().unwrap().remove(0)),
    ];
    for edit in edits {
        let mut said = signed(waived("unreviewed"));
        edit(&mut said);
        assert!(!schema.is_valid(&said), "{said}");
    }
}
