//! What this project says of a run: its own predicate, field by field.
//!
//! Plain data, filled in by whoever judged. It owns one thing besides its fields:
//! that they agree with each other, so that no count, word or exit code can say
//! more than the rows do.

use crate::roll::ROWS_IN_SCOPE;
use std::collections::BTreeSet;

use negatives::coverage::Coverage;
use serde::{Deserialize, Serialize};

pub use self::host::{EngineNote, Host, Unfiltered, UnfilteredCall};
pub use self::instant::{Instant, InstantError};
pub use self::made_with::MadeWith;
pub use self::rows::{Layer, Row, VerdictWord};
pub use self::sharding::{OTHER_SHARD, Shard, Sharding, ShardingRule};
use super::super::digest::Sha256Digest;
use super::super::key::{KeyId, Role};
use super::Predicate;
use crate::path::BundlePath;

mod host;
mod instant;
mod made_with;
mod rows;
mod sharding;

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 3;

/// The predicate (type `tag:proof-of-block,2026:sandbox-attestation/v1`, RFC 4151).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which run.
    pub run: Run,
    /// Who signs, in which role.
    pub signer: SignerNote,
    /// What the rows amount to: always [`RunResult::of`] them.
    pub result: RunResult,
    /// The rows that were called, by number.
    pub rows: Vec<Row>,
    /// The ids of the rows that are deferred, such as `D1`: never run, never counted.
    pub deferred: Vec<String>,
    /// Where it ran.
    pub host: Host,
    /// What its programs were made with, as the signer's software knew it.
    pub made_with: MadeWith,
    /// From where it was looked at.
    pub witnesses: Vec<Witness>,
    /// Whether the tests can fail, if that was tried in this run.
    pub mutants: Option<Mutants>,
    /// How far the catalogues of what must fail reach, in rows, whatever was run.
    pub coverage: Coverage,
    /// Every file of the bundle but the envelopes, by path.
    pub files: Vec<FileEntry>,
    /// What must not be read into it, in sentences.
    pub does_not_assert: Vec<String>,
    /// The boundaries lifted for the whole run. A run with a lift attests nothing.
    pub lifts: Vec<String>,
    /// Present if this is a shard of a run, or was merged from shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharding: Option<Sharding>,
}

/// Which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Drawn for this run: lower-case hexadecimal.
    pub id: String,
    /// When it started.
    pub started: Instant,
    /// When its last row was judged.
    pub finished: Instant,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerNote {
    /// The role, as the signer's software knew it.
    pub role: Role,
    /// The key's id; it must be the one that signed.
    pub keyid: KeyId,
    /// What the role means, in a sentence.
    pub note: String,
}

/// What a run amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunResult {
    /// In a word.
    pub verdict: RunVerdict,
    /// The exit code of the run: 0 held, 1 broken, 4 incomplete.
    pub exit_code: u8,
    /// How many rows have which verdict.
    pub counts: Counts,
    /// Whether all rows in scope ran, whatever came of them.
    pub complete: bool,
}

/// What a run amounts to, in a word. Only `held` is green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// All 45 rows held.
    Held,
    /// At least one row is broken.
    Broken,
    /// None is broken, but not all 45 held.
    Incomplete,
}

/// How many rows have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// The boundary held.
    pub held: usize,
    /// It did not.
    pub broken: usize,
    /// The refusal proves nothing.
    pub inconclusive: usize,
    /// The row did not run.
    pub not_run: usize,
    /// The rows that are deferred.
    pub deferred: usize,
}

/// A place from where the sandbox was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// Such as `seccomp-filters`.
    pub name: String,
    /// Whether it saw anything.
    pub sight: Sight,
}

/// Whether a witness saw anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sight {
    /// It did.
    Seen,
    /// It could not.
    NotSeen {
        /// Why.
        reason: String,
    },
}

/// The mutants' score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutants {
    /// How many weakened profiles were run.
    pub total: usize,
    /// How many turned their row broken for the declared reason.
    pub killed: usize,
    /// The names of the others.
    pub survivors: Vec<String>,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it lies in the bundle.
    pub path: BundlePath,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// Its size, in bytes.
    pub size: u64,
}

