//! Whatever signal at whatever moment: a run ends within seconds, and nothing of it is
//! there any more a little later, on every engine this host has.
//!
//! The moment is drawn. `PROOF_OF_BLOCK_TRIES=60` makes the long form of it.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// How long a run may take to end once it was told to.
const ENDS: Duration = Duration::from_secs(5);
/// How long what it left may take to be gone.
const GONE: Duration = Duration::from_secs(15);
/// Within which the moment is drawn: the first rows, and the engine before them.
const MOMENTS: u64 = 9_000;
/// How often a signal is tried on an engine, unless told otherwise.
const TRIES: usize = 12;
/// How many tries go on side by side: they wait for the most part.
const TOGETHER: usize = 3;

#[derive(Debug, Clone, Copy)]
enum To {
    Process(Signal),
    Group(Signal),
}

const SIGNALS: [To; 8] = [
    To::Group(Signal::SIGINT),
    To::Process(Signal::SIGTERM),
    To::Process(Signal::SIGKILL),
    To::Process(Signal::SIGINT),
    To::Group(Signal::SIGKILL),
    To::Group(Signal::SIGHUP),
    To::Process(Signal::SIGALRM),
    To::Group(Signal::SIGUSR1),
];

/// What else is listened for (signal(7)).
const OTHERS: [Signal; 9] = [
    Signal::SIGALRM,
    Signal::SIGHUP,
    Signal::SIGIO,
    Signal::SIGPROF,
    Signal::SIGPWR,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGVTALRM,
    Signal::SIGXCPU,
];

fn tries() -> usize {
    let told = std::env::var("PROOF_OF_BLOCK_TRIES").ok();
    told.and_then(|tries| tries.parse().ok()).unwrap_or(TRIES)
}

fn is_here(engine: &str) -> bool {
    let asked = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["doctor", "--engine", engine])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.unwrap().success()
}

fn nothing_is_left(engine: &str) {
    if !is_here(engine) {
        return;
    }
    let all: Vec<usize> = (0..tries()).collect();
    thread::scope(|scope| {
        for share in all.chunks(all.len().div_ceil(TOGETHER)) {
            scope.spawn(|| share.iter().for_each(|number| try_once(engine, *number)));
        }
    });
}

fn try_once(engine: &str, number: usize) {
    let folder = tempfile::tempdir().unwrap();
    let signal = SIGNALS[number % SIGNALS.len()];
    // The first moments, in which there is half of everything, in every third try.
    let within = if number.is_multiple_of(3) {
        400
    } else {
        MOMENTS
    };
    let moment = Duration::from_millis(drawn() % within);
    let what = format!("{engine}, {signal:?} after {moment:?}");
    let mut run = start(engine, folder.path());
    thread::sleep(moment);
    let made = fs::read_dir(folder.path()).unwrap().flatten();
    let made: Vec<_> = made.map(|it| it.file_name().into_encoded_bytes()).collect();
    let told = Instant::now();
    send(signal, &run);
    let code = end_of(&mut run, &what);
    assert!(
        told.elapsed() < ENDS,
        "{what}: ended after {:?}",
        told.elapsed()
    );
    // One that had ended before it was told has its own verdict.
    assert!(matches!(code, None | Some(0 | 130)), "{what}: {code:?}");
    let mut left = left_of(folder.path(), &made);
    while !left.is_empty() && told.elapsed() < GONE {
        thread::sleep(Duration::from_millis(250));
        left = left_of(folder.path(), &made);
    }
    assert_eq!(left, Vec::<String>::new(), "{what}");
}

fn drawn() -> u64 {
    getrandom::u64().unwrap()
}

fn start(engine: &str, folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["attest", "--engine", engine, "--out"])
        .arg(folder.join("bundles"))
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

fn send(to: To, run: &Child) {
    let process = Pid::from_raw(run.id().try_into().unwrap());
    // One that has ended already is told nothing.
    _ = match to {
        To::Process(signal) => kill(process, signal),
        To::Group(signal) => killpg(process, signal),
    };
}

