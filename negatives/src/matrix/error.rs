//! Why a text is not the matrix: one variant per rule.

use super::case::{CaseId, Layer};
use super::expectation::ExpectationError;
use super::lift::LiftError;
use crate::call::CallError;

/// Why a text is not the matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// Not TOML, or a field that is missing, unknown or of another type.
    #[error("failed to read the matrix")]
    Toml {
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// Rows too many or too few.
    #[error("expected {expected} {what}, observed {observed}")]
    Count {
        /// Which rows.
        what: &'static str,
        /// How many there are on the roll.
        expected: usize,
        /// How many the text has.
        observed: usize,
    },
    /// Another row than the roll has here: unknown, doubled or out of order.
    #[error("expected row `{expected}` here, observed `{observed}`")]
    Row {
        /// The row of the roll.
        expected: &'static str,
        /// The row of the text.
        observed: String,
    },
    /// A row with another number.
    #[error("expected `{case}` to be test #{expected}, observed #{observed}")]
    Number {
        /// The row.
        case: CaseId,
        /// Its number on the roll.
        expected: u8,
        /// Its number in the text.
        observed: u8,
    },
    /// A row on another layer.
    #[error("expected `{case}` on layer {expected}, observed {observed}")]
    Layer {
        /// The row.
        case: CaseId,
        /// Its layer on the roll.
        expected: Layer,
        /// Its layer in the text.
        observed: Layer,
    },
    /// An engine twice, or a variable of it twice or without a reason.
    #[error(
        "expected each engine once, and each variable it adds once with a reason, observed `{name}` of `{engine}`"
    )]
    Engine {
        /// The engine.
        engine: String,
        /// What is there twice or without a reason.
        name: String,
    },
    /// A sandbox without an invariant that lifts nothing, breaks nothing or has no reason.
    #[error("expected lifts, what they break, and a reason in each `without` of `{case}`")]
    Without {
        /// The row.
        case: CaseId,
    },
    /// A boundary whose control has no sandbox, with something else lifted.
    #[error("expected `sandbox` to be all that is lifted in boundary `{boundary}` of `{case}`")]
    BareIsAlone {
        /// The row.
        case: CaseId,
        /// The boundary.
        boundary: String,
    },
    /// A row whose proof is attempts, without an attempt.
    #[error("expected at least one attempt in `{case}`, observed none")]
    NoAttempt {
        /// The row.
        case: CaseId,
    },
    /// A row whose proof is packets, without a packet.
    #[error("expected a hostile or control packet in `{case}`, observed none")]
    NoPacket {
        /// The row.
        case: CaseId,
    },
    /// A row whose proof is faults, without one or without its control.
    #[error("expected a fault and a control without one in `{case}`")]
    NoFault {
        /// The row.
        case: CaseId,
    },
    /// A row that has what its kind does not have.
    #[error("expected no {what} in `{case}` of its kind, observed some")]
    NotOfItsKind {
        /// The row.
        case: CaseId,
        /// What it has.
        what: &'static str,
    },
    /// A row that judges nothing.
    #[error("expected at least one rule in `{case}`, observed none")]
    NoRule {
        /// The row.
        case: CaseId,
    },
    /// A rule without what it judges by.
    #[error("expected `{what}` in `{case}` for its rule `{rule}`, observed none")]
    NothingToJudge {
        /// The row.
        case: CaseId,
        /// The rule.
        rule: &'static str,
        /// What it needs.
        what: &'static str,
    },
    /// Something that no rule of the row judges.
    #[error("expected a rule of `{case}` that judges its `{what}`, observed none")]
    NotJudged {
        /// The row.
        case: CaseId,
        /// What is declared.
        what: &'static str,
    },
    /// A boundary that lifts nothing has no control.
    #[error("expected a lift for boundary `{boundary}` of `{case}`, observed none")]
    NoLift {
        /// The row.
        case: CaseId,
        /// The boundary.
        boundary: String,
    },
    /// An unknown lift.
    #[error("failed to read a lift of `{case}`")]
    Lift {
        /// The row.
        case: CaseId,
        /// Why.
        #[source]
        source: LiftError,
    },
    /// An attempt without an expectation, or with one in unknown words.
    #[error("failed to read what `{attempt}` of `{case}` expects {place}")]
    Expectation {
        /// The row.
        case: CaseId,
        /// The attempt.
        attempt: String,
        /// Which of its expectations.
        place: &'static str,
        /// Why.
        #[source]
        source: ExpectationError,
    },
    /// A field that every attempt needs is empty, or one excludes another.
    #[error("expected {expected} in `{attempt}` of `{case}`")]
    Attempt {
        /// The row.
        case: CaseId,
        /// The attempt.
        attempt: String,
        /// The rule.
        expected: &'static str,
    },
    /// An attempt's call cannot be read.
    #[error("failed to read the call of `{attempt}` of `{case}`")]
    Call {
        /// The row.
        case: CaseId,
        /// The attempt.
        attempt: String,
        /// Why.
        #[source]
        source: CallError,
    },
    /// A name that nothing has: a call, a script, a fact, a set of lifts.
    #[error("expected a known {what} in `{attempt}` of `{case}`, observed `{name}`")]
    Unknown {
        /// The row.
        case: CaseId,
        /// The attempt.
        attempt: String,
        /// What kind of name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Two attempts of one row, or two boundaries, with one name.
    #[error("expected distinct names in `{case}`, observed `{name}` twice")]
    Duplicate {
        /// The row.
        case: CaseId,
        /// The name.
        name: String,
    },
}
