//! A small run of its own for the checks on bundles: two rows, really launched, so
//! that what is sealed and tampered with holds the observations of real sandboxes.
//!
//! The sandbox of a sample is always the whole one: what a user lifted from a run
//! must not decide whether a tampered bundle is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use evidence::{EngineAccount, plan};
use negatives::matrix::{Case, Matrix};
use time::OffsetDateTime;

use super::forgery::{Fault, Specimen};
use crate::bundle::{self, RunFacts};
use crate::launch::Bench;
use crate::report::summary::Summary;
use crate::unfiltered;
use judge::Adapted;
use judge::CaseResult;
use judge::Expected;
use judge::Reason;
use seal::key::SecretKey;
use seal::key::Signer;

#[cfg(test)]
pub(crate) mod stand_in;

/// A row of packets, which holds on every engine.
pub(crate) const PACKET_ROW: &str = "N1";
/// A row of attempts, each line of which repeats its launch's nonce.
pub(crate) const PROBE_ROW: &str = "N15";

/// Makes the sample when it is first asked for, once in a run.
#[derive(Debug)]
pub struct Sampler<'a> {
    bench: &'a Bench<'a>,
    expected: &'a Expected,
    sample: OnceLock<Result<Sample, String>>,
}

/// The results of a run in which two rows were reached.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where its bundles are put: the run's own folder, which is gone with the run.
    pub(super) folder: PathBuf,
    facts: RunFacts,
    results: Vec<CaseResult>,
    matrix: Matrix,
    sealed: OnceLock<Result<Sealed, String>>,
}

/// The sample in a bundle. Making one takes long against copying it.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    /// The bundle's own name.
    pub(super) name: String,
    /// The key it is signed with, of which nothing depends but the checks.
    pub(super) seed: [u8; 32],
    /// What is in its files.
    pub(super) contents: BTreeMap<String, Vec<u8>>,
}

impl<'a> Sampler<'a> {
    /// For a run on `bench`. Nothing is launched yet.
    #[must_use]
    pub fn new(bench: &'a Bench<'a>, expected: &'a Expected) -> Self {
        let sample = OnceLock::new();
        Self {
            bench,
            expected,
            sample,
        }
    }

    /// The sample.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn sample(&self) -> Result<&Sample, &String> {
        let made = || self.make().map_err(|error| error.to_string());
        self.sample.get_or_init(made).as_ref()
    }

    fn make(&self) -> Result<Sample, Fault> {
        let matrix = Matrix::builtin()?;
        let bench = Bench {
            lifted: Vec::new(),
            altered: &[],
            ..*self.bench
        };
        let started = OffsetDateTime::now_utc();
        let results = matrix
            .cases()
            .iter()
            .map(|case| result(case, &bench, self.expected));
        let results = results.collect();
        let facts = RunFacts {
            id: bench.run.to_owned(),
            started,
            finished: OffsetDateTime::now_utc(),
            host: bundle::this_host(bench.engine.identity(), unfiltered::of_this_kernel())?,
            engine: EngineAccount {
                identity: bench.engine.identity().clone(),
                lacking: bench.engine.abilities().clone(),
            },
            subjects: bundle::subjects(&bench.image.digests, bench.image.id())?,
            lifts: Vec::new(),
            mutants: None,
            sharding: None,
        };
        Ok(Sample {
            folder: bench.scratch.path().to_owned(),
            facts,
            results,
            matrix,
            sealed: OnceLock::new(),
        })
    }
}

fn result(case: &Case, bench: &Bench<'_>, expected: &Expected) -> CaseResult {
    if ![PACKET_ROW, PROBE_ROW].contains(&case.id.as_str()) {
        return CaseResult::not_run(&Adapted::of(case, &expected.abilities), Reason::Interrupted);
    }
    let launches = plan::orders(case)
        .iter()
        .map(|order| bench.launch(order))
        .collect();
    CaseResult::judged(case, launches, Vec::new(), expected)
}

impl Sample {
    /// Seals the sample into a bundle beneath `out`.
    ///
    /// # Errors
    /// It could not be written.
    pub(crate) fn seal(&self, out: &Path, signer: &Signer) -> Result<PathBuf, Fault> {
        let deferred = self.matrix.deferred().iter().map(|row| row.id.clone());
        let summary = Summary::of(&self.results, deferred.collect(), Vec::new());
        let path = bundle::write(
            out,
            &self.facts,
            &self.results,
            &self.matrix,
            &summary,
            signer,
        )?;
        Ok(path)
    }

    /// The sample in a bundle, made when it is first asked for.
    pub(super) fn sealed(&self) -> Result<&Sealed, Fault> {
        let made = || self.make_sealed().map_err(|error| error.to_string());
        let sealed = self.sealed.get_or_init(made).as_ref();
        Ok(sealed.map_err(Clone::clone)?)
    }

    fn make_sealed(&self) -> Result<Sealed, Fault> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
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
    pub(crate) fn of_another_run(&self) -> Self {
        let mut other = self.clone();
        other.sealed = OnceLock::new();
        other.facts.id = self.facts.id.chars().rev().collect::<String>() + "0";
        other
    }

    /// The same run with something changed before it is sealed.
    #[cfg(test)]
    pub(crate) fn with(
        mut self,
        change: impl FnOnce(&mut RunFacts, &mut Vec<CaseResult>, &Matrix),
    ) -> Self {
        self.sealed = OnceLock::new();
        change(&mut self.facts, &mut self.results, &self.matrix);
        self
    }

    /// What came of one of the two rows.
    pub(crate) fn row(&self, id: &str) -> Option<&CaseResult> {
        self.results
            .iter()
            .find(|result| result.case.id.as_str() == id)
    }
}
