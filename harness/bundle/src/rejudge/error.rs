//! Why a bundle's statement and its observations do not agree.

use seal::bundle::STATEMENT_FILE;
use seal::strict_json::JsonError;

use crate::{ENGINE_FILE, self_audit};

/// A bundle's statement and its observations do not agree.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum RejudgeError {
    /// This program's own matrix or policy cannot be used.
    #[error("failed to load this program's own {what}")]
    Own {
        /// Which.
        what: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bundle was made by another matrix or policy.
    #[error(
        "`{file}`: expected this release's own, or a known release's that judges alike, observed another: verify with the release that made it"
    )]
    Other {
        /// Which file.
        file: &'static str,
    },
    /// The bundle is of a release that is known, and that judges otherwise.
    #[error(
        "`{file}`: expected a bundle that this release judges, observed one of {release}: {get}"
    )]
    Known {
        /// Which file says so.
        file: &'static str,
        /// Which release.
        release: String,
        /// Which verifier to get.
        get: String,
    },
    /// The bundle has no such file.
    #[error("`{file}` is missing")]
    Missing {
        /// Which file.
        file: String,
    },
    /// An observations file cannot be read.
    #[error("failed to read `{file}`")]
    Json {
        /// Which file.
        file: String,
        /// Why not.
        #[source]
        source: JsonError,
    },
    /// The engine's account is another engine's.
    #[error("`{ENGINE_FILE}`: expected the statement's engine {expected}, observed {observed}")]
    Engine {
        /// The statement's.
        expected: String,
        /// The account's.
        observed: String,
    },
    /// A record is not one that the row's plan asks for.
    #[error("`{file}`: record `{record}` {what}")]
    Foreign {
        /// Which file.
        file: String,
        /// Which record.
        record: String,
        /// What is wrong with it.
        what: Alien,
    },
    /// The statement says another verdict than the observations bear out.
    #[error(
        "`{file}`: row {id}: expected {expected}, as its observations are judged, observed {observed} in the statement"
    )]
    Verdict {
        /// Where the observations are.
        file: String,
        /// The row.
        id: String,
        /// As judged now.
        expected: String,
        /// As signed.
        observed: String,
    },
    /// A field of the statement is not what the rest of the bundle says.
    #[error("`{STATEMENT_FILE}`: expected `{field}` to be what the observations bear out")]
    Field {
        /// The field.
        field: Field,
    },
    /// A file that is made of the statement and the observations says something else.
    #[error("`{file}`: expected what the statement and the observations bear out")]
    NotBorneOut {
        /// Which file.
        file: &'static str,
    },
    /// A file has no place in a bundle.
    #[error("`{file}`: expected no such file in a bundle")]
    Stray {
        /// Which file.
        file: String,
    },
    /// The self-audits are not what the observations bear out.
    #[error(
        "`{}`: {item}: expected the answer computed again, observed another",
        self_audit::FILE
    )]
    Audit {
        /// The first item that differs.
        item: String,
    },
    /// The statement does not call the whole roll.
    #[error(
        "`{STATEMENT_FILE}`: expected all {expected} rows, and deferred `{deferred}`, observed {observed} rows, and deferred `{listed}`"
    )]
    Roll {
        /// Rows in scope.
        expected: usize,
        /// Rows deferred.
        deferred: String,
        /// Rows in the statement.
        observed: usize,
        /// Deferred rows in the statement.
        listed: String,
    },
}

/// What makes a record one that the row's plan does not ask for.
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Alien {
    /// It says that it is of another row.
    #[error("is of another row")]
    OtherRow,
    /// The row plans no launch, or no check, of that name.
    #[error("is not of the row's plan")]
    Unplanned,
    /// Another record has its name.
    #[error("is there twice")]
    Twice,
    /// Its nonce was not drawn in this run.
    #[error("is of another run")]
    OtherRun,
    /// Another launch has its nonce.
    #[error("has the nonce of another launch")]
    SharedNonce,
    /// It is locked, and the statement lifts something else.
    #[error("was lifted otherwise than the statement says")]
    OtherLifts,
    /// It holds a fault or a trace that its launch does not have.
    #[error("holds what was not planned of it")]
    OtherTask,
    /// It declares a check otherwise than the row does.
    #[error("declares something else than the row does")]
    OtherCheck,
    /// It names a filter that the bundle does not hold.
    #[error("names a filter that `filters.json` does not hold")]
    UnknownFilter,
}

/// A field of the statement that the rest of a bundle decides.
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Field {
    /// The digest of the policy that this program judges by.
    #[error("subject.policy")]
    Policy,
    /// The digest of the matrix that this program judges by.
    #[error("subject.matrix")]
    Matrix,
    /// The machine, whose system calls the bundle's filters are compiled for.
    #[error("host.arch")]
    Arch,
    /// The calls that the kernel showed to no filter, by the names of that machine's table.
    #[error("host.calls_shown_to_no_filter")]
    CallsShownToNoFilter,
    /// What the signer's role means.
    #[error("signer.note")]
    SignerNote,
    /// From where it was looked at.
    #[error("witnesses")]
    Witnesses,
    /// How far the catalogues of what must fail reach.
    #[error("coverage")]
    Coverage,
    /// What must not be read into it.
    #[error("does_not_assert")]
    DoesNotAssert,
}

impl RejudgeError {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Own { .. } => "own",
            Self::Other { .. } => "other_release",
            Self::Known { .. } => "known_release",
            Self::Missing { .. } => "missing",
            Self::Json { .. } => "observations",
            Self::Engine { .. } => "engine_account",
            Self::Foreign { .. } => "foreign",
            Self::Verdict { .. } => "verdict",
            Self::Field { .. } | Self::NotBorneOut { .. } | Self::Audit { .. } => "not_borne_out",
            Self::Stray { .. } => "stray",
            Self::Roll { .. } => "roll",
        }
    }

    /// The file it is about; `.` is this program itself.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Own { .. } => ".",
            Self::Engine { .. } => ENGINE_FILE,
            Self::Audit { .. } => self_audit::FILE,
            Self::Field { .. } | Self::Roll { .. } => STATEMENT_FILE,
            Self::Other { file } | Self::Known { file, .. } | Self::NotBorneOut { file } => file,
            Self::Missing { file }
            | Self::Json { file, .. }
            | Self::Foreign { file, .. }
            | Self::Stray { file }
            | Self::Verdict { file, .. } => file,
        }
    }
}
