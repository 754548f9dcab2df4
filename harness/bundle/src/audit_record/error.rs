//! Why the record of an audit is not to be believed.

use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::VerifyError;
use seal::strict_json::JsonError;

use super::EXPECTATION_FILE;
use crate::releases::OtherRecord;

/// A field of the statement that follows from the rest of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The note on the signer.
    SignerNote,
    /// What the findings amount to.
    Result,
    /// Which fields are the signer's word.
    SignersWord,
    /// What is not asserted.
    DoesNotAssert,
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SignerNote => "predicate.signer.note",
            Self::Result => "predicate.result",
            Self::SignersWord => "predicate.signers_word",
            Self::DoesNotAssert => "predicate.does_not_assert",
        })
    }
}

/// A record is not to be believed. Each variant names the file.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum AuditRefusal {
    /// Its bytes or signatures are not what they should be.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A known release made it.
    #[error(transparent)]
    Known(OtherRecord),
    /// It was made with other acts.
    #[error(
        "`{STATEMENT_FILE}`: expected this program's own acts, observed others: verify with the release that made it"
    )]
    Acts,
    /// Its subjects are not those of a record.
    #[error(
        "`{STATEMENT_FILE}`: expected the subjects line, probe, acts, and then of expectations, launcher, config and image those there are, observed `{}`", .observed.join(", ")
    )]
    Subjects {
        /// Their names, escaped.
        observed: Vec<String>,
    },
    /// A subject is not what the record holds.
    #[error(
        "`{STATEMENT_FILE}`: expected the digest of the {subject} in `{file}`, observed another"
    )]
    Subject {
        /// The subject's name.
        subject: &'static str,
        /// Where its digest can be had from.
        file: String,
    },
    /// A file is missing.
    #[error("`{file}` is missing")]
    Missing {
        /// Which.
        file: String,
    },
    /// A file has no place in a record.
    #[error("`{file}` has no place in this record")]
    Stray {
        /// Which.
        file: String,
    },
    /// A view cannot be read.
    #[error("failed to read `{file}`")]
    Json {
        /// Which.
        file: String,
        /// Why not.
        #[source]
        source: JsonError,
    },
    /// A view is not in the one form that it has.
    #[error("expected `{file}` in canonical JSON (RFC 8785)")]
    NotCanonical {
        /// Which.
        file: String,
    },
    /// A view speaks of what is no act.
    #[error("`{file}`: expected acts of this program's, observed `{act}`")]
    NoAct {
        /// Which.
        file: String,
        /// What it speaks of, escaped.
        act: String,
    },
    /// The probe never spoke: a view of nothing.
    #[error("`{file}`: expected a launch in which the probe spoke, observed none")]
    Mute {
        /// Which.
        file: String,
    },
    /// No line can have had so many launches.
    #[error("`{file}`: {why}")]
    Launches {
        /// Which.
        file: String,
        /// What is expected, and what there is.
        why: String,
    },
    /// Words are lifted that are not in the line.
    #[error("`{STATEMENT_FILE}`: expected lifted words that stand in the line, observed `{words}`")]
    Lift {
        /// The words, escaped.
        words: String,
    },
    /// What was expected cannot be read.
    #[error("`{EXPECTATION_FILE}`: {why}")]
    Expectation {
        /// What is wrong with it.
        why: String,
    },
    /// The views bear out another finding.
    #[error(
        "`{STATEMENT_FILE}`: {act}: expected `{expected}`, as the views are judged, observed `{observed}`"
    )]
    Finding {
        /// The act, or how many there are.
        act: String,
        /// What it is judged.
        expected: String,
        /// What is said, escaped.
        observed: String,
    },
    /// A field says something else than what follows from the rest.
    #[error("`{STATEMENT_FILE}`: expected of `{field}` what follows from the rest of the record")]
    Field {
        /// Which.
        field: Field,
    },
}

impl AuditRefusal {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Verify(error) => error.code(),
            Self::Known(_) => "known_release",
            Self::Acts => "other_release",
            Self::Subjects { .. } => "subjects",
            Self::Subject { .. } => "subject",
            Self::Missing { .. } => "missing",
            Self::Stray { .. } => "stray",
            Self::Json { .. } | Self::NotCanonical { .. } => "view",
            Self::NoAct { .. } => "no_act",
            Self::Mute { .. } => "mute",
            Self::Launches { .. } => "launches",
            Self::Lift { .. } => "lift",
            Self::Expectation { .. } => "expectation",
            Self::Finding { .. } => "finding",
            Self::Field { .. } => "field",
        }
    }

    /// The file it is about.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Verify(error) => error.file(),
            Self::Known(_)
            | Self::Acts
            | Self::Subjects { .. }
            | Self::Subject { .. }
            | Self::Lift { .. }
            | Self::Finding { .. }
            | Self::Field { .. } => STATEMENT_FILE,
            Self::Missing { file }
            | Self::Stray { file }
            | Self::Json { file, .. }
            | Self::NotCanonical { file }
            | Self::NoAct { file, .. }
            | Self::Mute { file }
            | Self::Launches { file, .. } => file,
            Self::Expectation { .. } => EXPECTATION_FILE,
        }
    }
}
