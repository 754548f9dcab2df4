//! `mutants`: shows that the rows can fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use bundle::file;
use negatives::coverage::Coverage;
use negatives::matrix::Matrix;
use time::OffsetDateTime;
use verify::{Done, Failure, Format, terminal};

use super::require_unstopped;
use crate::cli::{Common, Mutants};
pub(super) use crate::mutants::report::conclusion;
use crate::mutants::{Catalogue, Mutant, Runner, Score, report};
use crate::rehearsal;
use crate::stand::Stand;

/// `harness mutants`.
pub(super) fn mutants(common: &Common, args: &Mutants) -> Result<Done, Failure> {
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let catalogue = Catalogue::builtin(&matrix).map_err(Failure::internal)?;
    let chosen = choose(&catalogue, args);
    if chosen.is_empty() {
        let filter = args.filter.as_deref().unwrap_or_default();
        return Err(Failure::unknown(
            format!("no mutant matches `{filter}`"),
            "a part of a mutant's id, an operator, or a row such as N16",
        ));
    }
    // What cannot be written is found out before the work, not after it.
    let unwritten = |error| Failure::unwritten(error, "name another file with --junit");
    let junit = args.junit.as_deref();
    junit.map_or(Ok(()), file::try_put).map_err(unwritten)?;
    let started = OffsetDateTime::now_utc();
    let mut stand = rehearsal::open(args.on.engine)?;
    stand.use_postgres_image(args.postgres.postgres_image.clone());
    let score = run(args.side_by_side.count(), &stand, &matrix, &chosen);
    let stop = std::sync::Arc::clone(&stand.stop);
    let closed = stand.close();
    let score = score?;
    let coverage = declared::coverage().map_err(Failure::internal)?;
    let said = report::to_json(&score, coverage);
    if let Some(path) = junit {
        let xml = report::to_junit(&score, started).map_err(Failure::internal)?;
        let written = file::put(path, xml.as_ref());
        written.map_err(|error| unwritten(error).beside(&said))?;
    }
    if common.format == Format::Human {
        print(&score, coverage)?;
    }
    let unstopped = require_unstopped(&stop, "not every mutant was run");
    let ended = unstopped.and_then(|()| closed.map_err(Failure::internal));
    ended.map_err(|failure| failure.beside(&said))?;
    Done::saying(score.exit(), &said)
}

/// Runs mutants on an open stand, with a line on standard error for each.
pub(super) fn run(
    jobs: usize,
    stand: &Stand,
    matrix: &Matrix,
    chosen: &[&Mutant],
) -> Result<Score, Failure> {
    let expected = stand.expected(matrix).map_err(Failure::internal)?;
    let runner = Runner::new(stand, matrix, &expected, jobs);
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

fn print(score: &Score, coverage: Coverage) -> Result<(), Failure> {
    terminal::say("row  operator         outcome           took  what")?;
    for outcome in &score.outcomes {
        for line in report::lines(outcome) {
            terminal::say(&line)?;
        }
    }
    terminal::say("")?;
    terminal::say(&report::conclusion(score))?;
    Ok(terminal::say(&coverage.to_string())?)
}
