//! The report's shape: everything `report.json` can say, as types.
//!
//! Written as canonical JSON, byte-identical for one packet: no time, no host,
//! no process. It has no field in which a success could stand.

mod bag;
mod differing;
mod form;
mod reading;

use serde::{Deserialize, Serialize};

use crate::adequacy::Link;
use crate::article13::AuditItem;
use crate::bag::sha256_hex;
use crate::capture::Capture;
use crate::content::Content;
use crate::derivation::Derivation;
use crate::evidence::{EvidenceClass, Source};
use crate::gap::GapReason;
use crate::gates::{GateOutcome, GateReport};
use crate::guard::Action;
use crate::outcome::Outcome;
use crate::provenance::ProvenanceOutcome;
use crate::refusal::Refusal;
use crate::verdict::Denial;

pub use crate::bounded::{Bounded, MOST};
pub use bag::{BagOutcome, BagReport, Caution, Element, Warning};
pub use differing::Differing;
pub(crate) use differing::short_of;
pub use reading::ReadError;

/// The report's name in the output folder.
pub const REPORT_FILE: &str = "report.json";
/// The schema every report names.
pub const REPORT_SCHEMA: &str = "proof-of-block/report/v1";

/// The largest report, in bytes: for who writes it, for the file limit of the sandbox,
/// and for whoever reads it.
pub const MAX_REPORT: usize = 64 * 1024 * 1024;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Always [`REPORT_SCHEMA`].
    pub schema: String,
    /// The version of the checker that wrote it.
    pub checker: String,
    /// The sha256 of the authorities that whoever ran the checker enrolled.
    pub authorities_sha256: String,
    /// What this report is not.
    pub statement: Statement,
    /// Refused, gaps, or no gap observed.
    pub outcome: Outcome,
    /// The exit code that goes with it.
    pub exit: u8,
    /// Whose packet this was, once it could be read.
    pub packet: Option<PacketReport>,
    /// The bag by itself (G2–G5), whatever its payload means.
    pub bag: BagReport,
    /// All twelve gates, in order.
    pub gates: Vec<GateReport>,
    /// Why the packet was refused.
    pub refusal: Option<Refusal>,
    /// Each item, in the packet's order.
    pub items: Vec<ItemReport>,
    /// Each claim, in the packet's order.
    pub claims: Vec<ClaimReport>,
    /// Verdicts asked for and denied.
    pub denials: Vec<Denial>,
    /// The action log.
    pub actions: ActionReport,
    /// Article 13 self-audit.
    pub article13: Vec<AuditItem>,
    /// Article 14 self-audit.
    pub article14: Vec<AuditItem>,
}

impl Report {
    /// What came of G1, before the packet was read.
    pub(crate) fn p1(&self) -> GateOutcome {
        let gate = self.gates.first();
        gate.map_or(GateOutcome::NotReached, |gate| gate.outcome)
    }
}

/// What the report is not. Each is false, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Nothing may be let through because of it.
    pub gate: bool,
    /// It speaks of one packet's scope.
    pub global: bool,
    /// It is a local file and vouches for nothing (Article 13).
    pub authority: bool,
    /// Nobody decided anything in it.
    pub decision: bool,
    /// The same in words.
    pub words: String,
}

impl Statement {
    pub(crate) fn new() -> Self {
        let words = "Triage of one packet in that packet's own scope. Not a gate, not global, \
                     not an authority, not a decision. No gap observed is not a permission.";
        Self {
            gate: false,
            global: false,
            authority: false,
            decision: false,
            words: words.to_owned(),
        }
    }
}

/// The packet, as it names itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PacketReport {
    /// Its schema.
    pub schema: String,
    /// Its id.
    pub packet_id: String,
    /// Its scope, and so the report's.
    pub scope: String,
    /// When it was exported.
    pub exported_at: String,
    /// By which tool.
    pub exported_by: String,
    /// The sha256 of `data/packet.json`.
    pub sha256: String,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemReport {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its media type, as the packet says.
    pub media_type: String,
    /// Whether its bytes are what its media type says.
    pub content: Content,
    /// Its verified digests, if its file is in the bag.
    pub digest: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// What that makes it good for: without a capture that is believed, native and
    /// governed sources are somebody's word.
    pub evidence_class: EvidenceClass,
    /// What shows that its source is what the packet says.
    pub capture: Capture,
    /// Whether its provenance is said and pinned.
    pub provenance: ProvenanceOutcome,
    /// What is not said.
    pub missing: Vec<String>,
    /// Where its derivation ends.
    pub derivation: Derivation,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimReport {
    /// Its id.
    pub id: String,
    /// Its words, which are the packet's and not this program's.
    pub statement_in_packet: String,
    /// Its scope.
    pub scope: String,
    /// The classes of evidence that it asks for.
    pub requires: Vec<EvidenceClass>,
    /// How many values at places of its evidence it names; its words are not interpreted.
    pub values: u64,
    /// Those of them that do not stand where they are said to, in the packet's order.
    pub differing: Vec<Differing>,
    /// What was observed.
    pub outcome: ClaimOutcome,
    /// Why there is a gap: the first link that breaks.
    pub gap: Option<GapReason>,
    /// The chain, link by link.
    pub links: Vec<LinkReport>,
    /// The evidence it names.
    pub evidence: Vec<Citation>,
}

/// What was observed of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimOutcome {
    /// The chain breaks.
    Gap,
    /// No link was seen to break, in the packet's scope.
    NoGapObserved,
}

/// One link of a claim's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkReport {
    /// Which.
    pub link: Link,
    /// What came of it.
    pub outcome: LinkOutcome,
    /// Why it breaks.
    pub reason: Option<GapReason>,
}

/// What came of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOutcome {
    /// It holds.
    Holds,
    /// It breaks.
    Broken,
    /// It is about evidence, and that is not there.
    NotReached,
}

/// An item named as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The item's id.
    pub item: String,
    /// JSON pointer to the item in this report, if the packet has it.
    pub at: Option<String>,
    /// Whether it can carry the claim.
    pub weight: Weight,
}

/// Whether an item can carry a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It can.
    Counted,
    /// It cannot: prose, a copy, or a statement nobody asked for.
    NotCounted,
    /// The packet does not have it.
    Absent,
}

/// The action log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionReport {
    /// What the packet asked for and may be done.
    pub requested: Vec<Action>,
    /// What was done.
    pub done: Vec<ActionDone>,
}

/// One action, with every file it opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionDone {
    /// Which.
    pub action: Action,
    /// How many times a file was opened for it.
    pub opened: u64,
    /// The paths, sorted, once for each time; left out beyond [`MAX_LISTED`].
    pub paths: Option<Vec<String>>,
    /// The sha256 over the sorted paths, each ended by a NUL byte.
    pub paths_sha256: String,
}

impl ActionDone {
    /// The entry for these paths, sorted, once for each time.
    pub(crate) fn of(action: Action, paths: &[&str]) -> Self {
        let joined = paths.iter().flat_map(|path| path.bytes().chain([0]));
        let listed = || paths.iter().map(|path| (*path).to_owned()).collect();
        Self {
            action,
            opened: paths.len() as u64,
            paths: (paths.len() <= MAX_LISTED).then(listed),
            paths_sha256: sha256_hex(&joined.collect::<Vec<u8>>()),
        }
    }
}

/// The most paths an action lists one by one.
pub const MAX_LISTED: usize = 1000;
