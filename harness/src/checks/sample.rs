//! A small run of its own for the checks on bundles: two rows, really launched, so
//! that what is sealed and tampered with holds the observations of real sandboxes.
//!
//! The sandbox of a sample is always the whole one: what a user lifted from a run
//! must not decide whether a tampered bundle is refused.

use std::path::Path;
use std::sync::OnceLock;

use bundle::RunFacts;
use bundle::forgery::Fault;
use bundle::sample::{PACKET_ROW, PROBE_ROW, Sample};
use engine::launch::Bench;
use engine::unfiltered;
use evidence::{EngineAccount, plan};
use judge::{Adapted, CaseResult, Expected, Reason};
use negatives::matrix::Case;
use time::OffsetDateTime;

/// Makes the sample when it is first asked for, once in a run.
#[derive(Debug)]
pub struct Sampler<'a> {
    bench: &'a Bench<'a>,
    expected: &'a Expected,
    sample: OnceLock<Result<Sample, String>>,
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

    /// The run's temporary folder.
    pub(super) fn folder(&self) -> &Path {
        self.bench.scratch.path()
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
        // A bundle is of this release's matrix, whichever one the run is made of.
        let matrix = declared::matrix()?;
        let expected = Expected {
            engine: matrix.engine(&self.bench.engine.identity().name).cloned(),
            ..self.expected.clone()
        };
        let bench = Bench {
            lifted: Vec::new(),
            altered: &[],
            ..*self.bench
        };
        let started = OffsetDateTime::now_utc();
        let results = matrix
            .cases()
            .iter()
            .map(|case| result(case, &bench, &expected));
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
            made_with: engine::image::made_with()?,
            subjects: bundle::subjects(&bench.image.digests, bench.image.id())?,
            lifts: Vec::new(),
            mutants: None,
            sharding: None,
        };
        let folder = bench.scratch.path().to_owned();
        Ok(Sample::new(folder, facts, results, matrix))
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
