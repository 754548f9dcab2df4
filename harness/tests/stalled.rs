//! A packet whose checker stands still is given up, on every engine, and one that only
//! takes long is not.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// How long a checker may take to be there, and a run to be over.
const SOON: Duration = Duration::from_secs(60);

fn harness(folder: &Path, line: &str) -> Command {
    let mut harness = Command::new(env!("CARGO_BIN_EXE_harness"));
    harness.args(line.split_whitespace()).current_dir(folder);
    harness
}

/// A bag whose one file has so many bytes, none of which the disk has.
fn packet(bytes: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("packet/data");
    fs::create_dir_all(&data).unwrap();
    let file = fs::File::create(data.join("zeros")).unwrap();
    file.set_len(bytes).unwrap();
    let bag = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    fs::write(folder.path().join("packet/bagit.txt"), bag).unwrap();
    let manifest = format!("{}  data/zeros\n", "0".repeat(64));
    fs::write(folder.path().join("packet/manifest-sha256.txt"), manifest).unwrap();
    folder
}

/// The checker that has this folder's packet as its input.
fn checker_of(folder: &Path) -> Option<Pid> {
    let name = folder.file_name()?.to_str()?;
    let mut numbers = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let read = |number, file| fs::read_to_string(format!("/proc/{number}/{file}"));
    numbers
        .find(|number| {
            read(*number, "comm").is_ok_and(|it| it.trim() == "checker")
                && read(*number, "mountinfo").is_ok_and(|it| it.contains(name))
        })
        .map(Pid::from_raw)
}

/// Checks the packet, stops its checker in the middle, and waits for the end.
fn stopped(folder: &Path, engine: &str) -> Output {
    let line = format!("--format json check packet --engine {engine} --patience 2");
    let mut run = harness(folder, &line);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = run.spawn().unwrap();
    let start = Instant::now();
    let checker = loop {
        if let Some(found) = checker_of(folder) {
            break found;
        }
        assert!(start.elapsed() < SOON, "{engine}: no checker");
        thread::sleep(Duration::from_millis(5));
    };
    kill(checker, Signal::SIGSTOP).unwrap();
    let done = run.wait_with_output().unwrap();
    assert!(start.elapsed() < SOON, "{engine}");
    while kill(checker, None).is_ok() {
        assert!(
            start.elapsed() < SOON,
            "{engine}: the checker is still there"
        );
        thread::sleep(Duration::from_millis(5));
    }
    done
}

fn gives_up(engine: &str) {
    let there = harness(Path::new("/"), &format!("doctor --engine {engine}"))
        .output()
        .unwrap();
    // To stop another user's process takes root.
    if !there.status.success() || !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = packet(100 << 30);
    let done = stopped(folder.path(), engine);
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said:#}");
    assert_eq!(said["packets"][0]["code"], "stalled", "{said:#}");
    let why = said["packets"][0]["error"].as_str().unwrap();
    assert!(
        why.contains("stood still for the 2 s of --patience"),
        "{why}"
    );
    let hint = said["packets"][0]["hint"].as_str().unwrap();
    for cause in [
        "a disk that does not answer",
        "a checker that only computes",
    ] {
        assert!(hint.contains(cause), "{hint}");
    }
}

#[test]
fn on_bubblewrap_a_checker_that_stands_still_is_given_up() {
    gives_up("bwrap");
}

#[test]
fn on_docker_a_checker_that_stands_still_is_given_up() {
    gives_up("docker");
}

#[test]
fn on_podman_a_checker_that_stands_still_is_given_up() {
    gives_up("podman");
}

#[test]
fn on_firejail_a_checker_that_stands_still_is_given_up() {
    gives_up("firejail");
}

/// Where this kernel freezes processes by its older interface: one that is frozen is in an
/// uninterruptible sleep, and a signal that kills is only heard once it is thawed.
const FREEZER: &str = "/sys/fs/cgroup/freezer";

/// A checker that the kernel cannot end, until this is dropped.
struct Frozen(PathBuf);

