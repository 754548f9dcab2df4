//! What a command costs: wall time, its own processor time, and that of everything
//! else on the machine meanwhile (the engine, its shims, the sandboxes). On a machine
//! that does other work too, the last is too high: run the benchmark alone.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// What one run cost.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) own: Duration,
    pub(crate) others: Duration,
    pub(crate) exit: i32,
}

/// Runs `attest` with a development key.
pub(crate) fn of_attest(
    harness: &Path,
    folder: &Path,
    jobs: usize,
) -> Result<Cost, Box<dyn Error>> {
    let (own, busy, started) = (children()?, machine()?, Instant::now());
    let status = Command::new(harness)
        .args(["attest", "--engine", "docker", "--format", "json", "--jobs"])
        .arg(jobs.to_string())
        .arg("--out")
        .arg(folder.join("attestation"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let wall = started.elapsed();
    let own = children()?.saturating_sub(own);
    Ok(Cost {
        wall,
        own,
        others: machine()?.saturating_sub(busy).saturating_sub(own),
        exit: status.code().unwrap_or(-1),
    })
}

/// Processor time of every child that was waited for.
fn children() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = |it: nix::sys::time::TimeVal| {
        u64::try_from(it.tv_sec()).unwrap_or(0) * 1_000_000
            + u64::try_from(it.tv_usec()).unwrap_or(0)
    };
    Ok(Duration::from_micros(
        micros(usage.user_time()) + micros(usage.system_time()),
    ))
}

/// Processor time of the whole machine, user and system (proc_stat(5)).
fn machine() -> Result<Duration, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/stat")?;
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    // user, nice, system, idle, iowait, irq, softirq; in hundredths of a second.
    let ticks: u64 = [0, 1, 2, 5, 6]
        .iter()
        .filter_map(|at| fields.get(*at))
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// The highest resident size of this process so far (proc_pid_status(5)).
pub(crate) fn peak_kilobytes() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.ok_or("no VmHWM in /proc/self/status")?;
    Ok(words.trim().trim_end_matches(" kB").parse()?)
}
