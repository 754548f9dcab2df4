//! A sample without an engine, for tests: the records of a row of packets as a run
//! would have left them, and of a row of attempts of which nothing came.
#![expect(
    clippy::unwrap_used,
    reason = "a sample that cannot be made is a test that fails"
)]

use std::sync::{Arc, LazyLock};

#[cfg(test)]
use evidence::Abilities;
use evidence::record::Packed;
use judge::Expected;
#[cfg(test)]
use judge::samples::observations;
use judge::samples::{RUN, engine, expected, programs, result};
use negatives::matrix::Matrix;
use seal::digest::Sha256Digest;
use seal::statement::Subjects;
use seal::statement::attestation::{EngineNote, Host, Unfiltered, UnfilteredCall};
use seccomp::{Arch, syscall_name};
use time::macros::datetime;
#[cfg(test)]
use {judge::CaseResult, negatives::matrix::Case};

use super::Sample;
use crate::RunFacts;

/// The sample; the same each time, and sealed once for all that ask.
#[must_use]
pub fn sample() -> Sample {
    static SAMPLE: LazyLock<Sample> =
        LazyLock::new(|| sample_by(&declared::matrix().unwrap(), subjects(), &expected()));
    SAMPLE.clone()
}

/// A run that reached every row, on each of which everything came out as declared.
#[cfg(test)]
pub(crate) fn whole() -> Sample {
    let expected = expected();
    let judged = |case: &Case| {
        let observed = observations(case, &Abilities::default(), &expected);
        CaseResult {
            millis: 1234,
            ..CaseResult::judged(case, observed.launches, observed.checks, &expected)
        }
    };
    sample().with(|_, results, matrix| {
        *results = matrix.cases().iter().map(judged).collect();
    })
}

/// The sample of a run of this matrix and what it expects.
pub(crate) fn sample_by(matrix: &Matrix, subjects: Subjects, expected: &Expected) -> Sample {
    let engine = engine();
    let results = matrix.cases().iter().map(|case| result(case, expected));
    let results = results.collect();
    let facts = RunFacts {
        id: RUN.to_owned(),
        started: datetime!(2026-01-02 03:04:05 UTC),
        finished: datetime!(2026-01-02 03:05:06 UTC),
        host: Host {
            kernel: "6.18".to_owned(),
            arch: expected.arch.name().to_owned(),
            engine: EngineNote {
                name: engine.identity.name.clone(),
                version: engine.identity.version.clone(),
                api: "1.41".to_owned(),
            },
            runtime: engine.identity.runtime.clone(),
            calls_shown_to_no_filter: unfiltered(expected.arch),
        },
        made_with: seal::statement::samples::made_with(),
        engine,
        subjects,
        lifts: Vec::new(),
        mutants: None,
        sharding: None,
    };
    Sample::new(std::env::temp_dir(), facts, results, matrix.clone())
}

/// The same of another run, whose id is as long: its records are of that run, too.
#[must_use]
pub fn sample_of(run: &str) -> Sample {
    sample().with(|facts, results, _| {
        facts.id = run.to_owned();
        for result in results {
            let observed = serde_json::to_string(&result.observed.open().unwrap()).unwrap();
            if !result.observed.is_empty() {
                result.observed = Packed::of_json(
                    observed.replace(RUN, run).into_bytes().into(),
                    Arc::default(),
                );
            }
        }
    })
}

fn unfiltered(arch: Arch) -> Unfiltered {
    Unfiltered::Asked(vec![UnfilteredCall {
        number: 335,
        name: syscall_name(arch, 335).unwrap_or_default().to_owned(),
        came: "killed SIGILL".to_owned(),
    }])
}

pub(crate) fn subjects() -> Subjects {
    let image = Sha256Digest::of(b"an image that nobody built");
    crate::subjects(&programs(), &image.to_string()).unwrap()
}
