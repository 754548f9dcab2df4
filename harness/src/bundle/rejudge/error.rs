//! Why a bundle's statement and its observations do not agree.

use crate::audit;
use crate::bundle::ENGINE_FILE;
use crate::seal::bundle::STATEMENT_FILE;
use crate::seal::strict_json::JsonError;

/// A bundle's statement and its observations do not agree.
#[derive(Debug, thiserror::Error)]
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
        "`{file}`: expected this program's own, observed another: verify with the release that made it"
    )]
    Other {
        /// Which file.
        file: &'static str,
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
        what: &'static str,
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
        field: &'static str,
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
        audit::FILE
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

impl RejudgeError {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Own { .. } => "own",
            Self::Other { .. } => "other_release",
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
            Self::Audit { .. } => audit::FILE,
            Self::Field { .. } | Self::Roll { .. } => STATEMENT_FILE,
            Self::Other { file } | Self::NotBorneOut { file } => file,
            Self::Missing { file }
            | Self::Json { file, .. }
            | Self::Foreign { file, .. }
            | Self::Stray { file }
            | Self::Verdict { file, .. } => file,
        }
    }
}
