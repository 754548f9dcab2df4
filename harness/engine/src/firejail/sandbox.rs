//! One sandbox's life. firejail says nothing of it: its process is found beneath the
//! launcher's, and its end is the launcher's.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use evidence::Exit;

use super::root::Jail;
use super::{EngineError, FirejailError};
use crate::bwrap::groups::Joined;
use crate::bwrap::launchers::{Launcher, Launchers};
use crate::bwrap::streams::Streams;
use crate::{Ender, Finished, Running};

/// What a sandbox is made of.
pub(super) struct Parts {
    pub(super) name: String,
    pub(super) launcher: Launcher,
    pub(super) jail: Jail,
    pub(super) groups: Joined,
    pub(super) limit: Duration,
    pub(super) launchers: Arc<Launchers>,
}

/// A sandbox that was started. Dropping it ends it.
pub(super) struct Sandbox {
    streams: Streams,
    /// Known when it has spoken.
    process: Option<u32>,
    // Dropped last, when no process is in them any more.
    jail: Jail,
    _groups: Joined,
}

impl Sandbox {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            streams: Streams::new(parts.name, parts.launcher, parts.limit, parts.launchers),
            process: None,
            jail: parts.jail,
            _groups: parts.groups,
        }
    }

    /// firejail, the first process of its namespace, what that runs.
    fn find(&self) -> Result<u32, FirejailError> {
        let launcher = self.streams.process().as_raw();
        let first = u32::try_from(launcher).ok().and_then(child);
        first
            .and_then(child)
            .ok_or_else(|| FirejailError::NoProcess {
                name: self.streams.name().to_owned(),
                launcher,
            })
    }
}

impl Running for Sandbox {
    fn pid(&self) -> Result<u32, EngineError> {
        let name = || self.streams.name().to_owned();
        self.process.ok_or_else(|| {
            let launcher = self.streams.process().as_raw();
            FirejailError::NoProcess {
                name: name(),
                launcher,
            }
            .into()
        })
    }

    fn line(&mut self) -> Result<Option<String>, EngineError> {
        let line = self.streams.line()?;
        if line.is_some() && self.process.is_none() {
            // Who speaks is there, and firejail has made it all.
            self.process = Some(self.find()?);
            self.jail.take_away()?;
        }
        Ok(line)
    }

    fn release(&mut self) -> Result<(), EngineError> {
        self.streams.release()
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, EngineError> {
        self.streams.drain()?;
        let ended = self.streams.reap()?;
        let errors = self.streams.errors();
        // firejail ends as what it runs does, and with 1 where it cannot run it.
        let exit = match (self.process, ended.code()) {
            (Some(_), Some(code)) => Exit::Code(code.into()),
            _ => Exit::Unknown(format!(
                "the launcher ended with {ended}, and of its sandbox nothing was heard"
            )),
        };
        Ok(Finished { exit, errors })
    }

    fn ender(&self) -> Ender {
        self.streams.ender()
    }
}

/// A process's first child (proc_pid_task_tid_children(5)).
fn child(process: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    children.ok()?.split_whitespace().next()?.parse().ok()
}
