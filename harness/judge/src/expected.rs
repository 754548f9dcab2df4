//! What observations are held against.

use std::sync::Arc;

use evidence::digest::ProgramDigests;
use evidence::profile::NATIVE;
use evidence::{Abilities, EngineAccount};
use negatives::matrix::{KnownEngine, Matrix, MatrixError};
use seal::statement::Subjects;
use seccomp::{Arch, Policy, PolicyError};

use crate::filters::Answers;

/// What the observations are held against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The digests of the three programs.
    pub programs: ProgramDigests,
    /// The system call policy.
    pub policy: Policy,
    /// The machine that it ran on, whose table of calls the filters are of.
    pub arch: Arch,
    /// What the engine cannot do.
    pub abilities: Abilities,
    /// What the engine is known to do by itself; `None` for one that is not known.
    pub engine: Option<KnownEngine>,
    /// What was found of filters before.
    pub answers: Arc<Answers>,
}

/// What this program itself expects could not be read: a test rules that out.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// Its policy.
    #[error("failed to read the built-in policy")]
    Policy(#[from] PolicyError),
    /// Its matrix.
    #[error("failed to read the built-in matrix")]
    Matrix(#[from] MatrixError),
}

impl Expected {
    /// What a statement's subjects, the matrix, its engine's account of itself and this
    /// program's own policy say, on a machine like this one.
    ///
    /// # Errors
    /// The built-in policy does not load, which a test rules out.
    pub fn of(
        subjects: &Subjects,
        matrix: &Matrix,
        engine: &EngineAccount,
    ) -> Result<Self, ExpectedError> {
        let programs = ProgramDigests {
            airlock: subjects.airlock.to_string(),
            checker: subjects.checker.to_string(),
            probe: subjects.probe.to_string(),
        };
        Self::by(matrix, programs, engine)
    }

    /// The same for these programs.
    ///
    /// # Errors
    /// The built-in policy does not load, which a test rules out.
    pub fn by(
        matrix: &Matrix,
        programs: ProgramDigests,
        engine: &EngineAccount,
    ) -> Result<Self, ExpectedError> {
        Ok(Self {
            programs,
            policy: Policy::builtin()?,
            arch: NATIVE,
            abilities: engine.lacking.clone(),
            engine: matrix.engine(&engine.identity.name).cloned(),
            answers: Arc::default(),
        })
    }
}
