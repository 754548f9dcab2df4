//! The releases that this one knows besides itself: by which matrix and policy each judges,
//! and so which bundles are judged here, and which by the verifier of another release.
//!
//! A bundle names no release. It holds its matrix and its policy, and the digests of these,
//! with the schema of the statement, are what a release is known by; the table is built in,
//! so nobody who is judged can add to it.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use judge::ExpectedError;
use negatives::coverage::Coverage;
use seal::bundle::STATEMENT_FILE;
use seal::canonical::CanonicalError;
use seal::digest::Sha256Digest;
use seal::statement::attestation::SCHEMA;
use seal::statement::{Subjects, packet_check, sandbox_audit};
use serde::Deserialize;

use crate::rules::{Digests, Rules};
use crate::{MATRIX_FILE, RejudgeError, audit_record};

/// The table.
pub const RELEASES_TOML: &str = include_str!("../releases.toml");

/// A release, or a state before the first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Its version; none of what was never released.
    pub version: Option<String>,
    /// Of which sources it is.
    pub commit: String,
    /// The schema of its statements. Releases of one schema judge and write alike.
    pub schema: u32,
    /// Its matrix.
    pub matrix: Sha256Digest,
    /// Its policy.
    pub policy: Sha256Digest,
    /// How far its catalogues reach, as its bundles say.
    pub coverage: Option<Coverage>,
    /// What its records are known by, besides; none of what made none.
    pub records: Option<Records>,
    /// The programs of it that were released, for each machine.
    #[serde(default)]
    pub programs: Vec<Programs>,
}

/// What the records of a release are known by: those of audits by their acts, those of
/// checks by the matrix and the policy, and each by the schema of its statement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// The schema of those of audits.
    pub audit: u32,
    /// The digest of the acts that an audit tries.
    pub acts: Sha256Digest,
    /// The schema of those of checks; none of what made none.
    pub check: Option<u32>,
}

/// A record that this program does not judge, of a release that it knows.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{STATEMENT_FILE}`: expected a record that this release judges, observed one of {release}: {get}"
)]
pub struct OtherRecord {
    /// Which release.
    release: String,
    /// Which verifier to get.
    get: String,
}

/// The programs of a release for a machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// The machine, as the compiler names it.
    pub target: String,
    /// The subject.
    pub checker: Sha256Digest,
    /// The first program in the sandbox.
    pub airlock: Sha256Digest,
    /// What makes the attempts.
    pub probe: Sha256Digest,
    /// The image of them.
    pub image: Sha256Digest,
}

/// A table is none.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not TOML of the right shape.
    #[error("failed to parse the table of releases")]
    Parse(#[source] Box<toml::de::Error>),
    /// A commit is none.
    #[error("expected a commit as 40 lower-case hexadecimal digits, observed `{0}`")]
    Commit(String),
    /// A version is in it twice.
    #[error("expected each version once, observed `{0}` twice")]
    Doubled(String),
}

/// Releases, with what bundles of them are judged by.
#[derive(Debug)]
pub struct Table {
    releases: Vec<Release>,
    own: OnceLock<Arc<Rules>>,
    /// Of other releases, each read when the first bundle of it comes.
    read: Mutex<Vec<Arc<Rules>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    release: Vec<Release>,
}

