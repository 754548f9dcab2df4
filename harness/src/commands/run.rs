//! `run`: rows as tests of libtest-mimic, with the flags of `cargo test`.
//!
//! A verdict that is not held fails its test. Rows that cannot run yet and
//! deferred rows are ignored when tests are listed, never skipped at run time:
//! a skip at run time counts as a pass for some runners.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bundle::exit::Exit;
use engine::choice::EngineChoice;
use evidence::plan;
use judge::{Expected, Reason, Verdict, VerdictWord};
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use negatives::matrix::{Case, Matrix};
use verify::terminal;

use super::Failure;
use super::attest::jobs;
use crate::cli::{Common, POSTGRES_IMAGE_VARIABLE, Run};
use crate::stand::Stand;
use crate::suite::Suite;
use crate::{lifts, rehearsal};

/// What the trials share.
#[derive(Debug)]
struct Shared {
    stand: Stand,
    expected: Expected,
    lifted: Vec<negatives::matrix::Lift>,
    jobs: usize,
}

/// `harness run`.
pub(super) fn run(common: &Common, args: &Run) -> Result<Exit, Failure> {
    let words = std::iter::once("harness run".to_owned()).chain(args.rest.iter().cloned());
    let arguments = Arguments::from_iter(words);
    let lifted = lifts::parse(&args.lift)
        .map_err(|error| Failure::usage(error, &format!("lifts: {}", lifts::words().join(", "))))?;
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let arguments = exact_id(arguments, &matrix);
    if arguments.list {
        let conclusion = libtest_mimic::run(&arguments, trials(&matrix, None));
        return Ok(if conclusion.has_failed() {
            Exit::Internal
        } else {
            Exit::Held
        });
    }
    require_a_row(&arguments, &matrix)?;
    let shared = open(
        common.engine,
        common.postgres_image.clone(),
        lifted,
        jobs(common),
    )?;
    let (conclusion, verdicts) = call(&arguments, &matrix, on(&shared));
    close(shared)?;
    Ok(outcome(&verdicts, &conclusion))
}

/// How `run` would end on this line, with `verdict` in place of the sandboxes. The
/// runner's own words go nowhere.
pub(crate) fn rehearse(
    line: &[&str],
    verdict: impl Fn(&Case) -> Verdict + Send + Sync + 'static,
) -> Result<Exit, Failure> {
    let words = std::iter::once("run").chain(line.iter().copied());
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let mut arguments = exact_id(Arguments::from_iter(words), &matrix);
    arguments.logfile = Some("/dev/null".to_owned());
    require_a_row(&arguments, &matrix)?;
    let (conclusion, verdicts) = call(&arguments, &matrix, Arc::new(verdict));
    Ok(outcome(&verdicts, &conclusion))
}

/// How a row comes to its verdict.
type Judging = Arc<dyn Fn(&Case) -> Verdict + Send + Sync>;

/// In real sandboxes.
fn on(shared: &Arc<Shared>) -> Judging {
    let shared = Arc::clone(shared);
    Arc::new(move |case| shared.verdict(case))
}

/// Has the runner call the rows; what it says, and the verdicts it heard.
fn call(
    arguments: &Arguments,
    matrix: &Matrix,
    judging: Judging,
) -> (Conclusion, Vec<VerdictWord>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let conclusion = libtest_mimic::run(arguments, trials(matrix, Some((&judging, &heard))));
    let heard = std::mem::take(&mut *lock(&heard));
    (conclusion, heard)
}

fn lock(heard: &Mutex<Vec<VerdictWord>>) -> MutexGuard<'_, Vec<VerdictWord>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The `acceptance` test target: the same trials under `cargo test` and nextest.
#[must_use]
pub fn as_test_target() -> ExitCode {
    if let Some(exit) = super::as_helper() {
        return exit.into();
    }
    let arguments = Arguments::from_args();
    match test_target(arguments) {
        Ok(code) => code,
        Err(failure) => {
            terminal::tell(&format!(
                "error: {}",
                evidence::error::chain(&*failure.error)
            ));
            failure.exit.into()
        }
    }
}

