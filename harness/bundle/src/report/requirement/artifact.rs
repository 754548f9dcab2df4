//! What a row rests on: each thing that was observed, by whom, and how often.
//!
//! All of it follows from the observations. Nothing here says that a thing was seen from
//! outside unless a look of the host's has it.

use evidence::Exit;
use evidence::record::{LaunchRecord, Observations, Role};
use judge::{Account, Accounts, Adapted, Expected, Fit, invariants, packet_paths};
use negatives::matrix::{Attempt, Fact, Rule};
use negatives::wire::{Event, Outcome};
use serde::Serialize;

use super::giver::{Answer, Giver, Stack, number};
use super::outside;
use crate::report::show::came;

/// Something that was observed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Artifact {
    /// What it is, such as `error number` or `mount table`.
    pub what: &'static str,
    /// What was observed.
    pub observed: String,
    /// Who gave it, where that is known: a filter, or the kernel.
    pub given_by: Option<String>,
    /// From where it was seen.
    pub seen_from: From,
    /// Whether it is what was declared of it alone; of some only the verdict says so.
    pub as_declared: Option<bool>,
    /// How many observations there are of it.
    pub times: usize,
}

/// From where something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// By the sandboxed program alone.
    Inside,
    /// By the host alone.
    Outside,
    /// By both.
    Both,
    /// By this program itself, without a sandbox.
    WithoutSandbox,
    /// By nobody.
    NotSeen,
}

impl From {
    /// What both together amount to.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::NotSeen, other) | (other, Self::NotSeen) => other,
            (Self::WithoutSandbox, other) | (other, Self::WithoutSandbox) => other,
            (Self::Inside | Self::Outside | Self::Both, _) => Self::Both,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Both => "inside and outside",
            Self::WithoutSandbox => "without a sandbox",
            Self::NotSeen => "not seen",
        }
    }

    fn outside_if(seen: bool) -> Self {
        if seen { Self::Outside } else { Self::NotSeen }
    }
}

/// Everything that a row's rules rest on, rule by rule.
pub(super) fn of(case: &Adapted, observed: &Observations, expected: &Expected) -> Vec<Artifact> {
    let mut found = Vec::new();
    for rule in &case.rules {
        for artifact in of_rule(rule, case, observed, expected) {
            // Several rules may rest on one and the same report.
            if !found.contains(&artifact) {
                found.push(artifact);
            }
        }
    }
    found
}

fn of_rule(
    rule: &Rule,
    case: &Adapted,
    observed: &Observations,
    expected: &Expected,
) -> Vec<Artifact> {
    let launches = &observed.launches;
    match rule {
        Rule::Refused {} => attempts(case, observed, expected),
        Rule::Outside { fact } => vec![fact_artifact(*fact, launches, expected)],
        Rule::SelfCheck {} => gathered(launches.iter().filter(|it| is_locked(it)).map(self_check)),
        Rule::Blocked {} | Rule::Announced {} => gathered(launches.iter().map(blocked)),
        Rule::EveryMount {} => gathered(launches.iter().filter_map(at_mounts)),
        Rule::Kb {} => gathered(launches.iter().filter_map(heard)),
        Rule::Planted {} => vec![fact_artifact(Fact::Environment, launches, expected)],
        Rule::Faults {} | Rule::Alone {} | Rule::Atomic {} => gathered(launches.iter().map(folder)),
        Rule::Exit {} => gathered(launches.iter().filter(|it| is_checker(it)).map(exit)),
        Rule::Opens { .. } | Rule::OpenedOnce {} => gathered(launches.iter().map(calls)),
        Rule::Checks {} => gathered(observed.checks.iter().map(|check| {
            let as_declared = check.expected == check.observed;
            let kind = if check.hostile { "refusal" } else { "control" };
            let observed = if as_declared {
                "as declared"
            } else {
                &check.observed
            };
            artifact(kind, observed, From::WithoutSandbox, Some(as_declared))
        })),
        Rule::Contract {}
        | Rule::Gate {}
        | Rule::Reasons {}
        | Rule::Actions { .. }
        | Rule::Payload {}
        | Rule::Provenance {}
        | Rule::Classes {}
        | Rule::Chains {}
        | Rule::Scope {}
        | Rule::Denials {}
        | Rule::Same {}
        | Rule::Audit { .. } => gathered(launches.iter().filter(|it| is_checker(it)).map(report)),
    }
}

