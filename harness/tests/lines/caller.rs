//! The caller's own terminal: an audit that was not given one puts nothing into its input.

use std::io::Read as _;
use std::process::{Command, Stdio};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

use super::has;

/// A record is JSON, which has no such words: it is told before anything runs.
#[test]
fn a_word_that_is_no_text_is_refused_before_anything_runs() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let word = OsStr::from_bytes(b"a\xff");
    for words in [
        [OsStr::new("--"), OsStr::new("touch"), word],
        [OsStr::new("--lift"), word, OsStr::new("--")],
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_harness"))
            .arg("audit")
            .args(words)
            .arg("touched")
            .current_dir(work.path())
            .env("HOME", work.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{said}");
        let why = "expected text (UTF-8), which a record can hold, observed `a\\xff`; put it into a script";
        assert!(said.contains(why), "{said}");
        assert!(std::fs::read_dir(work.path()).unwrap().next().is_none());
    }
}

/// The characters that an audit of no sandbox at all left for whoever reads next.
fn left(flags: &[&str]) -> Vec<u8> {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let terminal = openpty(None, None).unwrap();
    let mut mode = tcgetattr(&terminal.slave).unwrap();
    cfmakeraw(&mut mode);
    tcsetattr(&terminal.slave, SetArg::TCSANOW, &mode).unwrap();
    // In a session of its own, whose terminal it is: as one who types the line is.
    let done = Command::new("setsid")
        .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_harness"), "audit"])
        .args(flags)
        .args(["--", "env"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .stdin(terminal.slave.try_clone().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(done.code(), Some(4));
    fcntl(&terminal.slave, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mut typed = vec![0; 16];
    let read = std::fs::File::from(terminal.slave).read(&mut typed);
    typed.truncate(read.unwrap_or_default());
    typed
}

#[test]
fn nothing_is_typed_into_the_callers_terminal() {
    if !has("setsid") {
        return;
    }
    assert_eq!(left(&[]), b"");
    assert_eq!(left(&["--tty"]), b"");
}
