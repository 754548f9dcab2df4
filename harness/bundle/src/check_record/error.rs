//! Why the record of a check is not to be believed.

use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::VerifyError;
use seal::statement::StatementError;
use seal::strict_json::JsonError;

use crate::releases::OtherRecord;

/// A field of the statement that follows from the rest of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckField {
    /// The note on the signer.
    SignerNote,
    /// What the answers amount to.
    Result,
    /// Which fields are the signer's word.
    SignersWord,
    /// What is not asserted.
    DoesNotAssert,
}

impl std::fmt::Display for CheckField {
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
pub enum CheckRefusal {
    /// Its bytes or signatures are not what they should be.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Its subjects are not those of a sandbox.
    #[error("`{STATEMENT_FILE}`: failed to read its subjects")]
    Subjects(#[source] StatementError),
    /// A known release made it.
    #[error(transparent)]
    Known(OtherRecord),
    /// It was made by another release.
    #[error(
        "`{STATEMENT_FILE}`: expected this program's own matrix and policy, observed others: verify with the release that made it"
    )]
    OtherRelease,
    /// A launch is missing.
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
    /// A launch cannot be read.
    #[error("failed to read `{file}`")]
    Json {
        /// Which.
        file: String,
        /// Why not.
        #[source]
        source: JsonError,
    },
    /// A launch is not in the one form that it has.
    #[error("expected `{file}` in canonical JSON (RFC 8785)")]
    NotCanonical {
        /// Which.
        file: String,
    },
    /// A launch is not one of the whole sandbox with the checker in it.
    #[error("`{file}`: expected a launch of the checker with nothing lifted, observed another")]
    OtherLaunch {
        /// Which.
        file: String,
    },
    /// The program that was seen is not the checker.
    #[error("`{file}`: expected the program `{expected}`, observed `{observed}`")]
    OtherProgram {
        /// Which.
        file: String,
        /// The subject's digest.
        expected: String,
        /// What was seen.
        observed: String,
    },
    /// Others were enrolled.
    #[error("`{file}`: expected the authorities `{expected}`, observed `{observed}`")]
    OtherAuthorities {
        /// Which.
        file: String,
        /// As the statement says.
        expected: String,
        /// As the checker announced, escaped.
        observed: String,
    },
    /// The launch says nothing of the packet, though the statement does.
    #[error("`{file}`: expected an answer of the checker, observed: {why}")]
    NoAnswer {
        /// Which.
        file: String,
        /// What is there instead, escaped.
        why: String,
    },
    /// The launch bears out another answer.
    #[error(
        "`{STATEMENT_FILE}`: packet {number}: expected `{expected}`, as `{file}` is judged, observed `{observed}`"
    )]
    Answer {
        /// The packet's place in the line, from 1.
        number: usize,
        /// The launch.
        file: String,
        /// What it is judged.
        expected: String,
        /// What is said.
        observed: String,
    },
    /// Something is said of a packet and why nothing is.
    #[error(
        "`{STATEMENT_FILE}`: packet {number}: expected an answer or why there is none, observed both or neither"
    )]
    Torn {
        /// The packet's place in the line, from 1.
        number: usize,
    },
    /// A field says something else than what follows from the rest.
    #[error("`{STATEMENT_FILE}`: expected of `{field}` what follows from the rest of the record")]
    Field {
        /// Which.
        field: CheckField,
    },
}

impl CheckRefusal {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Verify(error) => error.code(),
            Self::Subjects(_) => "subjects",
            Self::Known(_) => "known_release",
            Self::OtherRelease => "other_release",
            Self::Missing { .. } => "missing",
            Self::Stray { .. } => "stray",
            Self::Json { .. } | Self::NotCanonical { .. } => "launch",
            Self::OtherLaunch { .. } => "other_launch",
            Self::OtherProgram { .. } => "other_program",
            Self::OtherAuthorities { .. } => "other_authorities",
            Self::NoAnswer { .. } => "no_answer",
            Self::Answer { .. } => "answer",
            Self::Torn { .. } => "torn",
            Self::Field { .. } => "field",
        }
    }

    /// The file it is about.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Verify(error) => error.file(),
            Self::Subjects(_)
            | Self::Known(_)
            | Self::OtherRelease
            | Self::Answer { .. }
            | Self::Torn { .. }
            | Self::Field { .. } => STATEMENT_FILE,
            Self::Missing { file }
            | Self::Stray { file }
            | Self::Json { file, .. }
            | Self::NotCanonical { file }
            | Self::OtherLaunch { file }
            | Self::OtherProgram { file, .. }
            | Self::OtherAuthorities { file, .. }
            | Self::NoAnswer { file, .. } => file,
        }
    }
}