fn test_target(arguments: Arguments) -> Result<ExitCode, Failure> {
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let arguments = exact_id(arguments, &matrix);
    let nothing = require_a_row(&arguments, &matrix).is_err();
    if arguments.list || nothing {
        return Ok(libtest_mimic::run(&arguments, trials(&matrix, None)).exit_code());
    }
    let image = std::env::var(POSTGRES_IMAGE_VARIABLE).ok();
    let shared = open(EngineChoice::Auto, image, Vec::new(), 2)?;
    let (conclusion, _) = call(&arguments, &matrix, on(&shared));
    close(shared)?;
    Ok(conclusion.exit_code())
}

fn open(
    engine: EngineChoice,
    postgres_image: Option<String>,
    lifted: Vec<negatives::matrix::Lift>,
    jobs: usize,
) -> Result<Arc<Shared>, Failure> {
    let mut stand = rehearsal::open(engine)?;
    stand.use_postgres_image(postgres_image);
    let expected = match stand.expected() {
        Ok(expected) => expected,
        Err(error) => {
            drop(stand.close());
            return Err(Failure::internal(error));
        }
    };
    Ok(Arc::new(Shared {
        stand,
        expected,
        lifted,
        jobs,
    }))
}

/// Gives the stand back, whatever became of the trials.
fn close(shared: Arc<Shared>) -> Result<(), Failure> {
    let Some(shared) = Arc::into_inner(shared) else {
        return Err(Failure::internal("a trial is still running"));
    };
    let interrupted = shared.stand.stop.is_interrupted();
    let lost = shared.stand.stop.engine_is_lost();
    let closed = shared.stand.close();
    if interrupted {
        return Err(Failure {
            exit: Exit::Interrupted,
            error: "interrupted".into(),
            hint: None,
        });
    }
    if lost {
        return Err(Failure::blocked("the engine stopped answering", None));
    }
    closed.map_err(Failure::internal)
}

/// Held takes a held verdict from every trial. One that was ignored, or failed
/// without a verdict (it crashed, or is deferred and was run all the same), did not
/// hold.
fn outcome(verdicts: &[VerdictWord], conclusion: &Conclusion) -> Exit {
    let all_held = verdicts.iter().all(|verdict| *verdict == VerdictWord::Held);
    let silent = conclusion.has_failed() || conclusion.num_ignored > 0;
    if verdicts.contains(&VerdictWord::Broken) {
        Exit::Broken
    } else if verdicts.is_empty() || !all_held || silent {
        Exit::Incomplete
    } else {
        Exit::Held
    }
}

/// A row's id alone means that row: `N1` is not `N19`.
fn exact_id(mut arguments: Arguments, matrix: &Matrix) -> Arguments {
    let case = arguments.filter.as_ref().and_then(|filter| {
        matrix
            .cases()
            .iter()
            .find(|case| case.id.as_str() == filter)
    });
    if let Some(case) = case {
        // Exactness is the filter's alone: what is skipped is skipped as it was asked.
        if !arguments.exact {
            arguments.skip = skipped(&arguments.skip, matrix);
        }
        arguments.filter = Some(name(case));
        arguments.exact = true;
    }
    arguments
}

/// The whole names of the rows that contain one of these.
fn skipped(parts: &[String], matrix: &Matrix) -> Vec<String> {
    let only = |part: &String| Arguments {
        filter: Some(part.clone()),
        ..Arguments::default()
    };
    let asked: Vec<Arguments> = parts.iter().map(only).collect();
    rows(matrix, None)
        .filter(|row| asked.iter().any(|one| !one.is_filtered_out(row)))
        .map(|row| row.name().to_owned())
        .collect()
}

