//! `mutants`: shows that the rows can fail.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use bundle::exit::Exit;
use negatives::coverage::Coverage;
use negatives::matrix::Matrix;
use time::OffsetDateTime;
use verify::{Format, terminal};

use super::Failure;
use super::attest::jobs;
use crate::cli::{Common, Mutants};
pub(super) use crate::mutants::report::conclusion;
use crate::mutants::{Catalogue, Mutant, Runner, Score, report};
use crate::rehearsal;
use crate::stand::Stand;

/// `harness mutants`.
pub(super) fn mutants(common: &Common, args: &Mutants) -> Result<Exit, Failure> {
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let catalogue = Catalogue::builtin(&matrix).map_err(Failure::internal)?;
    let chosen = choose(&catalogue, args);
    if chosen.is_empty() {
        let filter = args.filter.as_deref().unwrap_or_default();
        return Err(Failure::usage(
            format!("no mutant matches `{filter}`"),
            "a part of a mutant's id, an operator, or a row such as N16",
        ));
    }
    let started = OffsetDateTime::now_utc();
    let stand = rehearsal::open(common.engine)?;
    let score = run(common, &stand, &matrix, &chosen);
    let stop = std::sync::Arc::clone(&stand.stop);
    let closed = stand.close();
    let score = score?;
    if let Some(path) = &args.junit {
        let xml = report::to_junit(&score, started).map_err(Failure::internal)?;
        fs::write(path, xml)?;
    }
    let coverage = Coverage::builtin().map_err(Failure::internal)?;
    print(common, &score, coverage)?;
    if stop.is_interrupted() {
        return Ok(Exit::Interrupted);
    }
    if stop.engine_is_lost() {
        return Err(Failure::blocked("the engine stopped answering", None));
    }
    closed.map_err(Failure::internal)?;
    Ok(score.exit())
}

/// Runs mutants on an open stand, with a line on standard error for each.
pub(super) fn run(
    common: &Common,
    stand: &Stand,
    matrix: &Matrix,
    chosen: &[&Mutant],
) -> Result<Score, Failure> {
    let expected = stand.expected().map_err(Failure::internal)?;
    let runner = Runner::new(stand, matrix, &expected, jobs(common));
    let done = AtomicUsize::new(0);
    let score = runner.run(chosen, &|outcome| {
        let number = done.fetch_add(1, Ordering::Relaxed) + 1;
        terminal::tell(&format!(
            "{number}/{} {} {}",
            chosen.len(),
            outcome.mutant.id,
            outcome.came.word()
        ));
    });
    runner.close().map_err(Failure::internal)?;
    Ok(score)
}

fn choose<'a>(catalogue: &'a Catalogue, args: &Mutants) -> Vec<&'a Mutant> {
    let all = if args.short {
        catalogue.short()
    } else {
        catalogue.mutants().iter().collect()
    };
    let matches = |mutant: &&Mutant| {
        let word = args.filter.as_deref();
        word.is_none_or(|word| mutant.matches(word))
    };
    all.into_iter().filter(matches).collect()
}

fn print(common: &Common, score: &Score, coverage: Coverage) -> Result<(), Failure> {
    if common.format == Format::Json {
        return Ok(terminal::say(
            &report::to_json(score, coverage).to_string(),
        )?);
    }
    terminal::say("row  operator         outcome        seconds  what")?;
    for outcome in &score.outcomes {
        for line in report::lines(outcome) {
            terminal::say(&line)?;
        }
    }
    terminal::say("")?;
    terminal::say(&report::conclusion(score))?;
    Ok(terminal::say(&coverage.to_string())?)
}
