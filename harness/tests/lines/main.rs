//! `audit`, on real lines: one that is no sandbox, those that start nothing, and the
//! launchers that this host has.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

mod alike;
mod another;
mod bundles;
mod caller;
mod carried;
mod close;
mod compose;
mod containers;
mod elsewhere;
mod ends;
mod files;
mod firejail;
#[path = "../objects/fits.rs"]
mod fits;
mod handed;
mod launches;
mod many;
#[path = "../daemon/own.rs"]
mod own;
mod record;
mod refusals;
mod rows;
mod schema;
mod strangers;
mod surface;
mod unit;
mod wording;

/// What `audit` ended with and said, from a working folder of its own.
fn audited(work: &Path, flags: &[&str], line: &[&str]) -> Output {
    let audited = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("audit")
        .args(flags)
        .arg("--")
        .args(line)
        .current_dir(work)
        .env("HOME", work)
        .stdin(Stdio::null())
        .output();
    audited.unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The word and the reason of each act.
fn found(line: &[&str], flags: &[&str]) -> BTreeMap<String, (String, String)> {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let flags = [&["--format", "json"], flags].concat();
    let done = audited(work.path(), &flags, line);
    assert_eq!(code(&done), 4, "{}", String::from_utf8_lossy(&done.stderr));
    let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    words(&fits::object("audit", &done.stdout))
}

/// The same of an object that was printed.
fn words(object: &Value) -> BTreeMap<String, (String, String)> {
    let findings = object["findings"].as_array().unwrap();
    let each = findings.iter().map(|finding| {
        let act = finding["act"].as_str().unwrap().to_owned();
        let verdict = &finding["verdict"];
        let told = match verdict.as_str() {
            Some(word) => (word.to_owned(), String::new()),
            None => {
                let (word, why) = verdict.as_object().unwrap().iter().next().unwrap();
                (word.clone(), why.to_string())
            }
        };
        (act, told)
    });
    each.collect()
}

fn has(launcher: &str) -> bool {
    Command::new(launcher).arg("--version").output().is_ok()
}

#[track_caller]
fn is(found: &BTreeMap<String, (String, String)>, act: &str, word: &str) {
    assert_eq!(found[act].0, word, "{act}: {}", found[act].1);
}

#[test]
fn a_line_that_is_no_sandbox_is_open_in_everything_that_can_be_had_without_one() {
    let found = found(&["env"], &[]);
    let not: Vec<_> = found
        .iter()
        .filter(|(_, (word, _))| word != "open" && word != "shows_nothing")
        .collect();
    assert_eq!(not, Vec::<(&String, &(String, String))>::new());
    for act in [
        "read-home-secret",
        "write-home",
        "work-write",
        "tcp-loopback",
        "udp-loopback",
        "unix-path",
        "unix-abstract",
        "environment",
        "descriptor",
        "signal",
        "read-environ",
        "exec-shell",
        "exec-memory",
        "namespace-net",
        "no-new-privileges",
    ] {
        is(&found, act, "open");
    }
    // Without a terminal, nobody could put anything into its input.
    is(&found, "terminal-input", "shows_nothing");
}

#[test]
fn the_findings_are_written_for_a_ci_page_and_for_a_reader_of_tests() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("e.toml"), "deny = [\"U4\", \"U14\"]").unwrap();
    let flags = [
        "--expect",
        "e.toml",
        "--junit",
        "j.xml",
        "--markdown",
        "p.md",
    ];
    let done = audited(work.path(), &flags, &["env"]);
    assert_eq!(code(&done), 1);
    let xml = std::fs::read_to_string(work.path().join("j.xml")).unwrap();
    assert!(
        xml.contains("failures=\"1\"") && xml.contains("errors=\"1\""),
        "{xml}"
    );
    let page = std::fs::read_to_string(work.path().join("p.md")).unwrap();
    assert!(
        page.contains(
            "| U4 | tcp-loopback | connects to a listener on the host's loopback and waits for its \
             answer | open | the listener"
        ),
        "{page}"
    );
    // There is nothing to tell of each without --expect.
    assert_eq!(
        code(&audited(work.path(), &["--junit", "j.xml"], &["env"])),
        2
    );
}

#[test]
fn the_acts_are_listed_by_row() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--acts"])
        .current_dir(work.path())
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0));
    for row in audit::row::Row::ALL {
        assert!(
            text.contains(&format!("{row}  {}\n", row.title())),
            "{text}"
        );
    }
    for act in audit::table::ALL {
        assert!(
            text.contains(&format!("  {:<18} {}\n", act.id, act.does)),
            "{text}"
        );
    }
}

#[test]
fn a_line_that_starts_no_probe_is_blocked_whatever_its_code() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let lines: [&[&str]; 4] = [
        &["true"],
        &["sh", "-c", "exit 0"],
        &["nosuchprogram"],
        &[
            "sh",
            "-c",
            "echo '{\"nonce\":\"\",\"event\":{\"hello\":{\"acts\":1}}}'; exit 7",
        ],
    ];
    for line in lines {
        let done = audited(work.path(), &[], line);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(code(&done), 3, "{line:?}: {said}");
        assert!(said.contains("the line started no probe"), "{said}");
        assert!(done.stdout.is_empty());
    }
    assert!(std::fs::read_dir(work.path()).unwrap().next().is_none());
}

