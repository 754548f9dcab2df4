//! One sandbox's life: its launcher's process, its streams, its end.

use std::fs::File;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use evidence::Exit;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use serde::Deserialize;

use super::super::stream::Lines;
use super::super::{EngineError, Finished, Running};
use super::BwrapError;
use super::groups::Joined;
use super::launchers::{Launcher, Launchers};
use super::root::Root;

/// What is read at once.
const CHUNK: usize = 1 << 16;
/// More than the launcher's two documents.
const MAX_STATUS: usize = 1 << 14;

/// What the launcher writes about its sandbox (bwrap(1), `--json-status-fd`).
#[derive(Debug, Default, Deserialize)]
struct Status {
    #[serde(rename = "child-pid")]
    child: Option<u32>,
    #[serde(rename = "exit-code")]
    exit: Option<i64>,
}

/// What a sandbox is made of.
pub(super) struct Parts {
    pub(super) name: String,
    pub(super) launcher: Launcher,
    pub(super) status: File,
    pub(super) root: Arc<Root>,
    pub(super) groups: Option<Joined>,
    pub(super) limit: Duration,
    pub(super) launchers: Arc<Launchers>,
}

/// A sandbox that was started. Dropping it ends it.
pub(super) struct Sandbox {
    name: String,
    process: Pid,
    input: Option<PipeWriter>,
    output: Option<PipeReader>,
    errors: Option<PipeReader>,
    status: Option<File>,
    said: Vec<u8>,
    lines: Lines,
    deadline: Instant,
    limit: Duration,
    launchers: Arc<Launchers>,
    /// Ends the launcher at its deadline even while this thread is in a system call
    /// (`waitpid(2)` of the witness); hanging up dismisses it.
    _guard: Sender<()>,
    reaped: bool,
    // Dropped last, when no process is in them any more.
    _root: Arc<Root>,
    _groups: Option<Joined>,
}

impl Sandbox {
    pub(super) fn new(parts: Parts) -> Self {
        let Launcher {
            process,
            input,
            output,
            errors,
        } = parts.launcher;
        let guard = guard(process, parts.limit, Arc::clone(&parts.launchers));
        Self {
            name: parts.name,
            input: Some(input),
            output: Some(output),
            errors: Some(errors),
            process,
            status: Some(parts.status),
            said: Vec::new(),
            lines: Lines::default(),
            deadline: Instant::now() + parts.limit,
            limit: parts.limit,
            launchers: parts.launchers,
            _guard: guard,
            reaped: false,
            _root: parts.root,
            _groups: parts.groups,
        }
    }

    /// Waits until one of the streams has something, and takes it; false when both
    /// output and errors are at their end.
    fn take_chunk(&mut self) -> Result<bool, EngineError> {
        let ready = {
            let streams = [
                self.output.as_ref().map(AsFd::as_fd),
                self.errors.as_ref().map(AsFd::as_fd),
            ];
            self.wait_for(&streams)?
        };
        let mut chunk = vec![0; CHUNK];
        if ready[0] {
            match read(&self.name, self.output.as_mut(), &mut chunk)? {
                0 => self.output = None,
                read => self.lines.push(&self.name, &chunk[..read])?,
            }
        }
        if ready[1] {
            match read(&self.name, self.errors.as_mut(), &mut chunk)? {
                0 => self.errors = None,
                read => self.lines.push_error(&chunk[..read]),
            }
        }
        Ok(self.output.is_some() || self.errors.is_some())
    }

    /// Which of these can be read without waiting; at least one, if there is any.
    fn wait_for(&self, streams: &[Option<BorrowedFd<'_>>]) -> Result<Vec<bool>, EngineError> {
        let open = streams.iter().flatten();
        let mut polled: Vec<PollFd<'_>> = open
            .map(|stream| PollFd::new(*stream, PollFlags::POLLIN))
            .collect();
        if polled.is_empty() {
            return Ok(vec![false; streams.len()]);
        }
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            match poll(&mut polled, timeout) {
                Ok(0) => return Err(self.too_late()),
                Ok(_) => break,
                Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(self.broken(error.into())),
            }
        }
        let mut ready = polled.iter().map(|one| one.any().unwrap_or(false));
        Ok(streams
            .iter()
            .map(|stream| stream.is_some() && ready.next().unwrap_or(false))
            .collect())
    }

