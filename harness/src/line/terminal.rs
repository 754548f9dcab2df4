//! A terminal of the audit's own for the line: what is put into its input is seen here,
//! where nobody types, as soon as it is there: a launcher may empty it when it ends.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

/// What makes a terminal the line's own, in a session of its own (setsid(1)).
pub(super) const BEFORE: [&str; 2] = ["setsid", "--ctty"];
/// The act whose mark it is.
pub(super) const ACT: &str = "terminal-input";
/// How often it is looked at.
const PAUSE: Duration = Duration::from_millis(1);

/// A terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Without it the terminal hangs up.
    _master: OwnedFd,
    slave: OwnedFd,
    stop: Arc<AtomicBool>,
    reader: Option<JoinHandle<bool>>,
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
        // Opened once more: what is set of it here is not set of the line's input.
        let own = OpenOptions::new()
            .read(true)
            .custom_flags(O_NOCTTY | O_NONBLOCK)
            .open(ttyname(&slave)?)?;
        let stop = Arc::new(AtomicBool::new(false));
        let reader = {
            let stop = Arc::clone(&stop);
            thread::spawn(move || reads(own, &stop))
        };
        Ok(Self {
            _master: master,
            slave,
            stop,
            reader: Some(reader),
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
    pub(super) fn saw(mut self) -> Option<(String, String)> {
        let there = self.end();
        let who = "it was in the input of the caller's terminal".to_owned();
        there.then(|| (ACT.to_owned(), who))
    }

    fn end(&mut self) -> bool {
        self.stop.store(true, Ordering::Relaxed);
        let reader = self.reader.take();
        reader.is_some_and(|it| it.join().unwrap_or_default())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads until it is to stop, and once more; whether the act's character was there.
fn reads(mut terminal: std::fs::File, stop: &AtomicBool) -> bool {
    let mut room = [0; 16];
    let mut there = false;
    loop {
        let last = stop.load(Ordering::Relaxed);
        while let Ok(length @ 1..) = terminal.read(&mut room) {
            there |= room[..length].contains(&b'x');
        }
        if last {
            return there;
        }
        thread::sleep(PAUSE);
    }
}
