//! What is said where there is nothing to say of an act, and where a line or a file is none.

use super::*;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[test]
fn without_a_home_folder_nothing_is_said_of_one() {
    let acts = ["open-ssh-folder", "read-home-secret", "write-home"];
    for (home, why) in [
        (None, "HOME is not set"),
        (Some("/no/such"), "HOME is `/no/such`, which is no folder"),
    ] {
        let work = folder();
        let mut audit = Command::new(env!("CARGO_BIN_EXE_harness"));
        audit.args(["audit", "--format", "json", "--", "env"]);
        audit.current_dir(work.path()).env_remove("HOME");
        let done = audit.envs(home.map(|it| ("HOME", it))).output().unwrap();
        let found = words(&fits::object("audit", &done.stdout));
        for act in acts {
            let (word, told) = &found[act];
            let nothing = ["shows_nothing", "not_seen"].contains(&word.as_str());
            assert!(nothing && told.contains(why), "{act}: {word}: {told}");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let found = found(&["env"], &[]);
    is(&found, "open-ssh-folder", "shows_nothing");
    let why = &found["open-ssh-folder"].1;
    assert!(
        why.contains("there is no `/") && why.contains("/.ssh` on this host"),
        "{why}"
    );
}

#[test]
fn an_expectation_that_denies_nothing_is_said_to_be_none() {
    let work = folder();
    let written = audited(work.path(), &["--write-expect", "e.toml"], &["env"]);
    let why = "`e.toml` is no expectation yet: --expect refuses it, for nothing was closed and so nothing is denied: put what must be closed into `deny`";
    assert!(said(&written).contains(why), "{}", said(&written));
    let read = audited(work.path(), &["--expect", "e.toml"], &["env"]);
    assert_eq!(code(&read), 2);
    let closed = ["setpriv", "--no-new-privs"];
    if has("setpriv") {
        let written = audited(work.path(), &["--write-expect", "f.toml"], &closed);
        assert!(
            !said(&written).contains("no expectation yet"),
            "{}",
            said(&written)
        );
    }
}

#[test]
fn a_line_in_which_no_probe_can_be_put_is_refused_before_anything_runs() {
    let work = folder();
    for (line, expected, mend) in [
        (
            &["touch a"][..],
            "expected the line as words, observed one word, `touch a`",
            "take the quotes away: harness audit -- touch a",
        ),
        (
            &["sh", "-c", "touch a; {probe} {args}"],
            "expected {args} as a word of its own",
            "{command}",
        ),
    ] {
        let done = audited(work.path(), &[], line);
        assert_eq!(code(&done), 2);
        let said = said(&done);
        assert!(said.contains(expected) && said.contains(mend), "{said}");
        assert!(std::fs::read_dir(work.path()).unwrap().next().is_none());
    }
}

#[test]
fn a_line_that_ends_without_the_probes_path_is_told_to_end_with_it() {
    let work = folder();
    let of = |line: &[&str]| said(&audited(work.path(), &[], line));
    let why = "end the line with the probe's path in the sandbox";
    let forgotten = of(&["env", "PROBE={probe}"]);
    assert!(forgotten.contains(why), "{forgotten}");
    let other = of(&["false"]);
    assert!(!other.contains(why), "{other}");
}

#[test]
fn what_many_lines_came_to_is_not_compared_as_one() {
    let work = folder();
    std::fs::write(work.path().join("l.toml"), "none = [\"env\"]").unwrap();
    let audit = |args: &[&str]| {
        let mut audit = Command::new(env!("CARGO_BIN_EXE_harness"));
        audit.arg("audit").args(args).env("HOME", work.path());
        audit.current_dir(work.path()).output().unwrap()
    };
    let many = audit(&["--lines", "l.toml", "--format", "json"]);
    std::fs::write(work.path().join("m.json"), &many.stdout).unwrap();
    let done = audit(&["--diff", "m.json", "m.json"]);
    assert_eq!(code(&done), 2);
    let why = "expected what an audit of one line printed, observed what --lines did";
    assert!(said(&done).contains(why), "{}", said(&done));
}
