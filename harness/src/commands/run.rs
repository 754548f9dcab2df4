//! `run`: rows as tests of libtest-mimic, with the flags of `cargo test`.
//!
//! A verdict that is not held fails its test. Rows that cannot run yet and
//! deferred rows are ignored when tests are listed, never skipped at run time:
//! a skip at run time counts as a pass for some runners.

use std::process::ExitCode;
use std::sync::Arc;

use bundle::exit::Exit;
use engine::choice::EngineChoice;
use evidence::plan;
use judge::{Expected, Reason, Verdict};
use libtest_mimic::{Conclusion, Failed, Trial};
use negatives::matrix::{Case, Matrix};
use serde_json::json;
use verify::code::Code;
use verify::{Done, Failure, Printing, terminal};

use self::choice::Choice;
use self::given::Given;
use self::heard::{Heard, Hearing, outcome};
use super::require_unstopped;
use crate::cli::{self, Common, POSTGRES_IMAGE_VARIABLE, Run};
use crate::rehearsal;
use crate::stand::Stand;
use crate::suite::Suite;

mod choice;
mod given;
mod heard;
mod told;

/// What the trials share.
#[derive(Debug)]
struct Shared {
    stand: Stand,
    expected: Expected,
    lifted: Vec<negatives::matrix::Lift>,
    jobs: usize,
}

/// `harness run`.
pub(super) fn run(common: &Common, args: &Run) -> Result<Done, Failure> {
    let choice = match read(args.rest.iter().cloned()) {
        Err(error) if error.exit_code() == 0 => {
            let text = error.to_string();
            let object = json!({ "text": text });
            let to_people = || Ok(terminal::print(&text)?);
            return common.format.say(Code::Held, &object, to_people);
        }
        read => read.map_err(|error| cli::mistake(&error))?,
    };
    let lifted = super::lifted(&args.lift)?;
    let Given { matrix, said } = given::take(args.matrix.as_deref())?;
    require_rows(&choice, &matrix)?;
    if choice.arguments.list {
        return listed(common.printing(), &choice, &matrix);
    }
    if let Some(said) = said {
        terminal::tell(&terminal::safe(&said));
    }
    let shared = open(
        args.on.engine,
        args.postgres.postgres_image.clone(),
        lifted,
        args.side_by_side.count(),
        &matrix,
    )?;
    let called = call(common.printing(), &choice, &matrix, on(&shared));
    let closed = close(shared);
    let (conclusion, heard) = called?;
    let said = json!({ "rows": heard });
    closed.map_err(|failure| failure.beside(&said))?;
    Done::saying(outcome(&heard, &conclusion), &said)
}

/// The rows that the line means; none is run.
fn listed(printing: Printing, choice: &Choice, matrix: &Matrix) -> Result<Done, Failure> {
    let trials = trials(matrix, None);
    let names: Vec<String> = trials
        .iter()
        .filter(|it| choice.is_listed(it))
        .map(|it| format!("[{}] {}", it.kind(), it.name()))
        .collect();
    let conclusion = told::telling(printing, &mut choice.made_of(&trials), |arguments| {
        libtest_mimic::run(arguments, trials)
    })?;
    let code = if conclusion.has_failed() {
        Code::Internal
    } else {
        Code::Held
    };
    Done::saying(code, &json!({ "listed": names }))
}

/// How `run` would end on this line, with `verdict` in place of the sandboxes. The
/// runner's own words go nowhere.
pub(crate) fn rehearse(
    line: &[&str],
    verdict: impl Fn(&Case) -> Verdict + Send + Sync + 'static,
) -> Result<Exit, Failure> {
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let mut choice = read(line.iter().map(|word| (*word).to_owned())).map_err(Failure::internal)?;
    choice.arguments.logfile = Some("/dev/null".to_owned());
    require_rows(&choice, &matrix)?;
    let (conclusion, heard) = call(Printing::PLAIN, &choice, &matrix, Arc::new(verdict))?;
    Ok(outcome(&heard, &conclusion))
}

/// Reads the words behind `run`.
fn read(words: impl Iterator<Item = String>) -> Result<Choice, clap::Error> {
    let words = std::iter::once("harness run".to_owned()).chain(words);
    Choice::read(words)
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
        .map_err(|error| Failure::unknown(error, "`harness list` shows the rows"))
}

/// How a row comes to its verdict.
type Judging = Arc<dyn Fn(&Case) -> Verdict + Send + Sync>;

/// In real sandboxes.
fn on(shared: &Arc<Shared>) -> Judging {
    let shared = Arc::clone(shared);
    Arc::new(move |case| shared.verdict(case))
}

/// Has the runner call the rows; what it says, and what was heard of them.
fn call(
    printing: Printing,
    choice: &Choice,
    matrix: &Matrix,
    judging: Judging,
) -> Result<(Conclusion, Vec<Heard>), Failure> {
    let hearing = Arc::new(Hearing::default());
    let trials = trials(matrix, Some((&judging, &hearing)));
    let conclusion = told::telling(printing, &mut choice.made_of(&trials), |arguments| {
        libtest_mimic::run(arguments, trials)
    })?;
    Ok((conclusion, hearing.take()))
}

/// The same without anything to judge by: for a list, or where nothing is chosen.
fn list(choice: &Choice, matrix: &Matrix) -> Conclusion {
    let trials = trials(matrix, None);
    libtest_mimic::run(&choice.made_of(&trials), trials)
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
            failure.tell();
            failure.exit().into()
        }
    }
}

/// A filter that matches no row here is for another target of the same line.
fn test_target() -> Result<ExitCode, Failure> {
    let choice = Choice::read(std::env::args()).unwrap_or_else(|error| error.exit());
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let own: Vec<Trial> = rows(&matrix, None).collect();
    if choice.arguments.list || !choice.has_a_row(&own) {
        return Ok(list(&choice, &matrix).exit_code());
    }
    let image = std::env::var(POSTGRES_IMAGE_VARIABLE).ok();
    let shared = open(EngineChoice::Auto, image, Vec::new(), 2, &matrix)?;
    let called = call(Printing::PLAIN, &choice, &matrix, on(&shared));
    close(shared)?;
    Ok(called?.0.exit_code())
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
    let expected = match stand.expected(matrix) {
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
    let stop = Arc::clone(&shared.stand.stop);
    let closed = shared.stand.close();
    require_unstopped(&stop, "not every row was run")?;
    closed.map_err(Failure::internal)
}

fn name(case: &Case) -> String {
    format!("{} {}", case.id, case.title)
}

/// How a trial comes to its verdict, and where it says so.
type Bench<'a> = (&'a Judging, &'a Arc<Hearing>);

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

fn attempt(case: &Case, judging: &Judging, hearing: &Hearing) -> Result<(), Failed> {
    let verdict = judging(case);
    hearing.hear(case, &verdict);
    match verdict.reason() {
        None => Ok(()),
        Some(reason) => {
            let words = format!("{}: {reason}", verdict.word());
            Err(Failed::from(terminal::safe(&words)))
        }
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
