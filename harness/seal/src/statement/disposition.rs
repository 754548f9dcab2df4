//! The owner's disposition of B0''': what the owner decided, about which bundle.
//!
//! A person's decision as data. There is no default for any of it and nothing here
//! makes one up: who has no disposition has none. Whether a bundle is accepted with
//! it is for whoever accepts to say.

use std::fmt;

use checker::text::hides;
use serde::{Deserialize, Serialize};

use super::attestation::{Instant, PredicateError};
use super::{DigestSet, Predicate, Statement, StatementError, Subject, Subjects};
use crate::digest::Sha256Digest;
use crate::dsse::{DsseError, Envelope, IN_TOTO, TrustedKeys};
use crate::key::{KeyId, PublicKey, SecretKey};

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;
/// The longest text of a risk, in characters.
pub const MAX_RISK: usize = 2000;
/// What errors call a disposition's file.
pub const FILE: &str = "the disposition";
/// The subject that stands for the bundle.
const STATEMENT: &str = "statement";

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
        risk: Risk,
    },
}

/// A risk in its owner's words: not blank, one line, nothing that steers a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Risk(String);

/// A text is not a risk that can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RiskError {
    /// It says nothing.
    #[error("expected the risk in the owner's words, observed nothing but blanks")]
    Blank,
    /// It is too long to be read by whoever relies on it.
    #[error("expected a risk of at most {MAX_RISK} characters, observed {observed}")]
    TooLong {
        /// Its length, in characters.
        observed: usize,
    },
    /// It holds a character that is not shown as itself.
    #[error("expected a risk in printable characters on one line, observed U+{code:04X}")]
    Unprintable {
        /// The character's code point.
        code: u32,
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

/// What a disposition is bound to: one bundle, with everything it speaks of.
///
/// The bundle is named by the payload its operator signed. A disposition of a
/// design alone would be a blank cheque for every later run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// SHA-256 of the payload of the bundle's `statement.dsse.json`.
    pub statement: Sha256Digest,
    /// The bundle's six artifacts.
    pub artifacts: Subjects,
}

/// A disposition could not be made or read.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum DispositionError {
    /// It could not be signed, or its signature does not hold.
    #[error("refused the envelope of {FILE}")]
    Envelope(#[source] DsseError),
    /// It is not a statement of this kind.
    #[error("refused the statement of {FILE}")]
    Statement(#[source] StatementError),
    /// It is not bound to one bundle.
    #[error(
        "expected the subjects statement, checker, airlock, probe, image, policy, matrix, observed `{}`",
        .observed.join(", ")
    )]
    Subjects {
        /// Their names, escaped.
        observed: Vec<String>,
    },
    /// It names another key than the one that signed it.
    #[error("expected {FILE} to name the key `{expected}` that signed it, observed `{observed}`")]
    SignerDiffers {
        /// The key that signed.
        expected: KeyId,
        /// The key that is named.
        observed: KeyId,
    },
}

/// A disposition whose signature is the owner's. [`read`] makes the only ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDisposition {
    said: Disposition,
    bound: Bound,
}

impl SignedDisposition {
    /// What the owner decided.
    #[must_use]
    pub fn said(&self) -> &Disposition {
        &self.said
    }

    /// About what.
    #[must_use]
    pub fn bound(&self) -> &Bound {
        &self.bound
    }
}

/// The owner's decision about a bundle as the bytes of a signed envelope.
///
/// # Errors
/// [`DispositionError`]; there is no reason for one here.
pub fn sign(
    decision: Decision,
    bound: &Bound,
    made: Instant,
    key: &SecretKey,
) -> Result<Vec<u8>, DispositionError> {
    let signer = Owner {
        role: OwnerRole::Owner,
        keyid: key.public().id(),
    };
    let said = Disposition {
        schema: SCHEMA,
        decision,
        made,
        signer,
    };
    let payload = Statement::new(bound.list(), said)
        .and_then(|statement| statement.to_bytes())
        .map_err(DispositionError::Statement)?;
    Envelope::sign_with(IN_TOTO, payload, &[key])
        .and_then(|envelope| envelope.to_json())
        .map_err(DispositionError::Envelope)
}

/// Reads a disposition that must be signed by `owner`: strict, canonical, hostile
/// until its signature holds.
///
/// # Errors
/// [`DispositionError`] saying what is not to be believed.
pub fn read(bytes: &[u8], owner: &PublicKey) -> Result<SignedDisposition, DispositionError> {
    let trusted = TrustedKeys::one(owner.clone());
    let payload =
        Envelope::open(FILE, bytes, &trusted, IN_TOTO).map_err(DispositionError::Envelope)?;
    let statement =
        Statement::<Disposition>::read(FILE, &payload).map_err(DispositionError::Statement)?;
    let bound = Bound::from_list(statement.subject())?;
    let said = statement.predicate().clone();
    let (expected, observed) = (owner.id(), said.signer.keyid);
    if observed != expected {
        return Err(DispositionError::SignerDiffers { expected, observed });
    }
    Ok(SignedDisposition { said, bound })
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

impl Bound {
    fn list(&self) -> Vec<Subject> {
        let statement = Subject {
            name: STATEMENT.to_owned(),
            digest: DigestSet {
                sha256: self.statement,
            },
        };
        std::iter::once(statement)
            .chain(self.artifacts.list())
            .collect()
    }

    fn from_list(list: &[Subject]) -> Result<Self, DispositionError> {
        let names = || {
            list.iter()
                .take(8)
                .map(|it| it.name.escape_debug().to_string())
        };
        let refused = || DispositionError::Subjects {
            observed: names().collect(),
        };
        match list {
            [first, artifacts @ ..] if first.name == STATEMENT => Ok(Self {
                statement: first.digest.sha256,
                artifacts: Subjects::from_list(artifacts).map_err(|_| refused())?,
            }),
            _ => Err(refused()),
        }
    }
}

impl Risk {
    /// Takes the owner's words as they are.
    ///
    /// # Errors
    /// [`RiskError`] for words that are blank, too long, or not shown as themselves.
    pub fn parse(text: &str) -> Result<Self, RiskError> {
        if text.trim().is_empty() {
            return Err(RiskError::Blank);
        }
        let observed = text.chars().count();
        if observed > MAX_RISK {
            return Err(RiskError::TooLong { observed });
        }
        match text.chars().find(|c| hides(*c)) {
            Some(c) => Err(RiskError::Unprintable { code: c.into() }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Risk {
    type Error = RiskError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Risk> for String {
    fn from(risk: Risk) -> Self {
        risk.0
    }
}

#[cfg(test)]
mod tests;
