//! A bundle of another schema is refused by that word, whatever else it holds.

use std::fs;
use std::path::Path;

use seal::bundle::verify::Anchor;

use crate::believe;

/// The envelopes and the key of a bundle of each earlier schema: the least that shows
/// what it is.
#[test]
fn a_bundle_of_an_earlier_schema_is_refused_by_name() {
    for schema in [1, 2] {
        is_refused(schema);
    }
}

fn is_refused(schema: u32) {
    let kept = format!("tests/fixtures/schema-{schema}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(kept);
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(kept).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let refusal = believe(folder.path(), &Anchor::Embedded).unwrap_err();
    assert_eq!(refusal.code(), "schema");
    assert_eq!(refusal.file(), "statement.dsse.json");
    let words = evidence::error::chain(&refusal);
    let said = format!("expected schema version 3, observed {schema}: a bundle of another release");
    assert!(words.contains(&said), "{words}");
}
