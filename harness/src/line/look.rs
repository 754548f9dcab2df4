//! The process from outside: found by its nonce and by the bytes of its program, looked
//! at while it waits, and then let go on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use engine::witness::{LaidOut, Lookup, Tracee, processes, view};
use evidence::digest::sha256;
use evidence::view::{Seen, View};
use negatives::scout::GO_ON;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::image::{self, Told};
use super::ways::{Aim, ways};

/// How long a process that said hello is looked for.
const PATIENCE: Duration = Duration::from_millis(300);
/// How much of a command line tells whose it is.
const HEAD: u64 = 4096;

/// What was seen of a process.
#[derive(Debug)]
pub(super) struct Looked {
    /// The process; why not, where it was not found or may not be looked at.
    pub view: Result<View, String>,
    /// What the engine tells of its container, where its launcher is one.
    pub told: Told,
    /// Other ways to what the acts reach for, by act.
    pub ways: BTreeMap<String, String>,
}

/// The process with this nonce, which this launcher started.
pub(super) fn look((nonce, launcher): (&str, &str), aims: &[Aim]) -> Looked {
    let found = find(nonce).and_then(|pid| {
        let number = u32::try_from(pid.as_raw()).map_err(|error| error.to_string())?;
        Ok((pid, number))
    });
    let (pid, number) = match found {
        Ok(found) => found,
        Err(why) => return Looked::nothing(why),
    };
    let view = at(number);
    let told = image::of(launcher, number);
    let ways = ways(number, aims);
    if let Ok(signal) = Signal::try_from(GO_ON)
        && keeps(number)
    {
        // Where it may not be told, it goes on by itself.
        _ = kill(pid, signal);
    }
    Looked { view, told, ways }
}

impl Looked {
    /// Nothing was seen; why.
    pub(super) fn nothing(why: String) -> Self {
        Self {
            view: Err(why),
            told: Told::default(),
            ways: BTreeMap::new(),
        }
    }
}

/// Whether the process keeps the signal until it asks for it: it would end one that does
/// not.
fn keeps(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let blocked = lines.find_map(|it| it.strip_prefix("SigBlk:"));
    let blocked = blocked.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
    blocked.is_some_and(|it| it & 1 << (GO_ON - 1) != 0)
}

fn at(pid: u32) -> Result<View, String> {
    match fs::read(format!("/proc/{pid}/exe")) {
        Ok(program) if sha256(&program) == sha256(programs::SCOUT) => {}
        // Another user's: what of it is everybody's to see is seen all the same.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        Ok(_) => return Err(format!("process {pid} is another program than the probe")),
        Err(error) => {
            return Err(format!(
                "the program of process {pid} cannot be read: {error}"
            ));
        }
    }
    let mut view = view(Lookup {
        pid,
        command: &[],
        held: 1000,
        folders: ["/", "/"],
        programs: LaidOut::none(),
    });
    if let Seen::Seen(status) = &mut view.status
        && let Ok(label) = fs::read_to_string(format!("/proc/{pid}/attr/current"))
    {
        let label = label.trim_end_matches(['\0', '\n']);
        status.insert("Label".to_owned(), label.to_owned());
    }
    view.filters = match Tracee::seize(pid).and_then(Tracee::glance) {
        Ok(filters) => filters,
        Err(error) => Seen::NotSeen(format!("ptrace: {}", error.desc())),
    };
    Ok(view)
}

fn find(nonce: &str) -> Result<Pid, String> {
    let since = Instant::now();
    loop {
        if let Some(pid) = processes().find(|pid| is(*pid, nonce)) {
            return Ok(pid);
        }
        if since.elapsed() > PATIENCE {
            return Err(
                "no process of this host is the probe: another kernel, or hidden".to_owned(),
            );
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The nonce is its first argument: that of a shell or a launcher stands further on, or
/// among other words.
fn is(pid: Pid, nonce: &str) -> bool {
    let mut words = Vec::new();
    let Ok(file) = File::open(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    if file.take(HEAD).read_to_end(&mut words).is_err() {
        return false;
    }
    words.split(|byte| *byte == 0).nth(1) == Some(nonce.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_that_would_be_ended_by_the_signal_is_told_from_one_that_keeps_it() {
        let mut command = Command::new("sleep");
        let mut plain = command.arg("600.5").spawn().unwrap();
        let found = keeps(plain.id());
        plain.kill().unwrap();
        plain.wait().unwrap();
        assert!(!found);
        let script = "trap '' USR2; env --block-signal=USR2 grep SigBlk /proc/self/status";
        let blocked = Command::new("sh").args(["-c", script]).output().unwrap();
        let text = String::from_utf8(blocked.stdout).unwrap();
        assert_eq!(text.trim(), "SigBlk:\t0000000000000800");
    }
}
