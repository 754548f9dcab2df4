//! A bundle of another schema is refused by that word, whatever else it holds.

use std::fs;
use std::path::Path;

use seal::bundle::verify::Anchor;

use crate::believe;

/// The envelopes and the key of a bundle of schema 1: the least that shows what it is.
#[test]
fn a_bundle_of_schema_1_is_refused_by_name() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-1");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(kept).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let refusal = believe(folder.path(), &Anchor::Embedded).unwrap_err();
    assert_eq!(refusal.code(), "schema");
    assert_eq!(refusal.file(), "statement.dsse.json");
    let words = evidence::error::chain(&refusal);
    let said = "expected schema version 2, observed 1: a bundle of another release";
    assert!(words.contains(said), "{words}");
}
