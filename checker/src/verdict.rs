//! The verdict this program may give: gaps, or no gap observed. Nothing else.
//!
//! A packet can ask for more, globally or as a gate; it is denied, and the
//! report says so (spec §4.0: triage only, no green, no exit 0). The types of
//! the report have no word for what is denied here.

use serde::{Deserialize, Serialize};

use crate::gap::GapReason;
use crate::gates::GateReport;
use crate::outcome::Outcome;
use crate::packet::{Asserted, Claim, Packet};
use crate::wrong;

/// A verdict that was asked for and is not this program's to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// About everything.
    Global,
    /// To let something proceed.
    Gating,
}

/// What the report says of a verdict that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// JSON pointer into the report: who asked.
    pub at: String,
    /// For what.
    pub asked: Asked,
    /// The answer; there is one only.
    pub answer: Denied,
}

/// The one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    /// No.
    Denied,
}

impl Asked {
    /// The gap reason that denies it.
    pub(crate) const fn reason(self) -> GapReason {
        match self {
            Self::Global => GapReason::GlobalVerdictDenied,
            Self::Gating => GapReason::GatingVerdictDenied,
        }
    }
}

/// The verdict a claim asks for, by its assertion or its scope. Its words are nobody's to
/// interpret here: nothing in the report's types could follow from them.
pub(crate) fn asked(claim: &Claim) -> Option<Asked> {
    let allowed = |asked: &Asked| wrong::passes(asked.reason());
    beyond_triage(claim).filter(|asked| !allowed(asked))
}

fn beyond_triage(claim: &Claim) -> Option<Asked> {
    match claim.asserted {
        Asserted::AllClear => Some(Asked::Global),
        Asserted::MayDeploy => Some(Asked::Gating),
        Asserted::Supported => claim.scope.is_global().then_some(Asked::Global),
    }
}

/// Everything the packet asks for and is denied.
pub(crate) fn denials(packet: &Packet) -> Vec<Denial> {
    let denial = |at: String, asked| Denial {
        at,
        asked,
        answer: Denied::Denied,
    };
    let own = packet
        .scope
        .is_global()
        .then(|| denial("/packet/scope".to_owned(), Asked::Global));
    let claims = packet.claims.iter().enumerate();
    let of_claim = |(index, claim)| Some(denial(format!("/claims/{index}"), asked(claim)?));
    own.into_iter().chain(claims.filter_map(of_claim)).collect()
}

/// The outcome of a triage: a gap at any gate is a gap.
pub(crate) fn outcome(gates: &[GateReport]) -> Outcome {
    if gates.iter().any(|gate| gate.outcome.stops()) {
        Outcome::Gaps
    } else {
        Outcome::NoGapObserved
    }
}
