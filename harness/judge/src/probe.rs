//! Judges a row of attempts: refused when locked, as declared in its control,
//! and still refused by each layer alone.

use evidence::plan::{self, Sandbox};
use evidence::record::{LaunchRecord, Role};
use negatives::matrix::{Attempt, Case, Expectation};
use negatives::wire::{Event, Outcome};

use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// What came of one attempt in one launch.
pub(super) enum Came<'a> {
    Out(&'a Outcome),
    /// The probe did not survive it.
    Died(i32),
    /// It never began, or nothing tells how it ended.
    Unknown,
}

/// Judges every attempt of a case. The gravest comes first: what was let through is not
/// hidden by a control that failed before it.
pub(super) fn judge(case: &Case, records: &Records<'_>) -> Verdict {
    let mut applied = 0_usize;
    let mut evidence = String::new();
    let mut fallen = Vec::new();
    for boundary in &case.boundaries {
        let sandboxes: Vec<Sandbox<'_>> = plan::sandboxes(boundary).collect();
        for attempt in &boundary.attempts {
            match judge_attempt(case, &sandboxes, attempt, records) {
                Judged::Proved => applied += 1,
                Judged::NotApplicable(why) => evidence = why,
                Judged::Fell(verdict) => fallen.push(verdict),
            }
        }
    }
    if applied == 0 && fallen.is_empty() {
        return Verdict::NotRun(Reason::NothingApplies { evidence });
    }
    Verdict::gravest(fallen)
}

enum Judged {
    Proved,
    NotApplicable(String),
    Fell(Verdict),
}

/// Locked first: a broken boundary is broken whatever its control says.
fn judge_attempt(
    case: &Case,
    sandboxes: &[Sandbox<'_>],
    attempt: &Attempt,
    records: &Records<'_>,
) -> Judged {
    let mut not_applicable = None;
    for sandbox in sandboxes {
        let launch = sandbox.launch_id(case, attempt);
        let record = match records.get(&launch) {
            Ok(record) => record,
            Err(verdict) => return Judged::Fell(verdict),
        };
        let expectation = sandbox.expectation(attempt);
        match came(record, &attempt.id) {
            Came::Out(outcome) if expectation.matches(outcome) => {}
            Came::Out(Outcome::Unready(why)) => {
                let cause = format!("`{}` is not ready: {why}", attempt.id);
                return Judged::Fell(Verdict::Inconclusive(Reason::Kept { launch, cause }));
            }
            Came::Out(outcome)
                if sandbox.role == Role::Control && attempt.not_applicable(outcome) =>
            {
                not_applicable = Some(outcome_words(outcome));
            }
            Came::Died(signal) if expectation.matches_death(signal) => {}
            Came::Unknown => {
                let attempt = attempt.id.clone();
                return Judged::Fell(Verdict::NotRun(Reason::NotReported { launch, attempt }));
            }
            observed @ (Came::Out(_) | Came::Died(_)) => {
                return Judged::Fell(fell(sandbox.role, launch, attempt, expectation, &observed));
            }
        }
    }
    not_applicable.map_or(Judged::Proved, Judged::NotApplicable)
}

fn fell(
    role: Role,
    launch: String,
    attempt: &Attempt,
    expectation: &Expectation,
    observed: &Came<'_>,
) -> Verdict {
    let attempt = attempt.id.clone();
    let expected = expectation.to_string();
    let observed = observed.to_string();
    match role {
        Role::Locked | Role::Alone => Verdict::Broken(Reason::NotRefused {
            launch,
            attempt,
            expected,
            observed,
        }),
        Role::Control => Verdict::Inconclusive(Reason::ControlFailed {
            launch,
            attempt,
            expected,
            observed,
        }),
    }
}

/// A `begin` without its `end` is an attempt the probe did not survive, if it was
/// the last thing and the exit code names a signal.
pub(super) fn came<'a>(record: &'a LaunchRecord, id: &str) -> Came<'a> {
    let mut begun = false;
    for line in record.lines() {
        match &line.event {
            Event::Begin { id: begin } => begun = begin == id,
            Event::End {
                id: end, outcome, ..
            } if end == id => return Came::Out(outcome),
            Event::End { .. } | Event::Exit { .. } => begun = false,
            Event::Hello { .. } => {}
        }
    }
    let signal = record.exit.signal().filter(|_| begun);
    signal.map_or(Came::Unknown, Came::Died)
}

impl std::fmt::Display for Came<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Out(outcome) => out.write_str(&outcome_words(outcome)),
            Self::Died(signal) => write!(out, "killed by signal {signal}"),
            Self::Unknown => out.write_str("nothing"),
        }
    }
}

/// An outcome in the matrix's words.
#[must_use]
pub fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(value) => format!("returns {value}"),
        Outcome::Errno(number) => negatives::errno::Errno::describe(*number),
        Outcome::Found(what) => format!("found: {what}"),
        Outcome::Absent => "absent".to_owned(),
        Outcome::NotApplicable(why) => format!("not applicable: {why}"),
        Outcome::Unready(why) => format!("not ready: {why}"),
    }
}
