//! `doctor`: what this host can do for a proof, what it costs where it cannot, and
//! what mends it.

use std::path::Path;
use std::time::SystemTime;

use bundle::exit::Exit;
use engine::{database, launch, unfiltered};
use evidence::error::chain;
use verify::Format;
use verify::terminal::{safe, say};

use super::Failure;
use crate::cli::Common;
use crate::doctor::engines::{self, Tried};
use crate::doctor::{Report, State, facts, kernel, resources};

/// Looks around; exit 3 when no engine can be used.
pub(super) fn doctor(common: &Common) -> Result<Exit, Failure> {
    let tried = try_engines()?;
    let report = examine(common, &tried);
    if common.format == Format::Json {
        say(&serde_json::to_string(&report).map_err(Failure::internal)?)?;
    } else {
        print(&report)?;
    }
    Ok(if report.usable {
        Exit::Held
    } else {
        Exit::Blocked
    })
}

/// Every engine, tried in a folder that is gone afterwards.
pub(super) fn try_engines() -> Result<Vec<Tried>, Failure> {
    let run = crate::stand::new_run().map_err(Failure::internal)?;
    let scratch = tempfile::Builder::new()
        .prefix(&format!("proof-of-block-{run}-"))
        .tempdir()
        .map_err(Failure::internal)?;
    Ok(engines::all(&run, scratch.path()))
}

fn examine(common: &Common, tried: &[Tried]) -> Report {
    let host = Path::new("/");
    let found = facts::kernel(host);
    let may = facts::privileges(host);
    let landlock = seccomp::airlock::landlock_abi()
        .map_err(|errno| nix::errno::Errno::from_raw(errno).desc().to_owned());
    let package = database::of_this_host().map_err(|error| chain(&error));
    let engine = engines::taken(tried, common.engine);
    let mut findings = engines::findings(tried);
    findings.extend(kernel::findings(&found, landlock, may));
    findings.push(kernel::calls(unfiltered::of_this_kernel()));
    findings.extend([
        resources::versions(&found),
        resources::temporary(&facts::room(&launch::room(engine.unwrap_or(common.engine)))),
        resources::bundles(&facts::room(&common.out)),
        resources::clock(SystemTime::now(), facts::made()),
        resources::database(common.postgres_image.as_deref(), package),
    ]);
    Report {
        usable: engine.is_some(),
        engine: engine.as_ref().map(ToString::to_string),
        findings,
    }
}

fn print(report: &Report) -> Result<(), Failure> {
    for it in &report.findings {
        say(&format!(
            "{:<4} {:<17} {}",
            it.state.word(),
            it.what,
            safe(&it.observed)
        ))?;
        if it.state != State::Fine {
            say(&format!("     {:<17} costs: {}", "", it.costs))?;
            say(&format!("     {:<17} mend:  {}", "", safe(&it.mend)))?;
        }
    }
    say("")?;
    let conclusion = match &report.engine {
        Some(engine) => format!("a proof can be had here: `harness attest` would use {engine}"),
        None => {
            "BLOCKED: no engine can be used, and without a sandbox nothing is proved".to_owned()
        }
    };
    Ok(say(&conclusion)?)
}
