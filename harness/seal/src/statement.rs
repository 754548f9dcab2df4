//! in-toto Statements v1: which artifacts are spoken of, and what is said.
//!
//! Owns the frame around a predicate and its one canonical encoding. What is said
//! of a run is in [`attestation`]; the form policy engines know is in
//! [`test_result`]. It neither signs nor judges.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::canonical::{self, CanonicalError};
use super::digest::Sha256Digest;
use super::dsse::{MAX_ENVELOPE, VerifiedPayload};
use super::strict_json::{self, JsonError};

pub mod attestation;
pub mod disposition;
pub mod packet_check;
pub mod provenance;
pub mod reseal;
pub mod sandbox_audit;
pub mod test_result;
pub mod word;

use attestation::PredicateError;

/// The type of every statement (in-toto/attestation, spec v1, Statement).
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// What a predicate must offer to be framed.
pub trait Predicate: Serialize + DeserializeOwned {
    /// The predicate's type, a URI (RFC 3986) that never changes its meaning.
    const TYPE: &'static str;
    /// The version of the fields, where they have one. A statement of another version is
    /// refused for that, before anything else of it is read.
    const SCHEMA: Option<u32> = None;

    /// Whether what is said agrees with itself.
    ///
    /// # Errors
    /// [`PredicateError`] naming the first disagreement.
    fn check(&self) -> Result<(), PredicateError>;
}

/// A digest set with the one algorithm used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestSet {
    /// SHA-256, lower-case hexadecimal.
    pub sha256: Sha256Digest,
}

/// An artifact by name and digest; only the digest identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// What it is called here, such as `checker`.
    pub name: String,
    /// Its digest.
    pub digest: DigestSet,
}

/// The six artifacts every run is about. All are required: a proof that does not
/// say what was tested, or with which rules, is of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subjects {
    /// The subject under test, as it lay in the image.
    pub checker: Sha256Digest,
    /// The first program in the sandbox.
    pub airlock: Sha256Digest,
    /// The program that makes the attempts.
    pub probe: Sha256Digest,
    /// The image's configuration, which is its id.
    pub image: Sha256Digest,
    /// The seccomp policy's source.
    pub policy: Sha256Digest,
    /// The matrix.
    pub matrix: Sha256Digest,
}

impl Subjects {
    /// As a statement lists them, always in this order.
    #[must_use]
    pub fn list(&self) -> Vec<Subject> {
        self.named()
            .map(|(name, sha256)| Subject {
                name: name.to_owned(),
                digest: DigestSet { sha256 },
            })
            .to_vec()
    }

    /// Reads a statement's list, which must be exactly these six in this order.
    ///
    /// # Errors
    /// [`StatementError::Subjects`] naming what was found instead.
    pub fn from_list(list: &[Subject]) -> Result<Self, StatementError> {
        let refused = || StatementError::Subjects {
            observed: list
                .iter()
                .take(8)
                .map(|it| it.name.escape_debug().to_string())
                .collect(),
        };
        let [checker, airlock, probe, image, policy, matrix] = list else {
            return Err(refused());
        };
        let [checker, airlock, probe, image, policy, matrix] =
            [checker, airlock, probe, image, policy, matrix].map(|it| it.digest.sha256);
        let subjects = Self {
            checker,
            airlock,
            probe,
            image,
            policy,
            matrix,
        };
        if subjects.list() == list {
            Ok(subjects)
        } else {
            Err(refused())
        }
    }

    /// Each with its name, in order.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Sha256Digest); 6] {
        [
            ("checker", self.checker),
            ("airlock", self.airlock),
            ("probe", self.probe),
            ("image", self.image),
            ("policy", self.policy),
            ("matrix", self.matrix),
        ]
    }
}

