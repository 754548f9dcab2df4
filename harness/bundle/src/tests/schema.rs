//! The JSON Schema of the statement, the operator's page and the types say the same.

use std::collections::BTreeMap;

use seal::bundle::STATEMENT_FILE;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::statement::attestation::{Attestation, Mutants, Sight, Unfiltered, VerdictWord};
use serde_json::Value;

use super::*;

const SCHEMA: &str = include_str!("../../../attestation.schema.json");
const PAGE: &str = include_str!("../../../../ATTESTATION.md");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The statement of a bundle after an edit, as it was signed.
fn statement(edit: impl FnOnce(&mut Attestation)) -> Value {
    let specimen = specimen();
    specimen.forge(|said, _| edit(said)).unwrap();
    let envelope = fs::read(specimen.at(STATEMENT_FILE)).unwrap();
    let keys = TrustedKeys::one(specimen.signer().public());
    let envelope = Envelope::parse(STATEMENT_FILE, &envelope).unwrap();
    let payload = envelope.verify(&keys, IN_TOTO).unwrap();
    serde_json::from_slice(payload.bytes()).unwrap()
}

/// Every kind of value that a field can have.
fn every_value(said: &mut Attestation) {
    said.mutants = Some(Mutants {
        total: 1,
        killed: 0,
        survivors: vec!["weak".to_owned()],
    });
    said.witnesses[0].sight = Sight::Seen;
    said.witnesses[1].sight = Sight::NotSeen {
        reason: "no privilege".to_owned(),
    };
    said.lifts = vec!["seccomp".to_owned()];
    said.host.calls_shown_to_no_filter = Unfiltered::NotAsked {
        reason: "no helper".to_owned(),
    };
    let words = [
        VerdictWord::Held,
        VerdictWord::Broken,
        VerdictWord::Inconclusive,
        VerdictWord::NotRun,
    ];
    for (row, word) in said.rows.iter_mut().zip(words) {
        row.verdict = word;
    }
}

#[test]
fn what_is_signed_fits_the_schema() {
    let schema = jsonschema::draft202012::new(&schema()).unwrap();
    for statement in [statement(|_| {}), statement(every_value)] {
        let faults: Vec<_> = schema
            .iter_errors(&statement)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
}

#[test]
fn what_the_schema_does_not_name_or_allow_does_not_fit() {
    let schema = jsonschema::draft202012::new(&schema()).unwrap();
    let good = statement(|_| {});
    let edits: [fn(&mut Value); 5] = [
        |it| it["predicate"]["approved"] = true.into(),
        |it| it["predicate"]["rows"][0]["verdict"] = "passed".into(),
        |it| it["predicate"]["schema"] = 1.into(),
        |it| it["subject"][0]["name"] = "other".into(),
        |it| drop(it["predicate"].as_object_mut().unwrap().remove("lifts")),
    ];
    for edit in edits {
        let mut statement = good.clone();
        edit(&mut statement);
        assert!(!schema.is_valid(&statement), "{statement}");
    }
}

/// Every property of the schema, by its path in the statement.
pub(crate) fn described(node: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    for one in node["oneOf"].as_array().into_iter().flatten() {
        described(one, path, found);
    }
    if node["items"].is_object() {
        described(&node["items"], &format!("{path}[]"), found);
    }
    for (name, field) in node["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}").trim_start_matches('.').to_owned();
        if let Some(text) = field["description"].as_str() {
            found.insert(path.clone(), text.to_owned());
        }
        described(field, &path, found);
    }
}

/// What a section of the page says of each field.
pub(crate) fn documented(section: &str) -> BTreeMap<String, String> {
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let row = |row: &str| {
        let (path, text) = row.split_once("` | ").unwrap();
        (path.to_owned(), text.trim_end_matches(" |").to_owned())
    };
    rows.map(row).collect()
}

#[test]
fn the_page_names_every_field_in_the_schemas_words_and_no_other() {
    let mut expected = BTreeMap::new();
    described(&schema(), "", &mut expected);
    let (_, section) = PAGE.split_once("## The statement, field by field").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let documented = documented(section);
    assert_eq!(documented, expected);
    // A field of the types that the schema lacks would not fit it (above); one that
    // it has without a word would not be here.
    let fields = serde_json::to_value(statement(every_value)).unwrap();
    for name in fields["predicate"].as_object().unwrap().keys() {
        assert!(
            expected.contains_key(&format!("predicate.{name}")),
            "{name}"
        );
    }
}
