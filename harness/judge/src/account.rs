//! What each attempt came to beside what was declared, for reports.
//!
//! It reads the records as the judge does, with the judge's own functions, and
//! decides nothing: the verdict is [`super::judge`]'s.

use evidence::plan::{self, Sandbox};
use evidence::record::{LaunchRecord, Observations, Role};
use negatives::matrix::{Attempt, Boundary};
use negatives::wire::{CallRecord, Event};

use super::adapted::Adapted;
use super::probe::{Came, came};
use super::roll::Records;
use super::trace::touched;

/// The accounts of one row.
pub struct Accounts<'a> {
    case: &'a Adapted,
    records: Records<'a>,
}

/// One attempt in one sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the sandbox was for.
    pub role: Role,
    /// The launch's id.
    pub launch: String,
    /// What the matrix declares.
    pub expected: String,
    /// What came of it.
    pub observed: String,
    /// Whether the one is the other.
    pub fit: Fit,
    /// Whose word `observed` is.
    pub witness: Witness,
    /// The system call behind it, where there is one.
    pub call: Option<CallRecord>,
}

/// Whether an attempt came out as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It did.
    AsDeclared,
    /// This kernel or machine cannot do it at all.
    NotApplicable,
    /// It came out otherwise.
    Otherwise,
    /// Nothing that counts was observed.
    Nothing,
}

/// Whose word an observation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// The probe's, from inside.
    Inside,
    /// The host's: a death is seen from outside.
    Outside,
}

impl<'a> Accounts<'a> {
    /// Reads a row's observations.
    #[must_use]
    pub fn new(case: &'a Adapted, observed: &'a Observations) -> Self {
        let records = Records::new(case, &observed.launches);
        Self { case, records }
    }

    /// A boundary's attempts, each in its roles: locked, control, then each layer alone.
    pub fn of<'b>(
        &self,
        boundary: &'b Boundary,
    ) -> impl Iterator<Item = (&'b Attempt, Vec<Account>)> {
        let sandboxes: Vec<Sandbox<'_>> = plan::sandboxes(boundary).collect();
        boundary.attempts.iter().map(move |attempt| {
            let accounts = sandboxes.iter().map(|sandbox| self.one(sandbox, attempt));
            (attempt, accounts.collect())
        })
    }

    /// An attempt where nothing is lifted.
    #[must_use]
    pub fn locked(&self, attempt: &Attempt) -> Account {
        self.one(&Sandbox::locked(), attempt)
    }

    fn one(&self, sandbox: &Sandbox<'_>, attempt: &Attempt) -> Account {
        let launch = sandbox.launch_id(self.case, attempt);
        let expectation = sandbox.expectation(attempt);
        let mut account = Account {
            launch: launch.clone(),
            expected: expectation.to_string(),
            observed: "nothing".to_owned(),
            fit: Fit::Nothing,
            witness: Witness::Inside,
            call: None,
            role: sandbox.role,
        };
        let record = match self.records.get(&launch) {
            Ok(record) => record,
            Err(verdict) => {
                let reason = verdict.reason().map(ToString::to_string);
                account.observed = reason.unwrap_or_default();
                account.witness = Witness::Outside;
                return account;
            }
        };
        let came = came(record, &attempt.id);
        account.observed = came.to_string();
        account.call = call(record, &attempt.id);
        account.fit = match came {
            Came::Out(outcome) if expectation.matches(outcome) => Fit::AsDeclared,
            Came::Out(outcome)
                if account.role == Role::Control && attempt.not_applicable(outcome) =>
            {
                Fit::NotApplicable
            }
            Came::Died(signal) if expectation.matches_death(signal) => Fit::AsDeclared,
            Came::Out(_) | Came::Died(_) => Fit::Otherwise,
            Came::Unknown => Fit::Nothing,
        };
        if matches!(came, Came::Died(_)) {
            account.witness = Witness::Outside;
        }
        account
    }
}

impl std::fmt::Debug for Accounts<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Accounts({})", self.case.id)
    }
}

fn call(record: &LaunchRecord, attempt: &str) -> Option<CallRecord> {
    record.lines().iter().find_map(|line| match &line.event {
        Event::End { id, call, .. } if id == attempt => call.clone(),
        Event::End { .. } | Event::Begin { .. } | Event::Hello { .. } | Event::Exit { .. } => None,
    })
}

/// The paths of the packet that a traced launch handed to the kernel; `None` where
/// it was not traced.
#[must_use]
pub fn packet_paths(record: &LaunchRecord) -> Option<Vec<String>> {
    touched(record).ok()
}
