//! Judges rows whose evidence the harness makes itself: every check came out as
//! declared, and beside what must be refused there is a control that is not.

use evidence::record::CheckRecord;
use negatives::matrix::{Case, Check};

use super::verdict::{Reason, Verdict};

/// Judges a row's checks against the list that the matrix declares: each came out as
/// declared, and there is no other.
pub(super) fn judge(case: &Case, records: &[CheckRecord]) -> Verdict {
    let declared = case.checks.iter().map(|check| one(case, check, records));
    let is_declared = |it: &&CheckRecord| case.checks.iter().any(|check| check.id == it.id);
    let strays = records.iter().filter(|it| !is_declared(it)).map(stray);
    Verdict::gravest(declared.chain(strays))
}

/// What nobody declared proves nothing, whatever came of it.
fn stray(record: &CheckRecord) -> Verdict {
    Verdict::Inconclusive(Reason::Check {
        check: record.id.clone(),
        subject: record.subject.clone(),
        expected: "no check but those that the matrix declares".to_owned(),
        observed: record.observed.clone(),
    })
}

fn one(case: &Case, check: &Check, records: &[CheckRecord]) -> Verdict {
    let mut with_id = records.iter().filter(|record| record.id == check.id);
    let (Some(record), None) = (with_id.next(), with_id.next()) else {
        return Verdict::NotRun(Reason::NoRecord {
            launch: format!("{}/{}", case.id, check.id),
        });
    };
    if record.observed == check.expected {
        return Verdict::Held;
    }
    let reason = Reason::Check {
        check: check.id.clone(),
        subject: check.subject.clone(),
        expected: check.expected.clone(),
        observed: record.observed.clone(),
    };
    if !record.was_made() {
        Verdict::NotRun(reason)
    } else if check.hostile {
        Verdict::Broken(reason)
    } else {
        Verdict::Inconclusive(reason)
    }
}
