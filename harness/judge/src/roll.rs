//! The records of one case, each checked to be of the launch it says it is.

use std::collections::BTreeMap;

use evidence::order::Order;
use evidence::plan::{self, every_mount};
use evidence::record::{LaunchRecord, Role, Subject};
use negatives::matrix::Case;
use negatives::wire::Event;
use seccomp::plan::AirlockStatus;

use super::verdict::{Reason, Verdict};
use super::words;

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
        match record.trouble.clone() {
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

/// The airlock and a probe's lines repeat the nonce; the lines count up without a gap, and begin with the
/// case they were asked for; a replayed or cut protocol does not.
fn authentic(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    let mismatch = |what, expected: &str, observed: &str| Reason::Mismatched {
        launch: record.id.clone(),
        what,
        expected: expected.to_owned(),
        observed: observed.to_owned(),
    };
    if let Some(AirlockStatus::Ready { nonce, .. }) = &record.airlock
        && *nonce != record.nonce
    {
        return Err(mismatch("airlock's nonce", &record.nonce, nonce));
    }
    let Subject::Probe { attempts } = &record.subject else {
        return Ok(());
    };
    for (expected, line) in (0_u32..).zip(&record.lines) {
        if line.nonce != record.nonce {
            return Err(mismatch("nonce", &record.nonce, &line.nonce));
        }
        if line.seq != expected {
            let (expected, observed) = (expected.to_string(), line.seq.to_string());
            return Err(mismatch("sequence number", &expected, &observed));
        }
    }
    let hello = record.lines.first().map(|line| &line.event);
    let count = attempts.len() + at_mounts(record, planned);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    match hello {
        Some(Event::Hello { case, attempts }) if *case == record.case && *attempts == count => {
            Ok(())
        }
        other => {
            let expected = format!("hello of {} with {count} attempts", record.case);
            Err(mismatch("first line", &expected, &words::event(other)))
        }
    }
}

/// How many attempts the plan got at the barrier.
fn at_mounts(record: &LaunchRecord, planned: &Order) -> usize {
    let barrier = record.barrier.as_ref().filter(|_| planned.every_mount);
    barrier.map_or(0, |view| every_mount::points(view).len())
}
