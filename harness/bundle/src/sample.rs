//! A small run to be sealed and tampered with: two rows with their records, and no more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use judge::CaseResult;
use negatives::matrix::Matrix;
use seal::key::{SecretKey, Signer};

use crate::RunFacts;
use crate::forgery::{Fault, Specimen};
use crate::report::summary::Summary;
use crate::rules::Rules;

#[cfg(any(test, feature = "testing"))]
pub mod stand_in;

/// A row of packets, which holds on every engine.
pub const PACKET_ROW: &str = "N1";
/// A row of attempts, each line of which repeats its launch's nonce.
pub const PROBE_ROW: &str = "N15";

/// The results of a run in which two rows were reached.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where its bundles are put: the run's own folder, which is gone with the run.
    pub(crate) folder: PathBuf,
    facts: RunFacts,
    results: Vec<CaseResult>,
    matrix: Matrix,
    /// By which it was judged; those that are built in, if by none that is given.
    rules: Option<Arc<Rules>>,
    /// Copies of the sample share it.
    sealed: Arc<OnceLock<Result<Sealed, String>>>,
}

/// The sample in a bundle. Making one takes long against copying it.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The bundle's own name.
    pub(crate) name: String,
    /// The key it is signed with, of which nothing depends but the checks.
    pub(crate) seed: [u8; 32],
    /// What is in its files.
    pub(crate) contents: BTreeMap<String, Vec<u8>>,
}

impl Sample {
    /// The results of a run; its bundles are put beneath `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, facts: RunFacts, results: Vec<CaseResult>, matrix: Matrix) -> Self {
        Self {
            folder,
            facts,
            results,
            matrix,
            rules: None,
            sealed: Arc::default(),
        }
    }

    /// The same of a run that was judged by these.
    #[cfg(test)]
    pub(crate) fn by(mut self, rules: Arc<Rules>) -> Self {
        self.sealed = Arc::default();
        self.rules = Some(rules);
        self
    }

    /// Seals the sample into a bundle beneath `out`.
    ///
    /// # Errors
    /// It could not be written.
    pub fn seal(&self, out: &Path, signer: &Signer) -> Result<PathBuf, Fault> {
        let deferred = self.matrix.deferred().iter().map(|row| row.id.clone());
        let summary = Summary::of(&self.results, deferred.collect(), Vec::new());
        let run = (&self.facts, self.results.as_slice(), &summary);
        let own;
        let rules = match &self.rules {
            Some(rules) => rules,
            None => {
                own = crate::releases::builtin()?.own()?;
                &own
            }
        };
        Ok(crate::write_by(rules, out, run, signer)?)
    }

    /// The sample in a bundle, made when it is first asked for.
    pub fn sealed(&self) -> Result<&Sealed, Fault> {
        let made = || {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed)?;
            self.sealed_by(seed)
        };
        let made = || made().map_err(|error: Fault| error.to_string());
        let sealed = self.sealed.get_or_init(made).as_ref();
        Ok(sealed.map_err(Clone::clone)?)
    }

    /// The sample in a bundle that an operator with this key signs.
    pub(crate) fn sealed_by(&self, seed: [u8; 32]) -> Result<Sealed, Fault> {
        let signer = Signer::operator(SecretKey::from_seed(&seed));
        let specimen = Specimen::seal_with(self, signer)?;
        let name = specimen.path().file_name().ok_or("a bundle has a name")?;
        Ok(Sealed {
            name: name.to_string_lossy().into_owned(),
            seed,
            contents: specimen.contents()?,
        })
    }

    /// The same records as those of a run with another id.
    pub fn of_another_run(&self) -> Self {
        let mut other = self.clone();
        other.sealed = Arc::default();
        other.facts.id = self.facts.id.chars().rev().collect::<String>() + "0";
        other
    }

    /// The same run with something changed before it is sealed.
    #[cfg(any(test, feature = "testing"))]
    pub fn with(
        mut self,
        change: impl FnOnce(&mut RunFacts, &mut Vec<CaseResult>, &Matrix),
    ) -> Self {
        self.sealed = Arc::default();
        change(&mut self.facts, &mut self.results, &self.matrix);
        self
    }

    /// What came of one of the two rows.
    pub fn row(&self, id: &str) -> Option<&CaseResult> {
        self.results
            .iter()
            .find(|result| result.case.id.as_str() == id)
    }
}
