//! What is sealed of an audit, and what `verify` makes of it.

use bundle::forgery::Specimen;
use bundle::sample::stand_in;

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
        "this is the record of an audit, signed with a development key",
        "the views bear out every finding",
        "the signer's word: subject.launcher",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let own = "its own conclusion is broken: 0 held, 1 broken, 0 not shown, ";
    let last = told.lines().last().unwrap();
    assert!(
        last.starts_with("accepted: ") && last.contains(own),
        "{last}"
    );
    told_to_a_program(work.path(), &record);
    let view = record.join("views/inside.json");
    let changed = std::fs::read_to_string(&view).unwrap();
    let changed = changed.replacen("\"hello\":true", "\"hello\":false", 1);
    std::fs::write(&view, changed).unwrap();
    let refused = verified(&record, &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(code(&refused), 1);
    assert!(said.contains("`views/inside.json` was changed"), "{said}");
}

/// The same for a program; and a policy is not asked of it.
fn told_to_a_program(work: &Path, record: &Path) {
    let json = verified(record, &["--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["accepted"], true);
    assert_eq!(json["audit"]["result"]["verdict"], "broken");
    std::fs::write(work.join("p.toml"), "schema = 1").unwrap();
    let policy = work.join("p.toml");
    let asked = verified(record, &["--policy", policy.to_str().unwrap()]);
    assert_eq!(code(&asked), 2);
}

fn left_out_by_a_policy(work: &Path, verify: &dyn Fn(&[&str]) -> Output) {
    // A policy asks nothing of it: what is found is left out, what is named is refused.
    let policy = "schema = 1\n[keys]\ndevelopment = true\n";
    std::fs::write(work.join("p.toml"), policy).unwrap();
    let asked = verify(&["--each", "all", "--policy", "p.toml"]);
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    let record = std::fs::read_dir(work.join("all")).unwrap();
    let record = record.flatten().next().unwrap().path();
    let name = record.file_name().unwrap().to_str().unwrap();
    let only = format!("expected a bundle, observed nothing but records: all/{name}");
    assert!(said.contains(&only), "{said}");
    // Beside a bundle it is named, and changes nothing.
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-r")
        .args([specimen.path(), &work.join("all/bundle")]);
    assert!(copy.status().unwrap().success());
    let asked = verify(&["--each", "all", "--policy", "p.toml"]);
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    let left = format!("all/{name}: a record, left out: a policy asks about attestations");
    assert!(said.contains(&left), "{said}");
    let told = String::from_utf8_lossy(&asked.stdout).into_owned();
    assert!(
        told.contains("all/bundle") && !told.contains(name),
        "{told}"
    );
    let json = verify(&["--each", "all", "--policy", "p.toml", "--format", "json"]);
    let json = fits::object("verify", &json.stdout);
    assert_eq!(json["left_out"][0], format!("all/{name}"));
    std::fs::remove_dir_all(work.join("all/bundle")).unwrap();
    let named = [
        "--policy",
        "p.toml",
        "--junit",
        "j.xml",
        record.to_str().unwrap(),
    ];
    assert_eq!(code(&verify(&named)), 1);
}

/// Records lie where bundles do: among them they are judged as what they are.
#[test]
fn a_record_among_bundles_is_judged_as_a_record() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let made = |deny: &str| {
        std::fs::write(work.path().join("e.toml"), deny).unwrap();
        let flags = ["--record", "--out", "all", "--expect", "e.toml"];
        code(&audited(
            work.path(),
            &flags,
            &["setpriv", "--no-new-privs"],
        ))
    };
    let verify = |words: &[&str]| {
        let mut verify = Command::new(env!("CARGO_BIN_EXE_harness"));
        verify.arg("verify").args(words).current_dir(work.path());
        verify.output().unwrap()
    };
    assert_eq!(made("deny = [\"no-new-privileges\"]\nwork = [\"U3\"]"), 0);
    let each = verify(&["--each", "all", "--junit", "j.xml"]);
    let text = String::from_utf8(each.stdout.clone()).unwrap();
    assert_eq!(code(&each), 0, "{text}");
    assert!(text.contains("audit's record"), "{text}");
    assert!(text.contains("audit's record, held"), "{text}");
    assert!(text.contains("1 accepted, 1 of them held; 0 not"), "{text}");
    let told = verify(&["--each", "all", "--format", "json"]);
    let told = fits::object("verify", &told.stdout);
    assert_eq!(told["fleet"][0]["record"], "audit");
    assert_eq!(told["fleet"][0]["conclusion"], "held");
    left_out_by_a_policy(work.path(), &verify);
    assert_eq!(made("deny = [\"U4\"]"), 1);
    let broken = verify(&["--each", "all"]);
    let said = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert_eq!(code(&broken), 1);
    assert!(
        said.contains("expected no expectation of the audit broken, observed 1"),
        "{said}"
    );
}

/// Of a line of which nothing was expected nothing held, though its record is genuine.
#[test]
fn a_record_in_which_nothing_was_expected_is_counted_as_not_held() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let made = audited(work.path(), &["--record", "--out", "all"], &["env"]);
    assert_eq!(code(&made), 4);
    let each = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["verify", "--each", "all", "--junit", "j.xml"])
        .current_dir(work.path())
        .output()
        .unwrap();
    let text = String::from_utf8(each.stdout).unwrap();
    assert!(text.contains("audit's record, undeclared"), "{text}");
    assert!(text.contains("1 accepted, 0 of them held; 0 not"), "{text}");
    let xml = std::fs::read_to_string(work.path().join("j.xml")).unwrap();
    assert!(xml.contains("its own conclusion is undeclared"), "{xml}");
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
    assert!(
        told.contains("this is the record of an audit, signed with the key that you gave"),
        "{told}"
    );
    let none = audited(work.path(), &["--key", "nosuch.pem"], &["nosuchprogram"]);
    assert_eq!(code(&none), 2);
}

/// What was seen of an act is shown; a page there is none of, and what to use is said.
#[test]
fn an_act_of_a_record_is_shown_and_a_page_is_refused_with_what_to_use() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clears = ["env", "-i"];
    let lifts = ["--record", "--lift", "-i"];
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
U9 environment: reads a variable of the caller's environment, by any name, or what its launcher was started with
  closed: by `-i`: the launcher, which does not hand it on
  outside: done, and it brought back `";
    assert!(text.starts_with(wanted), "{text}");
    assert!(
        text.contains("  inside: not there\n  without -i: done"),
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
