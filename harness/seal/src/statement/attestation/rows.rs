//! The rows of a statement, and that each is the one its number says.
//!
//! It knows how rows are counted (A1–A13 are 1–13, N1–N32 are 14–45), not what
//! any of them is about.

pub use negatives::matrix::Layer;
use serde::{Deserialize, Serialize};

use super::{Counts, PredicateError, RunResult, RunVerdict};

/// One row and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Such as `N19`.
    pub id: String,
    /// Its number in the matrix, 1 to 45.
    pub number: u32,
    /// Its layer.
    pub layer: Layer,
    /// What came of it.
    pub verdict: VerdictWord,
    /// Why, as a closed word of the judge's.
    pub reason_code: String,
    /// Why, for people.
    pub reason_text: String,
    /// Why the row rests on what was said inside the sandbox alone, where it could have
    /// been seen from outside and was not; empty otherwise.
    pub rests_on_inside: String,
}

/// A verdict in a word, as the judge gives it and the statement has it. Only `held` is
/// green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// The boundary held.
    Held,
    /// It did not.
    Broken,
    /// The refusal proves nothing.
    Inconclusive,
    /// The row did not run.
    NotRun,
}

impl VerdictWord {
    /// The word people and JSON see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Inconclusive => "inconclusive",
            Self::NotRun => "not_run",
        }
    }
}

impl std::fmt::Display for VerdictWord {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(self.as_str())
    }
}

impl RunVerdict {
    /// The word, as the statement spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Incomplete => "incomplete",
        }
    }
}

impl std::fmt::Display for RunResult {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = self.verdict.as_str();
        let Counts {
            held,
            broken,
            inconclusive,
            not_run,
            deferred,
        } = self.counts;
        let whole = if self.complete {
            "complete"
        } else {
            "not complete"
        };
        write!(
            out,
            "{word} (exit code {}, {whole}: {held} held, {broken} broken, {inconclusive} inconclusive, \
             {not_run} not run, {deferred} deferred)",
            self.exit_code
        )
    }
}

/// Rows by number, each once, each with the id of its number.
pub(super) fn check(rows: &[Row]) -> Result<(), PredicateError> {
    let mut last = 0;
    for row in rows {
        if row.number <= last || id_of(row.number).as_deref() != Some(row.id.as_str()) {
            let id = row
                .id
                .chars()
                .take(20)
                .flat_map(char::escape_debug)
                .collect();
            return Err(PredicateError::Row {
                id,
                number: row.number,
            });
        }
        last = row.number;
    }
    Ok(())
}

/// The id of the row with this number.
fn id_of(number: u32) -> Option<String> {
    match number {
        1..=13 => Some(format!("A{number}")),
        14..=45 => Some(format!("N{}", number - 13)),
        _ => None,
    }
}
