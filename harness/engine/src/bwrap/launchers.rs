//! The launchers that run: a process is killed only while it is known not to have
//! been waited for, so that no other process of the same number is hit.

use std::collections::BTreeSet;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

use super::preparation::{self, Preparation, Program};

/// Process numbers of launchers that were not waited for.
#[derive(Debug, Default)]
pub(crate) struct Launchers {
    running: Mutex<BTreeSet<Pid>>,
}

/// A launcher that was started, with its standard streams.
pub(crate) struct Launcher {
    pub(crate) process: Pid,
    pub(crate) input: PipeWriter,
    pub(crate) output: PipeReader,
    pub(crate) errors: PipeReader,
}

impl Launchers {
    /// Starts a launcher; from its first moment it can be killed.
    pub(crate) fn start(
        &self,
        program: &Program,
        preparation: &Preparation,
    ) -> io::Result<Launcher> {
        let ((theirs, input), (output, answers), (errors, complaints)) =
            (io::pipe()?, io::pipe()?, io::pipe()?);
        let streams: [OwnedFd; 3] = [theirs.into(), answers.into(), complaints.into()];
        let mut running = self.running();
        let process = preparation::start(program, streams.each_ref(), preparation)?;
        running.insert(process);
        Ok(Launcher {
            process,
            input,
            output,
            errors,
        })
    }

    /// Kills one; its sandbox dies with it.
    pub(crate) fn kill(&self, process: Pid) {
        if self.running().contains(&process) {
            end(process);
        }
    }

    /// Kills all of them.
    pub(crate) fn kill_all(&self) {
        self.running().iter().copied().for_each(end);
    }

    /// Waits for one, which from then on is nobody's to kill; how it ended.
    pub(crate) fn reap(&self, process: Pid) -> io::Result<Ended> {
        // First until it has ended, and may still be killed; then its number is given up.
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while matches!(
            waitid(Id::Pid(process), flags),
            Err(nix::errno::Errno::EINTR)
        ) {}
        let mut running = self.running();
        running.remove(&process);
        Ok(Ended(waitpid(process, None)?))
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a launcher ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended(WaitStatus);

impl Ended {
    /// Its exit code, where it came to one.
    pub(crate) fn code(self) -> Option<i32> {
        if let WaitStatus::Exited(_, code) = self.0 {
            return Some(code);
        }
        None
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let WaitStatus::Exited(_, code) = self.0 {
            write!(out, "exit status {code}")
        } else if let WaitStatus::Signaled(_, signal, _) = self.0 {
            write!(out, "signal {signal}")
        } else {
            write!(out, "{:?}", self.0)
        }
    }
}

fn end(process: Pid) {
    // Its group, which is its own: until its child is in a session of its own it may not
    // be bound to its launcher's life yet. One that has just ended is as good as killed.
    _ = killpg(process, Signal::SIGKILL);
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io::{Read, Write};

    use nix::sys::resource::Resource;

    use super::*;

    fn preparation() -> Preparation {
        Preparation {
            passage: None,
            limits: vec![(Resource::RLIMIT_NOFILE, 77)],
            groups: Vec::new(),
            user: None,
            supplementary: Vec::new(),
            kept: Vec::new(),
            session: false,
        }
    }

    fn shell(script: &str) -> Program {
        let mut shell = Program::new(OsStr::new("/bin/sh")).unwrap();
        shell.argument("-c").unwrap();
        shell.argument(script).unwrap();
        shell.variable("TOLD", OsStr::new("a word")).unwrap();
        shell
    }

    /// What it says and complains of, and how it ends.
    fn run(program: &Program, preparation: &Preparation) -> (String, String, String) {
        let launchers = Launchers::default();
        let mut launcher = launchers.start(program, preparation).unwrap();
        launcher.input.write_all(b"heard").unwrap();
        drop(launcher.input);
        let (mut said, mut complained) = (String::new(), String::new());
        launcher.output.read_to_string(&mut said).unwrap();
        launcher.errors.read_to_string(&mut complained).unwrap();
        let ended = launchers.reap(launcher.process).unwrap().to_string();
        assert!(launchers.running().is_empty());
        (said, complained, ended)
    }

    #[test]
    fn a_launcher_has_what_it_was_prepared_with_and_nothing_else() {
        let (read, _write) = io::pipe().unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&read);
        let script = format!(
            "cat; echo \" $TOLD\"; env | cut -d= -f1 | grep -v -e ^_ -e PWD; ulimit -n; pwd; \
             test -e /proc/self/fd/{number} && echo kept; ls /proc/self/fd | wc -l; \
             grep -E '^Sig(Blk|Ign)' /proc/self/status >&2; exit 3"
        );
        let kept = Preparation {
            kept: vec![read.into()],
            ..preparation()
        };
        let (said, complained, ended) = run(&shell(&script), &kept);
        // Of `ls` itself: its streams, the folder, and what was kept.
        assert_eq!(said, "heard a word\nTOLD\n77\n/\nkept\n5\n");
        let signals: Vec<u64> = complained
            .split_whitespace()
            .filter_map(|word| u64::from_str_radix(word, 16).ok())
            .collect();
        let pipe = 1 << (Signal::SIGPIPE as i32 - 1);
        assert_eq!((signals[0], signals[1] & pipe), (0, 0));
        assert_eq!(ended, "exit status 3");
        // It reads to the end: one that ends at once may be gone before it is written to.
        let without = format!("cat >&2; test -e /proc/self/fd/{number} || echo closed");
        let without = shell(&without);
        assert_eq!(run(&without, &preparation()).0, "closed\n");
    }

    #[test]
    fn a_launcher_in_a_session_of_its_own_leads_it_and_is_killed_with_its_group() {
        let own = Preparation {
            session: true,
            ..preparation()
        };
        let script = "cat >/dev/null; read -r _ _ _ _ group session _ </proc/self/stat; \
                      [ $group = $$ ] && [ $session = $$ ] && echo led";
        assert_eq!(run(&shell(script), &own).0, "led\n");
        let launchers = Launchers::default();
        let launcher = launchers.start(&shell("cat & cat"), &own).unwrap();
        launchers.kill(launcher.process);
        let ended = launchers.reap(launcher.process).unwrap();
        assert_eq!(ended.to_string(), "signal SIGKILL");
    }

    #[test]
    fn a_launcher_that_is_killed_ended_by_that() {
        let launchers = Launchers::default();
        let launcher = launchers.start(&shell("cat"), &preparation()).unwrap();
        launchers.kill(launcher.process);
        let ended = launchers.reap(launcher.process).unwrap();
        assert_eq!(ended.to_string(), "signal SIGKILL");
        launchers.kill(launcher.process);
    }

    #[test]
    fn a_step_that_fails_starts_nothing_and_says_why() {
        let launchers = Launchers::default();
        let missing = Program::new(OsStr::new("/no/such/program")).unwrap();
        let failed = launchers.start(&missing, &preparation());
        assert_eq!(failed.err().unwrap().raw_os_error(), Some(libc::ENOENT));
        let not_writable = Preparation {
            groups: vec![File::open("/dev/null").unwrap()],
            ..preparation()
        };
        let failed = launchers.start(&shell("echo"), &not_writable);
        assert_eq!(failed.err().unwrap().raw_os_error(), Some(libc::EBADF));
        assert!(launchers.running().is_empty());
        assert!(Program::new(OsStr::new("a\0b")).is_err());
    }
}
