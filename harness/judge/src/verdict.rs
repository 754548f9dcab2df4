//! The four verdicts and their reasons: closed lists. Only `Held` is green.

use negatives::matrix::Fact;
use seal::partition::Partition;
use seal::statement::attestation::{OTHER_SHARD, VerdictWord};

/// What is known of a row after its launches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The boundary refused as declared, and the control shows that it could
    /// have come out otherwise.
    Held,
    /// The boundary did not hold.
    Broken(Reason),
    /// What was observed proves neither.
    Inconclusive(Reason),
    /// It was not run, or its launches failed: nothing was observed.
    NotRun(Reason),
}

impl Verdict {
    /// The gravest of several, and of these the first: what was let through before what
    /// was not run, and that before what proves nothing.
    pub(super) fn gravest(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let gravity = |verdict: &Self| match verdict {
            Self::Held => 0,
            Self::Inconclusive(_) => 1,
            Self::NotRun(_) => 2,
            Self::Broken(_) => 3,
        };
        verdicts.into_iter().fold(Self::Held, |worst, next| {
            if gravity(&next) > gravity(&worst) {
                next
            } else {
                worst
            }
        })
    }

    /// The verdict alone.
    #[must_use]
    pub fn word(&self) -> VerdictWord {
        match self {
            Self::Held => VerdictWord::Held,
            Self::Broken(_) => VerdictWord::Broken,
            Self::Inconclusive(_) => VerdictWord::Inconclusive,
            Self::NotRun(_) => VerdictWord::NotRun,
        }
    }

    /// Why, unless it held.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Held => None,
            Self::Broken(reason) | Self::Inconclusive(reason) | Self::NotRun(reason) => {
                Some(reason)
            }
        }
    }
}

/// Why a row did not hold: what, on what, expected before observed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No code judges this row yet.
    #[error("no code runs this row yet")]
    NotImplemented,
    /// The matrix says that the row cannot be run yet.
    #[error("pending: {why}")]
    Pending {
        /// The matrix's reason.
        why: String,
    },
    /// The run ended before the row.
    #[error("the run was interrupted")]
    Interrupted,
    /// The engine stopped answering before the row.
    #[error("the engine stopped answering")]
    EngineLost,
    /// The run is one of several shards, and the row is another's.
    #[error("the row is left to another shard: this is {here}")]
    OtherShard {
        /// This shard.
        here: Partition,
    },
    /// The plan has a launch that no record shows.
    #[error("launch `{launch}` left no record")]
    NoRecord {
        /// The launch's id.
        launch: String,
    },
    /// A launch failed as an instrument.
    #[error("launch `{launch}`: {trouble}")]
    Trouble {
        /// The launch's id.
        launch: String,
        /// What went wrong.
        trouble: String,
    },
    /// A record is not of the launch it says it is.
    #[error("launch `{launch}`: {what}: expected `{expected}`, observed `{observed}`")]
    Mismatched {
        /// The launch's id.
        launch: String,
        /// What does not fit: a nonce, a sequence number, a count.
        what: &'static str,
        /// What the plan says.
        expected: String,
        /// What the record says.
        observed: String,
    },
    /// The probe was to make an attempt and never reported it.
    #[error("launch `{launch}`: attempt `{attempt}` was never reported")]
    NotReported {
        /// The launch's id.
        launch: String,
        /// The attempt's id.
        attempt: String,
    },
    /// With every lock on, the attempt came out otherwise than refused.
    #[error("attempt `{attempt}` in `{launch}`: expected {expected}, observed {observed}")]
    NotRefused {
        /// The launch's id.
        launch: String,
        /// The attempt's id.
        attempt: String,
        /// The row's expectation.
        expected: String,
        /// What came of it.
        observed: String,
    },
    /// With the boundary lifted, the attempt did not come out as declared, so
    /// its refusal proves nothing.
    #[error("control of `{attempt}` in `{launch}`: expected {expected}, observed {observed}")]
    ControlFailed {
        /// The launch's id.
        launch: String,
        /// The attempt's id.
        attempt: String,
        /// The row's expectation.
        expected: String,
        /// What came of it.
        observed: String,
    },
    /// No attempt of a row could be made on this host.
    #[error("every attempt is not applicable on this host: {evidence}")]
    NothingApplies {
        /// The last attempt's evidence.
        evidence: String,
    },
    /// The outside witness saw something other than the profile.
    #[error("{words} seen from outside in `{launch}`: expected {expected}, observed {observed}", words = fact.words())]
    Outside {
        /// The launch's id.
        launch: String,
        /// Which fact.
        fact: Fact,
        /// The profile's.
        expected: String,
        /// The kernel's.
        observed: String,
    },
    /// The row's proof is the outside view, and that could not be had.
    #[error("{fact} could not be seen from outside in `{launch}`: {reason}")]
    NotSeen {
        /// The launch's id.
        launch: String,
        /// Which fact.
        fact: &'static str,
        /// Why not.
        reason: String,
    },
    /// The checker came to another outcome than the row declares.
    #[error("rule `{rule}`, `{packet}`, {what}: expected {expected}, observed {observed}")]
    Packet {
        /// The rule.
        rule: &'static str,
        /// The packet.
        packet: String,
        /// The exit code, a gate, a gap, a count, …
        what: String,
        /// The row's expectation.
        expected: String,
        /// The checker's.
        observed: String,
    },
    /// The subject was kept from working, so that it gave no answer that could be wrong.
    #[error("kept from working in `{launch}`: {cause}")]
    Kept {
        /// The launch's id.
        launch: String,
        /// By what.
        cause: String,
    },
    /// A check that the harness made itself came out otherwise than declared.
    #[error("check `{check}` of {subject}: expected {expected}, observed {observed}")]
    Check {
        /// Its id.
        check: String,
        /// What was checked.
        subject: String,
        /// What was declared.
        expected: String,
        /// What came of it.
        observed: String,
    },
    /// The checker's own word differs from what the outside witness saw.
    #[error("self-check invariant `{invariant}`: expected {expected}, observed {observed}")]
    SelfCheck {
        /// The invariant.
        invariant: String,
        /// Seen from outside.
        expected: String,
        /// The checker's word.
        observed: String,
    },
}