/// Nothing that ran is nothing that held.
fn require_a_row(arguments: &Arguments, matrix: &Matrix) -> Result<(), Failure> {
    // The runner's own rule, with the names it lists: it is asked with those.
    let chosen = |row: &Trial| !arguments.is_filtered_out(row);
    if rows(matrix, None).any(|row| chosen(&row)) {
        return Ok(());
    }
    let filter = arguments.filter.clone().unwrap_or_default();
    Err(Failure::usage(
        format!("no row matches `{filter}`"),
        "`harness list` shows the rows",
    ))
}

fn name(case: &Case) -> String {
    format!("{} {}", case.id, case.title)
}

/// How a trial comes to its verdict, and where it says so.
type Bench<'a> = (&'a Judging, &'a Arc<Mutex<Vec<VerdictWord>>>);

fn trials(matrix: &Matrix, bench: Option<Bench<'_>>) -> Vec<Trial> {
    let deferred = matrix.deferred().iter().map(|row| {
        let title = format!("{} {}", row.id, row.title);
        Trial::test(title, || Err(Failed::from("deferred: it is never run")))
            .with_kind("deferred")
            .with_ignored_flag(true)
    });
    rows(matrix, bench).chain(deferred).collect()
}

fn rows(matrix: &Matrix, bench: Option<Bench<'_>>) -> impl Iterator<Item = Trial> {
    matrix.cases().iter().map(move |case| {
        let bench = bench.map(|(judging, heard)| (Arc::clone(judging), Arc::clone(heard)));
        let row = case.clone();
        let cannot_run = !plan::can_run(case);
        let attempt = move || match &bench {
            Some((judging, heard)) => attempt(&row, judging, heard),
            None => Err(Failed::from("no engine was opened")),
        };
        Trial::test(name(case), attempt)
            .with_kind(case.layer.to_string())
            .with_ignored_flag(cannot_run)
    })
}

fn attempt(case: &Case, judging: &Judging, heard: &Mutex<Vec<VerdictWord>>) -> Result<(), Failed> {
    let verdict = judging(case);
    let word = verdict.word();
    lock(heard).push(word);
    match verdict.reason() {
        None => Ok(()),
        Some(reason) => Err(Failed::from(terminal::safe(&format!("{word}: {reason}")))),
    }
}

impl Shared {
    fn verdict(&self, case: &Case) -> Verdict {
        let bench = self.stand.bench(self.lifted.clone());
        let suite = Suite {
            bench: &bench,
            expected: &self.expected,
            jobs: self.jobs,
            stop: &self.stand.stop,
        };
        let mut results = suite.run(&[case], None);
        let launch = case.id.to_string();
        let silent = Verdict::NotRun(Reason::NoRecord { launch });
        results.pop().map_or(silent, |result| result.verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(words: &[&str]) -> bool {
        let matrix = Matrix::builtin().unwrap();
        let words = std::iter::once("run").chain(words.iter().copied());
        let arguments = exact_id(Arguments::from_iter(words), &matrix);
        require_a_row(&arguments, &matrix).is_ok()
    }

    #[test]
    fn a_row_is_found_by_every_name_it_is_listed_under() {
        assert!(matches(&["N19"]));
        assert!(matches(&["N19 No exec"]));
        assert!(matches(&["--exact", "N19 No exec"]));
        assert!(matches(&["--exact", "[L1] N19 No exec"]));
        assert!(matches(&["[L1] N19"]));
    }

    #[test]
    fn a_filter_that_matches_no_row_is_refused() {
        assert!(!matches(&["N99"]));
        assert!(!matches(&["--exact", "No exec"]));
        assert!(!matches(&["--exact", "[L2] N19 No exec"]));
        assert!(!matches(&["N19", "--skip", "exec"]));
        assert!(!matches(&["N19", "--skip", "N19"]));
        assert!(matches(&["N19", "--skip", "N18"]));
    }
}
