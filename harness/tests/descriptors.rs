//! How many files the caller lets this process open: who may raise it takes what is needed,
//! anybody else is told before the first row, and nothing is left.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[path = "daemon/own.rs"]
#[expect(dead_code, reason = "no daemon is started here")]
mod own;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");
/// Root that may not raise a hard limit, as anybody else.
const AS_ANYBODY: &str = "setpriv --bounding-set=-sys_resource";

/// The harness under a hard limit; none where this user may not choose it, or there is no
/// bubblewrap.
fn under(limit: u32, by: &str, words: &str, folder: &Path) -> Option<Output> {
    bounded(&format!("ulimit -n {limit}; exec"), by, words, folder)
}

fn bounded(limit: &str, by: &str, words: &str, folder: &Path) -> Option<Output> {
    if !nix::unistd::geteuid().is_root() || !own::has("bwrap") {
        return None;
    }
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", &format!("{limit} {by} {HARNESS} {words}")])
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::null());
    Some(shell.output().unwrap())
}

fn said(output: &Output) -> String {
    let all = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// `CAP_SYS_RESOURCE` (24, linux/capability.h), which root of some machines lacks.
fn may_raise() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("CapEff:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << 24) != 0
}

#[test]
fn root_takes_the_room_that_a_run_needs() {
    if !may_raise() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for limit in [1000, 16] {
        let Some(done) = under(limit, "", "run --engine bwrap A3", folder.path()) else {
            return;
        };
        assert_eq!(done.status.code(), Some(0), "{limit}: {}", said(&done));
    }
}

#[test]
fn whoever_may_not_take_it_is_told_before_the_first_row() {
    let folder = tempfile::tempdir().unwrap();
    for (engine, limit, expected) in [
        ("bwrap", 1000, 1024),
        ("podman", 1000, 1024),
        ("bwrap", 64, 256),
        ("bwrap", 16, 256),
        ("docker", 16, 256),
    ] {
        if !own::has(engine) {
            continue;
        }
        for command in ["doctor", "attest"] {
            let words = format!("{command} --engine {engine} --out bundles");
            let Some(done) = under(limit, AS_ANYBODY, &words, folder.path()) else {
                return;
            };
            let said = said(&done);
            assert_eq!(
                done.status.code(),
                Some(3),
                "{command}, {engine}, {limit}: {said}"
            );
            let why = format!("a hard limit of at least {expected}, observed {limit}");
            for words in [&why, "ulimit -n 4096"] {
                assert!(said.contains(words), "{command}, {engine}, {limit}: {said}");
            }
        }
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What else a caller may bound so far that no run can be had. Each was a crash, or hung.
#[test]
fn a_limit_on_memory_stack_or_threads_is_told_with_what_raises_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    // A user of its own: root's number of threads is not bounded.
    let other = "setpriv --reuid=4000077 --regid=4000077 --clear-groups";
    let reaches = Command::new("sh")
        .args(["-c", &format!("{other} test -x {HARNESS}")])
        .status();
    if !reaches.is_ok_and(|it| it.success()) {
        return;
    }
    for (limit, first, mend) in [
        ("ulimit -v 100000", "", "`ulimit -v unlimited`"),
        ("ulimit -d 10000", "", "`ulimit -d unlimited`"),
        ("ulimit -s 512", "", "`ulimit -s 8192`"),
        // So little that it was full before the line was read.
        ("ulimit -s 64", "", "`ulimit -s 8192`"),
        ("true", "prlimit --nproc=14", "`ulimit -u unlimited`"),
    ] {
        let limit = format!("{limit}; exec {first}");
        for command in ["doctor", "run A3", "audit"] {
            let line = if command == "audit" {
                "audit -- env".to_owned()
            } else {
                format!("{command} --engine bwrap")
            };
            let Some(done) = bounded(&limit, other, &line, folder.path()) else {
                return;
            };
            let said = said(&done);
            assert_eq!(done.status.code(), Some(3), "{limit}, {command}: {said}");
            assert!(said.contains(mend), "{limit}, {command}: {said}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