fn artifact(
    what: &'static str,
    observed: impl Into<String>,
    seen_from: From,
    as_declared: Option<bool>,
) -> Artifact {
    Artifact {
        what,
        observed: observed.into(),
        given_by: None,
        seen_from,
        as_declared,
        times: 1,
    }
}

/// What came of writing at every mount that the host saw, in the launch where it was tried.
fn at_mounts(record: &LaunchRecord) -> Option<Artifact> {
    let answers = judge::answers_at_mounts(record);
    let given = answers.iter().filter(|answer| answer.is_given()).count();
    let fits = answers.iter().all(|answer| answer.fits);
    let words = format!("answers at {given} of {} mounts", answers.len());
    (given > 0).then(|| artifact("every mount", words, From::Both, Some(fits)))
}

/// What the stand-in for the KB says that it saw of a launch.
fn heard(record: &LaunchRecord) -> Option<Artifact> {
    let heard = record.kb()?;
    let words = format!(
        "{} connections, {} requests",
        heard.connections,
        heard.requests.len()
    );
    Some(artifact("server", words, From::Outside, None))
}

/// Each once, with how often it was there, in the order in which they came.
fn gathered(all: impl IntoIterator<Item = Artifact>) -> Vec<Artifact> {
    let mut found: Vec<Artifact> = Vec::new();
    for one in all {
        let same = |it: &&mut Artifact| {
            Artifact {
                times: 1,
                ..(**it).clone()
            } == one
        };
        match found.iter_mut().find(same) {
            Some(known) => known.times += 1,
            None => found.push(one),
        }
    }
    found
}

fn is_locked(record: &LaunchRecord) -> bool {
    record.role == Role::Locked
}

fn is_checker(record: &LaunchRecord) -> bool {
    record.attempts().is_empty()
}

/// What came of each attempt in the locked sandbox.
fn attempts(case: &Adapted, observed: &Observations, expected: &Expected) -> Vec<Artifact> {
    let accounts = Accounts::new(case, observed);
    let strict = seccomp::compile_strict(&expected.policy, expected.arch);
    let strict = strict.map_or(0, |programs| programs.len());
    let stacks: Vec<(&LaunchRecord, Option<Stack>)> = observed
        .launches
        .iter()
        .filter(|record| is_locked(record))
        .map(|record| (record, Stack::of(record, strict)))
        .collect();
    let mut found = Vec::new();
    for attempt in case.boundaries.iter().flat_map(|it| &it.attempts) {
        let account = accounts.locked(attempt);
        let mut stacks = stacks.iter();
        let stack = stacks.find(|(record, _)| record.id == account.launch);
        if let Some((record, stack)) = stack {
            let call = number(account.call.as_ref(), &attempt.act, expected.arch);
            found.push(attempted(attempt, &account, (record, stack.as_ref()), call));
        }
    }
    gathered(found)
}

fn attempted(
    attempt: &Attempt,
    account: &Account,
    (record, stack): (&LaunchRecord, Option<&Stack>),
    call: Option<(u32, u32)>,
) -> Artifact {
    let as_declared = account.fit == Fit::AsDeclared;
    let (what, observed, answer) = match outcome(record, &attempt.id) {
        Some(Outcome::Errno(number)) => {
            let name = negatives::errno::Errno::describe(*number);
            ("error number", name, Some(Answer::Errno(*number)))
        }
        Some(Outcome::Absent) => ("absence", "not there".to_owned(), None),
        Some(_) => ("outcome", account.observed.clone(), None),
        None if account.fit == Fit::Nothing => {
            return artifact("outcome", "nothing that counts", From::NotSeen, Some(false));
        }
        None => ("death", came(&account.observed), Some(Answer::Killed)),
    };
    let giver = match (stack, call, answer) {
        (Some(stack), Some((number, arch)), Some(answer)) => stack.giver(number, arch, answer),
        _ => Giver::NotKnown,
    };
    let said = if what == "death" {
        From::Outside
    } else {
        From::Inside
    };
    let seen_from = match giver {
        // The filter that gives this very answer was read by the host.
        Giver::Filter(_) => said.and(From::Outside),
        Giver::ByArguments | Giver::Kernel | Giver::Contradicted(_) | Giver::NotKnown => said,
    };
    let words = giver.words();
    Artifact {
        given_by: (!words.is_empty()).then_some(words),
        ..artifact(what, observed, seen_from, Some(as_declared))
    }
}

