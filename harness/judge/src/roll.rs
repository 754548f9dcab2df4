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
    planned: BTreeMap<String, Order>,
}

impl<'a> Records<'a> {
    pub(super) fn new(case: &Case, records: &'a [LaunchRecord]) -> Self {
        let planned = plan::orders(case)
            .into_iter()
            .map(|order| (order.id.clone(), order));
        Self {
            by_id: records
                .iter()
                .map(|record| (record.id.as_str(), record))
                .collect(),
            planned: planned.collect(),
        }
    }

    /// A record that can count.
    pub(super) fn get(&self, launch: &str) -> Result<&'a LaunchRecord, Verdict> {
        let record = self.find(launch).map_err(Verdict::NotRun)?;
        let launch = launch.to_owned();
        match hindrance::trouble(record) {
            Some(trouble) => Err(Verdict::Inconclusive(Reason::Trouble { launch, trouble })),
            None => Ok(record),
        }
    }

    fn find(&self, launch: &str) -> Result<&'a LaunchRecord, Reason> {
        let record = self
            .by_id
            .get(launch)
            .copied()
            .ok_or_else(|| Reason::NoRecord {
                launch: launch.to_owned(),
            })?;
        let planned = self.planned.get(launch);
        let planned = planned.ok_or_else(|| Reason::NoRecord {
            launch: launch.to_owned(),
        })?;
        as_planned(record, planned)?;
        if record.trouble.is_some() {
            return Ok(record);
        }
        server_answered(record, planned)?;
        authentic(record, planned).map(|()| record)
    }

    /// What speaks against the records of the planned launches.
    pub(super) fn roll(&self) -> impl Iterator<Item = Verdict> {
        let launches = self.planned.keys();
        launches.filter_map(|launch| self.get(launch).err())
    }

    /// The launches in which writing is tried at every mount.
    pub(super) fn every_mount(&self) -> Vec<&str> {
        let planned = self.planned.values();
        let tried = planned.filter(|order| order.every_mount);
        tried.map(|order| order.id.as_str()).collect()
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
        let (expected, observed) = (words::role(&planned.role), words::role(&record.role));
        return Err(mismatch("role", expected, observed));
    }
    let lifts: Vec<String> = planned.lifts.iter().map(ToString::to_string).collect();
    if record.lifts != lifts && record.role != Role::Locked {
        return Err(mismatch("lifts", lifts.join(", "), record.lifts.join(", ")));
    }
    let subject = planned.task.subject();
    if record.subject != subject {
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
            record.database.is_some(),
        ),
        ("KB's word", task.needs_kb(), record.kb.is_some()),
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
    let Subject::Probe { .. } = &record.subject else {
        return Ok(());
    };
    protocol::is_whole(record, planned)
}

/// A fault that this host cannot put in the way is not tried: its row says so.
fn is_started(record: &LaunchRecord, planned: &Order) -> bool {
    let done = record.fault.as_ref().map(|fault| &fault.done);
    !matches!(
        (&planned.task, done),
        (Task::Fault { .. }, Some(FaultDone::NotApplicable(_)))
    )
}

#[cfg(test)]
mod tests;