/// The table of this release, read when it is first asked for.
///
/// # Errors
/// [`TableError`], which a test rules out.
pub fn builtin() -> Result<&'static Table, TableError> {
    static TABLE: OnceLock<Table> = OnceLock::new();
    if let Some(table) = TABLE.get() {
        return Ok(table);
    }
    let table = Table::parse(RELEASES_TOML)?;
    Ok(TABLE.get_or_init(|| table))
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let Written { release: releases } =
            toml::from_str(text).map_err(|error| TableError::Parse(Box::new(error)))?;
        let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let mut commits = releases.iter().map(|it| &it.commit);
        if let Some(other) = commits.find(|it| it.len() != 40 || !it.chars().all(hex)) {
            return Err(TableError::Commit(other.escape_debug().to_string()));
        }
        for (at, release) in releases.iter().enumerate() {
            let before = releases.iter().take(at);
            let mut before = before.filter_map(|it| it.version.as_ref());
            if let Some(version) = &release.version
                && before.any(|it| it == version)
            {
                return Err(TableError::Doubled(version.clone()));
            }
        }
        Ok(Self {
            releases,
            own: OnceLock::new(),
            read: Mutex::default(),
        })
    }

    /// The releases, the earliest first.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// The last release with this schema, matrix and policy.
    pub(crate) fn release(
        &self,
        schema: u32,
        matrix: &Sha256Digest,
        policy: &Sha256Digest,
    ) -> Option<&Release> {
        let mut latest = self.releases.iter().rev();
        latest.find(|it| (it.schema, &it.matrix, &it.policy) == (schema, matrix, policy))
    }

    /// The last release whose audits have this schema and these acts.
    pub(crate) fn of_audit(&self, schema: u32, acts: &Sha256Digest) -> Option<OtherRecord> {
        self.last(|_, it| (it.audit, &it.acts) == (schema, acts))
    }

    /// The last release whose checks have this schema, and which has this matrix and policy.
    pub(crate) fn of_check(
        &self,
        schema: u32,
        (matrix, policy): (&Sha256Digest, &Sha256Digest),
    ) -> Option<OtherRecord> {
        let rules = |it: &Release| (&it.matrix, &it.policy) == (matrix, policy);
        self.last(|release, it| it.check == Some(schema) && rules(release))
    }

    /// The last release whose records fit.
    fn last(&self, fit: impl Fn(&Release, &Records) -> bool) -> Option<OtherRecord> {
        let fits = |it: &&Release| it.records.as_ref().is_some_and(|records| fit(it, records));
        let release = self.releases.iter().rev().find(fits);
        release.map(Release::other_record)
    }

    /// What bundles of this release are judged by.
    ///
    /// # Errors
    /// The built-in matrix or policy does not load, which a test rules out.
    pub(crate) fn own(&self) -> Result<Arc<Rules>, ExpectedError> {
        if let Some(own) = self.own.get() {
            return Ok(Arc::clone(own));
        }
        let own = Arc::new(Rules::builtin(&self.releases)?);
        Ok(Arc::clone(self.own.get_or_init(|| own)))
    }

    /// What a bundle of another release is judged by that has this matrix and this policy;
    /// nothing, where it is of none that judges as this one does.
    ///
    /// # Errors
    /// [`RejudgeError::Known`]: of one, and this program cannot read them.
    pub(crate) fn of_another(
        &self,
        matrix: &[u8],
        policy: &[u8],
    ) -> Result<Option<Arc<Rules>>, RejudgeError> {
        let digests = Digests {
            matrix: Sha256Digest::of(matrix),
            policy: Sha256Digest::of(policy),
        };
        let Some(release) = self.release(SCHEMA, &digests.matrix, &digests.policy) else {
            return Ok(None);
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = read.iter().find(|it| it.digests == digests) {
            return Ok(Some(Arc::clone(rules)));
        }
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let rules = text(matrix)
            .zip(text(policy))
            .and_then(|(matrix, policy)| Rules::read(matrix, policy, &self.releases).ok());
        let rules = Arc::new(rules.ok_or_else(|| release.refused(MATRIX_FILE))?);
        read.push(Arc::clone(&rules));
        Ok(Some(rules))
    }
}

impl Records {
    /// Those of this program.
    ///
    /// # Errors
    /// The acts have no canonical form, which a test rules out.
    pub fn own() -> Result<Self, CanonicalError> {
        Ok(Self {
            audit: sandbox_audit::SCHEMA,
            acts: audit_record::of_acts()?,
            check: Some(packet_check::SCHEMA),
        })
    }
}

