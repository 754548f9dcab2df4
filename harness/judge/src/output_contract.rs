//! The output contract (L5): what the harness takes as a checker's report and as
//! its exit code, and nothing else.
//!
//! The report is held against its canonical form and the checker's own types, which
//! refuse whatever the published schema refuses; the exit code against the announcement
//! and the outcome.
//! Whether the outcome is the one a row declares is not asked here.

use checker::report::{MAX_REPORT, Report};
use checker::{Announcement, Outcome, REPORT_FILE, ReadError};
use evidence::Exit;
use evidence::digest::sha256;
use seal::strict_json::{self, JsonError};
use serde_json::Value;

/// A report or an exit code is not of the contract.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The report is not JSON that two readers read alike.
    #[error("failed to read the report")]
    Json(#[from] JsonError),
    /// The checker's own types have no word for it.
    #[error("failed to read the report as the checker's own types")]
    Types(#[source] serde_json::Error),
    /// The bytes are not the canonical ones of what they say (RFC 8785).
    #[error("expected the report in its canonical form, observed another")]
    NotCanonical,
    /// One part of it says other than the rest.
    #[error("failed to follow the report from one part to the other")]
    Contradiction(#[source] ReadError),
    /// Something does not fit something else.
    #[error("{what}: expected {expected}, observed {observed}")]
    Differs {
        /// What was compared.
        what: &'static str,
        /// By the outcome, or by the announcement.
        expected: String,
        /// As it came.
        observed: String,
    },
}

/// Reads a report's text.
///
/// # Errors
/// It is not of the contract.
pub fn read_report(text: &str) -> Result<Report, ContractError> {
    let value: Value = strict_json::from_slice(REPORT_FILE, text.as_bytes(), MAX_REPORT)?;
    typed(value)?;
    Report::read(text.as_bytes()).map_err(|error| match error {
        ReadError::NotCanonical => ContractError::NotCanonical,
        ReadError::TooLong(_)
        | ReadError::Parse(_)
        | ReadError::Form { .. }
        | ReadError::Contradiction { .. } => ContractError::Contradiction(error),
    })
}

/// The same by the checker's own types alone.
///
/// # Errors
/// They have no word for it.
pub fn typed(value: Value) -> Result<Report, ContractError> {
    serde_json::from_value(value).map_err(ContractError::Types)
}

/// Holds a finished run's three words against each other: the announcement, the exit
/// code, and the report where the outcome has one.
///
/// # Errors
/// They do not fit, or one of them is not of the contract.
pub fn accept(
    announcement: &Announcement,
    exit: &Exit,
    report: Option<&str>,
) -> Result<Option<Report>, ContractError> {
    let outcome = announcement.outcome;
    same("announced exit code", outcome.exit(), announcement.exit)?;
    let ended = Exit::Code(i64::from(outcome.exit()));
    same("exit code", ended.to_string(), exit.to_string())?;
    let text = match (outcome, &announcement.report, report) {
        (Outcome::Blocked | Outcome::InternalError, None, _) => return Ok(None),
        (Outcome::Gaps | Outcome::NoGapObserved | Outcome::Refused, Some(said), Some(text)) => {
            same("report's name", REPORT_FILE, &said.path)?;
            same("report's digest", &said.sha256, &sha256(text.as_bytes()))?;
            same("report's length", said.bytes, text.len() as u64)?;
            text
        }
        (_, said, found) => {
            let expected = format!("as `{}` has it", word(outcome));
            let there = |there| if there { "one" } else { "none" };
            let (said, found) = (there(said.is_some()), there(found.is_some()));
            let observed = format!("{said} announced, {found} in the output");
            return same("report", expected, observed).map(|()| None);
        }
    };
    let report = read_report(text)?;
    same("report's outcome", word(outcome), word(report.outcome))?;
    same("report's exit code", announcement.exit, report.exit)?;
    let told = &announcement.order.authorities_sha256;
    same("enrolled authorities", told, &report.authorities_sha256)?;
    Ok(Some(report))
}

/// An outcome as announcements and reports have it.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Blocked => "blocked",
        Outcome::Gaps => "gaps",
        Outcome::NoGapObserved => "no_gap_observed",
        Outcome::Refused => "refused",
        Outcome::InternalError => "internal_error",
    }
}

fn same<T: PartialEq + ToString>(
    what: &'static str,
    expected: T,
    observed: T,
) -> Result<(), ContractError> {
    if expected == observed {
        return Ok(());
    }
    Err(ContractError::Differs {
        what,
        expected: expected.to_string(),
        observed: observed.to_string(),
    })
}
