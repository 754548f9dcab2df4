//! The record of an audit that another release made says which verifier to get, where the
//! release is known.

use super::*;
use crate::audit_record::believe::believe_by;
use crate::releases::{Records, Table};

/// A release that is known, with audits of this schema and these acts.
fn row(schema: u32, acts: &str) -> String {
    format!(
        "[[release]]\nversion = \"0.0.9\"\ncommit = \"{}\"\nschema = 9\nmatrix = \"{none}\"\n\
         policy = \"{none}\"\nrecords = {{ audit = {schema}, acts = \"{acts}\" }}\n",
        "c".repeat(40),
        none = "0".repeat(64),
    )
}

fn came(record: &Record, table: &str) -> String {
    let table = Table::parse(table).unwrap();
    let refusal = believe_by(&record.path, &Anchor::Embedded, Some(&table)).unwrap_err();
    format!("{}: {}", refusal.code(), evidence::error::chain(&refusal))
}

const KNOWN: &str = "known_release: `statement.dsse.json`: expected a record that this release \
                     judges, observed one of release 0.0.9 (commit \
                     cccccccccccccccccccccccccccccccccccccccc): get `proof-of-block-verify` of \
                     release 0.0.9";

#[test]
fn other_acts_of_a_known_release_name_its_verifier() {
    let record = Record::new();
    let acts = "1".repeat(64);
    record.edit(|it| it["subject"][2]["digest"]["sha256"] = json!(acts));
    assert_eq!(came(&record, &row(1, &acts)), KNOWN);
    // The last release with them is the one to get.
    let later = row(1, &acts).replace("0.0.9", "0.0.10");
    let said = came(&record, &format!("{}{later}", row(1, &acts)));
    assert!(said.ends_with("of release 0.0.10"), "{said}");
    for unknown in [String::new(), row(2, &acts), row(1, &"2".repeat(64))] {
        let said = came(&record, &unknown);
        assert!(said.starts_with("other_release: "), "{said}");
    }
}

/// A record that was sealed at the state before the first release that had other acts.
#[test]
fn a_record_that_was_kept_names_the_state_that_made_it() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audit-of-9908fa7");
    let refusal = believe(&kept, &Anchor::Embedded).unwrap_err();
    assert_eq!(
        format!("{}: {refusal}", refusal.code()),
        "known_release: `statement.dsse.json`: expected a record that this release judges, \
         observed one of commit 9908fa715f8c1cb273bca7f1050120de2cef287a, which was never \
         released: build `harness` from that commit, and `harness verify` it"
    );
}

/// Of another schema nothing is read but of which acts it is.
#[test]
fn another_schema_of_a_known_release_names_its_verifier() {
    let record = Record::new();
    let acts = Records::own().unwrap().acts.to_string();
    record.edit(|it| {
        it["predicate"]["schema"] = json!(2);
        it["predicate"]["more"] = json!("a field of that release's");
    });
    assert_eq!(came(&record, &row(2, &acts)), KNOWN);
    for unknown in [String::new(), row(1, &acts), row(2, &"2".repeat(64))] {
        let said = came(&record, &unknown);
        let schema = "expected schema version 1, observed 2: made by another release";
        assert!(
            said.starts_with("schema: ") && said.contains(schema),
            "{said}"
        );
    }
}

/// Who signed is asked before it is said of which release a record is.
#[test]
fn of_a_record_that_another_signed_no_release_is_said() {
    let record = Record::new();
    record.edit(|it| it["predicate"]["schema"] = json!(2));
    let stranger = Signer::development().unwrap().public();
    let keys = Anchor::Keys(TrustedKeys::one(stranger));
    let acts = Records::own().unwrap().acts.to_string();
    let table = Table::parse(&row(2, &acts)).unwrap();
    let refusal = believe_by(&record.path, &keys, Some(&table)).unwrap_err();
    assert_ne!(refusal.code(), "known_release");
}
