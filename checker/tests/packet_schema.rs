//! `packet.schema.json` and the reader of packets say the same.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use checker::{Reason, read_packet};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What a schema cannot ask: that ids are each there once, that a path leads nowhere else,
/// that a day exists, that nothing hides in a text, and what all parts come to together.
const BEYOND: [Reason; 5] = [
    Reason::DuplicateId,
    Reason::ItemPath,
    Reason::TimeMalformed,
    Reason::TextUnsafe,
    Reason::TooManyParts,
];

fn validator() -> Validator {
    let schema: Value =
        serde_json::from_str(include_str!("../packet.schema.json")).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("valid against its meta-schema");
    jsonschema::draft202012::new(&schema).expect("the schema is a schema")
}

/// The packet of a fixture, where it is JSON.
fn packet(name: &str) -> Option<Value> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fixtures::write(name, &dir.path().join("in")).expect("a packet");
    let text = std::fs::read_to_string(dir.path().join("in/data/packet.json")).ok()?;
    // One key twice is no JSON value, and deep nesting none that is read here.
    let twice = text.matches("\"scope\": \"tool-kiem-thu\",").count() > 0;
    serde_json::from_str(&text).ok().filter(|_| !twice)
}

#[test]
fn what_the_reader_takes_the_schema_takes_and_what_it_refuses_is_refused() {
    let (validator, mut taken, mut refused) = (validator(), 0, 0);
    for name in fixtures::names() {
        let Some(packet) = packet(name) else { continue };
        let valid = validator.is_valid(&packet);
        let read = read_packet(&serde_json::to_vec(&packet).expect("JSON"));
        match read {
            Ok(()) => {
                assert!(valid, "{name}: read, and not of the schema");
                taken += 1;
            }
            Err(refusal) if BEYOND.contains(&refusal.reason) => {}
            Err(refusal) => {
                assert!(!valid, "{name}: {refusal:?}, and of the schema");
                refused += 1;
            }
        }
    }
    assert!(
        taken > 100 && refused >= 8,
        "{taken} taken, {refused} refused"
    );
}

/// Every value of a packet replaced by others: what the schema refuses, the reader does.
#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let (validator, sound) = (validator(), packet("fix7").expect("JSON"));
    let mut places = Vec::new();
    gather(&sound, "", &mut places);
    let others = [
        json!(null),
        json!(7),
        json!("x y"),
        json!([]),
        json!({}),
        json!(""),
    ];
    let (mut refused, mut wrong) = (0, Vec::new());
    for at in places {
        for other in &others {
            let mut changed = sound.clone();
            *changed.pointer_mut(&at).expect("a place") = other.clone();
            if validator.is_valid(&changed) {
                continue;
            }
            refused += 1;
            if read_packet(&serde_json::to_vec(&changed).expect("JSON")).is_ok() {
                wrong.push(format!("{at}: {other}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(refused > 500, "{refused} changes were refused");
}

fn gather(value: &Value, at: &str, places: &mut Vec<String>) {
    if !at.is_empty() {
        places.push(at.to_owned());
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(item, &format!("{at}/{index}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                gather(field, &format!("{at}/{name}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn an_error_of_a_word_lists_the_words_there_are() {
    for (at, words) in [
        (
            "/items/0/provenance/source",
            "one of kb_document, pg_named_query, native_listing",
        ),
        ("/claims/0/requires/0", "native, governed or stated"),
        ("/claims/0/asserted", "supported, all_clear or may_deploy"),
        (
            "/requested_actions/0",
            "READ_PACKET_ITEM or WRITE_LOCAL_REPORT",
        ),
    ] {
        let mut packet = packet("fix7").expect("JSON");
        *packet.pointer_mut(at).expect("a place") = json!("another");
        let refusal = read_packet(&serde_json::to_vec(&packet).expect("JSON")).expect_err(at);
        let expected = refusal.expected.expect("what was expected");
        assert!(expected.contains(words), "{at}: {expected}");
        assert_eq!(refusal.observed.as_deref(), Some("another"), "{at}");
    }
}
