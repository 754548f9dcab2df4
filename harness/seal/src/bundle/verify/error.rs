//! Why a bundle is not to be believed, one variant per thing that is checked.

use super::Standing;
use crate::bundle::folder::FolderError;
use crate::bundle::{SIGNER_FILE, STATEMENT_FILE, TEST_RESULT_FILE};
use crate::digest::Sha256Digest;
use crate::dsse::DsseError;
use crate::key::KeyId;
use crate::key::pem::PemError;
use crate::path::BundlePath;
use crate::statement::StatementError;
use crate::statement::attestation::Instant;

/// A bundle is not to be believed. Each variant names the file.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum VerifyError {
    /// The folder, or a file in it, could not be read safely.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The bundle's own copy of the signer's key is not a key.
    #[error("refused `{SIGNER_FILE}`")]
    SignerFile(#[source] PemError),
    /// An envelope's signature does not hold.
    #[error("refused `{file}`")]
    Envelope {
        /// The envelope.
        file: &'static str,
        /// Why.
        #[source]
        source: DsseError,
    },
    /// An envelope's statement is not to be read.
    #[error("refused the statement in `{file}`")]
    Statement {
        /// The envelope.
        file: &'static str,
        /// Why.
        #[source]
        source: StatementError,
    },
    /// The statement names another key than the one that signed it.
    #[error("expected `{STATEMENT_FILE}` to be signed by the key `{named}` it names")]
    SignerDiffers {
        /// The key id in the statement.
        named: KeyId,
    },
    /// The bundle's own copy of the signer's key is missing, is another key, or is not
    /// the key alone.
    #[error("expected `{SIGNER_FILE}` to hold the key `{named}`, which signed, and nothing else")]
    SignerFileDiffers {
        /// The key id in the statement.
        named: KeyId,
    },
    /// The test result does not say what the attestation says.
    #[error("expected `{TEST_RESULT_FILE}` to say what `{STATEMENT_FILE}` says")]
    TestResultDiffers,
    /// A file is not the one that was signed for.
    #[error("`{file}` was changed: expected sha256 `{expected}`, observed `{observed}`")]
    Changed {
        /// The file.
        file: BundlePath,
        /// The digest in the statement.
        expected: Sha256Digest,
        /// The digest of what is there.
        observed: Sha256Digest,
    },
    /// The size in the statement is not the file's.
    #[error("expected `{file}` to have {expected} bytes, observed {observed}")]
    Size {
        /// The file.
        file: BundlePath,
        /// The size in the statement.
        expected: u64,
        /// The size of what is there.
        observed: u64,
    },
    /// A file that was signed for is not there.
    #[error("`{file}` is missing")]
    Removed {
        /// The file.
        file: BundlePath,
    },
    /// A file is there that nobody signed for.
    #[error("`{file}` was added: the statement does not list it")]
    Added {
        /// The file or folder.
        file: BundlePath,
    },
    /// A file that was signed for has another name.
    #[error("`{from}` was renamed to `{to}`")]
    Renamed {
        /// The name in the statement.
        from: BundlePath,
        /// The name it has.
        to: BundlePath,
    },
    /// The run ended later than now, by more than clocks differ.
    #[error(
        "expected the run in `{STATEMENT_FILE}` to have finished by `{now}`, observed `{finished}`"
    )]
    Future {
        /// When it finished.
        finished: Instant,
        /// The reader's own clock.
        now: Instant,
    },
    /// The run began before there was anything to begin.
    #[error(
        "expected the run in `{STATEMENT_FILE}` to have started after `{earliest}`, observed `{started}`"
    )]
    Ancient {
        /// When it started.
        started: Instant,
        /// The year in which this kind of statement was made up.
        earliest: Instant,
    },
    /// An operator's attestation was asked for, and this is none.
    #[error("expected an operator's attestation, observed {observed}")]
    NotAnAttestation {
        /// What it is instead.
        observed: Standing,
    },
}
