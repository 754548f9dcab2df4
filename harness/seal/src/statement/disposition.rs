//! The owner's disposition of B0''': what the owner decided, about which bundle.
//!
//! A person's decision as data. There is no default for any of it and nothing here
//! makes one up: who has no disposition has none. Whether a bundle is accepted with
//! it is for whoever accepts to say.

use serde::{Deserialize, Serialize};

use super::Predicate;
use super::attestation::{Instant, PredicateError};
use super::word::{OwnWords, SignedWord, Word};
use crate::key::{KeyId, PublicKey};

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;

/// The predicate (type `tag:proof-of-block,2026:b0-disposition/v1`, RFC 4151).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What was decided.
    pub decision: Decision,
    /// When, by the clock of the host it was signed on.
    pub made: Instant,
    /// Who signs.
    pub signer: Owner,
}

/// What the owner decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// B0''' is honoured: the reviewer's re-seal is asked for. How that came out is
    /// not said here.
    Honoured,
    /// B0''' is waived.
    Waived {
        /// The risk that is taken, in the owner's own words.
        risk: OwnWords,
    },
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Always the owner.
    pub role: OwnerRole,
    /// The key's id; it must be the one that signed.
    pub keyid: KeyId,
}

/// The one role in which a disposition is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerRole {
    /// Whoever answers for the build.
    Owner,
}

/// A disposition whose signature is the owner's.
pub type SignedDisposition = SignedWord<Disposition>;

impl Disposition {
    /// The decision of whoever has `key`.
    #[must_use]
    pub fn new(decision: Decision, made: Instant, key: &PublicKey) -> Self {
        let (role, keyid) = (OwnerRole::Owner, key.id());
        Self {
            schema: SCHEMA,
            decision,
            made,
            signer: Owner { role, keyid },
        }
    }
}

impl Predicate for Disposition {
    const TYPE: &'static str = "tag:proof-of-block,2026:b0-disposition/v1";

    fn check(&self) -> Result<(), PredicateError> {
        if self.schema == SCHEMA {
            return Ok(());
        }
        let (expected, observed) = (SCHEMA, self.schema);
        Err(PredicateError::Version { expected, observed })
    }
}

impl Word for Disposition {
    const FILE: &'static str = "the disposition";

    fn made(&self) -> Instant {
        self.made
    }

    fn keyid(&self) -> KeyId {
        self.signer.keyid
    }
}

#[cfg(test)]
mod tests;
