//! How long a sandboxed process may stand still.
//!
//! Honest work takes the time that it takes, and moves: it asks the kernel for something
//! every now and then. That is counted from outside, by the kernel, and is nothing that
//! the process says.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::Ender;

/// The time for which a process may stand still, and whether one did.
#[derive(Debug)]
pub struct Patience {
    limit: Duration,
    over: Arc<AtomicBool>,
}

impl Patience {
    /// For so long, as its counters tell when they are looked at.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            over: Arc::default(),
        }
    }

    /// The time, where a process stood still for as long and was ended for it.
    #[must_use]
    pub fn over(&self) -> Option<Duration> {
        self.over.load(Ordering::SeqCst).then_some(self.limit)
    }

    /// Ends the process once it has stood still for too long. Hanging up ends the watch.
    pub(super) fn watch(&self, process: u32, ender: Ender) -> Sender<()> {
        let (sender, dismissed) = mpsc::channel();
        let (limit, over) = (self.limit, Arc::clone(&self.over));
        thread::spawn(move || {
            let mut known = moved(process);
            let mut since = Instant::now();
            // Looked at so often that it is ended within a quarter more than its time.
            while let Err(RecvTimeoutError::Timeout) = dismissed.recv_timeout(limit / 4) {
                let now = moved(process);
                if now.is_none() || now != known {
                    (known, since) = (now, Instant::now());
                } else if since.elapsed() >= limit {
                    over.store(true, Ordering::SeqCst);
                    return ender();
                }
            }
        });
        sender
    }
}

/// What the kernel counts of a process that works: bytes that all its threads read
/// (proc_pid_io(5)), where this user may know it, and for each thread the time in the
/// kernel (proc_pid_stat(5)) and the times it gave the processor away to wait
/// (proc_pid_status(5)). One that only computes moves none of them: nothing here does so
/// for long. `None` when the process is gone or hidden.
fn moved(process: u32) -> Option<[u64; 3]> {
    let folder = format!("/proc/{process}");
    let read = fs::read_to_string(format!("{folder}/io")).unwrap_or_default();
    let mut counted = [number(&read, "rchar"), 0, 0];
    for thread in fs::read_dir(format!("{folder}/task")).ok()?.flatten() {
        // One that has ended in between is counted no more, which is a change.
        let text = |name| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        counted[1] += time_in_the_kernel(&text("stat"));
        counted[2] += number(&text("status"), "voluntary_ctxt_switches");
    }
    Some(counted)
}

/// The value of a line `NAME: VALUE`.
fn number(text: &str, name: &str) -> u64 {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let value = lines.into_iter().find(|(known, _)| *known == name);
    value
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or_default()
}

/// The 15th field, in ticks of the clock. The second is the program's name in
/// parentheses, which may hold both spaces and parentheses.
fn time_in_the_kernel(stat: &str) -> u64 {
    let behind_the_name = stat.rsplit_once(')').map(|(_, rest)| rest);
    behind_the_name
        .and_then(|rest| rest.split_whitespace().nth(12))
        .and_then(|field| field.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};
    use std::sync::mpsc::channel;

    use super::*;

    /// A shell that does this; ended when the test is over.
    struct Shell(Child);

    impl Shell {
        fn doing(what: &str) -> Self {
            Self(Command::new("sh").args(["-c", what]).spawn().unwrap())
        }

        /// Whether it is ended for standing still, within ten times its time.
        fn is_ended(&self) -> bool {
            let limit = Duration::from_millis(400);
            let patience = Patience::new(limit);
            let (sender, ended) = channel();
            let ender = Box::new(move || sender.send(()).unwrap());
            let watch = patience.watch(self.0.id(), ender);
            let ended = ended.recv_timeout(limit * 10).is_ok();
            drop(watch);
            assert_eq!(patience.over(), ended.then_some(limit));
            ended
        }
    }

    impl Drop for Shell {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn who_waits_for_ever_is_ended() {
        assert!(Shell::doing("exec sleep 60").is_ended());
    }

    #[test]
    fn who_reads_is_not() {
        assert!(!Shell::doing("while :; do read x </proc/uptime; done").is_ended());
    }

    #[test]
    fn who_only_computes_is_ended() {
        assert!(Shell::doing("while :; do :; done").is_ended());
    }

    #[test]
    fn of_who_is_gone_nothing_is_counted() {
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        assert_eq!(moved(gone.id()), None);
    }

    #[test]
    fn a_name_with_a_parenthesis_moves_no_field() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 90 0 0 0 3 21 0 0 20 0 1 0";
        assert_eq!(time_in_the_kernel(stat), 21);
    }
}