fn outcome<'a>(record: &'a LaunchRecord, attempt: &str) -> Option<&'a Outcome> {
    record.lines().iter().find_map(|line| match &line.event {
        Event::End { id, outcome, .. } if id == attempt => Some(outcome),
        Event::End { .. } | Event::Begin { .. } | Event::Hello { .. } | Event::Exit { .. } => None,
    })
}

fn fact_artifact(fact: Fact, launches: &[LaunchRecord], expected: &Expected) -> Artifact {
    let locked: Vec<&LaunchRecord> = launches.iter().filter(|it| is_locked(it)).collect();
    let shown = locked
        .iter()
        .find_map(|record| outside::shown(fact, record));
    let (fits, differs, not_seen) = match outside::survey(fact, &locked, expected) {
        Some(survey) => (survey.fits, survey.differs.len(), survey.not_seen.len()),
        None => (0, 0, locked.len()),
    };
    let seen = fits + differs;
    let mut observed = shown.unwrap_or_else(|| "nothing".to_owned());
    if seen > 0 && not_seen > 0 {
        observed.push_str(&format!("; not seen in {not_seen} of {}", locked.len()));
    }
    let from = From::outside_if(seen > 0);
    let declared = (seen > 0).then_some(differs == 0);
    Artifact {
        times: seen,
        ..artifact(outside::name(fact), observed, from, declared)
    }
}

fn self_check(record: &LaunchRecord) -> Artifact {
    let invariants = invariants(record);
    let holds = invariants.iter().all(|(said, _)| said.holds) && !invariants.is_empty();
    let same = |(said, seen): &(&_, Option<_>)| seen.as_ref() == Some(observed_of(said));
    let seen = invariants.iter().all(same) && !invariants.is_empty();
    let from = if seen { From::Both } else { From::Inside };
    let observed = format!("{} invariants hold", invariants.len());
    artifact("self-check", observed, from, Some(holds))
}

fn observed_of(said: &checker::self_check::Invariant) -> &serde_json::Value {
    &said.observed
}

/// What the record of a checker's calls shows: locked it reads, without a lock nothing.
fn blocked(record: &LaunchRecord) -> Artifact {
    let paths = packet_paths(record).map(|paths| paths.len());
    let observed = match paths {
        None => "not traced",
        Some(0) => "no path of the packet",
        Some(_) => "paths of the packet",
    };
    let what = if is_locked(record) {
        "calls of the whole sandbox"
    } else {
        "calls without a lock"
    };
    let declared = paths.map(|count| is_locked(record) == (count > 0));
    artifact(what, observed, From::outside_if(paths.is_some()), declared)
}

fn folder(record: &LaunchRecord) -> Artifact {
    let names: Vec<&str> = record.output.iter().map(|it| it.name.as_str()).collect();
    let observed = if names.is_empty() {
        "empty".to_owned()
    } else {
        names.join(", ")
    };
    artifact("output folder", observed, From::Outside, None)
}

fn exit(record: &LaunchRecord) -> Artifact {
    match &record.exit {
        Exit::Code(code) => artifact("exit code", code.to_string(), From::Outside, None),
        Exit::Unknown(why) => artifact("exit code", why.clone(), From::NotSeen, None),
    }
}

fn calls(record: &LaunchRecord) -> Artifact {
    let seen = record.file_calls();
    let observed = seen.map_or("not traced".to_owned(), |it| {
        evidence::count(it.len(), "call")
    });
    let from = From::outside_if(seen.is_some());
    artifact("record of calls", observed, from, None)
}

fn report(record: &LaunchRecord) -> Artifact {
    let there = record.report().is_some();
    let from = if there { From::Inside } else { From::NotSeen };
    artifact("report", if there { "written" } else { "none" }, from, None)
}
