//! Everything that a bundle must stand up to before anybody reads it: its bytes and
//! signatures, and then its observations, judged again.

use std::path::Path;

use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, VerifyError, verify_bundle};

use super::{RejudgeError, Rejudged, rejudge};

/// A bundle of which every byte is vouched for and every verdict borne out.
#[derive(Debug)]
pub struct Believed {
    /// What is signed.
    pub bundle: VerifiedBundle,
    /// What follows from its observations.
    pub rejudged: Rejudged,
}

/// A bundle is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Its bytes or signatures are not what they should be.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Its observations do not bear it out.
    #[error(transparent)]
    Rejudge(#[from] RejudgeError),
}

impl Refusal {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Verify(error) => error.code(),
            Self::Rejudge(error) => error.code(),
        }
    }

    /// The file it is about; `.` is the bundle's own folder.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Verify(error) => error.file(),
            Self::Rejudge(error) => error.file(),
        }
    }
}

/// Believes the bundle in the folder at `path`, or says why not.
///
/// # Errors
/// The first thing in it that is not to be believed, naming the file.
pub fn believe(path: &Path, anchor: &Anchor) -> Result<Believed, Refusal> {
    let folder = BundleFolder::open(path).map_err(VerifyError::from)?;
    let bundle = verify_bundle(&folder, anchor)?;
    let rejudged = rejudge(&bundle)?;
    Ok(Believed { bundle, rejudged })
}
