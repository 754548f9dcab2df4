//! What each command does: one file each, and the one place where a failure
//! becomes words and an exit code.

use std::error::Error;

use bundle::exit::Exit;
use engine::{database, helper, reaper, unfiltered};
use evidence::error::chain;

use crate::cli::{Cli, Command, Helper};
use crate::stand::StandError;
use crate::terminal;

mod accept;
mod attest;
mod check;
mod digests;
mod dispose;
mod doctor;
mod documents;
mod explain;
mod falsify;
mod keygen;
mod lint_checker;
mod list;
mod merge;
mod mutants;
mod options;
mod profile;
mod report;
pub mod run;
mod show;
mod summary;
mod verify;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What failed.
    pub error: Box<dyn Error>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    fn usage(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self {
            exit: Exit::Usage,
            error: error.into(),
            hint: Some(hint.to_owned()),
        }
    }

    fn internal(error: impl Into<Box<dyn Error>>) -> Self {
        Self {
            exit: Exit::Internal,
            error: error.into(),
            hint: None,
        }
    }

    fn blocked(error: impl Into<Box<dyn Error>>, hint: Option<String>) -> Self {
        Self {
            exit: Exit::Blocked,
            error: error.into(),
            hint,
        }
    }
}

impl From<StandError> for Failure {
    fn from(error: StandError) -> Self {
        let hint = error.hint();
        Self::blocked(error, hint)
    }
}

/// A closed standard output is nobody's fault and nobody's loss.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

/// Does a helper's task, if this process was started for one.
#[must_use]
pub fn as_helper() -> Option<Exit> {
    helper::is_one().then(|| dispatch(Cli::of_this_process()))
}

/// Carries out a command line.
#[must_use]
pub fn dispatch(cli: Cli) -> Exit {
    let common = &cli.common;
    let done = match cli.command {
        Command::Attest(args) => attest::attest(common, &args),
        Command::Run(args) => run::run(common, &args),
        Command::Mutants(args) => mutants::mutants(common, &args),
        Command::Falsify(args) => falsify::falsify(common, &args),
        Command::List => list::list(common),
        Command::Explain { word } => explain::explain(common, &word.join(" ")),
        Command::Check(args) => check::check(common, &args),
        Command::LintChecker(args) => lint_checker::lint_checker(common, &args),
        Command::Verify(args) => verify::verify(common, &args),
        Command::Dispose(args) => dispose::dispose(common, &args),
        Command::Accept(args) => accept::accept(common, &args),
        Command::Report(args) => report::report(common, &args),
        Command::Show(args) => show::show(common, &args),
        Command::Merge(args) => merge::merge(common, &args),
        Command::Summary(args) => summary::summary(&args),
        Command::Keygen { file } => keygen::keygen(&file),
        Command::Doctor => doctor::doctor(common),
        Command::Profile(args) => profile::profile(common, &args),
        Command::Digests => digests::digests(common),
        Command::Options => options::options(common),
        Command::Completions(args) => documents::completions(&args),
        Command::Man(args) => documents::man(&args),
        Command::Helper(task) => help(&task),
    };
    done.unwrap_or_else(|failure| {
        terminal::tell(&format!(
            "error: {}",
            terminal::safe(&chain(&*failure.error))
        ));
        if let Some(hint) = failure.hint {
            terminal::tell(&format!("hint: {hint}"));
        }
        failure.exit
    })
}

/// Carries out a helper's task.
fn help(task: &Helper) -> Result<Exit, Failure> {
    match task {
        Helper::Reap(task) => reaper::reap(&task.into()),
        Helper::AskKernel(task) => unfiltered::answer(&task.into()).map_err(Failure::internal)?,
        Helper::ServeDatabase(task) => database::serve(&task.into())?,
    }
    Ok(Exit::Held)
}
