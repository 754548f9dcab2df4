//! The launchers that run: a process is killed only while it is known not to have
//! been waited for, so that no other process of the same number is hit.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

/// Process numbers of launchers that were not waited for.
#[derive(Debug, Default)]
pub(super) struct Launchers {
    running: Mutex<BTreeSet<u32>>,
}

impl Launchers {
    /// Starts a launcher; from its first moment it can be killed.
    pub(super) fn start(&self, command: &mut Command) -> io::Result<Child> {
        let mut running = self.running();
        let process = command.spawn()?;
        running.insert(process.id());
        Ok(process)
    }

    /// Kills one; its sandbox dies with it.
    pub(super) fn kill(&self, process: u32) {
        if self.running().contains(&process) {
            end(process);
        }
    }

    /// Kills all of them.
    pub(super) fn kill_all(&self) {
        self.running().iter().copied().for_each(end);
    }

    /// Waits for one, which from then on is nobody's to kill.
    pub(super) fn reap(&self, process: &mut Child) -> io::Result<ExitStatus> {
        // First until it has ended, and may still be killed; then its number is given up.
        let id = pid(process.id());
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while matches!(waitid(Id::Pid(id), flags), Err(nix::errno::Errno::EINTR)) {}
        let mut running = self.running();
        running.remove(&process.id());
        process.wait()
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(process: u32) {
    // One that has just ended is as good as killed.
    _ = kill(pid(process), Signal::SIGKILL);
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(i32::try_from(process).unwrap_or(i32::MAX))
}
