//! Why a bundle is refused, as a word that stays the same and the file it is about:
//! for policies and for machines. People read the error itself.

use super::folder::FolderError;
use super::verify::VerifyError;
use super::{SIGNER_FILE, STATEMENT_FILE, TEST_RESULT_FILE};
use crate::dsse::DsseError;
use crate::statement::StatementError;
use crate::statement::attestation::PredicateError;

impl VerifyError {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder(error) => error.code(),
            Self::SignerFile(_) => "signer_key",
            Self::Envelope { source, .. } => source.code(),
            Self::Statement { source, .. } => source.code(),
            Self::SignerDiffers { .. } => "signer_differs",
            Self::SignerFileDiffers { .. } => "signer_key",
            Self::TestResultDiffers => "test_result_differs",
            Self::Changed { .. } => "changed",
            Self::Size { .. } => "size",
            Self::Removed { .. } => "missing",
            Self::Added { .. } => "added",
            Self::Renamed { .. } => "renamed",
            Self::Future { .. } | Self::Ancient { .. } => "clock",
            Self::NotAnAttestation { .. } => "not_an_attestation",
        }
    }

    /// The file it is about; `.` is the bundle's own folder.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Folder(error) => error.file(),
            Self::SignerFile(_) | Self::SignerFileDiffers { .. } => SIGNER_FILE,
            Self::Envelope { file, .. } | Self::Statement { file, .. } => file,
            Self::SignerDiffers { .. }
            | Self::Future { .. }
            | Self::Ancient { .. }
            | Self::NotAnAttestation { .. } => STATEMENT_FILE,
            Self::TestResultDiffers => TEST_RESULT_FILE,
            Self::Changed { file, .. }
            | Self::Size { file, .. }
            | Self::Removed { file }
            | Self::Added { file }
            | Self::Renamed { from: file, .. } => file.as_str(),
        }
    }
}

impl FolderError {
    fn code(&self) -> &'static str {
        match self {
            Self::OpenFolder { .. } => "no_folder",
            Self::Name { .. } => "name",
            Self::TooMany { .. } => "too_many",
            Self::Link { .. } => "link",
            Self::HardLink { .. } => "hard_link",
            Self::Elsewhere { .. } => "elsewhere",
            Self::NotRegular { .. } => "not_regular",
            Self::TooLarge { .. } | Self::TotalTooLarge { .. } => "too_large",
            Self::Missing { .. } => "missing",
            Self::NoOpenat2 { .. } | Self::Open { .. } | Self::List { .. } | Self::Read { .. } => {
                "unreadable"
            }
        }
    }

    fn file(&self) -> &str {
        match self {
            Self::OpenFolder { .. } | Self::NoOpenat2 { .. } => ".",
            Self::Name { folder, .. } | Self::List { folder, .. } => folder,
            Self::TooMany { file }
            | Self::Link { file }
            | Self::HardLink { file, .. }
            | Self::Elsewhere { file }
            | Self::NotRegular { file, .. }
            | Self::TooLarge { file, .. }
            | Self::TotalTooLarge { file }
            | Self::Missing { file }
            | Self::Open { file, .. }
            | Self::Read { file, .. } => file,
        }
    }
}

impl DsseError {
    /// The reason as a word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::Write(_) | Self::Base64 { .. } | Self::NotCanonical => "envelope",
            Self::EmptyPayloadType | Self::PayloadType { .. } => "payload_type",
            Self::NoSignature => "no_signature",
            Self::TooManySignatures { .. } => "too_many_signatures",
            Self::Threshold(_) => "too_few_keys",
            Self::ThresholdOutOfReach { .. } => "threshold",
            Self::StraySignature { .. } => "stray_signature",
            Self::KeyIdDiffers { .. } => "key_id",
        }
    }
}

impl StatementError {
    /// The reason as a word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Write(_) | Self::Json(_) | Self::NotCanonical => "statement",
            Self::Type { .. } | Self::PredicateType { .. } => "statement_type",
            Self::Subjects { .. } => "subjects",
            Self::Predicate(PredicateError::Schema { .. }) => "schema",
            Self::Predicate(_) => "contradiction",
        }
    }
}
