//! Where the files of a release come from: the SLSA build provenance that other tools read,
//! in this project's own envelope.
//!
//! Everything in it but the digests of the files is the word of whoever signs.

use serde::{Deserialize, Serialize};

use super::Predicate;
use super::attestation::{Instant, MadeWith, PredicateError};

/// What kind of build it is (SLSA v1, `buildType`): `ci/release` of this project.
pub const BUILD_TYPE: &str = "tag:proof-of-block,2026:ci-release/v1";

/// The predicate (slsa.dev/spec/v1.0/provenance).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provenance {
    /// What was built, and from what.
    pub build_definition: BuildDefinition,
    /// Who built it, and when.
    pub run_details: RunDetails,
}

/// What was built, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BuildDefinition {
    /// [`BUILD_TYPE`].
    pub build_type: String,
    /// What whoever built it chose.
    pub external_parameters: Chosen,
    /// What the sandbox's programs in the release were made with.
    pub internal_parameters: MadeWith,
    /// The sources.
    pub resolved_dependencies: Vec<Resolved>,
}

/// What whoever builds a release chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The release's version.
    pub version: String,
}

/// A source of known content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    /// What it is.
    pub name: String,
    /// Its digest.
    pub digest: GitDigest,
}

/// A digest set with a commit of git in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitDigest {
    /// The commit, in lower-case hexadecimal.
    pub git_commit: String,
}

/// Who built it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDetails {
    /// Who built it.
    pub builder: Builder,
    /// When.
    pub metadata: BuildTimes,
}

/// Who built it: whoever holds the key that signed, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Builder {
    /// `tag:proof-of-block,2026:release-key/` and the key's id.
    pub id: String,
}

/// When it was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BuildTimes {
    /// When the files were there, by the clock of the host that built them.
    pub finished_on: Instant,
}

impl Predicate for Provenance {
    const TYPE: &'static str = "https://slsa.dev/provenance/v1";

    fn check(&self) -> Result<(), PredicateError> {
        Ok(())
    }
}
