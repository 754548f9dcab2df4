//! What the writer refuses, and that it leaves nothing half done.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::bundle::verify::tests::Sealed;
use crate::statement::attestation::VerdictWord;
use crate::statement::samples::{attestation, signer, subjects};

#[test]
fn a_bundle_is_never_written_over_anything_and_leaves_nothing_when_dropped() {
    let sealed = Sealed::new();
    let parent = sealed.path.parent().unwrap();
    assert!(matches!(
        BundleWriter::create(&sealed.path),
        Err(WriteError::Exists { .. })
    ));
    let next = parent.join("run-2");
    symlink("nowhere", &next).unwrap();
    assert!(matches!(
        BundleWriter::create(&next),
        Err(WriteError::Exists { .. })
    ));
    fs::remove_file(&next).unwrap();
    let mut writer = BundleWriter::create(&next).unwrap();
    writer.add("a", b"").unwrap();
    fs::create_dir(&next).unwrap();
    let said = attestation(|_| VerdictWord::Held);
    assert!(matches!(
        writer.seal(&subjects(), said, &signer()),
        Err(WriteError::Exists { .. })
    ));
    fs::remove_dir(&next).unwrap();
    drop(BundleWriter::create(&next).unwrap());
    let left: Vec<_> = fs::read_dir(parent)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(left, ["run-1"]);
}

#[test]
fn names_that_are_taken_or_not_plain_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = BundleWriter::create(&folder.path().join("b")).unwrap();
    writer.add("a/b", b"1").unwrap();
    for taken in ["a/b", STATEMENT_FILE, TEST_RESULT_FILE] {
        assert!(matches!(
            writer.add(taken, b"2"),
            Err(WriteError::Taken { .. })
        ));
    }
    assert!(matches!(writer.add("../b", b"2"), Err(WriteError::Name(_))));
    let sizes: Vec<_> = writer
        .files()
        .iter()
        .map(|it| (it.path.to_string(), it.size))
        .collect();
    assert_eq!(sizes, [("a/b".to_owned(), 1)]);
}
