//! Whoever reads reports with the types needs no reader of schemas: what the published
//! schema refuses, [`Report::read`] refuses.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use checker::report::Report;
use checker::{Guard, Settings};
use serde_json::{Map, Value, json};

/// The packets whose reports are changed: one with gaps, one without, one refused, one
/// that is not accepted, one with a value that is another.
const PACKETS: [&str; 5] = [
    "fix7",
    "no-gap",
    "one-byte-changed",
    "weak-in-part",
    "other-value",
];

fn report(name: &str) -> Value {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let input = dir.path().join("in");
    fixtures::write(name, &input).expect("a packet");
    let guard = Guard::new(&Settings::of(input, "/nowhere".into()));
    serde_json::to_value(checker::triage(&guard, &order()).expect("the self-audit holds"))
        .expect("JSON")
}

/// Other values in this one's place.
fn others(value: &Value) -> Vec<Value> {
    let mut others = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(7),
        json!(9_007_199_254_740_993_u64),
        json!(""),
        json!("pass"),
        json!("/"),
        json!([]),
        json!({}),
    ];
    match value {
        Value::Array(items) => {
            let twice = items.iter().chain(items.first()).cloned().collect();
            let back = items.iter().rev().cloned().collect();
            let less = items.iter().skip(1).cloned().collect();
            others.extend([twice, back, less].map(Value::Array));
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("approved".to_owned(), json!(true));
            others.push(Value::Object(more));
            others.extend(
                fields
                    .keys()
                    .map(|name| Value::Object(without(fields, name))),
            );
        }
        Value::String(text) => {
            others.push(json!(format!("{text} ")));
            others.push(json!(text.to_uppercase()));
            others.push(json!(text.get(1..).unwrap_or_default()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    others
}

fn without(fields: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut less = fields.clone();
    less.remove(name);
    less
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            // What is alike is tried on the first two.
            for (index, item) in items.iter().enumerate().take(2) {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let schema = serde_json::from_str(include_str!("../report.schema.json")).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    let (mut refused, mut taken) = (0, Vec::new());
    for packet in PACKETS {
        let sound = report(packet);
        let bytes = checker::canonical(&sound).expect("canonical");
        Report::read(&bytes).expect("a sound report is read");
        let mut found = Vec::new();
        places(&sound, "", &mut found);
        for at in found {
            for other in others(sound.pointer(&at).expect("a place")) {
                let mut changed = sound.clone();
                *changed.pointer_mut(&at).expect("a place") = other.clone();
                if schema.is_valid(&changed) {
                    continue;
                }
                refused += 1;
                let bytes = serde_json::to_vec(&changed).expect("JSON");
                let bytes = checker::canonical(&changed).unwrap_or(bytes);
                if Report::read(&bytes).is_ok() {
                    taken.push(format!("{packet}: `{at}`: {other}"));
                }
            }
        }
    }
    assert_eq!(taken, Vec::<String>::new());
    assert!(
        refused > 5000,
        "only {refused} changes were refused by the schema"
    );
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
