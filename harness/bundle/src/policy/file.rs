//! A verifier's policy as a file: TOML, strict, every field documented here and in
//! `ATTESTATION.md`. What could only be a mistake, such as a list that allows
//! nothing, is refused when it is read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use seal::digest::Sha256Digest;
use seal::dsse::{DsseError, TrustedKeys};
use seal::key::PublicKey;
use seal::key::file::KeyFileError;
use seal::key::pem::{self, PemError};
use serde::Deserialize;
use time::Duration;

use super::{Artifact, Policy};
use crate::file::{self, FileError};

/// The version of the fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;
/// The largest policy, in bytes.
const MAX_POLICY: u64 = 1 << 20;

/// A policy could not be read. One variant per operation.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum PolicyError {
    /// The file could not be read.
    #[error("failed to read the policy")]
    Read(#[from] FileError),
    /// The file is not a policy.
    #[error("failed to parse policy `{path}`")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: toml::de::Error,
    },
    /// The fields are of another version.
    #[error("expected a policy of version {SCHEMA}, observed {observed}")]
    Version {
        /// Its version.
        observed: u32,
    },
    /// A key file could not be read.
    #[error("failed to read a trusted key")]
    KeyFile(#[from] KeyFileError),
    /// A key in the policy itself is none.
    #[error("failed to read `keys.inline`, key {index}")]
    InlineKey {
        /// Its place, counted from 1.
        index: usize,
        /// Why.
        #[source]
        source: PemError,
    },
    /// The threshold is out of reach.
    #[error("failed to use `keys.threshold`")]
    Threshold(#[source] DsseError),
    /// There is no key that could sign, and a development key is not allowed.
    #[error("expected a key in `keys.files` or `keys.inline`, or `keys.development = true`")]
    NoKey,
    /// A list allows nothing.
    #[error("expected `{field}` to allow something, or to be left out")]
    Empty {
        /// The field.
        field: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: u32,
    keys: Keys,
    #[serde(default)]
    digests: Digests,
    #[serde(default)]
    run: Run,
    #[serde(default)]
    evidence: Evidence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// Public keys (SPKI PEM), beside the policy or by absolute path.
    #[serde(default)]
    files: Vec<PathBuf>,
    /// The same, as text.
    #[serde(default)]
    inline: Vec<String>,
    /// How many distinct ones of them must have signed.
    #[serde(default = "one")]
    threshold: NonZeroUsize,
    /// A bundle signed with a development key will do.
    #[serde(default)]
    development: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    checker: Option<Vec<Sha256Digest>>,
    airlock: Option<Vec<Sha256Digest>>,
    probe: Option<Vec<Sha256Digest>>,
    image: Option<Vec<Sha256Digest>>,
    policy: Option<Vec<Sha256Digest>>,
    matrix: Option<Vec<Sha256Digest>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    #[serde(default)]
    result: AskedResult,
    max_age_days: Option<u16>,
    engines: Option<Vec<String>>,
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedResult {
    #[default]
    Held,
    Any,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence {
    #[serde(default)]
    mutants: AskedMutants,
    #[serde(default)]
    filters: AskedFilters,
    #[serde(default)]
    witnesses: Vec<String>,
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedMutants {
    #[default]
    Optional,
    Required,
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedFilters {
    #[default]
    Attempted,
    ReadBack,
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

/// Reads the policy in the file at `path`.
///
/// # Errors
/// [`PolicyError`].
pub fn read(path: &Path) -> Result<Policy, PolicyError> {
    let text = file::text(path, MAX_POLICY)?;
    let written = toml::from_str(&text).map_err(|source| PolicyError::Parse {
        path: path.to_owned(),
        source,
    })?;
    build(written, path.parent().unwrap_or(Path::new("")))
}

fn build(written: Written, beside: &Path) -> Result<Policy, PolicyError> {
    if written.schema != SCHEMA {
        return Err(PolicyError::Version {
            observed: written.schema,
        });
    }
    let keys = trusted(&written.keys, beside)?;
    let Run {
        result,
        max_age_days,
        engines,
    } = written.run;
    if engines.as_ref().is_some_and(Vec::is_empty) {
        return Err(PolicyError::Empty {
            field: "run.engines",
        });
    }
    Ok(Policy {
        keys,
        threshold: written.keys.threshold,
        development: written.keys.development,
        digests: digests(written.digests)?,
        all_held: result == AskedResult::Held,
        max_age: max_age_days.map(|days| Duration::days(days.into())),
        engines,
        mutants: written.evidence.mutants == AskedMutants::Required,
        read_back: written.evidence.filters == AskedFilters::ReadBack,
        witnesses: written.evidence.witnesses,
    })
}

fn trusted(written: &Keys, beside: &Path) -> Result<Vec<PublicKey>, PolicyError> {
    let files = written.files.iter();
    let mut keys = files
        .map(|file| PublicKey::read(&beside.join(file)))
        .collect::<Result<Vec<_>, _>>()?;
    for (text, index) in written.inline.iter().zip(1..) {
        let key = pem::read_public(text);
        keys.push(key.map_err(|source| PolicyError::InlineKey { index, source })?);
    }
    if keys.is_empty() && !written.development {
        return Err(PolicyError::NoKey);
    }
    if !keys.is_empty() {
        TrustedKeys::new(keys.iter().cloned(), written.threshold)
            .map_err(PolicyError::Threshold)?;
    }
    Ok(keys)
}

fn digests(written: Digests) -> Result<Vec<(Artifact, Vec<Sha256Digest>)>, PolicyError> {
    let lists = [
        ("digests.checker", Artifact::Checker, written.checker),
        ("digests.airlock", Artifact::Airlock, written.airlock),
        ("digests.probe", Artifact::Probe, written.probe),
        ("digests.image", Artifact::Image, written.image),
        ("digests.policy", Artifact::Policy, written.policy),
        ("digests.matrix", Artifact::Matrix, written.matrix),
    ];
    let mut asked = Vec::new();
    for (field, artifact, list) in lists {
        match list {
            Some(list) if list.is_empty() => return Err(PolicyError::Empty { field }),
            Some(list) => asked.push((artifact, list)),
            None => {}
        }
    }
    Ok(asked)
}