impl Reason {
    /// The reason's kind, for machines: stable, lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotImplemented => "not_implemented",
            Self::Pending { .. } => "pending",
            Self::Interrupted => "interrupted",
            Self::EngineLost => "engine_lost",
            Self::OtherShard { .. } => OTHER_SHARD,
            Self::NoRecord { .. } => "no_record",
            Self::Trouble { .. } => "trouble",
            Self::Mismatched { .. } => "mismatched",
            Self::NotReported { .. } => "not_reported",
            Self::NotRefused { .. } => "not_refused",
            Self::ControlFailed { .. } => "control_failed",
            Self::NothingApplies { .. } => "nothing_applies",
            Self::Outside { .. } => "outside",
            Self::NotSeen { .. } => "not_seen",
            Self::Packet { .. } => "packet",
            Self::Kept { .. } => "kept",
            Self::Check { .. } => "check",
            Self::SelfCheck { .. } => "self_check",
        }
    }

    /// The rule of the matrix that found it; `launch` where there is nothing that a rule
    /// could be held against.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::NotReported { .. }
            | Self::NotRefused { .. }
            | Self::ControlFailed { .. }
            | Self::NothingApplies { .. } => Some("refused"),
            Self::Outside { fact, .. } => Some(fact.name()),
            Self::Packet { rule, .. } => Some(rule),
            Self::Check { .. } => Some("checks"),
            Self::SelfCheck { .. } => Some("self-check"),
            Self::NoRecord { .. }
            | Self::Trouble { .. }
            | Self::Mismatched { .. }
            | Self::Kept { .. } => Some("launch"),
            Self::NotImplemented
            | Self::Pending { .. }
            | Self::Interrupted
            | Self::EngineLost
            | Self::OtherShard { .. }
            | Self::NotSeen { .. } => None,
        }
    }
}
