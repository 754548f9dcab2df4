//! What each command does: one file each, and the one place where a failure
//! becomes words and an exit code.

use bundle::exit::Exit;
use engine::{database, helper, reaper, unfiltered};
use verify::{Failure, accept, merge, report, show, summary};

use crate::cli::{Cli, Command, Helper};

mod attest;
mod audit;
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
mod mutants;
mod options;
mod profile;
pub mod run;

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
        Command::Audit(args) => audit::audit(common, &args),
        Command::LintChecker(args) => lint_checker::lint_checker(common, &args),
        Command::Verify(args) => verify::verify::run(common.printing(), &(&args).into()),
        Command::Dispose(args) => dispose::dispose(common, &args),
        Command::Accept(args) => accept::run(common.printing(), &(&args).into()),
        Command::Report(args) => report::run(common.printing(), &(&args).into()),
        Command::Show(args) => show::run(common.printing(), &(&args).into()),
        Command::Merge(args) => merge::run(common.printing(), &args.with(common)),
        Command::Summary(args) => summary::run(&(&args).into()),
        Command::Keygen { file } => keygen::keygen(&file),
        Command::Doctor => doctor::doctor(common),
        Command::Profile(args) => profile::profile(common, &args),
        Command::Digests => digests::digests(common),
        Command::Options => options::options(common),
        Command::Completions(args) => documents::completions(&args),
        Command::Man(args) => documents::man(&args),
        Command::Helper(task) => help(&task),
    };
    done.unwrap_or_else(Failure::tell)
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