/// A statement could not be made or read.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum StatementError {
    /// The statement could not be written.
    #[error("failed to write the statement")]
    Write(#[source] CanonicalError),
    /// The payload is not strict JSON of the right shape.
    #[error("failed to read the statement")]
    Json(#[source] JsonError),
    /// The payload is not an in-toto Statement v1.
    #[error("expected a statement of type `{STATEMENT}`, observed `{observed}`")]
    Type {
        /// Its type, escaped.
        observed: String,
    },
    /// The statement says something else.
    #[error("expected a predicate of type `{expected}`, observed `{observed}`")]
    PredicateType {
        /// The type asked for.
        expected: &'static str,
        /// Its type, escaped.
        observed: String,
    },
    /// The subjects are not the six expected.
    #[error("expected the subjects checker, airlock, probe, image, policy, matrix, observed `{}`", .observed.join(", "))]
    Subjects {
        /// Their names, escaped.
        observed: Vec<String>,
    },
    /// The predicate contradicts itself.
    #[error("the statement contradicts itself")]
    Predicate(#[source] PredicateError),
    /// The payload is not in canonical form.
    #[error("expected the statement in canonical JSON (RFC 8785)")]
    NotCanonical,
}

/// An in-toto Statement v1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

/// What must be known before the rest can be read.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: Versioned,
}

/// The version of a predicate's fields.
#[derive(Default, Deserialize)]
struct Versioned {
    schema: Option<u32>,
}

/// What a payload whose signature was checked says of anything, by its type.
///
/// # Errors
/// [`StatementError::Json`]: it is no statement at all.
pub fn predicate_type(file: &str, payload: &VerifiedPayload) -> Result<String, StatementError> {
    Ok(Head::read(file, payload)?.predicate_type)
}

/// Of what is spoken.
#[derive(Deserialize)]
struct Spoken {
    subject: Vec<Subject>,
}

/// Of what a payload whose signature was checked speaks, whatever it says of it and in
/// which version.
///
/// # Errors
/// [`StatementError::Json`]: it is no statement at all.
pub fn spoken_of(file: &str, payload: &VerifiedPayload) -> Result<Vec<Subject>, StatementError> {
    let read = strict_json::from_slice(file, payload.bytes(), MAX_ENVELOPE);
    read.map(|it: Spoken| it.subject)
        .map_err(StatementError::Json)
}

impl Head {
    fn read(file: &str, payload: &VerifiedPayload) -> Result<Self, StatementError> {
        strict_json::from_slice(file, payload.bytes(), MAX_ENVELOPE).map_err(StatementError::Json)
    }
}

impl<P: Predicate> Statement<P> {
    /// Says `predicate` of `subject`.
    ///
    /// # Errors
    /// [`StatementError::Predicate`] when what is said contradicts itself.
    pub fn new(subject: Vec<Subject>, predicate: P) -> Result<Self, StatementError> {
        predicate.check().map_err(StatementError::Predicate)?;
        Ok(Self {
            kind: STATEMENT.to_owned(),
            subject,
            predicate_type: P::TYPE.to_owned(),
            predicate,
        })
    }

    /// Reads a statement from a payload whose signature was checked.
    ///
    /// # Errors
    /// [`StatementError`]; only the canonical encoding of a statement that agrees
    /// with itself is read.
    pub fn read(file: &str, payload: &VerifiedPayload) -> Result<Self, StatementError> {
        let bytes = payload.bytes();
        let head = Head::read(file, payload)?;
        let escaped = |text: &str| {
            text.chars()
                .take(120)
                .flat_map(char::escape_debug)
                .collect::<String>()
        };
        if head.kind != STATEMENT {
            return Err(StatementError::Type {
                observed: escaped(&head.kind),
            });
        }
        if head.predicate_type != P::TYPE {
            let observed = escaped(&head.predicate_type);
            return Err(StatementError::PredicateType {
                expected: P::TYPE,
                observed,
            });
        }
        match (P::SCHEMA, head.predicate.schema) {
            (Some(expected), Some(observed)) if observed != expected => {
                let error = PredicateError::Schema { expected, observed };
                return Err(StatementError::Predicate(error));
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        let statement: Self =
            strict_json::from_slice(file, bytes, MAX_ENVELOPE).map_err(StatementError::Json)?;
        statement
            .predicate
            .check()
            .map_err(StatementError::Predicate)?;
        if statement.to_bytes()? == bytes {
            Ok(statement)
        } else {
            Err(StatementError::NotCanonical)
        }
    }

    /// The statement as canonical JSON: the bytes to sign.
    ///
    /// # Errors
    /// [`StatementError::Write`] when a number in it has no canonical form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        canonical::to_bytes(self).map_err(StatementError::Write)
    }

    /// The artifacts spoken of.
    #[must_use]
    pub fn subject(&self) -> &[Subject] {
        &self.subject
    }

    /// What is said of them.
    #[must_use]
    pub fn predicate(&self) -> &P {
        &self.predicate
    }
}

#[cfg(any(test, feature = "testing"))]
pub mod samples;
#[cfg(test)]
mod tests;
