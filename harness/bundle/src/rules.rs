//! What bundles are judged by, beside this program's own code: the rows, the system call
//! policy, and how far the catalogues of what must fail reach. Those of this release are
//! built in; those of another that is known come with the bundle ([`crate::releases`]).

use std::borrow::Cow;
use std::sync::Arc;

use evidence::EngineAccount;
use judge::{Answers, Expected, ExpectedError};
use negatives::coverage::Coverage;
use negatives::matrix::Matrix;
use seal::digest::Sha256Digest;
use seal::statement::Subjects;
use seal::statement::attestation::Attestation;
use seccomp::policy::POLICY_TOML;
use seccomp::{Arch, Policy};

use crate::releases::Release;

/// The texts of a matrix and a policy, by digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) matrix: Sha256Digest,
    pub(crate) policy: Sha256Digest,
}

/// A matrix and a policy, read, with the releases that have them. Read once in a process,
/// for one bundle after the other is judged by them.
#[derive(Debug)]
pub struct Rules {
    /// The rows as they are declared.
    pub matrix: Matrix,
    pub(crate) matrix_toml: Cow<'static, str>,
    pub(crate) policy: Policy,
    pub(crate) policy_toml: Cow<'static, str>,
    pub(crate) digests: Digests,
    /// How far this program's own catalogues reach.
    pub(crate) coverage: Coverage,
    releases: Vec<Release>,
    /// Each is known by the filters and the policy that it is about, so it can serve for
    /// every bundle.
    answers: Arc<Answers>,
}

impl Rules {
    /// This release's own.
    ///
    /// # Errors
    /// They do not load, which a test rules out.
    pub(crate) fn builtin(known: &[Release]) -> Result<Self, ExpectedError> {
        let (matrix, policy) = (declared::matrix()?, Policy::builtin()?);
        let texts = (
            Cow::Borrowed(declared::texts().matrix),
            Cow::Borrowed(POLICY_TOML),
        );
        Self::of((matrix, policy), texts, known)
    }

    /// Those of another release, as a bundle brings them.
    ///
    /// # Errors
    /// They are none that this program can read.
    pub(crate) fn read(
        matrix: String,
        policy: String,
        known: &[Release],
    ) -> Result<Self, ExpectedError> {
        let read = (Matrix::parse(&matrix)?, Policy::parse(&policy)?);
        Self::of(read, (Cow::Owned(matrix), Cow::Owned(policy)), known)
    }

    fn of(
        (matrix, policy): (Matrix, Policy),
        (matrix_toml, policy_toml): (Cow<'static, str>, Cow<'static, str>),
        known: &[Release],
    ) -> Result<Self, ExpectedError> {
        let digests = Digests {
            matrix: Sha256Digest::of(matrix_toml.as_bytes()),
            policy: Sha256Digest::of(policy_toml.as_bytes()),
        };
        let releases = known.iter().filter(|it| it.judges_here_by(&digests));
        Ok(Self {
            coverage: declared::coverage()?,
            releases: releases.cloned().collect(),
            matrix,
            matrix_toml,
            policy,
            policy_toml,
            digests,
            answers: Arc::default(),
        })
    }

    /// Whether they are those that are built in.
    #[must_use]
    pub fn are_own(&self) -> bool {
        self.matrix_toml == declared::texts().matrix && self.policy_toml == POLICY_TOML
    }

    /// What the observations are held against of a statement with these subjects, from a
    /// machine of this kind.
    ///
    /// # Errors
    /// The built-in policy does not load, which a test rules out.
    pub(crate) fn expected(
        &self,
        subjects: &Subjects,
        engine: &EngineAccount,
        arch: Arch,
    ) -> Result<Expected, ExpectedError> {
        Ok(Expected {
            policy: self.policy.clone(),
            arch,
            answers: Arc::clone(&self.answers),
            ..Expected::of(subjects, &self.matrix, engine)?
        })
    }

    /// Whether a release with these rules says that its catalogues reach as far.
    pub(crate) fn may_cover(&self, said: &Coverage) -> bool {
        let own = self.are_own() && self.coverage == *said;
        own || self.releases.iter().any(|it| it.coverage == Some(*said))
    }

    /// Of which known release a bundle is that was judged by these, in words: the last
    /// whose catalogues reach as far as it says, and whether its programs were released.
    #[must_use]
    pub fn released(&self, said: &Attestation, subjects: &Subjects) -> Option<String> {
        let mut latest = self.releases.iter().rev();
        let release = latest.find(|it| it.coverage == Some(said.coverage))?;
        let programs = release.are_its_programs(subjects, &said.made_with.target);
        Some(format!(
            "judged by the matrix and the policy of {release}, whose programs {} in it",
            if programs { "are" } else { "are not" }
        ))
    }
}