/// A predicate contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum PredicateError {
    /// The fields are of another version.
    #[error(
        "expected schema version {expected}, observed {observed}: made by another release, which verifies it"
    )]
    Schema {
        /// The version read here.
        expected: u32,
        /// Its version.
        observed: u32,
    },
    /// The fields of another predicate are of another version.
    #[error("expected version {expected} of the fields, observed {observed}")]
    Version {
        /// The version read here.
        expected: u32,
        /// Its version.
        observed: u32,
    },
    /// The run's id is not what a run draws.
    #[error("expected a run id of 16 to 64 lower-case hexadecimal digits")]
    RunId,
    /// The run ended before it started.
    #[error("expected a run to finish at or after `{started}`, observed `{finished}`")]
    Times {
        /// When it started.
        started: Instant,
        /// When it finished.
        finished: Instant,
    },
    /// A row is unknown, doubled, out of order, or has another row's number.
    #[error("expected rows by number, each once, observed `{id}` as number {number}")]
    Row {
        /// The row's id, escaped.
        id: String,
        /// Its number.
        number: u32,
    },
    /// The result is not what the rows amount to.
    #[error("expected the result {expected}, observed {observed}")]
    Result {
        /// What the rows amount to.
        expected: Box<RunResult>,
        /// What is said.
        observed: Box<RunResult>,
    },
    /// A deferred row is doubled, or called too.
    #[error("expected each deferred row once and never as a row, observed `{id}`")]
    Deferred {
        /// Its id, escaped.
        id: String,
    },
    /// The calls that are shown to no filter are not by number, each once.
    #[error("expected calls by number, each once, observed `{number}`")]
    Unfiltered {
        /// The first out of place.
        number: u32,
    },
    /// The files are not by path, each once.
    #[error("expected files by path, each once, observed `{path}`")]
    Files {
        /// The first out of place.
        path: BundlePath,
    },
    /// The mutants do not add up.
    #[error("expected {total} mutants, observed {killed} killed and {survived} surviving")]
    Mutants {
        /// How many ran.
        total: usize,
        /// How many were killed.
        killed: usize,
        /// How many survivors are named.
        survived: usize,
    },
    /// What is said of shards is not what the rows bear out.
    #[error("expected {expected}")]
    Sharding {
        /// What must be so.
        expected: ShardingRule,
    },
    /// It does not say what it does not assert.
    #[error("expected at least one sentence on what is not asserted")]
    NothingDisclaimed,
    /// A test result names a test twice, or a result its lists do not bear out.
    #[error("the test result's word and lists disagree")]
    TestResult,
}

impl RunResult {
    /// What `rows` amount to. Held takes all 45; a lift takes held away.
    #[must_use]
    pub fn of(rows: &[Row], deferred: usize, lifts: &[String]) -> Self {
        let count = |word| rows.iter().filter(|row| row.verdict == word).count();
        let counts = Counts {
            held: count(VerdictWord::Held),
            broken: count(VerdictWord::Broken),
            inconclusive: count(VerdictWord::Inconclusive),
            not_run: count(VerdictWord::NotRun),
            deferred,
        };
        let (verdict, exit_code) = if counts.broken > 0 {
            (RunVerdict::Broken, 1)
        } else if counts.held == ROWS_IN_SCOPE && rows.len() == ROWS_IN_SCOPE && lifts.is_empty() {
            (RunVerdict::Held, 0)
        } else {
            (RunVerdict::Incomplete, 4)
        };
        Self {
            verdict,
            exit_code,
            counts,
            complete: rows.len() == ROWS_IN_SCOPE && counts.not_run == 0,
        }
    }
}

impl Predicate for Attestation {
    const TYPE: &'static str = "tag:proof-of-block,2026:sandbox-attestation/v1";
    const SCHEMA: Option<u32> = Some(SCHEMA);

    fn check(&self) -> Result<(), PredicateError> {
        if self.schema != SCHEMA {
            let (expected, observed) = (SCHEMA, self.schema);
            return Err(PredicateError::Schema { expected, observed });
        }
        self.run.check()?;
        rows::check(&self.rows)?;
        self.check_deferred()?;
        self.host.calls_shown_to_no_filter.check()?;
        let expected = RunResult::of(&self.rows, self.deferred.len(), &self.lifts);
        if self.result != expected {
            return Err(PredicateError::Result {
                expected: expected.into(),
                observed: self.result.clone().into(),
            });
        }
        check_files(&self.files)?;
        check_disclaimed(&self.does_not_assert)?;
        if let Some(sharding) = &self.sharding {
            sharding.check(self)?;
        }
        self.mutants.as_ref().map_or(Ok(()), Mutants::check)
    }
}

impl Attestation {
    fn check_deferred(&self) -> Result<(), PredicateError> {
        let mut seen: BTreeSet<&str> = self.rows.iter().map(|row| row.id.as_str()).collect();
        match self.deferred.iter().find(|id| !seen.insert(id)) {
            Some(id) => Err(PredicateError::Deferred {
                id: id.escape_debug().to_string(),
            }),
            None => Ok(()),
        }
    }
}

/// By path, each once.
pub(super) fn check_files(files: &[FileEntry]) -> Result<(), PredicateError> {
    let mut pairs = files.windows(2);
    match pairs.find(|pair| pair[0].path >= pair[1].path) {
        None => Ok(()),
        Some(pair) => Err(PredicateError::Files {
            path: pair[1].path.clone(),
        }),
    }
}

/// At least one sentence.
pub(super) fn check_disclaimed(sentences: &[String]) -> Result<(), PredicateError> {
    match sentences.iter().all(|it| it.trim().is_empty()) {
        true => Err(PredicateError::NothingDisclaimed),
        false => Ok(()),
    }
}

impl Run {
    pub(super) fn check(&self) -> Result<(), PredicateError> {
        let hex = self
            .id
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !hex || !(16..=64).contains(&self.id.len()) {
            return Err(PredicateError::RunId);
        }
        if self.finished < self.started {
            return Err(PredicateError::Times {
                started: self.started,
                finished: self.finished,
            });
        }
        Ok(())
    }
}

impl Mutants {
    fn check(&self) -> Result<(), PredicateError> {
        let (total, killed, survived) = (self.total, self.killed, self.survivors.len());
        if killed.checked_add(survived) == Some(total) {
            return Ok(());
        }
        Err(PredicateError::Mutants {
            total,
            killed,
            survived,
        })
    }
}
