//! The JSON Schema of a record's statement, the operator's page and the types say the same.

use std::collections::BTreeMap;

use super::*;
use crate::tests::schema::{described, documented};

const PAGE: &str = include_str!("../../../../../ATTESTATION.md");

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../packet-check.schema.json")).unwrap()
}

#[test]
fn what_is_signed_of_packets_fits_its_schema_and_nothing_else_does() {
    let schema = jsonschema::draft202012::new(&schema()).unwrap();
    let good = Record::new().statement();
    let faults: Vec<_> = schema.iter_errors(&good).map(|it| it.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    let edits: [fn(&mut Value); 5] = [
        |it| it["predicate"]["approved"] = true.into(),
        |it| it["predicate"]["packets"][0]["answer"]["outcome"] = "passed".into(),
        |it| it["predicate"]["packets"][0]["answer"]["exit_code"] = 0.into(),
        |it| it["subject"][0]["name"] = "other".into(),
        |it| drop(it["predicate"].as_object_mut().unwrap().remove("result")),
    ];
    for edit in edits {
        let mut statement = good.clone();
        edit(&mut statement);
        assert!(!schema.is_valid(&statement), "{statement}");
    }
}

#[test]
fn the_page_names_every_field_of_a_record_and_every_file() {
    let mut expected = BTreeMap::new();
    described(&schema(), "", &mut expected);
    let (_, section) = PAGE.split_once("## The record of a check").unwrap();
    let section = section.split_once("\n## ").map_or(section, |(it, _)| it);
    let (files, fields) = section.split_once("### Its statement").unwrap();
    assert_eq!(documented(fields), expected);
    let statement = Record::new().statement();
    for name in statement["predicate"].as_object().unwrap().keys() {
        let name = format!("predicate.{name}");
        assert!(expected.contains_key(&name), "{name}");
    }
    let listed = statement["predicate"]["files"].as_array().unwrap();
    let listed = listed.iter().map(|it| it["path"].as_str().unwrap());
    let listed: BTreeSet<String> = listed
        .chain([STATEMENT_FILE])
        .map(|it| it.replace(['1', '2'], "N"))
        .collect();
    let named: BTreeSet<String> = documented(files).into_keys().collect();
    assert_eq!(named, listed);
}
