//! What this program itself holds bundles against: its own matrix, and what it found of
//! filters before. Read once in a process, for one after the other is held against it.

use std::sync::{Arc, OnceLock};

use evidence::EngineAccount;
use judge::{Answers, Expected, ExpectedError};
use negatives::matrix::{Matrix, MatrixError};
use seal::statement::Subjects;

/// This program's own data.
#[derive(Debug)]
pub(super) struct Own {
    /// The rows as they are declared.
    pub(super) matrix: Matrix,
    /// Each is known by the filters and the policy that it is about, so it can serve for
    /// every bundle.
    answers: Arc<Answers>,
}

/// Read when it is first asked for.
///
/// # Errors
/// The built-in matrix does not load, which a test rules out.
pub(super) fn own() -> Result<&'static Own, MatrixError> {
    static OWN: OnceLock<Own> = OnceLock::new();
    if let Some(own) = OWN.get() {
        return Ok(own);
    }
    let matrix = Matrix::builtin()?;
    let answers = Arc::default();
    Ok(OWN.get_or_init(|| Own { matrix, answers }))
}

impl Own {
    /// What the observations are held against of a statement with these subjects.
    ///
    /// # Errors
    /// The built-in policy does not load, which a test rules out.
    pub(super) fn expected(
        &self,
        subjects: &Subjects,
        engine: &EngineAccount,
    ) -> Result<Expected, ExpectedError> {
        Ok(Expected {
            answers: Arc::clone(&self.answers),
            ..Expected::of(subjects, &self.matrix, engine)?
        })
    }
}
