//! `doctor`: what this host can do for a proof, what it costs where it cannot, and
//! what mends it.

use std::path::Path;
use std::time::SystemTime;

use bundle::exit::Exit;
use engine::choice::EngineChoice;
use engine::reaper::Reaper;
use engine::{database, launch, unfiltered};
use evidence::error::chain;
use programs::Programs;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use crate::cli::{Common, Doctor};
use crate::doctor::engines::{self, Tried};
use crate::doctor::{Finding, Report, State, facts, kernel, resources};
use crate::interrupt::{self, Listener};
use crate::rehearsal;
use crate::stand::{Stand, StandError};
use crate::suite::Stop;

/// Looks around; exit 3 when no engine can be used.
pub(super) fn doctor(common: &Common, args: &Doctor) -> Result<Done, Failure> {
    let tried = try_engines()?;
    let report = examine(args, &tried);
    let exit = if report.usable {
        Exit::Held
    } else {
        Exit::Blocked
    };
    // What was found after that is the signal's doing.
    interrupt::not_yet()?;
    common.format.say(exit, &report, || print(&report))
}

/// Every engine, tried in a folder that is gone afterwards.
pub(super) fn try_engines() -> Result<Vec<Tried>, Failure> {
    engine::caller::room_for_a_run()
        .map_err(|error| Failure::blocked(error.to_string(), Some(error.hint())))?;
    let run = crate::stand::new_run().map_err(Failure::internal)?;
    let scratch = launch::temporary(&run, &std::env::temp_dir());
    let scratch = scratch.map_err(StandError::Folder)?;
    // From here on a signal waits for the folder to be gone, and a kill for the reaper.
    _ = Listener::start(&Stop::default());
    let reaper = Reaper::start(&run, scratch.path())
        .map_err(|error| Failure::blocked(chain(&error), None))?;
    let tried = engines::all(&run, scratch.path());
    if scratch.close().is_ok() {
        reaper.dismiss();
    }
    interrupt::not_yet().map(|()| tried)
}

fn examine(args: &Doctor, tried: &[Tried]) -> Report {
    let host = Path::new("/");
    let found = facts::kernel(host);
    let may = facts::privileges(host);
    let landlock = seccomp::airlock::landlock_abi()
        .map_err(|errno| nix::errno::Errno::from_raw(errno).desc().to_owned());
    let package = database::of_this_host().map_err(|error| chain(&error));
    let engine = engines::taken(tried, args.on.engine);
    let rehearsed = engine.map(rehearse).unwrap_or_default();
    let mut findings = engines::findings(tried);
    findings.extend(kernel::findings(&found, landlock, may));
    findings.push(kernel::calls(unfiltered::of_this_kernel()));
    findings.extend([
        resources::versions(&found, std::env::consts::ARCH),
        resources::temporary(&facts::room(&launch::room(
            engine.unwrap_or(args.on.engine),
        ))),
        rehearsal::bundles(&args.into.out),
        resources::clock(SystemTime::now(), facts::made()),
        resources::database(args.postgres.postgres_image.as_deref(), package),
    ]);
    findings.extend(rehearsed);
    let fails = |it: &Finding| NEEDED.contains(&&*it.what) && it.state != State::Fine;
    let engine = engine.filter(|_| !findings.iter().any(fails));
    Report {
        usable: engine.is_some(),
        engine: engine.as_ref().map(ToString::to_string),
        findings,
    }
}

const BLOCKED: &str = "BLOCKED: a run would end before its first row, or its rows would \
                       not hold; what is not `fine` above says why";

/// What a run needs besides an engine.
const NEEDED: [&str; 4] = ["bundle folder", "stand", "run's folder", "first sandbox"];

/// The rehearsal that a run would begin with.
fn rehearse(engine: EngineChoice) -> Vec<Finding> {
    let stand = match Stand::with(engine, Programs::builtin()) {
        Ok(stand) => stand,
        Err(error) => {
            let hint = error.hint();
            let mend = hint
                .as_deref()
                .unwrap_or("name another engine with --engine");
            let costs = "a run would end here, before its first row";
            return vec![Finding::missing("stand", chain(&error), costs, mend)];
        }
    };
    let findings = rehearsal::on(&stand);
    // What it left is named by whoever runs next; the reaper goes on trying.
    drop(stand.close());
    findings
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
        None => BLOCKED.to_owned(),
    };
    Ok(say(&conclusion)?)
}
