//! The gates G1–G12: what each asks, and what came of it.
//!
//! G1 blocks, G2–G6 refuse the packet, G7–G12 triage it. The first that fails
//! decides how far the checker goes; the judging itself is in the modules. What a report
//! cannot know of itself is said to be judged outside of it.

use serde::{Deserialize, Serialize};

use crate::gap::GapReason;
use crate::refusal::{Reason, Refusal};
use crate::self_check::SelfCheck;
use crate::wrong;

/// A question that the checker asks of its packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "`asks` says what each gate asks, in the report's own words"
)]
pub enum Gate {
    G1,
    G2,
    G3,
    G4,
    G5,
    G6,
    G7,
    G8,
    G9,
    G10,
    G11,
    G12,
}

impl Gate {
    /// All gates, in order.
    pub const ALL: [Self; 12] = [
        Self::G1,
        Self::G2,
        Self::G3,
        Self::G4,
        Self::G5,
        Self::G6,
        Self::G7,
        Self::G8,
        Self::G9,
        Self::G10,
        Self::G11,
        Self::G12,
    ];

    /// What the gate asks.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::G1 => "does the self-check P1 hold, before any packet byte?",
            Self::G2 => "is the packet beneath the input, regular files only?",
            Self::G3 => "is it a well-formed bag?",
            Self::G4 => "is the bag complete: all listed, none unlisted?",
            Self::G5 => "do all digests stated match, none unknown, not only weak ones?",
            Self::G6 => "is packet.json well-formed, and are its actions allowed?",
            Self::G7 => "is every item's provenance complete?",
            Self::G8 => "is the source an authority (Article 13), not a local copy?",
            Self::G9 => "are revisions and times consistent?",
            Self::G10 => "does each claim's Article 14 chain hold?",
            Self::G11 => "is the verdict non-global and non-gating?",
            Self::G12 => "was the report written whole, and once?",
        }
    }
}

/// What came of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateOutcome {
    /// The answer was yes.
    Passed,
    /// The answer was no.
    Failed,
    /// An earlier gate ended the run.
    NotReached,
    /// Not for a report to say of itself: whoever runs the checker judges it.
    JudgedOutside,
}

impl GateOutcome {
    /// What a self-check makes of G1.
    pub(crate) fn of(self_check: &SelfCheck) -> Self {
        if self_check.broken().is_none() || wrong::is_blind() {
            Self::Passed
        } else {
            Self::Failed
        }
    }

    /// Whether the answer was no, or there is none because an earlier one was.
    pub(crate) const fn stops(self) -> bool {
        match self {
            Self::Passed | Self::JudgedOutside => false,
            Self::Failed | Self::NotReached => true,
        }
    }
}

/// A gate in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateReport {
    /// Which gate.
    pub gate: Gate,
    /// What it asks.
    pub asks: String,
    /// What came of it.
    pub outcome: GateOutcome,
    /// For G2–G6: why the packet is refused.
    pub refused: Option<Reason>,
    /// For G7–G11: what was found, each once.
    pub gaps: Vec<Finding>,
}

/// Something a triage gate found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// JSON pointer into the report: the item or claim it is about.
    pub at: String,
    /// What is wrong with it.
    pub reason: GapReason,
}

/// The gates of a packet that was refused; `p1` is what came of G1.
pub(crate) fn refused(p1: GateOutcome, refusal: &Refusal) -> Vec<GateReport> {
    let failed = refusal.reason.gate();
    let outcome = |gate: Gate| match gate.cmp(&failed) {
        std::cmp::Ordering::Less => GateOutcome::Passed,
        std::cmp::Ordering::Equal => GateOutcome::Failed,
        std::cmp::Ordering::Greater => GateOutcome::NotReached,
    };
    let gate = |gate| GateReport {
        gate,
        asks: gate.asks().to_owned(),
        outcome: not_of_the_packet(gate, p1).unwrap_or_else(|| outcome(gate)),
        refused: (gate == failed).then_some(refusal.reason),
        gaps: Vec::new(),
    };
    Gate::ALL.into_iter().map(gate).collect()
}

/// The gates of a packet that was triaged, with what each of G7–G11 found; `p1` is what
/// came of G1.
pub(crate) fn triaged(
    p1: GateOutcome,
    mut findings: impl FnMut(Gate) -> Vec<Finding>,
) -> Vec<GateReport> {
    let gate = |gate| {
        let mut gaps = findings(gate);
        gaps.sort();
        gaps.dedup();
        let outcome = if gaps.is_empty() {
            GateOutcome::Passed
        } else {
            GateOutcome::Failed
        };
        GateReport {
            gate,
            asks: gate.asks().to_owned(),
            outcome: not_of_the_packet(gate, p1).unwrap_or(outcome),
            refused: None,
            gaps,
        }
    };
    Gate::ALL.into_iter().map(gate).collect()
}

/// What came of the gates that no packet decides: P1 was judged before it was read, and a
/// report is written when its last word stands.
fn not_of_the_packet(gate: Gate, p1: GateOutcome) -> Option<GateOutcome> {
    match gate {
        Gate::G1 => Some(p1),
        Gate::G12 => Some(GateOutcome::JudgedOutside),
        Gate::G2
        | Gate::G3
        | Gate::G4
        | Gate::G5
        | Gate::G6
        | Gate::G7
        | Gate::G8
        | Gate::G9
        | Gate::G10
        | Gate::G11 => None,
    }
}
