//! `report.schema.json` and the report's types say the same, and neither has a
//! word for a success.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeSet;

use checker::report::Report;
use checker::{GapReason, Guard, Link, Reason, Settings};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../report.schema.json")).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

fn report(name: &str) -> Value {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let input = dir.path().join("in");
    fixtures::write(name, &input).expect("a packet");
    let guard = Guard::new(&Settings::of(input, "/nowhere".into()));
    serde_json::to_value(checker::triage(&guard, &order()).expect("the self-audit holds"))
        .expect("JSON")
}

fn names(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let list = schema
        .pointer(pointer)
        .and_then(Value::as_array)
        .expect("a list of names");
    list.iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn every_report_is_as_the_schema_says() {
    let validator = validator();
    for name in fixtures::names() {
        let report = report(name);
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn the_schema_is_itself_valid() {
    jsonschema::meta::validate(&schema()).expect("valid against its meta-schema");
}

#[test]
fn the_schema_lists_the_reasons_and_the_gaps_of_the_code() {
    let schema = schema();
    let reasons = Reason::ALL
        .iter()
        .map(ToString::to_string)
        .collect::<BTreeSet<_>>();
    assert_eq!(names(&schema, "/$defs/reason/enum"), reasons);
    for name in names(&schema, "/$defs/gap/enum") {
        serde_json::from_value::<GapReason>(json!(name)).expect("a gap reason of the code");
    }
    for name in names(&schema, "/$defs/link/properties/link/enum") {
        serde_json::from_value::<Link>(json!(name)).expect("a link of the code");
    }
}

#[test]
fn every_gap_the_schema_lists_is_shown_by_a_packet() {
    let mut shown = BTreeSet::new();
    for name in fixtures::names() {
        let report: Report = serde_json::from_value(report(name)).expect("a report");
        shown.extend(
            report
                .claims
                .iter()
                .filter_map(|claim| claim.gap)
                .map(|gap| json!(gap))
                .map(|gap| gap.as_str().expect("a name").to_owned()),
        );
    }
    assert_eq!(shown, names(&schema(), "/$defs/gap/enum"));
}

/// One edit of a sound report, and why it must be refused.
type Forgery = (&'static str, fn(&mut Value));

const FORGERIES: &[Forgery] = &[
    ("it says pass", |report| report["outcome"] = json!("pass")),
    ("it says green", |report| report["status"] = json!("green")),
    ("it says approved", |report| {
        report["statement"]["approved"] = json!(true)
    }),
    ("it exits 0", |report| report["exit"] = json!(0)),
    ("it exits as something else", |report| {
        report["exit"] = json!(5)
    }),
    ("it is a gate", |report| {
        report["statement"]["gate"] = json!(true)
    }),
    ("it is global", |report| {
        report["statement"]["global"] = json!(true)
    }),
    ("it is an authority", |report| {
        report["statement"]["authority"] = json!(true)
    }),
    ("a digest nobody checked", |report| {
        report["bag"]["unverified"] = json!(["tiger"])
    }),
    ("a digest of no algorithm", |report| {
        report["bag"]["verified"] = json!(["tiger"])
    }),
    ("a bag that is not accepted was triaged", |report| {
        report["bag"]["outcome"] = json!("not_accepted")
    }),
    ("a claim passes", |report| {
        report["claims"][0]["outcome"] = json!("passed")
    }),
    ("a gap is hidden", |report| {
        report["claims"][4]["gap"] = json!(null)
    }),
    ("a gap is free text", |report| {
        report["claims"][4]["gap"] = json!("not so bad")
    }),
    ("a third action", |report| {
        report["actions"]["done"][0]["action"] = json!("WRITE_KB")
    }),
    ("a gate is missing", |report| {
        drop(report["gates"].as_array_mut().map(|gates| gates.remove(6)))
    }),
    ("gates are swapped", |report| {
        report["gates"].as_array_mut().expect("gates").swap(0, 1)
    }),
    ("an audit that broke", |report| {
        report["article14"][0]["outcome"] = json!("broken")
    }),
    ("an audit without evidence", |report| {
        report["article13"][0]["evidence"] = json!([])
    }),
    (
        "a verdict was given",
        |report| {
            report["denials"] = json!([{"at": "/claims/0", "asked": "global", "answer": "granted"}])
        },
    ),
    ("no statement", |report| {
        drop(
            report
                .as_object_mut()
                .map(|fields| fields.remove("statement")),
        )
    }),
    ("no gap where there are gaps", |report| {
        report["outcome"] = json!("no_gap_observed");
        report["exit"] = json!(5);
    }),
];

#[test]
fn a_forged_report_is_not_as_the_schema_says() {
    let (validator, sound) = (validator(), report("fix7"));
    assert!(validator.is_valid(&sound));
    for (why, forge) in FORGERIES {
        let mut forged = sound.clone();
        forge(&mut forged);
        assert_ne!(forged, sound, "{why}: nothing was forged");
        assert!(!validator.is_valid(&forged), "{why}");
    }
}

#[test]
fn the_bag_of_a_refusal_has_the_refusals_word() {
    let validator = validator();
    for (name, words) in [
        ("md5-only", ["valid", "invalid"]),
        ("md5-wrong", ["not_accepted", "accepted"]),
        ("no-packet", ["not_accepted", "good"]),
    ] {
        let mut forged = report(name);
        for word in words {
            forged["bag"]["outcome"] = json!(word);
            assert!(!validator.is_valid(&forged), "{name}: {word}");
        }
    }
}

#[test]
fn the_schema_lists_the_warnings_of_the_code() {
    let said = checker::report::Caution::ALL.iter();
    let said = said.map(ToString::to_string).collect::<BTreeSet<_>>();
    let pointer = "/$defs/warning/properties/warning/enum";
    assert_eq!(names(&schema(), pointer), said);
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
