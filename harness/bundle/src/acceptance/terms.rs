//! The terms of acceptance: what people agreed to before they look at a bundle.
//!
//! One strict TOML file that says who may sign as what, and which artifacts were
//! reviewed. Nothing in it has a default; the reviewer, and what the programs were made
//! with, may be left out.

use seal::digest::Sha256Digest;
use seal::key::PublicKey;
use seal::key::pem::{self, PemError};
use seal::statement::Subjects;
use seal::statement::attestation::MadeWith;
use serde::Deserialize;

/// The version of the file's fields.
const SCHEMA: u32 = 1;
/// The largest file, in bytes.
pub const MAX_TERMS: u64 = 64 * 1024;
/// The most operators.
const MAX_OPERATORS: usize = 64;

/// What was agreed.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The owner's key: only it disposes of B0'''.
    pub owner: PublicKey,
    /// The keys of the operators who may attest; at least one.
    pub operators: Vec<PublicKey>,
    /// The reviewer's key: only it re-seals what the owner wants reviewed. Without one, a
    /// B0''' that is honoured waits for somebody whom nobody named.
    pub reviewer: Option<PublicKey>,
    /// The artifacts: the matrix as agreed, everything else as reviewed.
    pub reviewed: Subjects,
    /// What the reviewed programs were made with, where that was written down: other
    /// programs then have a cause that can be named. It is not asked for itself.
    pub made_with: Option<MadeWith>,
}

/// A file does not hold terms.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum TermsError {
    /// It is not text.
    #[error("expected the terms in UTF-8")]
    NotText,
    /// It is not TOML of the right shape.
    #[error("failed to read the terms")]
    Toml(#[source] toml::de::Error),
    /// Its fields are of another version.
    #[error("expected terms of version {SCHEMA}, observed {observed}")]
    Version {
        /// Its version.
        observed: u32,
    },
    /// A key in it cannot be used.
    #[error("failed to use the public key of {whose}")]
    Key {
        /// The owner, the reviewer, or which operator, counted from 1.
        whose: String,
        /// Why not.
        #[source]
        source: PemError,
    },
    /// There is no operator, or there are too many.
    #[error("expected 1 to {MAX_OPERATORS} operators, observed {observed}")]
    Operators {
        /// How many there are.
        observed: usize,
    },
    /// One key is enrolled twice.
    #[error("expected each operator's key once, observed that of {whose} twice")]
    Doubled {
        /// Which operator, counted from 1.
        whose: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    schema: u32,
    owner: RawKey,
    reviewer: Option<RawKey>,
    operator: Vec<RawKey>,
    agreed: Agreed,
    reviewed: Reviewed,
    made_with: Option<MadeWith>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    matrix: Sha256Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviewed {
    image: Sha256Digest,
    checker: Sha256Digest,
    airlock: Sha256Digest,
    probe: Sha256Digest,
    policy: Sha256Digest,
}

impl Terms {
    /// Reads the terms from a file's bytes.
    ///
    /// # Errors
    /// [`TermsError`] for anything missing, unknown, doubled or malformed.
    ///
    /// ```
    /// use bundle::acceptance::{TERMS_EXAMPLE, Terms};
    ///
    /// assert!(Terms::parse(TERMS_EXAMPLE.as_bytes()).is_ok());
    /// // Nothing is assumed.
    /// assert!(Terms::parse(b"schema = 1").is_err());
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Self, TermsError> {
        let text = std::str::from_utf8(bytes).map_err(|_| TermsError::NotText)?;
        let raw: Raw = toml::from_str(text).map_err(TermsError::Toml)?;
        if raw.schema != SCHEMA {
            let observed = raw.schema;
            return Err(TermsError::Version { observed });
        }
        let Reviewed {
            image,
            checker,
            airlock,
            probe,
            policy,
        } = raw.reviewed;
        Ok(Self {
            owner: key("the owner".to_owned(), &raw.owner)?,
            operators: operators(&raw.operator)?,
            reviewer: match &raw.reviewer {
                Some(raw) => Some(key("the reviewer".to_owned(), raw)?),
                None => None,
            },
            reviewed: Subjects {
                checker,
                airlock,
                probe,
                image,
                policy,
                matrix: raw.agreed.matrix,
            },
            made_with: raw.made_with,
        })
    }
}

fn operators(raw: &[RawKey]) -> Result<Vec<PublicKey>, TermsError> {
    if raw.is_empty() || raw.len() > MAX_OPERATORS {
        let observed = raw.len();
        return Err(TermsError::Operators { observed });
    }
    let mut keys: Vec<PublicKey> = Vec::new();
    for (number, raw) in (1..).zip(raw) {
        let whose = format!("operator {number}");
        let key = key(whose.clone(), raw)?;
        if keys.contains(&key) {
            return Err(TermsError::Doubled { whose });
        }
        keys.push(key);
    }
    Ok(keys)
}

fn key(whose: String, raw: &RawKey) -> Result<PublicKey, TermsError> {
    pem::read_public(&raw.public_key).map_err(|source| TermsError::Key { whose, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acceptance::TERMS_EXAMPLE;

    #[test]
    fn the_terms_that_the_help_shows_can_be_read() {
        let terms = Terms::parse(TERMS_EXAMPLE.as_bytes()).unwrap();
        assert_eq!(terms.operators.len(), 1);
        assert_ne!(terms.operators[0], terms.owner);
    }

    #[test]
    fn an_operator_twice_none_or_far_too_many_are_refused() {
        let (head, rest) = TERMS_EXAMPLE.split_once("[[operator]]").unwrap();
        let (operator, rest) = rest.split_once("[reviewer]").unwrap();
        let terms = |operators: String| {
            Terms::parse(format!("{head}{operators}[reviewer]{rest}").as_bytes())
        };
        let operator = format!("[[operator]]{operator}");
        assert!(terms(operator.clone()).is_ok());
        assert!(matches!(
            terms(operator.repeat(2)),
            Err(TermsError::Doubled { .. })
        ));
        assert!(matches!(terms(String::new()), Err(TermsError::Toml(_))));
        assert!(matches!(
            terms(operator.repeat(65)),
            Err(TermsError::Operators { observed: 65 })
        ));
    }
}
