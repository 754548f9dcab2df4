//! Judges rows whose evidence the harness makes itself: every check came out as
//! declared, and beside what must be refused there is a control that is not.

use negatives::matrix::Case;

use super::verdict::{Reason, Verdict};
use crate::checks::{self, Declared};
use crate::record::CheckRecord;

/// Judges a row's checks against the list that it must have.
pub(super) fn judge(case: &Case, records: &[CheckRecord]) -> Verdict {
    let planned = checks::declared(case);
    if planned.is_empty() {
        return Verdict::NotRun(Reason::NotImplemented);
    }
    for check in planned {
        let mut with_id = records.iter().filter(|record| record.id == check.id);
        match (with_id.next(), with_id.next()) {
            (Some(record), None) if record.observed == check.expected => {}
            (Some(record), None) if check.hostile => {
                return Verdict::Broken(reason(&check, record));
            }
            (Some(record), None) => return Verdict::Inconclusive(reason(&check, record)),
            (None, _) | (Some(_), Some(_)) => {
                return Verdict::NotRun(Reason::NoRecord {
                    launch: format!("{}/{}", case.id, check.id),
                });
            }
        }
    }
    Verdict::Held
}

fn reason(check: &Declared, record: &CheckRecord) -> Reason {
    Reason::Check {
        check: check.id.to_owned(),
        subject: check.subject.to_owned(),
        expected: check.expected.to_owned(),
        observed: record.observed.clone(),
    }
}
