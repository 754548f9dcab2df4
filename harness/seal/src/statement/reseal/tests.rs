//! Re-seals: the reviewer's is read, and every other one is refused.

use evidence::error::chain;

use super::*;
use crate::digest::Sha256Digest;
use crate::dsse::{Envelope, IN_TOTO, TrustedKeys};
use crate::key::SecretKey;
use crate::statement::disposition::{Decision, Disposition};
use crate::statement::samples::{signer, subjects};
use crate::statement::word::{self, Bound, MAX_WORDS};

fn reviewer() -> SecretKey {
    SecretKey::from_seed(&[6; 32])
}

fn bound() -> Bound {
    Bound {
        statement: Sha256Digest::of(b"statement"),
        artifacts: subjects(),
    }
}

fn made() -> Instant {
    Instant::parse("2026-11-24T09:00:00Z").unwrap()
}

fn said(words: &str) -> Reseal {
    let reviewed = OwnWords::parse(words).unwrap();
    Reseal::new(reviewed, made(), &reviewer().public())
}

fn signed(words: &str) -> Vec<u8> {
    word::sign(said(words), &bound(), &reviewer()).unwrap()
}

fn around(payload: &str) -> Vec<u8> {
    Envelope::sign_with(IN_TOTO, payload.as_bytes().to_vec(), &[&reviewer()])
        .and_then(|envelope| envelope.to_json())
        .unwrap()
}

fn payload(words: &str) -> String {
    let trusted = TrustedKeys::one(reviewer().public());
    let payload = Envelope::open(Reseal::FILE, &signed(words), &trusted, IN_TOTO).unwrap();
    String::from_utf8(payload.bytes().to_vec()).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    let read: Result<SignedReseal, _> = word::read(bytes, &reviewer().public());
    chain(&read.expect_err("a false re-seal was believed"))
}

#[test]
fn what_the_reviewer_signed_is_read_back() {
    let read: SignedReseal = word::read(&signed("all of it"), &reviewer().public()).unwrap();
    assert_eq!(read.said(), &said("all of it"));
    assert_eq!(read.bound(), &bound());
}

#[test]
fn a_reseal_keeps_its_written_form() {
    insta::assert_snapshot!(payload("the matrix, row by row"));
}

#[test]
fn who_names_another_key_signs_nothing() {
    let error = word::sign(said("all"), &bound(), signer().key()).unwrap_err();
    assert!(chain(&error).contains("to name the key"));
}

#[test]
fn the_owners_word_is_no_reseal_whoever_signed_it() {
    let decision = Disposition::new(Decision::Honoured, made(), &reviewer().public());
    let signed = word::sign(decision, &bound(), &reviewer()).unwrap();
    assert!(refusal(&signed).contains("expected a predicate of type"));
}

#[test]
fn what_the_reviewer_signed_must_still_be_a_reseal() {
    let edits = [
        (r#""reviewed":"all""#, r#""reviewed":"""#, "shape"),
        (r#""reviewed":"all""#, r#""reviewed":"a\nb""#, "shape"),
        (r#""role":"reviewer""#, r#""role":"owner""#, "shape"),
        (r#""schema":1"#, r#""accepted":true,"schema":1"#, "shape"),
        (
            r#""schema":1"#,
            r#""schema":2"#,
            "expected version 1 of the fields, observed 2",
        ),
        (
            r#""name":"statement""#,
            r#""name":"bundle""#,
            "expected the subjects statement",
        ),
    ];
    for (from, to, expected) in edits {
        assert!(payload("all").contains(from), "{from}");
        let refusal = refusal(&around(&payload("all").replace(from, to)));
        assert!(refusal.contains(expected), "{to}: {refusal}");
    }
}

#[test]
fn what_is_signed_fits_the_schema_and_the_schema_is_strict() {
    let schema = include_str!("../../../../reseal.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let value = |words: &str| serde_json::from_str::<serde_json::Value>(&payload(words)).unwrap();
    for words in ["all", &"x".repeat(MAX_WORDS)] {
        let said = value(words);
        let faults: Vec<_> = schema
            .iter_errors(&said)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
    let edits: [fn(&mut serde_json::Value); 6] = [
        |it| it["predicate"]["accepted"] = true.into(),
        |it| it["predicate"]["reviewed"] = " ".into(),
        |it| it["predicate"]["schema"] = 2.into(),
        |it| it["predicate"]["signer"]["role"] = "owner".into(),
        |it| it["predicateType"] = "other".into(),
        |it| drop(it["subject"].as_array_mut().unwrap().remove(0)),
    ];
    for edit in edits {
        let mut said = value("all");
        edit(&mut said);
        assert!(!schema.is_valid(&said), "{said}");
    }
}
