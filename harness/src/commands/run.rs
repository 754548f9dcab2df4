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
use libtest_mimic::{Conclusion, Failed, Trial};
use negatives::matrix::{Case, Matrix};
use verify::terminal;

use self::choice::Choice;
use self::given::Given;
use super::Failure;
use super::attest::jobs;
use crate::cli::{Common, POSTGRES_IMAGE_VARIABLE, Run};
use crate::stand::Stand;
use crate::suite::Suite;
use crate::{lifts, rehearsal};

mod choice;
mod given;

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
    let choice = read(args.rest.iter().cloned())?;
    let lifted = lifts::parse(&args.lift)
        .map_err(|error| Failure::usage(error, &format!("lifts: {}", lifts::words().join(", "))))?;
    let Given { matrix, said } = given::take(args.matrix.as_deref())?;
    require_rows(&choice, &matrix)?;
    if choice.arguments.list {
        let conclusion = list(&choice, &matrix);
        return Ok(if conclusion.has_failed() {
            Exit::Internal
        } else {
            Exit::Held
        });
    }
    if let Some(said) = said {
        terminal::tell(&terminal::safe(&said));
    }
    let shared = open(
        common.engine,
        common.postgres_image.clone(),
        lifted,
        jobs(common),
        &matrix,
    )?;
    let (conclusion, verdicts) = call(&choice, &matrix, on(&shared));
    close(shared)?;
    Ok(outcome(&verdicts, &conclusion))
}

/// How `run` would end on this line, with `verdict` in place of the sandboxes. The
/// runner's own words go nowhere.
pub(crate) fn rehearse(
    line: &[&str],
    verdict: impl Fn(&Case) -> Verdict + Send + Sync + 'static,
) -> Result<Exit, Failure> {
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let mut choice = read(line.iter().map(|word| (*word).to_owned()))?;
    choice.arguments.logfile = Some("/dev/null".to_owned());
    require_rows(&choice, &matrix)?;
    let (conclusion, verdicts) = call(&choice, &matrix, Arc::new(verdict));
    Ok(outcome(&verdicts, &conclusion))
}

/// Reads the words behind `run`.
fn read(words: impl Iterator<Item = String>) -> Result<Choice, Failure> {
    let words = std::iter::once("harness run".to_owned()).chain(words);
    Choice::read(words).map_err(Failure::internal)
}

fn require_rows(choice: &Choice, matrix: &Matrix) -> Result<(), Failure> {
    let mut rows: Vec<Trial> = rows(matrix, None).collect();
    let mut deferred: Vec<Trial> = deferred(matrix).collect();
    if choice.arguments.list {
        // Never run, and listed.
        rows.append(&mut deferred);
    }
    choice
        .require_rows(&rows, &deferred)
        .map_err(|error| Failure::usage(error, "`harness list` shows the rows"))
}

/// How a row comes to its verdict.
type Judging = Arc<dyn Fn(&Case) -> Verdict + Send + Sync>;

/// In real sandboxes.
fn on(shared: &Arc<Shared>) -> Judging {
    let shared = Arc::clone(shared);
    Arc::new(move |case| shared.verdict(case))
}

/// Has the runner call the rows; what it says, and the verdicts it heard.
fn call(choice: &Choice, matrix: &Matrix, judging: Judging) -> (Conclusion, Vec<VerdictWord>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let trials = trials(matrix, Some((&judging, &heard)));
    let conclusion = libtest_mimic::run(&choice.made_of(&trials), trials);
    let heard = std::mem::take(&mut *lock(&heard));
    (conclusion, heard)
}

/// The same without anything to judge by: for a list, or where nothing is chosen.
fn list(choice: &Choice, matrix: &Matrix) -> Conclusion {
    let trials = trials(matrix, None);
    libtest_mimic::run(&choice.made_of(&trials), trials)
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
    match test_target() {
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

/// A filter that matches no row here is for another target of the same line.
fn test_target() -> Result<ExitCode, Failure> {
    let choice = Choice::read(std::env::args()).map_err(Failure::internal)?;
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let own: Vec<Trial> = rows(&matrix, None).collect();
    if choice.arguments.list || !choice.has_a_row(&own) {
        return Ok(list(&choice, &matrix).exit_code());
    }
    let image = std::env::var(POSTGRES_IMAGE_VARIABLE).ok();
    let shared = open(EngineChoice::Auto, image, Vec::new(), 2, &matrix)?;
    let (conclusion, _) = call(&choice, &matrix, on(&shared));
    close(shared)?;
    Ok(conclusion.exit_code())
}

fn open(
    engine: EngineChoice,
    postgres_image: Option<String>,
    lifted: Vec<negatives::matrix::Lift>,
    jobs: usize,
    matrix: &Matrix,
) -> Result<Arc<Shared>, Failure> {
    let mut stand = rehearsal::open(engine)?;
    stand.use_postgres_image(postgres_image);
    let expected = match stand.expected_of(matrix) {
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

fn name(case: &Case) -> String {
    format!("{} {}", case.id, case.title)
}

/// How a trial comes to its verdict, and where it says so.
type Bench<'a> = (&'a Judging, &'a Arc<Mutex<Vec<VerdictWord>>>);

fn trials(matrix: &Matrix, bench: Option<Bench<'_>>) -> Vec<Trial> {
    rows(matrix, bench).chain(deferred(matrix)).collect()
}

fn deferred(matrix: &Matrix) -> impl Iterator<Item = Trial> {
    matrix.deferred().iter().map(|row| {
        let title = format!("{} {}", row.id, row.title);
        Trial::test(title, || Err(Failed::from("deferred: it is never run")))
            .with_kind("deferred")
            .with_ignored_flag(true)
    })
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
