//! A sandboxed process that this thread traces: reading its filters back at the
//! barrier, stopping it at its exec, and following its calls.
//!
//! ptrace(2) binds a tracee to one thread: the value is not `Send`.

use std::process::{Child, Command};
use std::sync::Arc;

use evidence::FileCall;
use evidence::profile::NATIVE;
use evidence::view::Seen;
use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::file_calls::FileCalls;
use super::raw;

/// How often a program that is busy is tried again, and the pause between.
const BUSY_TRIES: u32 = 100;
const BUSY_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);
/// More filters than any engine stacks.
const MAX_FILTERS: usize = 32;

/// A process that is traced by this thread.
#[derive(Debug)]
pub struct Tracee {
    pid: Pid,
    /// ptrace(2) requests are the attaching thread's alone.
    not_send: std::marker::PhantomData<*const ()>,
}

/// What became of a process that was let go to its exec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterExec {
    /// It is stopped in the new program, before its first instruction.
    Stopped,
    /// It ended without an exec.
    Ended,
}

/// A signal that is not passed on to a traced process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// None.
    Nothing,
    /// `SIGXFSZ` of setrlimit(2), so that a write past the limit is an error only.
    FileSizeSignal,
}

/// A call that a traced process is about to make.
#[derive(Debug, Clone, Copy)]
pub struct TracedCall {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: [u64; 6],
}

/// How a traced process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; 128 + n where signal n ended it.
    pub code: i64,
    /// It was killed at the call.
    pub killed: bool,
}

/// A program that was written just now is busy for as long as another launch's child,
/// made meanwhile, has yet to come to its own exec (execve(2), ETXTBSY).
pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Child> {
    for _ in 0..BUSY_TRIES {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(BUSY_PAUSE);
            }
            started => return started,
        }
    }
    command.spawn()
}

impl Tracee {
    /// Attaches without disturbing the process; if the harness dies, it dies.
    ///
    /// # Errors
    /// `EPERM` without the right to trace it, `ESRCH` if it is gone.
    pub fn seize(pid: u32) -> Result<Self, Errno> {
        let pid = Pid::from_raw(i32::try_from(pid).map_err(|_| Errno::ESRCH)?);
        ptrace::seize(pid, options())?;
        Ok(Self {
            pid,
            not_send: std::marker::PhantomData,
        })
    }

    /// Starts a command that stops at its exec, traced by this thread.
    ///
    /// # Errors
    /// It cannot be started or does not stop there.
    pub fn start(command: &mut Command) -> std::io::Result<(Self, Child)> {
        raw::trace_me(command);
        let child = spawn(command)?;
        let pid = Pid::from_raw(i32::try_from(child.id()).map_err(std::io::Error::other)?);
        match wait(pid)? {
            WaitStatus::Stopped(_, Signal::SIGTRAP) => {}
            other @ (WaitStatus::Exited(..)
            | WaitStatus::Signaled(..)
            | WaitStatus::Stopped(..)
            | WaitStatus::PtraceEvent(..)
            | WaitStatus::PtraceSyscall(_)
            | WaitStatus::Continued(_)
            | WaitStatus::StillAlive) => {
                return Err(std::io::Error::other(format!(
                    "stopped otherwise: {other:?}"
                )));
            }
        }
        ptrace::setoptions(pid, options())?;
        Ok((
            Self {
                pid,
                not_send: std::marker::PhantomData,
            },
            child,
        ))
    }

    /// Stops it, reads every filter back, oldest first, and lets it go on.
    ///
    /// # Errors
    /// It ended meanwhile, or could not be stopped.
    pub fn filters(&self) -> Result<Seen<Vec<Arc<str>>>, Errno> {
        ptrace::interrupt(self.pid)?;
        wait(self.pid)?;
        let filters = self.read_filters();
        ptrace::cont(self.pid, None)?;
        Ok(filters)
    }

    /// Stops it, reads every filter back, oldest first, and lets it go on untraced.
    ///
    /// # Errors
    /// It ended meanwhile, or could not be stopped.
    pub fn glance(self) -> Result<Seen<Vec<Arc<str>>>, Errno> {
        ptrace::interrupt(self.pid)?;
        wait(self.pid)?;
        let filters = self.read_filters();
        self.detach()?;
        Ok(filters)
    }

    fn read_filters(&self) -> Seen<Vec<Arc<str>>> {
        let mut filters = Vec::new();
        for index in 0..MAX_FILTERS {
            match raw::filter(self.pid, index) {
                Ok(bytes) => filters.push(hex::encode(bytes).into()),
                Err(Errno::ENOENT) => return Seen::Seen(filters),
                // No filter at all is EINVAL (seccomp mode is not filter).
                Err(Errno::EINVAL) if index == 0 => return Seen::Seen(filters),
                Err(error) => {
                    return Seen::NotSeen(format!(
                        "PTRACE_SECCOMP_GET_FILTER: {}; it needs CAP_SYS_ADMIN",
                        error.desc()
                    ));
                }
            }
        }
        Seen::NotSeen(format!("more than {MAX_FILTERS} filters are stacked"))
    }

