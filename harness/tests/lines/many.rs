//! More than one audit: two side by side, and many lines in one table.

use super::*;

fn harness(work: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("audit")
        .args(words)
        .current_dir(work)
        .env("HOME", work)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A line that clears the environment, sealed, against one that does not, printed: in one
/// direction something opened, in the other it closed.
#[test]
fn what_opened_between_a_record_and_what_was_printed_is_named_and_is_broken() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clears = ["env", "-i"];
    assert_eq!(code(&audited(work.path(), &["--record"], &clears)), 4);
    let printed = audited(work.path(), &["--format", "json"], &["env"]);
    std::fs::write(work.path().join("b.json"), printed.stdout).unwrap();
    let mut records = std::fs::read_dir(work.path().join("attestation")).unwrap();
    let folder = records.next().unwrap().unwrap().path();
    let record = folder.to_str().unwrap();
    let opened = harness(work.path(), &["--diff", record, "b.json"]);
    let text = String::from_utf8(opened.stdout.clone()).unwrap();
    assert_eq!(code(&opened), 1, "{text}");
    let line = "opened          U9   environment (reads a variable of the caller's environment, \
                by any name, or what its launcher was started with): closed (by the launcher";
    assert!(text.contains(line), "{text}");
    let counts = "1 opened, 0 no longer shown, 0 closed\n";
    assert!(text.ends_with(counts), "{text}");
    let closed = ["--diff", "b.json", record, "--format", "json"];
    let closed = harness(work.path(), &closed);
    assert_eq!(code(&closed), 0);
    let json: Value = serde_json::from_slice(&closed.stdout).unwrap();
    assert_eq!(json["changed"][0]["change"], "closed");
    assert_eq!(json["changed"][0]["after"]["act"], "environment");
    let diff = |after: &str| code(&harness(work.path(), &["--diff", "b.json", after]));
    assert_eq!(diff("nosuch"), 2);
    std::fs::write(folder.join("views/inside.json"), "{}").unwrap();
    assert_eq!(diff(record), 1);
}

#[test]
fn many_lines_are_one_table_in_which_one_that_starts_nothing_is_blocked() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clears = "clears = [\"env\", \"-i\"]";
    let file = format!("{clears}\nnone = [\"false\"]\nopen = [\"env\"]\n");
    std::fs::write(work.path().join("l.toml"), file).unwrap();
    let done = harness(work.path(), &["--lines", "l.toml"]);
    let text = String::from_utf8(done.stdout.clone()).unwrap();
    assert_eq!(code(&done), 4, "{text}");
    for line in [
        "| act | clears | none | open |",
        "| U9 environment: reads a variable of the caller's environment, by any name, or what its launcher was started with | closed | blocked | OPEN |",
        "| U9 descriptor: reads a descriptor that the caller had open | OPEN | blocked | OPEN |",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.contains("none: `none` started no probe"), "{text}");
    std::fs::write(work.path().join("l.toml"), "none = []").unwrap();
    let empty = harness(work.path(), &["--lines", "l.toml"]);
    assert_eq!(code(&empty), 2);
}
