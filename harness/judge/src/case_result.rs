//! A row's verdict with what it rests on.

use evidence::record::{CheckRecord, LaunchRecord, Observations, Packed};
use negatives::matrix::Case;

use super::{
    Adapted, Expected, FilterProof, Reason, Verdict, filter_proof, judge, rests_on_inside,
};

/// A case's verdict with what it rests on.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// The row, as the engine can show it.
    pub case: Adapted,
    /// Its verdict.
    pub verdict: Verdict,
    /// How its filters were witnessed.
    pub filters: FilterProof,
    /// Why it rests on the inside alone, where it could have been seen from outside.
    pub inside: Option<String>,
    /// Everything that was observed.
    pub observed: Packed,
    /// From the first launch's start to the verdict, in milliseconds.
    pub millis: u64,
}

impl CaseResult {
    /// A case with the verdict that follows from what was observed.
    #[must_use]
    pub fn judged(
        case: &Case,
        launches: Vec<LaunchRecord>,
        checks: Vec<CheckRecord>,
        expected: &Expected,
    ) -> Self {
        let observed = Observations { launches, checks };
        Self::of(case, &observed, Packed::of(&observed), expected)
    }

    /// The same, where the observations are put away already.
    #[must_use]
    pub fn of(case: &Case, observed: &Observations, packed: Packed, expected: &Expected) -> Self {
        let case = Adapted::of(case, &expected.abilities);
        Self {
            verdict: judge(&case, observed, expected),
            filters: filter_proof(observed),
            inside: rests_on_inside(&case, observed),
            case,
            observed: packed,
            millis: 0,
        }
    }

    /// Of a row that nothing was observed of.
    #[must_use]
    pub fn not_run(case: &Adapted, reason: Reason) -> Self {
        Self {
            case: case.clone(),
            verdict: Verdict::NotRun(reason),
            filters: FilterProof::Attempted,
            inside: None,
            observed: Packed::default(),
            millis: 0,
        }
    }
}
