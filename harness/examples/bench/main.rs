//! `ci/bench attest`: what a whole run costs, as ratios against peers measured in
//! the same run. It prints; it does not judge.
//!
//! Each peer has a file: the floor is the same number of containers by a minimal
//! client, the suite is bats around the docker command line.

use std::error::Error;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engine::choice::EngineChoice;
use evidence::plan;
use harness::stand::Stand;
use harness::suite::Suite;
use negatives::matrix::{Case, Matrix};

mod cost;
mod floor;
mod suite;

use cost::Cost;

/// How many launches run side by side, here and in the floor.
const JOBS: usize = 3;
/// The word by which this program is told to run the rows alone.
const ROWS: &str = "rows";

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(exit) = harness::commands::as_helper() {
        std::process::exit(exit.code().into());
    }
    let matrix = declared::matrix()?;
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let harness = match arguments.as_slice() {
        [harness] => harness,
        [rows, times] if rows == ROWS => return rows_here(&matrix, times),
        [] | [..] => return Err("usage: bench HARNESS, the program that is measured".into()),
    };
    let launches: usize = matrix
        .cases()
        .iter()
        .map(|case| plan::orders(case).len())
        .sum();
    let folder = tempfile::tempdir()?;

    say("measuring `attest` as a process")?;
    let attest = cost::of_attest(Path::new(harness), folder.path(), JOBS)?;
    say("measuring the floor")?;
    let floor = floor::run(launches, JOBS)?;
    say("measuring the bats suite")?;
    let suite = suite::run(&matrix, folder.path())?;
    say("measuring the rows once and twice")?;
    let (once, twice) = (rows(1)?, rows(2)?);

    report(launches, &attest, floor, suite.as_ref(), &once, &twice)
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "{line}")
}

/// Wall time, and the highest resident size of the process, in kilobytes.
struct Rows {
    wall: Duration,
    peak: u64,
}

/// Runs every row this many times, in a process of its own: what another run left in
/// the allocator is not this one's.
fn rows(times: usize) -> Result<Rows, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args([ROWS, &times.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let (millis, peak) = said.trim().split_once(' ').ok_or("the rows were not run")?;
    Ok(Rows {
        wall: Duration::from_millis(millis.parse()?),
        peak: peak.parse()?,
    })
}

/// That process's part: says how long it took and its highest resident size.
fn rows_here(matrix: &Matrix, times: &OsStr) -> Result<(), Box<dyn Error>> {
    let times: usize = times.to_str().ok_or("how many times?")?.parse()?;
    let cases: Vec<&Case> = (0..times).flat_map(|_| matrix.cases()).collect();
    let stand = Stand::open(EngineChoice::Docker)?;
    let expected = stand.expected(matrix)?;
    let bench = stand.bench(Vec::new());
    let started = Instant::now();
    let results = Suite {
        bench: &bench,
        expected: &expected,
        jobs: JOBS,
        stop: &stand.stop,
    }
    .run(&cases, None);
    let wall = started.elapsed().as_millis();
    drop(results);
    stand.close()?;
    let peak = cost::peak_kilobytes()?;
    writeln!(std::io::stdout(), "{wall} {peak}").map_err(Into::into)
}

fn report(
    launches: usize,
    attest: &Cost,
    floor: Duration,
    suite: Option<&suite::Peer>,
    once: &Rows,
    twice: &Rows,
) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let wall = attest.wall.as_secs_f64();
    writeln!(
        out,
        "attest: {wall:.1} s for {launches} sandboxes, {JOBS} side by side, exit {}",
        attest.exit
    )?;
    let ratio = wall / floor.as_secs_f64();
    writeln!(
        out,
        "wall / floor: {ratio:.2} (goal at most 1.25; the same number of containers, created, started, waited for and removed by a minimal client: {:.1} s)",
        floor.as_secs_f64()
    )?;
    writeln!(
        out,
        "processor time of the harness / of everything else meanwhile: {:.3} (goal at most 0.10; {:.1} s / {:.1} s)",
        attest.own.as_secs_f64() / attest.others.as_secs_f64(),
        attest.own.as_secs_f64(),
        attest.others.as_secs_f64()
    )?;
    writeln!(out, "{}", beside_bats(suite, wall))?;
    writeln!(
        out,
        "twice the rows / once: {:.2} in wall time (goal at most 2.1), {:.2} in peak memory (goal: flat; {} kB / {} kB)",
        twice.wall.as_secs_f64() / once.wall.as_secs_f64(),
        twice.peak as f64 / once.peak as f64,
        twice.peak,
        once.peak
    )?;
    Ok(())
}

fn beside_bats(suite: Option<&suite::Peer>, wall: f64) -> String {
    let Some(peer) = suite else {
        return "bats suite: NOT MEASURED, bats or docker is not here".to_owned();
    };
    let (locked, both) = peer.whole();
    format!(
        "bats suite / attest: {:.1} with one launch an attempt, {:.1} with its control too (goal at least 5; {} of {} attempts run in {:.1} s, the rest in proportion)",
        locked / wall,
        both / wall,
        peer.sample,
        peer.attempts,
        peer.wall.as_secs_f64()
    )
}
