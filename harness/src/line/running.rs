//! A line that runs: its output is read as it comes, its time is limited, and its whole
//! process group ends with it.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::terminal::{BEFORE, Terminal};

/// How often it is looked at.
const PAUSE: Duration = Duration::from_millis(3);
/// How long its output may stay open once it has ended and was killed.
const REST: Duration = Duration::from_millis(500);
/// How long it may take to end once it was asked to.
const GRACE: Duration = Duration::from_secs(2);
/// The most that is kept of either stream.
const MOST: usize = 8 << 20;

/// What has come of a stream.
type Kept = Arc<Mutex<Vec<u8>>>;

/// A running line.
#[derive(Debug)]
pub(super) struct Running {
    process: Child,
    output: Kept,
    words: Kept,
    readers: Vec<JoinHandle<()>>,
}

/// How it ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its status; none where it did not start.
    pub status: Option<ExitStatus>,
    /// Its standard output.
    pub output: Vec<u8>,
    /// Its standard error.
    pub words: Vec<u8>,
}

impl Ended {
    /// It did not even start.
    #[must_use]
    pub(super) fn never(words: String) -> Self {
        Self {
            status: None,
            output: Vec::new(),
            words: words.into_bytes(),
        }
    }
}

impl Running {
    /// Starts it in a process group of its own, without standard input unless it is
    /// given a terminal.
    ///
    /// # Errors
    /// Its program cannot be started.
    pub(super) fn start(
        words: &[String],
        (variables, value): &(Vec<&str>, String),
        terminal: Option<&Terminal>,
    ) -> std::io::Result<Self> {
        let (program, rest) = words
            .split_first()
            .ok_or_else(|| std::io::Error::other("the line is empty"))?;
        let mut command = match terminal {
            // A session is a process group, too, and none can be made by who leads one.
            Some(_) => {
                let mut command = Command::new(BEFORE[0]);
                command.args(&BEFORE[1..]).arg(program);
                command
            }
            None => {
                let mut command = Command::new(program);
                command.process_group(0);
                command
            }
        };
        let input = terminal.map_or_else(|| Ok(Stdio::null()), Terminal::input)?;
        let mut process = command
            .args(rest)
            .envs(variables.iter().map(|name| (name, value)))
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (output, words) = (Kept::default(), Kept::default());
        let mut readers = Vec::new();
        if let Some(stream) = process.stdout.take() {
            readers.push(read(stream, Arc::clone(&output)));
        }
        if let Some(stream) = process.stderr.take() {
            readers.push(read(stream, Arc::clone(&words)));
        }
        Ok(Self {
            process,
            output,
            words,
            readers,
        })
    }

    /// Its process group.
    #[must_use]
    pub(super) fn group(&self) -> i32 {
        i32::try_from(self.process.id()).unwrap_or(i32::MAX)
    }

    /// Waits until its output is as wanted, or it has ended, or `stop` says so, or the
    /// time is over; whether it is as wanted.
    pub(super) fn until(
        &mut self,
        limit: Duration,
        stop: impl Fn() -> bool,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> bool {
        let since = Instant::now();
        let mut length = 0;
        loop {
            let ended = self.is_over();
            if ended {
                self.drain();
            }
            let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
            if output.len() > length {
                length = output.len();
                if wanted(&output) {
                    return true;
                }
            }
            drop(output);
            if ended || stop() || since.elapsed() > limit {
                return false;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub(super) fn is_over(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// What is in the pipes of a process that has ended is read within a moment.
    fn drain(&self) {
        let since = Instant::now();
        while since.elapsed() < REST && !self.readers.iter().all(JoinHandle::is_finished) {
            thread::sleep(PAUSE);
        }
    }

    /// Ends it and whatever is left of its group.
    #[must_use]
    pub(super) fn end(mut self) -> Ended {
        let group = Pid::from_raw(self.group());
        if matches!(self.process.try_wait(), Ok(None)) {
            // A launcher that is asked can end what it started elsewhere.
            _ = killpg(group, Signal::SIGTERM);
            let since = Instant::now();
            while since.elapsed() < GRACE && matches!(self.process.try_wait(), Ok(None)) {
                thread::sleep(PAUSE);
            }
        }
        _ = killpg(group, Signal::SIGKILL);
        let status = self.process.wait().ok();
        self.drain();
        let take = |kept: &Kept| {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *kept)
        };
        Ended {
            status,
            output: take(&self.output),
            words: take(&self.words),
        }
    }
}

fn read(mut stream: impl Read + Send + 'static, kept: Kept) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut room = [0; 16 * 1024];
        while let Ok(length @ 1..) = stream.read(&mut room) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let left = MOST.saturating_sub(kept.len()).min(length);
            kept.extend_from_slice(&room[..left]);
        }
    })
}
