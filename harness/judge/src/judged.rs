//! One case, judged.

use evidence::record::{LaunchRecord, Observations, Role};
use negatives::matrix::Case;

use crate::adapted::Adapted;
use crate::expected::Expected;
use crate::filters::FilterProof;
use crate::outside;
use crate::roll::Records;
use crate::rules::Row;
use crate::verdict::{Reason, Verdict};

/// Judges one case, as the engine can show it, from what was observed.
///
/// ```
/// use evidence::digest::ProgramDigests;
/// use evidence::record::Observations;
/// use evidence::{Abilities, EngineAccount, Identity};
/// use judge::{Adapted, Expected, judge};
///
///
/// let word = || "x".to_owned();
/// let engine = EngineAccount {
///     identity: Identity {
///         name: "docker".to_owned(),
///         version: word(),
///         api: None,
///         runtime: word(),
///         storage: word(),
///         rootless: false,
///     },
///     lacking: Abilities::all(),
/// };
/// let programs = ProgramDigests { airlock: word(), checker: word(), probe: word() };
/// let matrix = declared::matrix().unwrap();
/// let expected = Expected::by(&matrix, programs, &engine)?;
/// let row = Adapted::of(matrix.case("N19").unwrap(), &expected.abilities);
/// // What nobody observed did not hold.
/// let verdict = judge(&row, &Observations::default(), &expected);
/// assert_eq!(verdict.word().to_string(), "not_run");
/// # Ok::<(), judge::ExpectedError>(())
/// ```
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
    let traced = |record: &LaunchRecord| record.file_calls().is_some();
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