    /// Waits until it execs, or ends.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn until_exec(&self) -> Result<AfterExec, Errno> {
        loop {
            match wait(self.pid)? {
                WaitStatus::PtraceEvent(_, _, event) if event == libc::PTRACE_EVENT_EXEC => {
                    return Ok(AfterExec::Stopped);
                }
                WaitStatus::Exited(..) | WaitStatus::Signaled(..) => return Ok(AfterExec::Ended),
                other @ (WaitStatus::Stopped(..)
                | WaitStatus::PtraceEvent(..)
                | WaitStatus::PtraceSyscall(_)
                | WaitStatus::Continued(_)
                | WaitStatus::StillAlive) => resume(other, ptrace::cont)?,
            }
        }
    }

    /// Lets a stopped process go on untraced.
    ///
    /// # Errors
    /// It is gone.
    pub fn detach(self) -> Result<(), Errno> {
        ptrace::detach(self.pid, None)
    }

    /// Lets a stopped process go on to its end and records every call about a file that
    /// it, or a thread of it, makes; with it, how it ended, where 128 + n is signal n.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn record_file_calls(self) -> Result<(Vec<FileCall>, i64), Errno> {
        let mut record = FileCalls::default();
        let code = self.follow(Held::Nothing, |pid| match raw::result(pid) {
            Ok(Some(result)) => record.answered(pid, result),
            Ok(None) | Err(_) => record.entered(pid),
        })?;
        Ok((record.into_calls(), code))
    }

    /// Lets a stopped process go on to its end, or to the first call that `here` is
    /// true of: there it is killed, before the kernel carries the call out.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn to_the_end(
        self,
        held: Held,
        mut here: impl FnMut(&TracedCall) -> bool,
    ) -> Result<Ended, Errno> {
        let (own, mut killed) = (self.pid, false);
        let code = self.follow(held, |pid| {
            if !killed && call_of(pid).is_some_and(|call| here(&call)) {
                killed = kill(own, Signal::SIGKILL).is_ok();
            }
        })?;
        Ok(Ended { code, killed })
    }

    /// To its end, with a look at every stop at a call.
    fn follow(self, held: Held, mut look: impl FnMut(Pid)) -> Result<i64, Errno> {
        ptrace::syscall(self.pid, None)?;
        loop {
            match wait_any()? {
                WaitStatus::PtraceSyscall(pid) => {
                    look(pid);
                    go_on(pid, None)?;
                }
                WaitStatus::Exited(pid, code) if pid == self.pid => return Ok(i64::from(code)),
                WaitStatus::Signaled(pid, signal, _) if pid == self.pid => {
                    return Ok(128 + i64::from(signal as i32));
                }
                WaitStatus::Exited(..) | WaitStatus::Signaled(..) => {}
                WaitStatus::Stopped(pid, Signal::SIGXFSZ) if held == Held::FileSizeSignal => {
                    go_on(pid, None)?;
                }
                other @ (WaitStatus::Stopped(..)
                | WaitStatus::PtraceEvent(..)
                | WaitStatus::Continued(_)
                | WaitStatus::StillAlive) => resume(other, go_on)?,
            }
        }
    }
}

/// A tracee dies with the harness, and takes its threads into the trace.
fn options() -> Options {
    Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_EXITKILL
}

/// Waits for the tracee or any thread of it: `__WNOTHREAD` leaves out what other
/// threads of this process trace.
fn wait_any() -> Result<WaitStatus, Errno> {
    let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
    loop {
        match waitpid(None, Some(flags)) {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

fn wait(pid: Pid) -> Result<WaitStatus, Errno> {
    loop {
        match waitpid(pid, Some(WaitPidFlag::__WALL)) {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

/// Passes on a signal that was on its way; every other stop just goes on.
fn resume(
    status: WaitStatus,
    go: impl Fn(Pid, Option<Signal>) -> Result<(), Errno>,
) -> Result<(), Errno> {
    match status {
        WaitStatus::Stopped(pid, signal) => go(pid, Some(signal)),
        WaitStatus::PtraceEvent(pid, ..) | WaitStatus::PtraceSyscall(pid) => go(pid, None),
        WaitStatus::Exited(..)
        | WaitStatus::Signaled(..)
        | WaitStatus::Continued(_)
        | WaitStatus::StillAlive => Ok(()),
    }
}

fn go_on(pid: Pid, signal: Option<Signal>) -> Result<(), Errno> {
    match ptrace::syscall(pid, signal) {
        // Killed between two stops: its end is the next thing waited for.
        Err(Errno::ESRCH) => Ok(()),
        other => other,
    }
}

/// The call at whose entry `pid` is stopped.
pub(super) fn call_of(pid: Pid) -> Option<TracedCall> {
    let entry = raw::entry(pid).ok().flatten()?;
    let name = seccomp::syscall_name(NATIVE, u32::try_from(entry.number).ok()?)?;
    Some(TracedCall {
        name,
        arguments: entry.arguments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_busy_for_a_moment_is_started() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("true");
        std::fs::copy("/bin/true", &program).unwrap();
        let writer = std::fs::OpenOptions::new().append(true).open(&program);
        let writer = writer.unwrap();
        let first = Command::new(&program).spawn().unwrap_err();
        assert_eq!(first.kind(), std::io::ErrorKind::ExecutableFileBusy);
        let closes = std::thread::spawn(move || {
            std::thread::sleep(BUSY_PAUSE * 5);
            drop(writer);
        });
        assert!(
            spawn(&mut Command::new(&program))
                .unwrap()
                .wait()
                .unwrap()
                .success()
        );
        closes.join().unwrap();
    }
}