impl Frozen {
    fn new(checker: Pid, folder: &Path) -> Self {
        let group = Path::new(FREEZER).join(folder.file_name().unwrap());
        fs::create_dir(&group).unwrap();
        fs::write(group.join("cgroup.procs"), checker.to_string()).unwrap();
        let state = group.join("freezer.state");
        fs::write(&state, "FROZEN").unwrap();
        let start = Instant::now();
        while fs::read_to_string(&state).unwrap().trim() != "FROZEN" {
            assert!(start.elapsed() < SOON, "it does not freeze");
            thread::sleep(Duration::from_millis(5));
        }
        Self(group)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let start = Instant::now();
        fs::write(self.0.join("freezer.state"), "THAWED").unwrap();
        while fs::remove_dir(&self.0).is_err() {
            if start.elapsed() > SOON {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A check whose checker is frozen in the middle; nothing where this host cannot.
fn frozen(folder: &Path, bound: &str) -> Option<(Child, Pid, Frozen)> {
    let root = nix::unistd::geteuid().is_root();
    if !root || !Path::new(FREEZER).join("tasks").exists() {
        return None;
    }
    let line = format!("--format json check packet --engine bwrap {bound}");
    let mut run = harness(folder, &line);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = run.spawn().unwrap();
    let start = Instant::now();
    // While it is looked at from outside, who looks would stand still with it.
    let checker = loop {
        if let Some(found) = checker_of(folder).filter(|it| reads(*it)) {
            break found;
        }
        assert!(start.elapsed() < SOON, "no checker");
        thread::sleep(Duration::from_millis(5));
    };
    let frozen = Frozen::new(checker, folder);
    Some((run, checker, frozen))
}

/// Whether it has read some of its packet.
fn reads(checker: Pid) -> bool {
    let counted = fs::read_to_string(format!("/proc/{checker}/io")).unwrap_or_default();
    let read = counted.lines().find_map(|it| it.strip_prefix("rchar: "));
    read.is_some_and(|it| it.parse().is_ok_and(|bytes: u64| bytes > 64 << 20))
}

/// Whether a signal that kills waits for it.
fn is_killed(checker: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{checker}/status")).unwrap();
    assert!(status.contains("State:\tD"), "{status}");
    let pending = status.lines().find_map(|it| it.strip_prefix("ShdPnd:\t"));
    u64::from_str_radix(pending.unwrap(), 16).unwrap() & (1 << 8) != 0
}

#[test]
fn a_checker_that_the_kernel_cannot_end_holds_the_run_up() {
    let folder = packet(100 << 30);
    let Some((mut run, checker, frozen)) = frozen(folder.path(), "--patience 2") else {
        return;
    };
    let start = Instant::now();
    while !is_killed(checker) {
        assert!(start.elapsed() < SOON, "it is not given up");
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_secs(5));
    assert_eq!(run.try_wait().unwrap(), None);
    drop(frozen);
    let done = run.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said:#}");
    assert_eq!(said["packets"][0]["code"], "stalled", "{said:#}");
}

#[test]
fn with_a_bound_of_time_it_is_left_behind_and_removed_once_it_ends() {
    let folder = packet(100 << 30);
    let Some((run, checker, frozen)) = frozen(folder.path(), "--timeout 2") else {
        return;
    };
    let done = run.wait_with_output().unwrap();
    assert!(is_killed(checker));
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(3), "{said:#}");
    let message = said["message"].as_str().unwrap();
    let group = message.split('`').nth(1).unwrap();
    assert!(Path::new(group).exists(), "{said:#}");
    let hint = said["hint"].as_str().unwrap();
    assert!(hint.contains("a process in it does not end"), "{said:#}");
    drop(frozen);
    let start = Instant::now();
    while Path::new(group).exists() {
        assert!(start.elapsed() < SOON, "{group} stays");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Some seconds of reading, where a second of standing still would be the end.
#[test]
fn a_packet_that_takes_long_has_its_time() {
    let folder = packet(4 << 30);
    let start = Instant::now();
    let line = "--format json check packet --engine bwrap --patience 1";
    let done = harness(folder.path(), line).output().unwrap();
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    if said["code"] == "blocked" {
        return;
    }
    assert_eq!(said["packets"][0]["code"], "packet_refused", "{said:#}");
    let took = start.elapsed();
    assert!(took > Duration::from_secs(1), "it was no test: {took:?}");
}
