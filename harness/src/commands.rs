//! What each command does: one file each.

use bundle::exit::Exit;
use clap::Parser as _;
use engine::{database, firejail, helper, reaper, unfiltered};
use negatives::matrix::Lift;
use verify::{Done, Failure, Format, accept, fleet, merge, report, show, summary};

use crate::cli::{Cli, Command, Helper, HelperLine};
use crate::suite::Stop;
use crate::{interrupt, lifts};

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
mod packet;
mod profile;
mod release;
mod reseal;
pub mod run;
mod schema;
mod versions;
mod word;

pub(crate) use versions::versions;

/// Does a helper's task, if this process was started for one.
#[must_use]
pub fn as_helper() -> Option<Exit> {
    // A helper that is asked for anything else is refused where it would start a run.
    let line = HelperLine::try_parse().ok();
    let line = line.filter(|_| helper::is_one())?;
    Some(Format::Human.end(help(&line.task)))
}

/// Carries out this process's command line.
#[must_use]
pub fn carry_out() -> Exit {
    match Cli::of_line(std::env::args_os().collect()) {
        Ok(cli) => dispatch(cli),
        Err(exit) => exit,
    }
}

fn dispatch(cli: Cli) -> Exit {
    let common = &cli.common;
    let format = common.format;
    let done = match cli.command {
        Command::Attest(args) => attest::attest(common, &args),
        Command::Run(args) => run::run(common, &args),
        Command::Mutants(args) => mutants::mutants(common, &args),
        Command::Falsify(args) => falsify::falsify(common, &args),
        Command::List => list::list(common),
        Command::Explain(args) => explain::explain(common, &args),
        Command::Packet(args) => packet::packet(common, &args),
        Command::Check(args) => check::check(common, &args),
        Command::Audit(args) => audit::audit(common, &args),
        Command::LintChecker(args) => lint_checker::lint_checker(common, &args),
        Command::Verify(args) => fleet::run(common.printing(), &(&args).into()),
        Command::Dispose(args) => dispose::dispose(common, &args),
        Command::Reseal(args) => reseal::reseal(common, &args),
        Command::Accept(args) => accept::run(common.printing(), &(&args).into()),
        Command::Report(args) => report::run(common.printing(), &(&args).into()),
        Command::Show(args) => show::run(common.printing(), &(&args).into()),
        Command::Merge(args) => merge::run(common.printing(), &(&args).into()),
        Command::Summary(args) => summary::run(common.printing(), &(&args).into()),
        Command::Keygen { file } => keygen::keygen(common, &file),
        Command::Doctor(args) => doctor::doctor(common, &args),
        Command::Profile(args) => profile::profile(common, &args),
        Command::Release(args) => release::release(common, &args),
        Command::Digests => digests::digests(common),
        Command::Options(args) => options::options(common, &args),
        Command::Completions(args) => documents::completions(common, &args),
        Command::Schema(args) => schema::schema(common, &args),
        Command::Man(args) => documents::man(common, &args),
    };
    format.end(interrupt::rather(done))
}

/// Carries out a helper's task.
fn help(task: &Helper) -> Result<Done, Failure> {
    match task {
        Helper::Reap(task) => reaper::reap(&task.into()),
        Helper::AskKernel(task) => unfiltered::answer(&task.into()).map_err(Failure::internal)?,
        Helper::ServeDatabase(task) => database::serve(&task.into())?,
        Helper::EnterFirejail(task) => {
            firejail::enter(&task.into()).map_err(Failure::internal)?;
        }
    }
    Ok(Done::held())
}

/// What is lifted from the sandbox, by its words on the line.
fn lifted(words: &[String]) -> Result<Vec<Lift>, Failure> {
    lifts::parse(words).map_err(|error| {
        let hint = format!("lifts: {}", lifts::words().join(", "));
        Failure::unknown(error, &hint)
    })
}

/// What a run comes to that was stopped in the middle, and what that costs.
fn require_unstopped(stop: &Stop, costs: &str) -> Result<(), Failure> {
    if stop.is_interrupted() {
        return Err(Failure::interrupted(format!("interrupted: {costs}")));
    }
    if stop.engine_is_lost() {
        let what = format!("the engine stopped answering in the middle of the run; {costs}");
        let hint = "start the engine again, then run again; what was left there is removed \
                    once it answers, within an hour";
        return Err(Failure::engine_lost(what, hint));
    }
    Ok(())
}
