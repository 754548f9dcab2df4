//! Each file that a line writes is a regular one, or what the caller has open: anything
//! else is told in a line, waited for by nobody, and still there afterwards.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};

use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use seal::key::SecretKey;

use super::{desk, harness};

/// Lines with `FILE` where the file is named.
pub(super) const LINES: [&str; 11] = [
    "audit --expect agent --junit FILE -- true",
    "audit --markdown FILE -- true",
    "audit --write-expect FILE -- true",
    "dispose run --waived --risk none --owner-key owner.pem --disposition FILE",
    "keygen FILE",
    "mutants network-bridge --junit FILE",
    "profile --as docker --seccomp-out FILE",
    "report run --to FILE",
    "reseal run --reviewed all --reviewer-key owner.pem --reseal FILE",
    "verify run --junit FILE",
    "verify run run --junit FILE",
];
/// Those that are over in a moment and write over what is there, with how they end.
const QUICK: [(&str, i32); 3] = [
    ("profile --as docker --seccomp-out FILE", 0),
    ("report run --to FILE", 0),
    ("verify run run --junit FILE", 1), // one run, twice
];

/// A desk with an owner's key, a socket, and as root devices.
fn able() -> tempfile::TempDir {
    let desk = desk();
    let at = |name: &str| desk.path().join(name);
    let owner = SecretKey::from_seed(&[8; 32]);
    owner.write_new(&at("owner.pem")).unwrap();
    drop(UnixListener::bind(at("socket")).unwrap());
    if nix::unistd::geteuid().is_root() {
        for (name, minor) in [("zero", 5), ("null", 3)] {
            let mode = Mode::from_bits_truncate(0o666);
            mknod(&at(name), SFlag::S_IFCHR, mode, makedev(1, minor)).unwrap();
        }
    }
    desk
}

/// What is there, without following it.
fn kind(path: &Path) -> fs::FileType {
    fs::symlink_metadata(path).unwrap().file_type()
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

#[test]
fn what_is_no_regular_file_is_neither_written_nor_replaced() {
    let desk = able();
    let mut wrong = Vec::new();
    for line in LINES {
        for name in ["pipe", "socket", "folder", "zero"] {
            let path = desk.path().join(name);
            if !path.exists() {
                continue;
            }
            let before = kind(&path);
            let done = harness(desk.path(), &line.replace("FILE", name));
            let said = said(&done);
            let named = said.contains(name) && said.contains("hint: ");
            if done.status.code() != Some(2) || !named {
                wrong.push(format!("{line}, {name}: {}\n{said}", done.status));
            }
            assert_eq!(kind(&path), before, "{line}, {name}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder that pages are written into may hold such a thing, too.
#[test]
fn a_page_of_the_manual_does_not_wait_for_a_reader() {
    let desk = desk();
    let pages = desk.path().join("pages");
    fs::create_dir(&pages).unwrap();
    let page = pages.join("harness-run.1");
    nix::unistd::mkfifo(&page, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let done = harness(desk.path(), "man pages");
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(said(&done).contains("harness-run.1"), "{}", said(&done));
    assert!(kind(&page).is_fifo());
}

#[test]
fn what_the_caller_has_open_is_written_to_its_end() {
    let desk = able();
    for (line, code) in QUICK {
        let plain = harness(desk.path(), &line.replace("FILE", "plain"));
        assert_eq!(plain.status.code(), Some(code), "{line}: {}", said(&plain));
        let expected = fs::read(desk.path().join("plain")).unwrap();
        for (file, into) in [
            ("/dev/fd/3", "3>got"),
            ("/proc/self/fd/3", "3>got"),
            ("/dev/fd/3", "3> >(cat >got)"),
            ("/dev/stderr", "2>got"),
            (">(cat >got)", ""),
        ] {
            drop(fs::remove_file(desk.path().join("got")));
            let words = line.replace("FILE", file);
            // The writer of `got` is waited for: it is another process.
            let script = format!(
                "timeout 20 {} {words} {into}; code=$?; wait $! 2>/dev/null; exit $code",
                env!("CARGO_BIN_EXE_harness")
            );
            let done = bash(desk.path(), &script);
            assert_eq!(done.status.code(), Some(code), "{script}: {}", said(&done));
            let got = fs::read(desk.path().join("got")).unwrap_or_default();
            assert!(
                holds(line, &got, &expected),
                "{script}: {} of {}",
                got.len(),
                expected.len()
            );
        }
        let done = harness(desk.path(), &line.replace("FILE", "/dev/stdout"));
        assert_eq!(done.status.code(), Some(code), "{line}: {}", said(&done));
        assert!(done.stdout.len() > expected.len(), "{line}");
    }
}

/// JUnit names the time of its writing and how long it took, in as many digits as that has.
fn holds(line: &str, got: &[u8], expected: &[u8]) -> bool {
    let timeless = |bytes: &[u8]| -> Vec<u8> {
        let is_time = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
        let kept = bytes
            .iter()
            .filter(|it| !line.contains("--junit") || !is_time(it));
        kept.copied().collect()
    };
    let (got, expected) = (timeless(got), timeless(expected));
    got.windows(expected.len()).any(|it| it == expected)
}

#[test]
fn the_device_for_what_nobody_wants_stays_one() {
    let desk = able();
    if !desk.path().join("null").exists() {
        return;
    }
    for (line, code) in QUICK {
        let done = harness(desk.path(), &line.replace("FILE", "null"));
        assert_eq!(done.status.code(), Some(code), "{line}: {}", said(&done));
        let null = kind(&desk.path().join("null"));
        assert!(null.is_char_device(), "{line}");
    }
}

/// `<(command)` where a file is written, and `>(command)` where one is read: nobody is there
/// at the other end.
#[test]
fn the_wrong_end_of_a_pipe_is_not_waited_for() {
    let desk = able();
    for words in [
        "report run --to <(sleep 1)",
        "verify run --policy >(sleep 1)",
    ] {
        let harness = env!("CARGO_BIN_EXE_harness");
        let done = bash(desk.path(), &format!("timeout 20 {harness} {words}"));
        assert_eq!(done.status.code(), Some(2), "{words}: {}", said(&done));
        assert!(said(&done).contains("hint: "), "{words}: {}", said(&done));
    }
}

fn bash(folder: &Path, script: &str) -> Output {
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).current_dir(folder);
    bash.output().unwrap()
}
