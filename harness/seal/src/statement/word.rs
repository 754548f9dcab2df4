//! A person's word over one bundle: signed, and bound to everything that the bundle is
//! about.
//!
//! Owns what the owner's disposition and the reviewer's re-seal have in common: the
//! binding, the envelope, and the words a person may put into it. A word about a design
//! alone would be a blank cheque for every later run.

use std::fmt;

use checker::text::hides;
use serde::{Deserialize, Serialize};

use super::attestation::Instant;
use super::{DigestSet, Predicate, Statement, StatementError, Subject, Subjects};
use crate::digest::Sha256Digest;
use crate::dsse::{DsseError, Envelope, IN_TOTO, TrustedKeys};
use crate::key::{KeyId, PublicKey, SecretKey};

/// The longest text of a person's own, in characters.
pub const MAX_WORDS: usize = 2000;
/// The subject that stands for the bundle.
const STATEMENT: &str = "statement";

/// What one person signs over one bundle.
pub trait Word: Predicate {
    /// What errors call its file.
    const FILE: &'static str;

    /// When it was signed, by the clock of the host it was signed on.
    fn made(&self) -> Instant;

    /// The key that it names as the one that signed it.
    fn keyid(&self) -> KeyId;
}

/// What a word is bound to: one bundle, by the payload that its operator signed, with
/// everything it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// SHA-256 of the payload of the bundle's `statement.dsse.json`.
    pub statement: Sha256Digest,
    /// The bundle's six artifacts.
    pub artifacts: Subjects,
}

/// A word whose signature is that of the key it was read with. [`read`] makes the only
/// ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedWord<P> {
    said: P,
    bound: Bound,
}

/// A text in its signer's own words: not blank, one line, nothing that steers a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OwnWords(String);

/// A text cannot be recorded as somebody's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnWordsError {
    /// It says nothing.
    #[error("expected the signer's own words, observed nothing but blanks")]
    Blank,
    /// It is too long to be read by whoever relies on it.
    #[error("expected at most {MAX_WORDS} characters, observed {observed}")]
    TooLong {
        /// Its length, in characters.
        observed: usize,
    },
    /// It holds a character that is not shown as itself.
    #[error("expected printable characters on one line, observed U+{code:04X}")]
    Unprintable {
        /// The character's code point.
        code: u32,
    },
}

/// A word could not be made or read.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum WordError {
    /// It could not be signed, or its signature does not hold.
    #[error("refused the envelope of {file}")]
    Envelope {
        /// What it is.
        file: &'static str,
        /// Why.
        #[source]
        source: DsseError,
    },
    /// It is not a statement of this kind.
    #[error("refused the statement of {file}")]
    Statement {
        /// What it is.
        file: &'static str,
        /// Why.
        #[source]
        source: StatementError,
    },
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
    #[error("expected {file} to name the key `{expected}` that signed it, observed `{observed}`")]
    SignerDiffers {
        /// What it is.
        file: &'static str,
        /// The key that signed.
        expected: KeyId,
        /// The key that is named.
        observed: KeyId,
    },
}

impl<P> SignedWord<P> {
    /// What was said.
    #[must_use]
    pub fn said(&self) -> &P {
        &self.said
    }

    /// About what.
    #[must_use]
    pub fn bound(&self) -> &Bound {
        &self.bound
    }
}

/// A word about a bundle as the bytes of a signed envelope.
///
/// # Errors
/// [`WordError::SignerDiffers`] for a word that names another key; there is no other
/// reason for one here.
pub fn sign<P: Word>(said: P, bound: &Bound, key: &SecretKey) -> Result<Vec<u8>, WordError> {
    named(&said, key.public().id())?;
    let payload = Statement::new(bound.list(), said)
        .and_then(|statement| statement.to_bytes())
        .map_err(statement::<P>)?;
    Envelope::sign_with(IN_TOTO, payload, &[key])
        .and_then(|envelope| envelope.to_json())
        .map_err(envelope::<P>)
}

/// Reads a word that must be signed by `key`: strict, canonical, hostile until its
/// signature holds.
///
/// # Errors
/// [`WordError`] saying what is not to be believed.
pub fn read<P: Word + Clone>(bytes: &[u8], key: &PublicKey) -> Result<SignedWord<P>, WordError> {
    let trusted = TrustedKeys::one(key.clone());
    let payload = Envelope::open(P::FILE, bytes, &trusted, IN_TOTO).map_err(envelope::<P>)?;
    let statement = Statement::<P>::read(P::FILE, &payload).map_err(statement::<P>)?;
    let bound = Bound::from_list(statement.subject())?;
    let said = statement.predicate().clone();
    named(&said, key.id())?;
    Ok(SignedWord { said, bound })
}

fn named<P: Word>(said: &P, expected: KeyId) -> Result<(), WordError> {
    let (file, observed) = (P::FILE, said.keyid());
    if observed == expected {
        return Ok(());
    }
    Err(WordError::SignerDiffers {
        file,
        expected,
        observed,
    })
}

fn envelope<P: Word>(source: DsseError) -> WordError {
    let file = P::FILE;
    WordError::Envelope { file, source }
}

fn statement<P: Word>(source: StatementError) -> WordError {
    let file = P::FILE;
    WordError::Statement { file, source }
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

    fn from_list(list: &[Subject]) -> Result<Self, WordError> {
        let names = || {
            list.iter()
                .take(8)
                .map(|it| it.name.escape_debug().to_string())
        };
        let refused = || WordError::Subjects {
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

impl OwnWords {
    /// Takes the words as they are.
    ///
    /// # Errors
    /// [`OwnWordsError`] for words that are blank, too long, or not shown as themselves.
    pub fn parse(text: &str) -> Result<Self, OwnWordsError> {
        if text.trim().is_empty() {
            return Err(OwnWordsError::Blank);
        }
        let observed = text.chars().count();
        if observed > MAX_WORDS {
            return Err(OwnWordsError::TooLong { observed });
        }
        match text.chars().find(|c| hides(*c)) {
            Some(c) => Err(OwnWordsError::Unprintable { code: c.into() }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OwnWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OwnWords {
    type Error = OwnWordsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OwnWords> for String {
    fn from(risk: OwnWords) -> Self {
        risk.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_are_shown_as_they_are() {
        assert_eq!(OwnWords::parse("").unwrap_err(), OwnWordsError::Blank);
        assert_eq!(
            OwnWords::parse(" \u{a0}\t").unwrap_err(),
            OwnWordsError::Blank
        );
        let long = "x".repeat(MAX_WORDS);
        assert_eq!(OwnWords::parse(&long).unwrap().as_str(), long);
        let observed = MAX_WORDS + 1;
        assert_eq!(
            OwnWords::parse(&format!("{long}x")).unwrap_err(),
            OwnWordsError::TooLong { observed }
        );
        for c in checker::text::all_that_hide() {
            let code = c.into();
            let error = OwnWords::parse(&format!("a{c}b")).unwrap_err();
            assert_eq!(error, OwnWordsError::Unprintable { code });
        }
        assert!(OwnWords::parse("Rủi ro được chấp nhận: thiết kế chưa được duyệt.").is_ok());
    }
}
