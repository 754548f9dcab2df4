//! A launcher's process and its streams: read until its deadline, ended when nobody
//! looks any more.

use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;

use super::super::stream::Lines;
use super::super::{Ender, EngineError};
use super::BwrapError;
use super::launchers::{Launcher, Launchers};

/// What is read at once.
const CHUNK: usize = 1 << 16;

/// A launcher that was started. Dropping it ends it.
pub(crate) struct Streams {
    name: String,
    process: Pid,
    input: Option<PipeWriter>,
    output: Option<PipeReader>,
    errors: Option<PipeReader>,
    lines: Lines,
    deadline: Instant,
    limit: Duration,
    launchers: Arc<Launchers>,
    /// Ends the launcher at its deadline even while this thread is in a system call
    /// (`waitpid(2)` of the witness); hanging up dismisses it.
    _guard: Sender<()>,
    reaped: bool,
}

impl Streams {
    /// Of a launcher that may take as long as this.
    pub(crate) fn new(
        name: String,
        launcher: Launcher,
        limit: Duration,
        launchers: Arc<Launchers>,
    ) -> Self {
        let Launcher {
            process,
            input,
            output,
            errors,
        } = launcher;
        let guard = guard(process, limit, Arc::clone(&launchers));
        Self {
            name,
            process,
            input: Some(input),
            output: Some(output),
            errors: Some(errors),
            lines: Lines::default(),
            deadline: Instant::now() + limit,
            limit,
            launchers,
            _guard: guard,
            reaped: false,
        }
    }

    /// The sandbox's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The launcher's process.
    pub(crate) fn process(&self) -> Pid {
        self.process
    }

    /// The next whole line of standard output; `None` at its end.
    pub(crate) fn line(&mut self) -> Result<Option<String>, EngineError> {
        loop {
            if let Some(line) = self.lines.next() {
                return Ok(Some(line));
            }
            if !self.take_chunk()? {
                return Ok(self.lines.rest());
            }
        }
    }

    /// Writes the one byte that the airlock waits for.
    pub(crate) fn release(&mut self) -> Result<(), EngineError> {
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

    /// Reads both streams to their end.
    pub(crate) fn drain(&mut self) -> Result<(), EngineError> {
        // Without its end of input a sandbox at the barrier would wait for ever.
        drop(self.input.take());
        while self.take_chunk()? {}
        Ok(())
    }

    /// What was kept of standard error.
    pub(crate) fn errors(&self) -> String {
        self.lines.errors()
    }

    /// What ends the launcher from another thread.
    pub(crate) fn ender(&self) -> Ender {
        let (process, launchers) = (self.process, Arc::clone(&self.launchers));
        Box::new(move || launchers.kill(process))
    }

    /// Waits for the launcher's end; how it ended.
    pub(crate) fn reap(&mut self) -> Result<super::launchers::Ended, EngineError> {
        self.reaped = true;
        let ended = self.launchers.reap(self.process);
        ended.map_err(|source| self.broken(source))
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
    pub(crate) fn wait_for(
        &self,
        streams: &[Option<BorrowedFd<'_>>],
    ) -> Result<Vec<bool>, EngineError> {
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

impl Drop for Streams {
    fn drop(&mut self) {
        if !self.reaped {
            self.launchers.kill(self.process);
            // A net for the paths that failed already and say why.
            drop(self.reap());
        }
    }
}

/// Reads once from a stream that has something.
pub(crate) fn read(
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
