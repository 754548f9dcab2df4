//! A terminal of the audit's own for the line: what is put into its input is seen here,
//! where nobody types.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::read;

/// What makes a terminal the line's own, in a session of its own (setsid(1)).
pub(super) const BEFORE: [&str; 2] = ["setsid", "--ctty"];
/// The act whose mark it is.
const ACT: &str = "terminal-input";

/// A terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Without it the terminal hangs up.
    _master: OwnedFd,
    slave: OwnedFd,
}

impl Terminal {
    /// Opens one.
    ///
    /// # Errors
    /// There is none to be had.
    pub(super) fn open() -> io::Result<Self> {
        let OpenptyResult { master, slave } = openpty(None, None)?;
        // Each character is there at once, and none is echoed or means an interrupt.
        let mut mode = tcgetattr(&slave)?;
        cfmakeraw(&mut mode);
        tcsetattr(&slave, SetArg::TCSANOW, &mode)?;
        Ok(Self {
            _master: master,
            slave,
        })
    }

    /// For the line's standard input.
    ///
    /// # Errors
    /// There are too many open files.
    pub(super) fn input(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.slave.try_clone()?))
    }

    /// Whether something was put into its input.
    pub(super) fn saw(&self) -> Option<(String, String)> {
        fcntl(&self.slave, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).ok()?;
        let mut room = [0; 16];
        let length = read(&self.slave, &mut room).ok()?;
        let there = room.get(..length)?.contains(&b'x');
        let who = "it was in the input of the caller's terminal".to_owned();
        there.then(|| (ACT.to_owned(), who))
    }
}
