//! Whether the times of a run can be true, by the reader's own clock.
//!
//! They are the signer's word all the same. How old a run may be is for a policy.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::VerifyError;
use crate::statement::attestation::{Instant, Run};

/// How far two clocks may differ.
const SKEW: Duration = Duration::minutes(10);
/// No run is older: the type of the statement is of this year.
const EARLIEST: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

/// That a run finishes after it started is the statement's own affair.
///
/// # Errors
/// [`VerifyError::Future`] or [`VerifyError::Ancient`].
pub(super) fn expect_sane(run: &Run, now: OffsetDateTime) -> Result<(), VerifyError> {
    let (started, finished) = (run.started, run.finished);
    if finished.time() > now + SKEW {
        let now = Instant::cut(now);
        return Err(VerifyError::Future { finished, now });
    }
    if started.time() < EARLIEST {
        let earliest = Instant::cut(EARLIEST);
        return Err(VerifyError::Ancient { started, earliest });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(started: &str, finished: &str) -> Run {
        Run {
            id: "0".repeat(16),
            started: Instant::parse(started).unwrap(),
            finished: Instant::parse(finished).unwrap(),
        }
    }

    fn code(run: &Run) -> Option<String> {
        let now = datetime!(2026-06-01 12:00 UTC);
        expect_sane(run, now).err().map(|error| error.to_string())
    }

    #[test]
    fn clocks_may_differ_a_little_and_no_more() {
        let start = "2026-06-01T11:00:00Z";
        assert_eq!(code(&run(start, "2026-06-01T12:10:00Z")), None);
        let refused = code(&run(start, "2026-06-01T12:10:01Z")).unwrap();
        assert!(refused.ends_with(
            "to have finished by `2026-06-01T12:00:00Z`, observed `2026-06-01T12:10:01Z`"
        ));
    }

    #[test]
    fn no_run_is_older_than_the_statement_s_type() {
        let end = "2026-02-01T00:00:00Z";
        assert_eq!(code(&run("2026-01-01T00:00:00Z", end)), None);
        assert!(code(&run("2025-12-31T23:59:59Z", end)).is_some());
        assert!(code(&run("1970-01-01T00:00:00Z", end)).is_some());
    }
}
