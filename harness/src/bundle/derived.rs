//! The files of a bundle that add nothing to what is signed: they show the
//! statement and the observations in another form.
//!
//! `attest` writes them and `verify` makes them again and compares, so that none of
//! them can say more than the observations bear out.

use negatives::matrix::{MATRIX_TOML, Matrix};
use seccomp::policy::POLICY_TOML;

use super::{BundleError, MATRIX_FILE, POLICY_FILE, REPORT_FILE, junit, statement};
use crate::engine::Account;
use crate::judge::Expected;
use crate::profile::{NATIVE, Profile};
use crate::report::html::{self, Report};
use crate::seal::canonical;
use crate::seal::statement::Subjects;
use crate::seal::statement::attestation::Attestation;
use crate::suite::CaseResult;

/// What they are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The statement; its list of files is not looked at.
    pub(super) said: &'a Attestation,
    /// Of what it says it.
    pub(super) subjects: &'a Subjects,
    /// The engine's account of itself.
    pub(super) engine: &'a Account,
    /// Every row with what was observed of it.
    pub(super) results: &'a [CaseResult],
    /// The rows as they are declared.
    pub(super) matrix: &'a Matrix,
    /// What the observations are held against.
    pub(super) expected: &'a Expected,
}

/// Each of them, by its place in the bundle. The same source gives the same bytes.
///
/// # Errors
/// One of them could not be made.
pub(super) fn files(source: &Source<'_>) -> Result<Vec<(&'static str, Vec<u8>)>, BundleError> {
    let locked = Profile::locked(statement::USER)?;
    let oci = seccomp::oci_json(&locked.policy, NATIVE, &[]);
    Ok(vec![
        ("junit.xml", junit::render(source)?),
        (MATRIX_FILE, MATRIX_TOML.as_bytes().to_vec()),
        (POLICY_FILE, POLICY_TOML.as_bytes().to_vec()),
        ("profile.json", json("profile.json", &locked)?),
        (REPORT_FILE, page(source)?.into_bytes()),
        ("seccomp.json", json("seccomp.json", &oci)?),
    ])
}

/// The page for people.
///
/// # Errors
/// It could not be filled in.
pub(super) fn page(source: &Source<'_>) -> Result<String, BundleError> {
    Ok(html::render(&Report {
        said: source.said,
        subjects: source.subjects,
        results: source.results,
        matrix: source.matrix,
        expected: source.expected,
    })?)
}

/// A value as a file of a bundle: canonical JSON.
pub(super) fn json<T: serde::Serialize>(file: &str, value: &T) -> Result<Vec<u8>, BundleError> {
    canonical::to_bytes(value).map_err(|source| BundleError::Json {
        file: file.to_owned(),
        source,
    })
}
