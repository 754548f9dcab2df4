//! What is sealed of an audit, and what `verify` makes of it.

use super::*;

fn verified(record: &Path, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("verify")
        .arg(record)
        .args(flags)
        .output()
        .unwrap()
}

/// A line that is no sandbox, sealed and judged again; then with one view changed, and
/// asked of by a policy.
#[test]
fn what_was_sealed_is_judged_again_and_what_was_changed_is_refused() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("e.toml"), "deny = [\"U4\"]").unwrap();
    let flags = ["--record", "--out", "records", "--expect", "e.toml"];
    let done = audited(work.path(), &flags, &["env"]);
    let text = String::from_utf8(done.stdout.clone()).unwrap();
    assert_eq!(code(&done), 1, "{text}");
    assert!(text.contains("record: records/"), "{text}");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("NOT an operator attestation"), "{said}");
    let mut records = std::fs::read_dir(work.path().join("records")).unwrap();
    let record = records.next().unwrap().unwrap().path();
    let good = verified(&record, &[]);
    let told = String::from_utf8(good.stdout.clone()).unwrap();
    assert_eq!(code(&good), 0, "{}", String::from_utf8_lossy(&good.stderr));
    // The same findings, word by word.
    let (findings, _) = text.split_once("record: ").unwrap();
    assert!(told.starts_with(findings), "{told}");
    for words in [
        "line: env",
        "this is a bundle signed with a development key",
        "the views bear out every finding",
        "the signer's word: subject.launcher",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let json = verified(&record, &["--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["accepted"], true);
    assert_eq!(json["audit"]["result"]["verdict"], "broken");
    std::fs::write(work.path().join("p.toml"), "schema = 1").unwrap();
    let policy = work.path().join("p.toml");
    let asked = verified(&record, &["--policy", policy.to_str().unwrap()]);
    assert_eq!(code(&asked), 2);
    let view = record.join("views/inside.json");
    let changed = std::fs::read_to_string(&view).unwrap();
    let changed = changed.replacen("\"hello\":true", "\"hello\":false", 1);
    std::fs::write(&view, changed).unwrap();
    let refused = verified(&record, &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(code(&refused), 1);
    assert!(said.contains("`views/inside.json` was changed"), "{said}");
}

/// A key is an operator's, and is enough to seal; a key that is none is found out before
/// the line runs.
#[test]
fn a_key_seals_and_says_who_signed() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["keygen", "o.pem"])
        .current_dir(work.path())
        .output()
        .unwrap();
    assert!(made.status.success());
    let done = audited(work.path(), &["--key", "o.pem", "--out", "r"], &["env"]);
    assert_eq!(code(&done), 4);
    let mut records = std::fs::read_dir(work.path().join("r")).unwrap();
    let record = records.next().unwrap().unwrap().path();
    let key = work.path().join("o.pub.pem");
    let told = verified(&record, &["--public-key", key.to_str().unwrap()]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("this is an operator's attestation"), "{told}");
    let none = audited(work.path(), &["--key", "nosuch.pem"], &["nosuchprogram"]);
    assert_eq!(code(&none), 2);
}

/// What was seen of an act is shown; a page there is none of, and what to use is said.
#[test]
fn an_act_of_a_record_is_shown_and_a_page_is_refused_with_what_to_use() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clears = ["env", "-u", "PROOF_OF_BLOCK_CANARY"];
    let lifts = ["--record", "--lift", "-u PROOF_OF_BLOCK_CANARY"];
    assert_eq!(code(&audited(work.path(), &lifts, &clears)), 4);
    let mut records = std::fs::read_dir(work.path().join("attestation")).unwrap();
    let record = records.next().unwrap().unwrap().path();
    let asked = |words: &[&str]| {
        let (command, rest) = words.split_first().unwrap();
        let mut asked = Command::new(env!("CARGO_BIN_EXE_harness"));
        asked.arg(command).arg(&record).args(rest).output().unwrap()
    };
    let shown = asked(&["show", "environment"]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown.status.code(), Some(0), "{text}");
    let wanted = "\
U9 environment: reads a variable of the caller's environment
  closed: by `-u PROOF_OF_BLOCK_CANARY`: the launcher, which does not hand it on
  outside: done, and it brought back `";
    assert!(text.starts_with(wanted), "{text}");
    assert!(
        text.contains("  inside: not there\n  without -u PROOF_OF_BLOCK_CANARY: done"),
        "{text}"
    );
    let row = asked(&["show", "u4", "--format", "json"]);
    let object = fits::object("show", &row.stdout);
    assert_eq!(object["acts"][0]["act"], "tcp-loopback");
    assert_eq!(object["acts"][0]["verdict"], "open");
    let saw = "the listener on the host's loopback heard it and answered";
    assert_eq!(object["acts"][0]["views"][1]["saw"], saw);
    refused(&record);
}

/// Of what there is none of, what to use instead is said.
fn refused(record: &Path) {
    let asked = |words: &[&str]| {
        let (command, rest) = words.split_first().unwrap();
        let mut asked = Command::new(env!("CARGO_BIN_EXE_harness"));
        asked.arg(command).arg(record).args(rest).output().unwrap()
    };
    for (words, exit, said) in [
        (
            &["show", "N19"][..],
            2,
            "this is the record of an audit: name one of its acts",
        ),
        (&["show", "U4", "1"], 2, "has no launches to choose from"),
        (&["report"], 2, "show "),
        (
            &["report", "--to", "-"],
            2,
            "observed the record of an audit, which has no page",
        ),
    ] {
        let refused = asked(words);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(code(&refused), exit, "{words:?}: {told}");
        assert!(told.contains(said), "{words:?}: {told}");
    }
}