fn end_of(run: &mut Child, what: &str) -> Option<i32> {
    let since = Instant::now();
    loop {
        if let Some(status) = run.try_wait().unwrap() {
            return status.code();
        }
        assert!(since.elapsed() < 4 * ENDS, "{what}: it goes on");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What is still there of a run whose temporary folder was made in this one: files, mounts,
/// processes, control groups, containers in any state and images.
fn left_of(folder: &Path, made: &[Vec<u8>]) -> Vec<String> {
    let mut left: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_name() != "bundles" {
            left.push(format!("folder {}", entry.path().display()));
        }
    }
    let here = folder.as_os_str().as_bytes();
    let mentions = |bytes: &[u8]| bytes.windows(here.len()).any(|part| part == here);
    let table = fs::read("/proc/self/mountinfo").unwrap();
    let mounts = table
        .split(|byte| *byte == b'\n')
        .filter(|line| mentions(line));
    left.extend(mounts.map(|line| format!("mount {}", String::from_utf8_lossy(line))));
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        if mentions(&line) {
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            left.push(format!("process {line}"));
        }
    }
    for run in made.iter().filter_map(|name| run_of(name)) {
        left.extend(of_engines(&run));
    }
    left
}

/// The run's id in the name of its folder, `proof-of-block-ID-RANDOM`.
fn run_of(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let rest = name.strip_prefix("proof-of-block-")?;
    Some(rest.split_once('-')?.0.to_owned())
}

fn of_engines(run: &str) -> Vec<String> {
    let said = |program: &str, words: &[&str]| {
        let done = Command::new(program).args(words).output();
        let said = done.map(|done| done.stdout).unwrap_or_default();
        String::from_utf8_lossy(&said).into_owned()
    };
    let label = format!("label=proof-of-block.run={run}");
    let tag = format!("reference=*:{run}");
    let groups = format!("proof-of-block-{run}*");
    let found = [
        said("docker", &["ps", "--all", "--quiet", "--filter", &label]),
        said("docker", &["images", "--quiet", "--filter", &tag]),
        said(
            "find",
            &["/sys/fs/cgroup", "-maxdepth", "4", "-name", &groups],
        ),
    ];
    let lines = found.iter().flat_map(|text| text.lines());
    lines.map(|line| format!("of run {run}: {line}")).collect()
}

/// Ctrl-C reaches what the harness started as well. That a launcher died of it says
/// nothing about this host, whoever is first to see it. Nor does it matter which signal it
/// is, of those that are listened for.
#[test]
fn a_launcher_that_dies_of_the_signal_is_no_reason_to_call_the_host_blocked() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let launcher = folder.path().join("bwrap");
    fs::write(&launcher, "#!/bin/sh\nwhile :; do :; done\n").unwrap();
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).unwrap();
    let commands = ["attest", "doctor", "options", "run"].map(|it| (it, Signal::SIGINT));
    let others = OTHERS.map(|signal| ("run", signal));
    for (command, signal) in commands.into_iter().chain(others) {
        let run = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args([command, "--format", "json"])
            .args(if command == "options" {
                &[][..]
            } else {
                &["--engine", "bwrap"]
            })
            .env("PATH", folder.path())
            .env("TMPDIR", folder.path())
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        while !is_running(&launcher) {
            thread::sleep(Duration::from_millis(5));
        }
        send(To::Group(signal), &run);
        let ended = run.wait_with_output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
        let code = ended.status.code();
        assert_eq!(code, Some(130), "{command}, {signal}: {said}");
        assert_eq!(said["code"], "interrupted", "{command}");
        let left = fs::read_dir(folder.path()).unwrap().flatten();
        let left: Vec<_> = left.map(|it| it.file_name()).collect();
        assert_eq!(left, ["bwrap"], "{command}");
    }
}

fn is_running(program: &Path) -> bool {
    let named = |line: &[u8]| {
        line.split(|byte| *byte == 0)
            .any(|it| it == program.as_os_str().as_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut lines = processes.filter_map(|it| fs::read(it.path().join("cmdline")).ok());
    lines.any(|line| named(&line))
}

#[test]
fn of_a_run_on_docker_nothing_is_left() {
    nothing_is_left("docker");
}

#[test]
fn of_a_run_on_podman_nothing_is_left() {
    nothing_is_left("podman");
}

#[test]
fn of_a_run_on_bubblewrap_nothing_is_left() {
    nothing_is_left("bwrap");
}

#[test]
fn of_a_run_on_firejail_nothing_is_left() {
    nothing_is_left("firejail");
}
