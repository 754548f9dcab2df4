//! The one fault that this checker has, and which rules it switches off.
//!
//! A process has one fault, or none: it is selected once, before anything is read.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Fault;
use crate::bag::Algorithm;
use crate::gap::GapReason;
use crate::refusal::{Reason, Refusal};
use crate::self_check::InvariantName;

/// One more than the place of the fault in [`Fault::ALL`]; 0 for none.
static SELECTED: AtomicUsize = AtomicUsize::new(0);
/// Whether the self-audits see a fault that they share.
static SEEING: AtomicBool = AtomicBool::new(false);

/// There is no such fault.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this checker is wrong on purpose; expected a fault, observed `{name}`\n{}",
    selectable()
)]
pub struct SelectError {
    /// What was asked for.
    pub name: String,
}

/// Selects the fault of this name.
///
/// # Errors
/// There is none.
pub fn select(name: &str) -> Result<(), SelectError> {
    let mut all = Fault::ALL.iter();
    let at = all.position(|it| it.name() == name);
    let at = at.ok_or_else(|| SelectError {
        name: name.to_owned(),
    })?;
    SELECTED.store(at + 1, Ordering::SeqCst);
    Ok(())
}

/// Selects none again.
pub fn none() {
    SELECTED.store(0, Ordering::SeqCst);
}

/// The name of every fault there is.
pub fn names() -> impl Iterator<Item = &'static str> {
    Fault::ALL.iter().map(|fault| fault.name())
}

/// Every fault, one a line: its name and what is wrong.
fn selectable() -> String {
    let line = |it: &Fault| format!("  {:28}{}", it.name(), it.says());
    Fault::ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn selected() -> Option<Fault> {
    let at = SELECTED.load(Ordering::SeqCst).checked_sub(1)?;
    Fault::ALL.get(at).copied()
}

/// Whether this checker has that fault.
pub(crate) fn is(fault: Fault) -> bool {
    selected() == Some(fault)
}

/// Whether a rule is switched off that would give this reason.
pub(crate) fn passes(reason: GapReason) -> bool {
    is(match reason {
        GapReason::NoEvidence => Fault::NoEvidencePasses,
        GapReason::LocalCopyAsAuthority => Fault::CopyIsAuthority,
        GapReason::CaptureNotSigned => Fault::CapturesNotVerified,
        GapReason::CaptureOfAnother => Fault::CapturesOfAnything,
        GapReason::AuthorityUnknown => Fault::EnrolmentNotAsked,
        GapReason::AuthorityNotForClass => Fault::EnrolledForAnything,
        GapReason::ValueDiffers => Fault::ValuesNotCompared,
        GapReason::TimeInconsistent => Fault::TimesNotCompared,
        GapReason::RevisionConflict => Fault::RevisionsNotCompared,
        GapReason::UnanchoredDerivation => Fault::DerivationNotWalked,
        GapReason::ScopeMismatch => Fault::ScopesNotCompared,
        GapReason::GlobalVerdictDenied => Fault::GlobalPasses,
        GapReason::GatingVerdictDenied => Fault::GatingPasses,
        GapReason::ProseOnly => {
            return is(Fault::ProseCarries)
                || is(Fault::NoEvidencePasses)
                || is(Fault::CopyIsAuthority);
        }
        GapReason::EvidenceMissing
        | GapReason::ContentNotAsSaid
        | GapReason::ContentNotRead
        | GapReason::ValueNotRead
        | GapReason::CaptureMissing
        | GapReason::CaptureMalformed
        | GapReason::CaptureDisagrees
        | GapReason::EnrolmentExpired
        | GapReason::ProvenanceIncomplete
        | GapReason::StatementOnly
        | GapReason::RequirementUnmet
        | GapReason::NotPinned
        | GapReason::CircularDerivation => return false,
    })
}

/// Whether an invariant holds whatever was seen.
pub(crate) fn overlooks(invariant: InvariantName) -> bool {
    is(match invariant {
        InvariantName::DataMounts => Fault::IgnoresDataMounts,
        InvariantName::MountTable => Fault::IgnoresMountTable,
        InvariantName::RootReadOnly => Fault::IgnoresRootReadOnly,
        InvariantName::NetworkInterfaces => Fault::IgnoresNetworkInterfaces,
        InvariantName::Routes => Fault::IgnoresRoutes,
        InvariantName::Environment => Fault::IgnoresEnvironment,
        InvariantName::SeccompMode => Fault::IgnoresSeccompMode,
        InvariantName::SeccompFilters => Fault::IgnoresSeccompFilters,
        InvariantName::NoNewPrivs => Fault::IgnoresNoNewPrivs,
        InvariantName::Capabilities => Fault::IgnoresCapabilities,
        InvariantName::User => Fault::IgnoresUser,
    })
}

/// Whether digests of this algorithm are not compared.
pub(crate) fn ignores(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::Md5 => is(Fault::Md5Ignored),
        Algorithm::Blake2b | Algorithm::Blake2s => is(Fault::Blake2Ignored),
        Algorithm::Sha1
        | Algorithm::Sha224
        | Algorithm::Sha256
        | Algorithm::Sha384
        | Algorithm::Sha512
        | Algorithm::Sha3_224
        | Algorithm::Sha3_256
        | Algorithm::Sha3_384
        | Algorithm::Sha3_512 => false,
    }
}

/// Whether the self-audits share the fault, and do not see it: what the rules let pass,
/// they find in order.
pub(crate) fn is_blind() -> bool {
    !SEEING.load(Ordering::SeqCst) && shared().any(is)
}

/// Lets the self-audits see what is wrong, though they share the fault: for tests of them.
pub fn see(seeing: bool) {
    SEEING.store(seeing, Ordering::SeqCst);
}

/// The names of the faults that the self-audits share.
pub fn not_seen() -> impl Iterator<Item = &'static str> {
    shared().map(Fault::name)
}

fn shared() -> impl Iterator<Item = Fault> {
    [
        Fault::SelfCheckSkipped,
        Fault::PayloadFileSkipped,
        Fault::PayloadFileUncounted,
        Fault::DenialUnsaid,
        Fault::ProseCarries,
        Fault::CopyIsAuthority,
        Fault::NoEvidencePasses,
        Fault::ThirdAction,
        Fault::ActionLeftOut,
        Fault::ScopesNotCompared,
        Fault::GlobalPasses,
    ]
    .into_iter()
}

/// The refusal, unless the rule that gives it is switched off; with it go the rules that
/// would find the same by another way.
pub(crate) fn lets(refusal: Refusal) -> Result<(), Refusal> {
    use Reason as R;
    let off: &[Reason] = match selected() {
        Some(Fault::ByteChangedPasses) => &[R::DigestMismatch],
        Some(Fault::TagChangedPasses) => &[R::TagDigestMismatch],
        Some(Fault::UnlistedFilePasses) => &[R::UnlistedFile, R::OxumMismatch, R::ManifestTooWeak],
        Some(Fault::MissingFilePasses) => &[R::MissingFile, R::OxumMismatch],
        Some(Fault::PayloadFileSkipped) => &[R::OxumMismatch],
        Some(Fault::FetchPasses) => &[R::FetchNotAllowed],
        Some(Fault::UnknownAlgorithmPasses) => &[R::AlgorithmUnknown],
        Some(Fault::WeakIsEnough) => &[R::ManifestTooWeak],
        Some(_) | None => &[],
    };
    if off.contains(&refusal.reason) {
        Ok(())
    } else {
        Err(refusal)
    }
}
