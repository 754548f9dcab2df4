//! One sandbox's life: its launcher, what that says of it, its end.

use std::fs::File;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use evidence::Exit;
use serde::Deserialize;

use super::super::{Ender, EngineError, Finished, Running};
use super::BwrapError;
use super::groups::Joined;
use super::launchers::{Launcher, Launchers};
use super::root::Root;
use super::streams::{Streams, read};

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
    streams: Streams,
    status: Option<File>,
    said: Vec<u8>,
    // Dropped last, when no process is in them any more.
    _root: Arc<Root>,
    _groups: Option<Joined>,
}

impl Sandbox {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            streams: Streams::new(parts.name, parts.launcher, parts.limit, parts.launchers),
            status: Some(parts.status),
            said: Vec::new(),
            _root: parts.root,
            _groups: parts.groups,
        }
    }

    /// Reads of the launcher's status until `enough`, or to its end.
    fn read_status(&mut self, enough: fn(&Status) -> bool) -> Result<Status, EngineError> {
        loop {
            let status = self.parse_status()?;
            let Some(file) = self.status.as_ref().filter(|_| !enough(&status)) else {
                return Ok(status);
            };
            self.streams.wait_for(&[Some(file.as_fd())])?;
            let mut chunk = vec![0; MAX_STATUS];
            match read(self.streams.name(), self.status.as_mut(), &mut chunk)? {
                0 => self.status = None,
                read => self.said.extend_from_slice(&chunk[..read]),
            }
            if self.said.len() > MAX_STATUS {
                let (name, limit) = (self.streams.name().to_owned(), MAX_STATUS);
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
                    name: self.streams.name().to_owned(),
                    source,
                })?;
            known.child = known.child.or(one.child);
            known.exit = known.exit.or(one.exit);
        }
        Ok(known)
    }
}

impl Running for Sandbox {
    fn pid(&self) -> Result<u32, EngineError> {
        let name = self.streams.name().to_owned();
        self.parse_status()?
            .child
            .ok_or_else(|| BwrapError::NoProcess { name }.into())
    }

    fn line(&mut self) -> Result<Option<String>, EngineError> {
        let line = self.streams.line()?;
        if line.is_some() {
            // Who speaks is there, so its launcher has named it.
            self.read_status(|status| status.child.is_some())?;
        }
        Ok(line)
    }

    fn release(&mut self) -> Result<(), EngineError> {
        self.streams.release()
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, EngineError> {
        self.streams.drain()?;
        let status = self.read_status(|_| false)?;
        let ended = self.streams.reap()?;
        let errors = self.streams.errors();
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

    fn ender(&self) -> Ender {
        self.streams.ender()
    }
}
