//! The record of a check that another release made says which verifier to get, where the
//! release is known.

use super::*;
use crate::check_record::believe::believe_by;
use crate::releases::Table;

/// A release that is known, with checks of this schema and this matrix.
fn row(schema: u32, matrix: &str) -> String {
    format!(
        "[[release]]\nversion = \"0.0.9\"\ncommit = \"{}\"\nschema = 9\nmatrix = \"{matrix}\"\n\
         policy = \"{}\"\nrecords = {{ audit = 1, acts = \"{}\", check = {schema} }}\n",
        "c".repeat(40),
        own().policy,
        "0".repeat(64),
    )
}

fn came(record: &Record, table: &str) -> String {
    let table = Table::parse(table).unwrap();
    let refusal = believe_by(&record.path(), &Anchor::Embedded, Some(&table));
    let refusal = refusal.err().unwrap();
    let own: &str = (&refusal).into();
    assert_eq!(own == "Known", refusal.code() == "known_release");
    format!("{}: {}", refusal.code(), evidence::error::chain(&refusal))
}

const KNOWN: &str = "known_release: `statement.dsse.json`: expected a record that this release \
                     judges, observed one of release 0.0.9 (commit \
                     cccccccccccccccccccccccccccccccccccccccc): get `proof-of-block-verify` of \
                     release 0.0.9";

#[test]
fn another_matrix_of_a_known_release_names_its_verifier() {
    let record = Record::new();
    let matrix = "1".repeat(64);
    record.restate(|it| it["subject"][5]["digest"]["sha256"] = matrix.as_str().into());
    assert_eq!(came(&record, &row(1, &matrix)), KNOWN);
    let without = row(1, &matrix).replace(", check = 1", "");
    for unknown in [
        String::new(),
        without,
        row(2, &matrix),
        row(1, &"2".repeat(64)),
        row(1, &matrix).replace(&own().policy.to_string(), &"3".repeat(64)),
    ] {
        let said = came(&record, &unknown);
        assert!(said.starts_with("other_release: "), "{said}");
    }
}

/// Of another schema nothing is read but of which matrix and policy it is.
#[test]
fn another_schema_of_a_known_release_names_its_verifier() {
    let record = Record::new();
    record.restate(|it| {
        it["predicate"]["schema"] = 2.into();
        it["predicate"]["more"] = "a field of that release's".into();
    });
    let matrix = own().matrix.to_string();
    assert_eq!(came(&record, &row(2, &matrix)), KNOWN);
    for unknown in [String::new(), row(1, &matrix), row(2, &"2".repeat(64))] {
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
    record.restate(|it| it["predicate"]["schema"] = 2.into());
    let stranger = seal::key::SecretKey::from_seed(&[9; 32]).public();
    let keys = Anchor::Keys(TrustedKeys::one(stranger));
    let table = Table::parse(&row(2, &own().matrix.to_string())).unwrap();
    let refusal = believe_by(&record.path(), &keys, Some(&table))
        .err()
        .unwrap();
    assert_ne!(refusal.code(), "known_release");
}
