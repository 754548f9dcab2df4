//! The checks that the harness makes itself, without a sandbox, for the rows whose
//! boundary is the build (L2) or the output contract (L5).
//!
//! Each row has its checks as a list; the judge asks the same list what must be
//! there.

use std::panic::catch_unwind;

use negatives::matrix::Case;

use crate::record::CheckRecord;

mod disposition;
mod roll;

/// One check: what is looked at, what must come of it, and how it is done.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Unique in the row.
    pub id: &'static str,
    /// It must be refused; otherwise it is a control, which must pass.
    pub hostile: bool,
    /// What is checked, in words.
    pub subject: &'static str,
    /// What must come of it, in the words `run` gives back.
    pub expected: &'static str,
    /// Does it; what came of it, in words that do not differ from run to run.
    pub run: fn() -> String,
}

impl Check {
    /// What must be refused.
    pub(crate) const fn hostile(
        id: &'static str,
        subject: &'static str,
        expected: &'static str,
        run: fn() -> String,
    ) -> Self {
        Self {
            id,
            hostile: true,
            subject,
            expected,
            run,
        }
    }

    /// What must pass where that is refused.
    pub(crate) const fn control(
        id: &'static str,
        subject: &'static str,
        expected: &'static str,
        run: fn() -> String,
    ) -> Self {
        Self {
            id,
            hostile: false,
            subject,
            expected,
            run,
        }
    }
}

/// Makes every check of a case.
#[must_use]
pub fn run(case: &Case) -> Vec<CheckRecord> {
    of(case).iter().map(record).collect()
}

/// Makes one check. One that crashes is recorded as crashed, which is no outcome
/// that any check expects.
pub(crate) fn record(check: &Check) -> CheckRecord {
    CheckRecord {
        id: check.id.to_owned(),
        hostile: check.hostile,
        subject: check.subject.to_owned(),
        expected: check.expected.to_owned(),
        observed: catch_unwind(check.run).unwrap_or_else(|_| "crashed".to_owned()),
    }
}

/// Whether a case has any check.
#[must_use]
pub fn exist(case: &Case) -> bool {
    !of(case).is_empty()
}

/// The checks of each row: what the judge asks for is this list, never a record's
/// own word on what was expected.
pub(crate) fn of(case: &Case) -> &'static [Check] {
    // One arm per row that is judged by checks.
    match case.id.as_str() {
        "N31" => disposition::CHECKS,
        "N32" => roll::CHECKS,
        _ => &[],
    }
}
