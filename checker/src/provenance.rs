//! Provenance of one item: is it said, and is it pinned? (Article 14, links 3 and 5.)
//!
//! Judges one item by itself; what a claim makes of it is in `adequacy.rs`.

use serde::{Deserialize, Serialize};

use crate::bag::Algorithm;
use crate::order::Order;
use crate::packet::{Item, Provenance, Timestamp};
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

/// What a revision looks like that never means anything else later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionKind {
    /// The name of a git object: 40 or 64 lower-case hexadecimal digits.
    Git,
    /// A digest: an algorithm, a colon, and lower-case hexadecimal digits.
    Digest,
    /// A number that is counted up and never given twice.
    Number,
    /// The moment of which a listing speaks (RFC 3339).
    Moment,
}

impl RevisionKind {
    /// Every kind there is.
    pub const ALL: [Self; 4] = [Self::Git, Self::Digest, Self::Number, Self::Moment];

    /// Whether a revision is of this kind.
    pub fn is(self, revision: &str) -> bool {
        let hex = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
        };
        match self {
            // Git's name of what is not there is all zeros.
            Self::Git => {
                let null = revision.bytes().all(|it| it == b'0');
                matches!(revision.len(), 40 | 64) && hex(revision) && !null
            }
            Self::Digest => revision
                .split_once(':')
                .is_some_and(|(name, value)| length_of(name) == Some(value.len()) && hex(value)),
            Self::Number => {
                let digits = revision.bytes().all(|it| it.is_ascii_digit());
                (1..=18).contains(&revision.len()) && digits
            }
            Self::Moment => Timestamp::parse(revision).is_some(),
        }
    }
}

/// How many hexadecimal digits a digest of this algorithm has.
fn length_of(algorithm: &str) -> Option<usize> {
    let known = Algorithm::named(algorithm).filter(|it| it.is_strong())?;
    Some(2 * known.length())
}

/// A revision, to be compared: one moment can be written in many ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revision<'a> {
    Moment(Timestamp),
    Name(&'a str),
}

impl<'a> Revision<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Timestamp::parse(text).map_or(Self::Name(text), Self::Moment)
    }
}

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

/// Whether locator and revision name one state of one thing (link 5): of an authority that
/// is enrolled, by a kind of revision that it gives; of anybody else, by any kind there is.
/// Nothing was captured at a moment that was still to come.
pub(crate) fn is_pinned(provenance: &Provenance, order: &Order) -> bool {
    let authority = provenance.authority.as_deref();
    let authority = authority.and_then(|name| order.authority(name));
    let kinds = authority.map_or(&RevisionKind::ALL[..], |it| &it.revisions);
    let fixed = |revision: &str| {
        let early = match (Revision::of(revision), provenance.captured_at) {
            (Revision::Moment(moment), Some(captured)) => moment <= captured,
            (Revision::Moment(_), None) | (Revision::Name(_), _) => true,
        };
        early && kinds.iter().any(|kind| kind.is(revision))
    };
    let fixed = |revision: &str| wrong::is(Fault::FloatingIsPinned) || fixed(revision);
    provenance.locator.is_some() && provenance.revision.as_deref().is_some_and(fixed)
}

/// The outcome for one item.
pub(crate) fn outcome(item: &Item, order: &Order) -> ProvenanceOutcome {
    if !missing(&item.provenance).is_empty() {
        ProvenanceOutcome::Incomplete
    } else if is_pinned(&item.provenance, order) {
        ProvenanceOutcome::Complete
    } else {
        ProvenanceOutcome::NotPinned
    }
}

#[cfg(test)]
mod tests {
    use super::RevisionKind::{self, Digest, Git, Moment, Number};

    #[test]
    fn a_revision_is_of_a_kind_or_moves() {
        let object = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let digest = format!("sha256:{}", "0".repeat(64));
        let null = "0".repeat(40);
        let named: [(&str, Option<RevisionKind>); 13] = [
            (object, Some(Git)),
            (&digest, Some(Digest)),
            ("74", Some(Number)),
            ("2026-06-09T09:12:44Z", Some(Moment)),
            ("2026-06-09T11:12:44+02:00", Some(Moment)),
            (&null, None),
            ("origin/develop", None),
            ("HEAD~3", None),
            ("da39a3e", None),
            ("v1.2.3", None),
            ("sha256:00", None),
            ("md5:d41d8cd98f00b204e9800998ecf8427e", None),
            ("", None),
        ];
        for (revision, expected) in named {
            let kinds = RevisionKind::ALL.into_iter();
            let kinds: Vec<_> = kinds.filter(|kind| kind.is(revision)).collect();
            assert_eq!(kinds, Vec::from_iter(expected), "{revision}");
        }
    }
}
