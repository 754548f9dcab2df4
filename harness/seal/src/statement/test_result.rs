//! The same run as in-toto's own `test-result/v0.1`, for policy engines that know it.
//!
//! It is computed from the attestation and never written by hand, so the two
//! cannot disagree; what it cannot carry (deferred rows, witnesses) it leaves out.

use serde::{Deserialize, Serialize};

use super::attestation::{Attestation, PredicateError, RunVerdict, VerdictWord};
use super::{Predicate, Statement, StatementError, Subject};

/// The predicate (in-toto/attestation, spec/predicates/test-result.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestResult {
    /// In a word.
    pub result: TestWord,
    /// What the run was configured with: the policy and the matrix, by digest.
    pub configuration: Vec<Subject>,
    /// The ids of the rows that held.
    pub passed_tests: Vec<String>,
    /// The ids of the rows that prove nothing or did not run.
    pub warned_tests: Vec<String>,
    /// The ids of the rows that are broken.
    pub failed_tests: Vec<String>,
}

/// The predicate's three words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TestWord {
    /// All 45 rows held, with nothing lifted.
    Passed,
    /// Nothing is broken, but not all held.
    Warned,
    /// Something is broken.
    Failed,
}

/// The artifacts that are configuration rather than what was tested.
const CONFIGURATION: [&str; 2] = ["policy", "matrix"];

/// The statement that says the same as `attestation`.
///
/// # Errors
/// [`StatementError`] when the attestation contradicts itself.
pub fn of(attestation: &Statement<Attestation>) -> Result<Statement<TestResult>, StatementError> {
    let said = attestation.predicate();
    let ids = |words: &[VerdictWord]| {
        said.rows
            .iter()
            .filter(|row| words.contains(&row.verdict))
            .map(|row| row.id.clone())
            .collect()
    };
    let (configuration, tested): (Vec<_>, Vec<_>) = attestation
        .subject()
        .iter()
        .cloned()
        .partition(|it| CONFIGURATION.contains(&it.name.as_str()));
    let result = match said.result.verdict {
        RunVerdict::Held => TestWord::Passed,
        RunVerdict::Broken => TestWord::Failed,
        RunVerdict::Incomplete => TestWord::Warned,
    };
    let predicate = TestResult {
        result,
        configuration,
        passed_tests: ids(&[VerdictWord::Held]),
        warned_tests: ids(&[VerdictWord::Inconclusive, VerdictWord::NotRun]),
        failed_tests: ids(&[VerdictWord::Broken]),
    };
    Statement::new(tested, predicate)
}

impl Predicate for TestResult {
    const TYPE: &'static str = "https://in-toto.io/attestation/test-result/v0.1";

    fn check(&self) -> Result<(), PredicateError> {
        let borne_out = match self.result {
            TestWord::Passed => {
                self.failed_tests.is_empty()
                    && self.warned_tests.is_empty()
                    && !self.passed_tests.is_empty()
            }
            TestWord::Warned => self.failed_tests.is_empty(),
            TestWord::Failed => !self.failed_tests.is_empty(),
        };
        if borne_out {
            Ok(())
        } else {
            Err(PredicateError::TestResult)
        }
    }
}
