//! Why a gate is not met: a closed list.

use std::fmt;

use seal::digest::Sha256Digest;
use seal::key::KeyId;
use seal::roll::ROWS_IN_SCOPE;
use seal::statement::Subjects;
use seal::statement::attestation::Instant;
use seal::statement::word::Bound;

/// Something that is known by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Artifact {
    /// The payload that the operator signed.
    Statement,
    /// The subject under test.
    Checker,
    /// The first program in the sandbox.
    Airlock,
    /// The program that makes the attempts.
    Probe,
    /// The image.
    Image,
    /// The system call policy.
    Policy,
    /// The matrix.
    Matrix,
}

/// An artifact that is another one than it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// Which.
    pub artifact: Artifact,
    /// The digest it should have.
    pub expected: Sha256Digest,
    /// The digest it has.
    pub observed: Sha256Digest,
}

/// Whose word M1 waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Whose {
    /// The owner's: the disposition.
    Owner,
    /// The reviewer's: the re-seal.
    Reviewer,
}

impl Whose {
    /// Who it is.
    fn person(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Reviewer => "reviewer",
        }
    }

    /// What that person signs.
    fn word(self) -> &'static str {
        match self {
            Self::Owner => "disposition",
            Self::Reviewer => "re-seal",
        }
    }

    /// The same in a reason's code.
    fn code(self) -> &'static str {
        match self {
            Self::Owner => "disposition",
            Self::Reviewer => "reseal",
        }
    }
}

/// One reason why a gate is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Unmet {
    /// The bundle is not to be believed, so nothing in it counts.
    #[error("the bundle was refused: {why}")]
    BundleRefused {
        /// Why.
        why: String,
    },
    /// Nobody disposed of B0'''.
    #[error("B0''' is not disposed of: expected the owner's disposition, observed none")]
    DispositionAbsent,
    /// The owner asks for a review by somebody whom the terms do not name.
    #[error(
        "B0''' is honoured: expected terms that name the reviewer, observed none; whose re-seal would count is agreed before the review"
    )]
    ReviewerNotNamed,
    /// The owner asks for a review, and nobody answers for one.
    #[error("B0''' is honoured: expected the reviewer's re-seal, observed none")]
    ResealAbsent,
    /// The reviewer has the owner's key, or an operator's.
    #[error(
        "expected the reviewer to be neither owner nor operator, observed one key `{keyid}`: nobody reviews their own work"
    )]
    ReviewerIsAnother {
        /// The key.
        keyid: KeyId,
    },
    /// It is forged, malformed, or signed by a stranger.
    #[error("expected the {}'s signature: {why}", .whose.person())]
    WordRefused {
        /// Whose it should be.
        whose: Whose,
        /// Why it is not believed.
        why: String,
    },
    /// An operator signed in somebody else's place.
    #[error("expected the {}'s signature, observed that of the operator's key `{keyid}`", .whose.person())]
    SignedByOperator {
        /// In whose.
        whose: Whose,
        /// The operator's key.
        keyid: KeyId,
    },
    /// Owner and operator have one key.
    #[error(
        "expected owner and operator to be two, observed one key `{keyid}`: nobody accepts their own work"
    )]
    OwnerIsOperator {
        /// The key.
        keyid: KeyId,
    },
    /// The word is over another bundle.
    #[error("expected a {} over this bundle, observed one over another: {other}", .whose.word())]
    WordElsewhere {
        /// Whose it is.
        whose: Whose,
        /// What is another.
        other: Other,
    },
    /// The word is older than what it is over.
    #[error(
        "expected a {} made after the run finished at `{finished}`, observed `{made}`", .whose.word()
    )]
    MadeBeforeTheRun {
        /// Whose it is.
        whose: Whose,
        /// When it was made.
        made: Instant,
        /// When the run finished.
        finished: Instant,
    },
    /// An artifact is not the one that was agreed or reviewed.
    #[error("{0}")]
    OtherArtifact(Other),
    /// The bundle is signed with a key that was made for its run.
    #[error("expected an operator's signature, observed a development key's")]
    DevelopmentKey,
    /// Nobody enrolled the key that signed.
    #[error("expected an enrolled key, observed `{keyid}`")]
    NotEnrolled {
        /// The key that signed.
        keyid: KeyId,
    },
    /// The programs are other ones, and this is a cause.
    #[error(
        "the programs were made with another `{input}`: expected `{expected}`, observed `{observed}`"
    )]
    OtherInput {
        /// What they were made with.
        input: &'static str,
        /// What the reviewed ones were made with.
        expected: String,
        /// What the bundle says of its own.
        observed: String,
    },
    /// The programs are other ones without a cause.
    #[error(
        "the bundle says that its programs were made with what the reviewed ones were made with: expected the same programs; one of the two is not as said"
    )]
    SameInputs,
    /// The observations do not bear the statement out.
    #[error("expected observations that bear the statement out: {why}")]
    NotBorneOut {
        /// Why they do not.
        why: String,
    },
    /// A boundary was lifted for the whole run.
    #[error("expected a run with nothing lifted, observed {}", .lifts.join(", "))]
    Lifted {
        /// The lifts.
        lifts: Vec<String>,
    },
    /// Not every row held.
    #[error("expected {ROWS_IN_SCOPE} rows held, observed {held}")]
    NotAllHeld {
        /// How many did.
        held: usize,
    },
    /// The bundle contradicts Article 13 or Article 14.
    #[error("expected a self-audit that holds, observed that it fails in {}", .items.join(", "))]
    AuditFails {
        /// The items, as the self-audit names them.
        items: Vec<String>,
    },
}

