//! From observations to a verdict: a pure function, the heart of the design.
//!
//! `attest` and `verify` call the same one, so an edited verdict changes nothing.
//! It opens no file, starts no process and asks no clock.

use std::sync::Arc;

use evidence::digest::ProgramDigests;
use evidence::record::{LaunchRecord, Observations, Role};
use evidence::{Abilities, EngineAccount};
use negatives::matrix::{Case, KnownEngine, Matrix, MatrixError};
use seal::statement::Subjects;
use seccomp::{Policy, PolicyError};

mod account;
mod adapted;
mod announced;
mod answer;
mod articles;
mod calls;
mod case_result;
mod checks;
mod contents;
mod contract;
mod devices;
mod environment;
mod every_mount;
mod fault;
mod filters;
mod hindrance;
mod kb;
mod limits;
mod mounts;
pub mod output_contract;
mod outside;
mod probe;
mod roll;
mod rules;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
mod self_check;
mod shard;
mod survey;
mod trace;
mod verdict;
mod words;

pub use account::{Account, Accounts, Fit, Witness, packet_paths};
pub use adapted::Adapted;
pub use case_result::CaseResult;
pub use every_mount::{Answer as AnswerAtMount, answers as answers_at_mounts};
pub use filters::Answers;
pub use mounts::allowance;
pub use probe::outcome_words;
pub use seal::statement::attestation::VerdictWord;
pub use self_check::invariants;
pub use shard::{is_left, own, whole_roll};
pub use survey::Survey;
pub use verdict::{Reason, Verdict};

use roll::Records;
use rules::Row;

/// What the observations are held against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The digests of the three programs.
    pub programs: ProgramDigests,
    /// The system call policy.
    pub policy: Policy,
    /// What the engine cannot do.
    pub abilities: Abilities,
    /// What the engine is known to do by itself; `None` for one that is not known.
    pub engine: Option<KnownEngine>,
    /// What was found of filters before.
    pub answers: Arc<Answers>,
}

/// What this program itself expects could not be read: a test rules that out.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// Its policy.
    #[error("failed to read the built-in policy")]
    Policy(#[from] PolicyError),
    /// Its matrix.
    #[error("failed to read the built-in matrix")]
    Matrix(#[from] MatrixError),
}

impl Expected {
    /// What a statement's subjects, its engine's account of itself and this program's
    /// own data say.
    ///
    /// # Errors
    /// The built-in policy or matrix does not load, which a test rules out.
    pub fn of(subjects: &Subjects, engine: &EngineAccount) -> Result<Self, ExpectedError> {
        let programs = ProgramDigests {
            airlock: subjects.airlock.to_string(),
            checker: subjects.checker.to_string(),
            probe: subjects.probe.to_string(),
        };
        Self::with(programs, engine)
    }

    /// The same for these programs.
    ///
    /// # Errors
    /// As [`Expected::of`].
    pub fn with(programs: ProgramDigests, engine: &EngineAccount) -> Result<Self, ExpectedError> {
        Ok(Self {
            programs,
            policy: Policy::builtin()?,
            abilities: engine.lacking.clone(),
            engine: Matrix::builtin()?.engine(&engine.identity.name).cloned(),
            answers: Arc::default(),
        })
    }
}

/// How a seccomp row's filter was witnessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterProof {
    /// Read back from the kernel and compared over the whole table.
    ReadBack,
    /// Attempts and controls alone.
    Attempted,
}

/// Judges one case, as the engine can show it, from what was observed.
#[must_use]
pub fn judge(case: &Adapted, observed: &Observations, expected: &Expected) -> Verdict {
    if let Some(why) = &case.pending {
        return Verdict::NotRun(Reason::Pending { why: why.clone() });
    }
    let row = Row {
        case,
        records: &Records::new(case, &observed.launches),
        checks: &observed.checks,
        expected,
    };
    row.judge()
}

/// Why a row that is judged by the record of the checker's calls rests on the checker's
/// word instead: this host's user may not trace it.
#[must_use]
pub fn rests_on_inside(case: &Case, observed: &Observations) -> Option<String> {
    let traced = |record: &LaunchRecord| record.file_calls.is_some();
    if !case.needs_trace() || observed.launches.iter().all(traced) {
        return None;
    }
    let barriers = observed
        .launches
        .iter()
        .filter_map(|it| it.barrier.as_ref());
    let why = barriers.filter_map(|view| view.filters.reason()).next();
    let why = why.unwrap_or("the checker was not traced");
    Some(format!("no record of the checker's calls: {why}"))
}

/// How the filters of a case's locked launches were witnessed.
#[must_use]
pub fn filter_proof(observed: &Observations) -> FilterProof {
    let mut locked = observed
        .launches
        .iter()
        .filter(|record| record.role == Role::Locked)
        .peekable();
    if locked.peek().is_some() && locked.all(outside::filters_were_read) {
        FilterProof::ReadBack
    } else {
        FilterProof::Attempted
    }
}
