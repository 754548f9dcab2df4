//! Why a claim has a gap: a closed list, in the order of the chain that finds them.

use serde::{Deserialize, Serialize};

/// Why a claim has a gap. Never free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GapReason {
    /// The claim names no evidence.
    NoEvidence,
    /// The evidence named is not an item, or its file is not in the bag; or a value is claimed
    /// of an item that the claim does not name as evidence.
    EvidenceMissing,
    /// An item is not JSON, or not text, as its media type says.
    ContentNotAsSaid,
    /// An item that is JSON by its media type is larger than 16 MiB: nobody looked.
    ContentNotRead,
    /// A value that the claim names is another, or not where it is said to stand: an item
    /// that is not JSON has none.
    ValueDiffers,
    /// A value that the claim names stands in an item that is larger than 1 MiB.
    ValueNotRead,
    /// An item does not say who vouches for it, or who captured it when.
    ProvenanceIncomplete,
    /// An item is called native or governed and nobody signed that: it is a statement.
    CaptureMissing,
    /// The authority is not enrolled by whoever runs the checker.
    AuthorityUnknown,
    /// No key that is enrolled for the authority signed the capture.
    CaptureNotSigned,
    /// What was signed is not a capture.
    CaptureMalformed,
    /// The capture is not shown to be of the item's bytes: its digests are others, or none
    /// that cannot be forged is one that the bag states too.
    CaptureOfAnother,
    /// The capture says other than the packet says of the item.
    CaptureDisagrees,
    /// The authority is enrolled, for another class of evidence.
    AuthorityNotForClass,
    /// The capture was made before or after the time for which its authority is enrolled.
    EnrolmentExpired,
    /// A local copy is offered as the authority (Article 13).
    LocalCopyAsAuthority,
    /// Prose is all there is (Article 14).
    ProseOnly,
    /// Somebody's word is all there is, and the claim did not ask for that.
    StatementOnly,
    /// The claim requires a class of evidence that it does not have.
    RequirementUnmet,
    /// Locator or revision is missing, or not a name that never means anything else: a git
    /// object, a digest, a number or a moment before the capture, as the authority gives them.
    NotPinned,
    /// Evidence captured after the export, or before what it is derived from; or a packet
    /// exported later than now.
    TimeInconsistent,
    /// Two revisions of one source.
    RevisionConflict,
    /// Evidence derived from itself.
    CircularDerivation,
    /// Evidence whose derivation does not end in a source.
    UnanchoredDerivation,
    /// A claim beyond the packet's scope.
    ScopeMismatch,
    /// A global verdict was asked for.
    GlobalVerdictDenied,
    /// A gating verdict was asked for.
    GatingVerdictDenied,
}
