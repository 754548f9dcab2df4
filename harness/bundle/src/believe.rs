//! Everything that a bundle must stand up to before anybody reads it: its bytes and
//! signatures, and then its observations, judged again.

use std::path::Path;

use seal::bundle::STATEMENT_FILE;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, VerifyError, spoken_of, verify_bundle};
use seal::statement::attestation::PredicateError;
use seal::statement::{StatementError, Subject, Subjects};

use super::rejudge::rejudge_by;
use super::releases::{self, Table};
use super::{RejudgeError, Rejudged};

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
    let known = releases::builtin().map_err(|source| RejudgeError::Own {
        what: "table of releases",
        source: Box::new(source),
    })?;
    believe_by(path, anchor, known)
}

/// The same, with these releases known.
pub(crate) fn believe_by(path: &Path, anchor: &Anchor, known: &Table) -> Result<Believed, Refusal> {
    let folder = BundleFolder::open(path).map_err(VerifyError::from)?;
    let bundle =
        verify_bundle(&folder, anchor).map_err(|error| named(error, &folder, anchor, known))?;
    let rejudged = rejudge_by(&bundle, known)?;
    Ok(Believed { bundle, rejudged })
}

/// A statement of another version says of which matrix and policy it is all the same, and
/// these say of which release, if it is known.
fn named(error: VerifyError, folder: &BundleFolder, anchor: &Anchor, known: &Table) -> Refusal {
    let release = of_other_schema(&error, (folder, anchor), |schema, list| {
        let subjects = Subjects::from_list(list).ok()?;
        known.release(schema, &subjects.matrix, &subjects.policy)
    });
    match release {
        Some(release) => release.refused(STATEMENT_FILE).into(),
        None => error.into(),
    }
}

/// What is known of who made a statement that was refused for being of another schema than is
/// read here: asked by that schema, and by the subjects that it names all the same.
pub(crate) fn of_other_schema<T>(
    error: &VerifyError,
    (folder, anchor): (&BundleFolder, &Anchor),
    ask: impl FnOnce(u32, &[Subject]) -> Option<T>,
) -> Option<T> {
    let VerifyError::Statement {
        source: StatementError::Predicate(PredicateError::Schema { observed, .. }),
        ..
    } = error
    else {
        return None;
    };
    ask(*observed, &spoken_of(folder, anchor).ok()?)
}