impl Unmet {
    /// The reason's kind, for machines: stable, lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> String {
        let plain = match self {
            Self::BundleRefused { .. } => "bundle_refused",
            Self::DispositionAbsent => "disposition_absent",
            Self::ReviewerNotNamed => "reviewer_not_named",
            Self::ResealAbsent => "reseal_absent",
            Self::ReviewerIsAnother { .. } => "reviewer_is_another",
            Self::WordRefused { whose, .. } => return format!("{}_refused", whose.code()),
            Self::SignedByOperator { whose, .. } => match whose {
                Whose::Owner => "signed_by_operator",
                Whose::Reviewer => "reseal_signed_by_operator",
            },
            Self::OwnerIsOperator { .. } => "owner_is_operator",
            Self::WordElsewhere { whose, other } => {
                return format!("{}_for_another_{}", whose.code(), other.artifact);
            }
            Self::MadeBeforeTheRun { whose, .. } => match whose {
                Whose::Owner => "made_before_the_run",
                Whose::Reviewer => "reseal_before_the_run",
            },
            Self::OtherInput { input, .. } => return format!("made_with_another_{input}"),
            Self::SameInputs => "made_with_the_same",
            Self::OtherArtifact(other) => return format!("another_{}", other.artifact),
            Self::DevelopmentKey => "development_key",
            Self::NotEnrolled { .. } => "not_enrolled",
            Self::NotBorneOut { .. } => "not_borne_out",
            Self::Lifted { .. } => "lifted",
            Self::NotAllHeld { .. } => "not_all_held",
            Self::AuditFails { .. } => "audit_fails",
        };
        plain.to_owned()
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statement => "statement",
            Self::Checker => "checker",
            Self::Airlock => "airlock",
            Self::Probe => "probe",
            Self::Image => "image",
            Self::Policy => "policy",
            Self::Matrix => "matrix",
        })
    }
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            artifact,
            expected,
            observed,
        } = self;
        write!(f, "expected {artifact} `{expected}`, observed `{observed}`")
    }
}

/// The artifacts of a bundle, the two that people agree on first.
pub(super) fn artifacts(of: &Subjects) -> Vec<(Artifact, Sha256Digest)> {
    vec![
        (Artifact::Matrix, of.matrix),
        (Artifact::Policy, of.policy),
        (Artifact::Image, of.image),
        (Artifact::Checker, of.checker),
        (Artifact::Airlock, of.airlock),
        (Artifact::Probe, of.probe),
    ]
}

/// Everything a word is bound to.
pub(super) fn bound(of: &Bound) -> Vec<(Artifact, Sha256Digest)> {
    let statement = std::iter::once((Artifact::Statement, of.statement));
    artifacts(&of.artifacts)
        .into_iter()
        .chain(statement)
        .collect()
}

/// The artifacts that differ; both lists name the same ones in the same order.
pub(super) fn differing(
    expected: &[(Artifact, Sha256Digest)],
    observed: &[(Artifact, Sha256Digest)],
) -> Vec<Other> {
    let pairs = expected.iter().zip(observed);
    pairs
        .filter(|(expected, observed)| expected != observed)
        .map(|((artifact, expected), (_, observed))| Other {
            artifact: *artifact,
            expected: *expected,
            observed: *observed,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever reads the reason knows whose signature is missing.
    #[test]
    fn a_word_that_is_not_believed_is_called_by_whose_it_is() {
        let keyid = seal::statement::samples::signer().public().id();
        for (whose, person) in [(Whose::Owner, "owner"), (Whose::Reviewer, "reviewer")] {
            let refused = Unmet::WordRefused {
                whose,
                why: "it is empty".to_owned(),
            };
            assert_eq!(
                refused.to_string(),
                format!("expected the {person}'s signature: it is empty")
            );
            let signed = Unmet::SignedByOperator { whose, keyid };
            assert_eq!(
                signed.to_string(),
                format!(
                    "expected the {person}'s signature, observed that of the operator's key `{keyid}`"
                )
            );
        }
    }
}
