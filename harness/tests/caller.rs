//! A run comes out the same whoever calls it: whatever umask, signals, descriptors,
//! environment and arguments it was started with. By bubblewrap where this host has it,
//! which inherits the most from its caller.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// The harness, called by a shell after these words; none where this host has no bubblewrap.
fn called(by: &str, words: &[&OsStr]) -> Option<Output> {
    let found = Command::new("bwrap").arg("--version").output();
    if found.is_err() {
        return None;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{by} \"$@\""), "sh", HARNESS]);
    Some(shell.args(words).stdin(Stdio::null()).output().unwrap())
}

fn words(line: &str) -> Vec<&OsStr> {
    line.split(' ').map(OsStr::new).collect()
}

/// What it ended with, and all it said.
fn ended(output: &Output) -> (Option<i32>, String) {
    let said = [&*output.stdout, &*output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn every_row_holds_under_the_narrowest_umask_and_the_bundle_is_the_callers_own() {
    let out = tempfile::tempdir().unwrap();
    let mut line = words("attest --engine bwrap --out");
    line.push(out.path().as_os_str());
    let Some(done) = called("umask 077; exec", &line) else {
        return;
    };
    let (code, said) = ended(&done);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("45 held"), "{said}");
    let bundle = std::fs::read_dir(out.path()).unwrap().next().unwrap();
    assert_eq!(
        open_to_others(&bundle.unwrap().path()),
        Vec::<String>::new()
    );
}

/// What a folder has that others than its owner may use.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mode = std::fs::metadata(folder).unwrap().permissions().mode();
    if mode & 0o077 != 0 {
        found.push(folder.display().to_string());
    }
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).unwrap() {
            found.extend(open_to_others(&entry.unwrap().path()));
        }
    }
    found
}

#[test]
fn a_row_holds_whatever_the_caller_left_behind() {
    let inherited = tempfile::tempdir().unwrap();
    let file = inherited.path().join("inherited");
    std::fs::write(&file, "not for the sandbox").unwrap();
    let open = format!("exec 7<'{}'; exec", file.display());
    for (by, row) in [
        ("umask 777; exec", "N16"),
        ("umask 000; exec", "N17"),
        ("exec env --ignore-signal=CHLD", "N13"),
        ("exec env --ignore-signal=PIPE --ignore-signal=HUP", "A3"),
        ("exec env --block-signal", "N13"),
        ("exec env -i", "N13"),
        ("PATH=; export PATH; exec", "A3"),
        ("cd /proc/self; exec", "A3"),
        ("exec <&- ", "A3"),
        ("ulimit -c unlimited; exec", "A3"),
        (open.as_str(), "N16"),
    ] {
        let line = format!("run --engine bwrap {row}");
        let Some(done) = called(by, &words(&line)) else {
            return;
        };
        let (code, said) = ended(&done);
        assert_eq!(code, Some(0), "{by}: {said}");
        assert!(said.contains("1 passed"), "{by}: {said}");
    }
}

#[test]
fn with_streams_that_are_closed_it_ends_as_it_would() {
    for by in ["exec >&- ", "exec 2>&- ", "exec <&- >&- 2>&- "] {
        let Some(done) = called(by, &words("run --engine bwrap A3")) else {
            return;
        };
        assert_eq!(done.status.code(), Some(0), "{by}");
    }
}

/// As `harness explain N11 | head -1` reads it, and less.
#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    for line in [
        "explain N11",
        "explain",
        "list",
        "options",
        "digests",
        "man",
        "completions bash",
        "profile --as seccomp",
        "profile --as bpf",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = Command::new(HARNESS)
            .args(words(line))
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let (code, said) = ended(&done);
        assert_eq!(code, Some(0), "{line}: {said}");
        assert!(!said.contains("error"), "{line}: {said}");
    }
}

#[test]
fn the_two_halves_of_a_key_have_the_names_that_the_pages_use() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let mut harness = Command::new(HARNESS);
        let done = harness.arg("keygen").arg(folder.path().join(name)).output();
        done.unwrap().status.code()
    };
    assert_eq!(made("operator.pem"), Some(0));
    assert!(folder.path().join("operator.pub.pem").is_file());
    assert_eq!(made("owner"), Some(0));
    assert!(folder.path().join("owner.pub.pem").is_file());
    // Nothing is overwritten, and no half is left alone.
    assert_eq!(made("operator.pem"), Some(2));
    std::fs::remove_file(folder.path().join("operator.pub.pem")).unwrap();
    assert_eq!(made("operator.pem"), Some(2));
    assert!(!folder.path().join("operator.pub.pem").exists());
}

#[test]
fn an_argument_that_is_no_text_is_a_path_or_a_usage_error_and_never_a_panic() {
    let odd = OsStr::from_bytes(b"/dev/null/caf\xe9");
    for command in [
        "attest", "check", "verify", "list", "explain", "run", "mutants", "report", "show",
        "merge", "accept", "dispose", "reseal", "release", "summary", "keygen", "profile",
        "digests", "options", "man",
    ] {
        let mut harness = Command::new(HARNESS);
        let done = harness.arg(command).arg(odd).output().unwrap();
        let (code, said) = ended(&done);
        assert_eq!(code, Some(2), "{command}: {said}");
        assert!(!said.contains("panicked"), "{command}: {said}");
    }
}

/// A pipe that nobody writes to would be waited for without end.
#[test]
fn what_is_no_folder_where_a_bundle_belongs_is_refused_without_a_wait() {
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    let mode = nix::sys::stat::Mode::S_IRUSR;
    nix::unistd::mkfifo(&pipe, mode).unwrap();
    for command in ["verify", "report", "summary", "falsify", "merge"] {
        let mut line = Command::new("timeout");
        line.args(["20", HARNESS, command]).arg(&pipe);
        if command == "merge" {
            line.arg(&pipe).arg("--out").arg(place.path().join("out"));
        }
        let (code, said) = ended(&line.stdin(Stdio::null()).output().unwrap());
        assert_eq!(code, Some(2), "{command}: {said}");
        assert!(said.contains("folder"), "{command}: {said}");
    }
}
