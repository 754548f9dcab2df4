//! Provenance of one item: is it said, and is it pinned? (Article 14, links 3 and 5.)
//!
//! Judges one item by itself; what a claim makes of it is in `adequacy.rs`.

use serde::{Deserialize, Serialize};

use crate::packet::{Item, Provenance};
use crate::wrong::{self, Fault};

/// What came of judging an item's provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvenanceOutcome {
    /// Said in full, and pinned.
    Complete,
    /// Something is not said.
    Incomplete,
    /// Said, but it points at something that moves.
    NotPinned,
}

/// Revisions that mean whatever is there now.
const FLOATING: &[&str] = &[
    "latest", "head", "main", "master", "trunk", "current", "newest", "now", "tip", "stable", "*",
    "any",
];

/// Who vouches, when it was captured and by whom; what is missing of that (link 3).
pub(crate) fn missing(provenance: &Provenance) -> Vec<&'static str> {
    let said = [
        ("authority", provenance.authority.is_some()),
        ("captured_at", provenance.captured_at.is_some()),
        (
            "captured_by",
            provenance.captured_by.is_some() || wrong::is(Fault::CaptorNotAsked),
        ),
    ];
    said.into_iter()
        .filter(|(_, said)| !said)
        .map(|(name, _)| name)
        .collect()
}

/// Whether locator and revision name one state of one thing (link 5).
pub(crate) fn is_pinned(provenance: &Provenance) -> bool {
    let fixed = |revision: &str| {
        wrong::is(Fault::FloatingIsPinned)
            || !FLOATING
                .iter()
                .any(|floating| revision.trim().eq_ignore_ascii_case(floating))
    };
    provenance.locator.is_some() && provenance.revision.as_deref().is_some_and(fixed)
}

/// The outcome for one item.
pub(crate) fn outcome(item: &Item) -> ProvenanceOutcome {
    if !missing(&item.provenance).is_empty() {
        ProvenanceOutcome::Incomplete
    } else if is_pinned(&item.provenance) {
        ProvenanceOutcome::Complete
    } else {
        ProvenanceOutcome::NotPinned
    }
}