    /// Reads of the launcher's status until `enough`, or to its end.
    fn read_status(&mut self, enough: fn(&Status) -> bool) -> Result<Status, EngineError> {
        loop {
            let status = self.parse_status()?;
            let Some(file) = self.status.as_ref().filter(|_| !enough(&status)) else {
                return Ok(status);
            };
            let streams = [Some(file.as_fd())];
            self.wait_for(&streams)?;
            let mut chunk = vec![0; MAX_STATUS];
            match read(&self.name, self.status.as_mut(), &mut chunk)? {
                0 => self.status = None,
                read => self.said.extend_from_slice(&chunk[..read]),
            }
            if self.said.len() > MAX_STATUS {
                let (name, limit) = (self.name.clone(), MAX_STATUS);
                return Err(EngineError::Flood { name, limit });
            }
        }
    }

    /// One document on each line; a line without its end is not there yet.
    fn parse_status(&self) -> Result<Status, EngineError> {
        let whole = self.said.iter().rposition(|byte| *byte == b'\n');
        let mut known = Status::default();
        for line in self.said[..whole.unwrap_or_default()].split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            let one: Status =
                serde_json::from_slice(line).map_err(|source| BwrapError::Status {
                    name: self.name.clone(),
                    source,
                })?;
            known.child = known.child.or(one.child);
            known.exit = known.exit.or(one.exit);
        }
        Ok(known)
    }

    fn reap(&mut self) -> Result<String, EngineError> {
        self.reaped = true;
        let ended = self.launchers.reap(self.process);
        ended.map_err(|source| self.broken(source))
    }

    fn too_late(&self) -> EngineError {
        EngineError::Deadline {
            name: self.name.clone(),
            limit: self.limit,
        }
    }

    fn broken(&self, source: std::io::Error) -> EngineError {
        let name = self.name.clone();
        BwrapError::Read { name, source }.into()
    }
}

impl Running for Sandbox {
    fn pid(&self) -> Result<u32, EngineError> {
        let name = self.name.clone();
        self.parse_status()?
            .child
            .ok_or_else(|| BwrapError::NoProcess { name }.into())
    }

    fn line(&mut self) -> Result<Option<String>, EngineError> {
        loop {
            if let Some(line) = self.lines.next() {
                // Who speaks is there, so its launcher has named it.
                self.read_status(|status| status.child.is_some())?;
                return Ok(Some(line));
            }
            if !self.take_chunk()? {
                return Ok(self.lines.rest());
            }
        }
    }

    fn release(&mut self) -> Result<(), EngineError> {
        let Some(mut input) = self.input.take() else {
            return Ok(());
        };
        match input.write_all(b"\n") {
            // It is gone already, and its end says why.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(source) => Err(EngineError::Write {
                name: self.name.clone(),
                source,
            }),
            Ok(()) => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, EngineError> {
        // Without its end of input a sandbox at the barrier would wait for ever.
        drop(self.input.take());
        while self.take_chunk()? {}
        let status = self.read_status(|_| false)?;
        let ended = self.reap()?;
        let errors = self.lines.errors();
        let exit = status.exit.map_or_else(
            || {
                Exit::Unknown(format!(
                    "the launcher ended with {ended}, and of its sandbox it said no end"
                ))
            },
            Exit::Code,
        );
        Ok(Finished { exit, errors })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !self.reaped {
            self.launchers.kill(self.process);
            // A net for the paths that failed already and say why.
            drop(self.reap());
        }
    }
}

fn read(
    name: &str,
    stream: Option<&mut impl Read>,
    chunk: &mut [u8],
) -> Result<usize, EngineError> {
    let Some(stream) = stream else { return Ok(0) };
    loop {
        match stream.read(chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => {
                return read.map_err(|source| {
                    let name = name.to_owned();
                    BwrapError::Read { name, source }.into()
                });
            }
        }
    }
}

fn guard(process: Pid, limit: Duration, launchers: Arc<Launchers>) -> Sender<()> {
    let (sender, dismissed) = mpsc::channel();
    thread::spawn(move || {
        if matches!(
            dismissed.recv_timeout(limit),
            Err(RecvTimeoutError::Timeout)
        ) {
            launchers.kill(process);
        }
    });
    sender
}
