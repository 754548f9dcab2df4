//! The reviewer's re-seal: whoever was asked to review has reviewed this bundle.
//!
//! It is the other half of a B0''' that is honoured: the owner asks for the review, and
//! the reviewer answers for it, with a key of the reviewer's own. A reviewer who found
//! fault signs nothing.

use serde::{Deserialize, Serialize};

use super::Predicate;
use super::attestation::{Instant, PredicateError};
use super::word::{OwnWords, SignedWord, Word};
use crate::key::{KeyId, PublicKey};

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;

/// The predicate (type `tag:proof-of-block,2026:reviewer-reseal/v1`, RFC 4151).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reseal {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What was looked at and how, in the reviewer's own words.
    pub reviewed: OwnWords,
    /// When it was signed, by the clock of the host it was signed on.
    pub made: Instant,
    /// Who signs.
    pub signer: Reviewer,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewer {
    /// Always the reviewer.
    pub role: ReviewerRole,
    /// The key's id; it must be the one that signed.
    pub keyid: KeyId,
}

/// The one role in which a re-seal is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewerRole {
    /// Whoever reviews for the owner, and neither owns nor operates.
    Reviewer,
}

/// A re-seal whose signature is the reviewer's.
pub type SignedReseal = SignedWord<Reseal>;

impl Reseal {
    /// The word of the reviewer who has `key`.
    #[must_use]
    pub fn new(reviewed: OwnWords, made: Instant, key: &PublicKey) -> Self {
        let (role, keyid) = (ReviewerRole::Reviewer, key.id());
        Self {
            schema: SCHEMA,
            reviewed,
            made,
            signer: Reviewer { role, keyid },
        }
    }
}

impl Predicate for Reseal {
    const TYPE: &'static str = "tag:proof-of-block,2026:reviewer-reseal/v1";

    fn check(&self) -> Result<(), PredicateError> {
        if self.schema == SCHEMA {
            return Ok(());
        }
        let (expected, observed) = (SCHEMA, self.schema);
        Err(PredicateError::Version { expected, observed })
    }
}

impl Word for Reseal {
    const FILE: &'static str = "the re-seal";

    fn made(&self) -> Instant {
        self.made
    }

    fn keyid(&self) -> KeyId {
        self.signer.keyid
    }
}

#[cfg(test)]
mod tests;
