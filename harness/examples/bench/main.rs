//! `ci/bench attest`: what a whole run costs, as ratios against peers measured in
//! the same run. It prints; it does not judge.
//!
//! Each peer has a file: the floor is the same number of containers by a minimal
//! client, the suite is bats around the docker command line.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use harness::cli::EngineChoice;
use harness::plan;
use harness::stand::Stand;
use harness::suite::Suite;
use negatives::matrix::{Case, Matrix};

mod cost;
mod floor;
mod suite;

use cost::Cost;

/// How many launches run side by side, here and in the floor.
const JOBS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(exit) = harness::commands::as_helper() {
        std::process::exit(exit.code().into());
    }
    let harness = std::env::args_os()
        .nth(1)
        .ok_or("usage: bench HARNESS, the program whose `attest` is measured")?;
    let matrix = Matrix::builtin()?;
    let launches: usize = matrix
        .cases()
        .iter()
        .map(|case| plan::orders(case).len())
        .sum();
    let folder = tempfile::tempdir()?;

    say("measuring `attest` as a process")?;
    let attest = cost::of_attest(harness.as_ref(), folder.path(), JOBS)?;
    say("measuring the floor")?;
    let floor = floor::run(launches, JOBS)?;
    say("measuring the bats suite")?;
    let suite = suite::run(&matrix, folder.path())?;
    say("measuring the rows once and twice")?;
    let (once, twice) = rows_once_and_twice(&matrix)?;

    report(launches, &attest, floor, suite.as_ref(), &once, &twice)
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "{line}")
}

/// Wall time, and the highest resident size of this process in kilobytes.
struct Rows {
    wall: Duration,
    peak: u64,
}

fn rows_once_and_twice(matrix: &Matrix) -> Result<(Rows, Rows), Box<dyn Error>> {
    let once: Vec<&Case> = matrix.cases().iter().collect();
    let twice: Vec<&Case> = once.iter().chain(&once).copied().collect();
    Ok((rows(&once)?, rows(&twice)?))
}

fn rows(cases: &[&Case]) -> Result<Rows, Box<dyn Error>> {
    let stand = Stand::open(EngineChoice::Docker)?;
    let expected = stand.expected()?;
    let bench = stand.bench(Vec::new());
    cost::forget_peak()?;
    let started = Instant::now();
    let results = Suite {
        bench: &bench,
        expected: &expected,
        jobs: JOBS,
        stop: &stand.stop,
    }
    .run(cases, None);
    let wall = started.elapsed();
    drop(results);
    stand.close()?;
    Ok(Rows {
        wall,
        peak: cost::peak_kilobytes()?,
    })
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
        "twice the rows / once: {:.2} in wall time (goal at most 2.1), {:.2} in peak memory ({} kB)",
        twice.wall.as_secs_f64() / once.wall.as_secs_f64(),
        twice.peak as f64 / once.peak as f64,
        twice.peak
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