impl Programs {
    /// Those of these subjects, for a machine.
    #[must_use]
    pub fn of(subjects: &Subjects, target: &str) -> Self {
        Self {
            target: target.to_owned(),
            checker: subjects.checker,
            airlock: subjects.airlock,
            probe: subjects.probe,
            image: subjects.image,
        }
    }
}

impl Release {
    /// Whether bundles of it with these are judged as those of this release are.
    pub(crate) fn judges_here_by(&self, digests: &Digests) -> bool {
        (self.schema, self.matrix, self.policy) == (SCHEMA, digests.matrix, digests.policy)
    }

    /// Whether these programs are those that were released for the machine.
    pub(crate) fn are_its_programs(&self, subjects: &Subjects, target: &str) -> bool {
        self.programs.contains(&Programs::of(subjects, target))
    }

    /// The first field in which `other` is another release, or does not have the programs
    /// of this one.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        let mut programs = self.programs.iter();
        let fields = [
            ("version", self.version == other.version),
            ("commit", self.commit == other.commit),
            ("schema", self.schema == other.schema),
            ("matrix", self.matrix == other.matrix),
            ("policy", self.policy == other.policy),
            ("coverage", self.coverage == other.coverage),
            ("records", self.records == other.records),
            ("programs", programs.all(|it| other.programs.contains(it))),
        ];
        let mut fields = fields.into_iter();
        fields.find(|(_, same)| !same).map(|(name, _)| name)
    }

    /// A bundle of it is not for this program, as `file` shows.
    pub(crate) fn refused(&self, file: &'static str) -> RejudgeError {
        RejudgeError::Known {
            file,
            release: self.to_string(),
            get: self.get(),
        }
    }

    fn other_record(&self) -> OtherRecord {
        OtherRecord {
            release: self.to_string(),
            get: self.get(),
        }
    }

    /// Which verifier judges what it made.
    fn get(&self) -> String {
        match &self.version {
            Some(version) => format!("get `proof-of-block-verify` of release {version}"),
            None => "build `harness` from that commit, and `harness verify` it".to_owned(),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(out, "release {version} (commit {})", self.commit),
            None => write!(out, "commit {}, which was never released", self.commit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release() -> Release {
        let digest = |of: &str| Sha256Digest::of(of.as_bytes());
        Release {
            version: Some("1.2.3".to_owned()),
            commit: "c".repeat(40),
            schema: 3,
            matrix: digest("matrix"),
            policy: digest("policy"),
            coverage: Some(declared::coverage().unwrap()),
            records: Some(Records::own().unwrap()),
            programs: vec![programs("x86_64-unknown-linux-musl")],
        }
    }

    fn programs(target: &str) -> Programs {
        Programs::of(&seal::statement::samples::subjects(), target)
    }

    /// One field alone is another: that one is named, which is what a release stops at.
    #[test]
    fn the_field_that_differs_is_named() {
        type Change = fn(&mut Release);
        let changes: [(&str, Change); 8] = [
            ("version", |it| it.version = None),
            ("commit", |it| it.commit = "d".repeat(40)),
            ("schema", |it| it.schema = 4),
            ("matrix", |it| it.matrix = it.policy),
            ("policy", |it| it.policy = it.matrix),
            ("coverage", |it| it.coverage = None),
            ("records", |it| it.records = None),
            ("programs", |it| it.programs.clear()),
        ];
        for (field, change) in changes {
            let mut other = release();
            change(&mut other);
            assert_eq!(release().first_difference(&other), Some(field));
        }
        assert_eq!(release().first_difference(&release()), None);
        // It is asked whether the other has these programs, not whether it has no more.
        let mut more = release();
        more.programs.push(programs("aarch64-unknown-linux-musl"));
        assert_eq!(release().first_difference(&more), None);
        assert_eq!(more.first_difference(&release()), Some("programs"));
    }
}