#[test]
fn what_is_expected_is_held_broken_or_not_shown() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let of = |line: &[&str], text: &str| {
        std::fs::write(work.path().join("e.toml"), text).unwrap();
        code(&audited(work.path(), &["--expect", "e.toml"], line))
    };
    let expected = |text| of(&["env"], text);
    assert_eq!(expected("deny = [\"everything\"]"), 1);
    let locked = "deny = [\"no-new-privileges\"]\nwork = [\"exec-shell\", \"U3\"]";
    assert_eq!(of(&["setpriv", "--no-new-privs"], locked), 0);
    assert_eq!(expected(locked), 1);
    // Without anything denied no sandbox at all would do.
    assert_eq!(expected("work = [\"exec-shell\", \"U3\"]"), 2);
    assert_eq!(expected("deny = [\"U14\"]"), 4);
    assert_eq!(expected("deny = [\"U14\"]\nforbid = []"), 2);
    assert_eq!(expected("deny = [\"U99\"]"), 2);
}

#[test]
fn the_open_ones_come_first_each_with_who_saw_it_and_what_closes_it() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &[], &["env"]);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(
        text.starts_with("OPEN          U1   read-home-secret"),
        "{text}"
    );
    assert!(
        text.contains("a daemon of the host answered; it saw process "),
        "{text}"
    );
    assert!(text.contains("to close it: give it a network namespace of its own"));
    assert!(text.contains("works         U3   work-write"), "{text}");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.contains("nothing was declared with --expect"),
        "{said}"
    );
}

#[test]
fn bubblewrap_closes_what_it_says_and_leaves_the_rest() {
    if !has("bwrap") {
        return;
    }
    let line = [
        "bwrap",
        "--unshare-all",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ];
    let found = found(&line, &["--lift", "--unshare-all"]);
    for act in [
        "tcp-loopback",
        "unix-abstract",
        "signal",
        "read-environ",
        "message-queue",
    ] {
        is(&found, act, "closed");
        assert!(found[act].1.contains("--unshare-all"), "{}", found[act].1);
    }
    is(&found, "write-home", "closed");
    is(&found, "udp-loopback", "own_world");
    is(&found, "write-shm", "own_world");
    // A network of one's own does not cover what has a path, and nothing clears the rest.
    for act in [
        "unix-path",
        "environment",
        "descriptor",
        "read-home-secret",
        "exec-shell",
    ] {
        is(&found, act, "open");
    }
}

#[test]
fn what_was_written_down_is_held_until_the_line_gets_weaker() {
    if !has("bwrap") {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let strong = [
        "bwrap",
        "--unshare-all",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ];
    let weaker = [&["bwrap", "--unshare-pid"], &strong[2..]].concat();
    let write = ["--write-expect", "line.toml"];
    let written = audited(work.path(), &write, &strong);
    assert_eq!(code(&written), 4);
    // What somebody decided is not written over.
    assert_eq!(code(&audited(work.path(), &write, &strong)), 2);
    let expect = ["--expect", "line.toml"];
    assert_eq!(code(&audited(work.path(), &expect, &strong)), 0);
    let broken = audited(work.path(), &expect, &weaker);
    assert_eq!(code(&broken), 1);
    let text = String::from_utf8(broken.stdout).unwrap();
    let broken = "broken     tcp-loopback       connects to a listener on the host's loopback";
    assert!(text.contains(broken), "{text}");
    assert!(!text.contains("broken     signal"), "{text}");
}

#[test]
fn a_network_of_its_own_closes_the_network_and_nothing_else() {
    let can = Command::new("unshare").args(["-rn", "true"]).status();
    if !can.is_ok_and(|it| it.success()) {
        return;
    }
    let found = found(&["unshare", "-rn"], &[]);
    is(&found, "tcp-loopback", "closed");
    is(&found, "namespace-net", "closed");
    for act in ["unix-path", "write-home", "signal", "shared-memory"] {
        is(&found, act, "open");
    }
}

#[test]
fn a_terminal_is_open_to_whoever_is_in_its_session() {
    if !has("setsid") {
        return;
    }
    let open = found(&["env"], &["--tty"]);
    if open["terminal-input"].1.contains("without the sandbox") {
        // This kernel lets nobody do it (`dev.tty.legacy_tiocsti`).
        return;
    }
    is(&open, "terminal-input", "open");
    let session = [
        "bwrap",
        "--unshare-user",
        "--new-session",
        "--bind",
        "/",
        "/",
    ];
    if has("bwrap") {
        is(&found(&session, &["--tty"]), "terminal-input", "closed");
        let same = [&session[..2], &session[3..]].concat();
        is(&found(&same, &["--tty"]), "terminal-input", "open");
    }
}

#[test]
fn no_new_privileges_close_themselves_alone() {
    if !has("setpriv") {
        return;
    }
    let found = found(&["setpriv", "--no-new-privs"], &[]);
    let closed = found.iter().filter(|(_, (word, _))| word == "closed");
    let closed: Vec<&str> = closed.map(|(act, _)| act.as_str()).collect();
    assert_eq!(closed, ["no-new-privileges"]);
}

#[test]
fn a_shell_takes_the_probe_as_one_word() {
    let found = found(&["sh", "-c", "exec env -i {command}"], &[]);
    is(&found, "environment", "closed");
    is(&found, "descriptor", "open");
}
