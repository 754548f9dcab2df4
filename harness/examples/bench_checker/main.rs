//! `ci/bench checker`: what the checker costs in the locked sandbox, strict filter on,
//! as ratios against peers measured in the same run. It prints; it does not judge.
//!
//! Timed is the checker alone ([`watched`]): from the byte that lets it through the
//! airlock's barrier to its announcement, which follows the report. The engine's
//! start and teardown are not in it; the last exec and the witness's look at it are.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use engine::choice::EngineChoice;
use fixtures::Spec;

mod measure;
mod peers;
mod watched;

use measure::{Sandbox, best, ratio};
use peers::Peer;

/// Each measurement is repeated, in turn with its peers, and the best is taken: what
/// else the machine does only ever adds.
const ROUNDS: usize = 3;
const MANY: u32 = 100_000;
const PAGE: u64 = 4096;
const GIB: u64 = 1 << 30;
const MIB: f64 = 1_048_576.0;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    if let Some(exit) = harness::commands::as_helper() {
        std::process::exit(exit.code().into());
    }
    let folder = tempfile::tempdir()?;
    let engine = match std::env::args().nth(1) {
        Some(word) => word.parse::<EngineChoice>()?,
        None => EngineChoice::Auto,
    };
    let sandbox = Sandbox::open(engine)?;
    let measured = all(&sandbox, folder.path());
    sandbox.close()?;
    measured
}

fn all(sandbox: &Sandbox, folder: &Path) -> Outcome {
    let load = std::fs::read_to_string("/proc/loadavg")?;
    say(&format!(
        "engine {}, load {}; anything else that runs makes the wall times too long",
        sandbox.engine(),
        load.split(' ').next().unwrap_or_default()
    ))?;
    thousand_files(sandbox, folder)?;
    many_files(sandbox, folder)?;
    one_file(sandbox, folder)
}

/// 1 GiB in 1,000 files, against the limit and against what hashes the same files.
fn thousand_files(sandbox: &Sandbox, folder: &Path) -> Outcome {
    let bag = folder.join("thousand");
    let (files, size) = (1000, GIB / 1000);
    fixtures::generate(
        Spec {
            files,
            size,
            seed: 1,
        },
        &bag,
    )?;
    let (mut rates, mut runs, mut dgst, mut sums) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        rates.push(peers::openssl_speed()?);
        runs.push(sandbox.check(&bag)?);
        dgst.push(peers::openssl_dgst(&bag)?);
        sums.push(peers::sha256sum(&bag)?);
    }
    let rate = rates.into_iter().fold(0.0, f64::max);
    let limit = Duration::from_secs_f64(GIB as f64 / rate);
    let wall = best(runs.iter().map(|run| run.wall));
    let cpu = best(runs.iter().map(|run| run.cpu));
    say(&format!(
        "1 GiB in 1,000 files: {wall:.2?}; the limit is {limit:.2?}, by openssl speed's {:.2} GB/s and core",
        rate / 1e9
    ))?;
    say(&ratio("processor time / limit", cpu, limit, 1.15))?;
    say(&ratio("wall / limit, two processors", wall, limit, 0.65))?;
    say(&ratio(
        "wall / openssl dgst",
        wall,
        best(dgst.into_iter()),
        0.7,
    ))?;
    say(&ratio(
        "wall / sha256sum -c",
        wall,
        best(sums.into_iter()),
        0.2,
    ))?;
    std::fs::remove_dir_all(bag).map_err(Into::into)
}

/// 100,000 files of 4 KiB, against checking tools, a tenth of them, and the memory.
fn many_files(sandbox: &Sandbox, folder: &Path) -> Outcome {
    let (many, tenth) = (folder.join("many"), folder.join("tenth"));
    for (bag, files) in [(&many, MANY), (&tenth, MANY / 10)] {
        fixtures::generate(
            Spec {
                files,
                size: PAGE,
                seed: 2,
            },
            bag,
        )?;
    }
    let (mut runs, mut tenths, mut sums) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        runs.push(sandbox.check(&many)?);
        tenths.push(sandbox.check(&tenth)?);
        sums.push(peers::sha256sum(&many)?);
    }
    let wall = best(runs.iter().map(|run| run.wall));
    let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default();
    say(&format!("100,000 files of 4 KiB: {wall:.2?}"))?;
    say(&ratio(
        "wall / sha256sum -c",
        wall,
        best(sums.into_iter()),
        0.35,
    ))?;
    match peers::bagit_py(&many)? {
        Peer::Took(peer) => say(&ratio("wall / bagit.py --processes 2", wall, peer, 0.1))?,
        Peer::NotHere(why) => say(&format!("  wall / bagit.py: NOT MEASURED, {why}"))?,
    }
    let tenth_wall = best(tenths.iter().map(|run| run.wall));
    say(&ratio("ten times the files", wall, tenth_wall, 11.0))?;
    let bound = 32.0 * MIB + 200.0 * f64::from(MANY);
    say(&format!(
        "  peak memory: {:.1} MiB (at most {:.1}: 32 MiB and 200 bytes an entry)",
        peak as f64 / MIB,
        bound / MIB
    ))?;
    std::fs::remove_dir_all(many)?;
    std::fs::remove_dir_all(tenth).map_err(Into::into)
}

/// One file: twice as large, and a thousand times. They are holes: no disk is read.
fn one_file(sandbox: &Sandbox, folder: &Path) -> Outcome {
    let sizes = [GIB / 128, GIB / 2, GIB, 8 * GIB];
    let mut runs = Vec::new();
    for size in sizes {
        let bag = folder.join(size.to_string());
        fixtures::generate_sparse(size, &bag)?;
        let rounds = if size > GIB { 1 } else { ROUNDS };
        let of_size: Result<Vec<_>, _> = (0..rounds).map(|_| sandbox.check(&bag)).collect();
        runs.push(of_size?);
    }
    let wall = |at: usize| best(runs[at].iter().map(|run| run.wall));
    let peak = |at: usize| {
        runs[at]
            .iter()
            .map(|run| run.peak)
            .max()
            .unwrap_or_default()
    };
    say(&format!("one file, a hole: 1 GiB in {:.2?}", wall(2)))?;
    say(&ratio("twice as large", wall(2), wall(1), 2.1))?;
    say(&format!(
        "  peak memory: {:.1} MiB at 8 MiB, {:.1} MiB at 8 GiB (at most 32 MiB, and the same)",
        peak(0) as f64 / MIB,
        peak(3) as f64 / MIB
    ))
}

fn say(line: &str) -> Outcome {
    writeln!(std::io::stdout(), "{line}").map_err(Into::into)
}
