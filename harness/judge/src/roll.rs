//! The records of one case, each checked to be of the launch it says it is.

use std::collections::BTreeMap;

use evidence::order::{Order, Task};
use evidence::plan;
use evidence::record::{FaultDone, LaunchRecord, Role, Subject};
use negatives::matrix::Case;

use super::hindrance;
use super::verdict::{Reason, Verdict};
use super::words;

mod airlock;
mod protocol;

/// A case's records by launch id, and the launches its plan asks for.
pub(super) struct Records<'a> {
    by_id: BTreeMap<&'a str, &'a LaunchRecord>,
    planned: BTreeMap<String, Planned<'a>>,
}

/// A launch that the plan asks for.
struct Planned<'a> {
    every_mount: bool,
    /// Its record, where that can count. Many attempts share a launch and each asks for
    /// its record, so it is looked at once.
    record: Result<&'a LaunchRecord, Verdict>,
}

impl<'a> Records<'a> {
    pub(super) fn new(case: &Case, records: &'a [LaunchRecord]) -> Self {
        let records = records.iter().map(|record| (record.id.as_str(), record));
        let by_id: BTreeMap<_, _> = records.collect();
        let planned = plan::orders(case).into_iter().map(|order| {
            let record = by_id.get(order.id.as_str()).copied();
            let planned = Planned {
                every_mount: order.every_mount,
                record: of_the_plan(record, &order),
            };
            (order.id, planned)
        });
        let planned = planned.collect();
        Self { by_id, planned }
    }

    /// A record that can count.
    pub(super) fn get(&self, launch: &str) -> Result<&'a LaunchRecord, Verdict> {
        match self.planned.get(launch) {
            Some(planned) => planned.record.clone(),
            None => Err(no_record(launch)),
        }
    }

    /// What speaks against the records of the planned launches.
    pub(super) fn roll(&self) -> impl Iterator<Item = Verdict> {
        let launches = self.planned.values();
        launches.filter_map(|it| it.record.clone().err())
    }

    /// The launches in which writing is tried at every mount.
    pub(super) fn every_mount(&self) -> Vec<&str> {
        let tried = self.planned.iter().filter(|(_, it)| it.every_mount);
        tried.map(|(launch, _)| launch.as_str()).collect()
    }

    /// The records of all launches.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a LaunchRecord> {
        self.by_id.values().copied()
    }

    /// The records of locked launches.
    pub(super) fn locked(&self) -> impl Iterator<Item = &'a LaunchRecord> {
        self.by_id
            .values()
            .copied()
            .filter(|record| record.role == Role::Locked)
    }
}

fn no_record(launch: &str) -> Verdict {
    let launch = launch.to_owned();
    Verdict::NotRun(Reason::NoRecord { launch })
}

/// The record of a planned launch, if it is there, of the plan, and can count.
fn of_the_plan<'a>(
    record: Option<&'a LaunchRecord>,
    planned: &Order,
) -> Result<&'a LaunchRecord, Verdict> {
    let record = record.ok_or_else(|| no_record(&planned.id))?;
    as_planned(record, planned).map_err(Verdict::NotRun)?;
    if record.trouble.is_none() {
        server_answered(record, planned).map_err(Verdict::NotRun)?;
        authentic(record, planned).map_err(Verdict::NotRun)?;
    }
    match hindrance::trouble(record) {
        Some(trouble) => Err(Verdict::Inconclusive(Reason::Trouble {
            launch: planned.id.clone(),
            trouble,
        })),
        None => Ok(record),
    }
}

/// The record is of the plan's role, lifts and attempts: a launch with less lifted is
/// no control, and one with more is no proof. A user's own `--lift` on a locked launch
/// is said by the statement, and can only break a row.
fn as_planned(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    let mismatch = |what, expected: String, observed: String| Reason::Mismatched {
        launch: record.id.clone(),
        what,
        expected,
        observed,
    };
    if record.role != planned.role {
        let (expected, observed) = (planned.role.words(), record.role.words());
        return Err(mismatch("role", expected.to_owned(), observed.to_owned()));
    }
    let lifts: Vec<String> = planned.lifts.iter().map(ToString::to_string).collect();
    if record.lifts != lifts && record.role != Role::Locked {
        return Err(mismatch("lifts", lifts.join(", "), record.lifts.join(", ")));
    }
    let subject = planned.task.subject();
    if !record.subject.is_asked_as(&subject) {
        let (expected, observed) = (words::subject(&subject), words::subject(&record.subject));
        return Err(mismatch("subject", expected, observed));
    }
    Ok(())
}

/// A launch about a server says what that answered the host right before.
fn server_answered(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    let words = |there| if there { "there" } else { "none" };
    let task = &planned.task;
    let servers = [
        (
            "database server's answer",
            task.needs_database(),
            record.database().is_some(),
        ),
        ("KB's word", task.needs_kb(), record.kb().is_some()),
    ];
    let wrong = servers
        .into_iter()
        .find(|(_, needed, there)| needed != there);
    wrong.map_or(Ok(()), |(what, needed, there)| {
        Err(Reason::Mismatched {
            launch: record.id.clone(),
            what,
            expected: words(needed).to_owned(),
            observed: words(there).to_owned(),
        })
    })
}

/// The airlock and a probe's lines repeat the nonce. Before anything of the subject is
/// believed, the airlock said that every lock is on; and a probe said neither less nor
/// more than its plan asks for. A replayed, cut or mended protocol does not.
fn authentic(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    if !is_started(record, planned) {
        return Ok(());
    }
    airlock::was_ready(record, planned)?;
    match &record.subject {
        Subject::Probe(_) => protocol::is_whole(record, planned),
        Subject::Checker(_) => Ok(()),
    }
}

/// A fault that this host cannot put in the way is not tried: its row says so.
fn is_started(record: &LaunchRecord, planned: &Order) -> bool {
    let done = record.fault().map(|fault| &fault.done);
    !matches!(
        (&planned.task, done),
        (Task::Fault { .. }, Some(FaultDone::NotApplicable(_)))
    )
}

#[cfg(test)]
mod tests;
