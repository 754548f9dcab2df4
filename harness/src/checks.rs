//! The checks that the harness makes itself, without a sandbox, for the rows whose
//! boundary is the build (L2) or the output contract (L5).
//!
//! The matrix declares each row's checks and what must come of them; here is how each
//! is made.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bundle::sample::Sample;
use evidence::record::CheckRecord;
use negatives::matrix::Case;
use negatives::matrix::Check as Declared;

pub use sample::Sampler;

mod changed_bundle;
mod contract;
mod denylist;
mod disposition;
mod hostile_output;
mod place;
mod replay;
mod roll;
pub(crate) mod sample;
mod signature;
mod statement_rows;

/// What is observed of a declared check that this harness has no code for.
const NOBODY_MAKES_IT: &str = "this harness has no such check";

/// How one check is made. What is looked at and what must come of it is the matrix's
/// to say, under the same id.
#[derive(Debug, Clone, Copy)]
struct Check<Run = fn() -> String> {
    id: &'static str,
    /// Does it; what came of it, in words that do not differ from run to run.
    run: Run,
}

/// A check on a bundle, made of the records of real launches.
type BundleCheck = Check<fn(&Sample) -> String>;

impl<Run: Copy> Check<Run> {
    const fn new(id: &'static str, run: Run) -> Self {
        Self { id, run }
    }
}

/// Makes every check that the matrix declares of a case.
///
/// A declared check that nobody makes, and a made one that the matrix does not
/// declare, are recorded as that, and no row holds with such a record.
#[must_use]
pub fn run(case: &Case, sampler: &Sampler<'_>) -> Vec<CheckRecord> {
    place::within(sampler.folder(), || run_on(case, &|| sampler.sample()))
}

/// Whatever was sampled, or why nothing was.
type Sampled<'a> = Result<&'a Sample, &'a String>;

fn run_on<'a>(case: &Case, sample: &impl Fn() -> Sampled<'a>) -> Vec<CheckRecord> {
    let made = |check: &Declared| record(check, || observe(case, &check.id, sample));
    let strays = ids(case).filter(|id| case.checks.iter().all(|check| check.id != *id));
    let declared = case.checks.iter().map(made);
    declared.chain(strays.map(stray)).collect()
}

fn observe<'a>(case: &Case, id: &str, sample: &impl Fn() -> Sampled<'a>) -> String {
    if let Some(check) = find(of(case), id) {
        return (check.run)();
    }
    let Some(check) = find(of_bundles(case), id) else {
        return CheckRecord::not_made(NOBODY_MAKES_IT);
    };
    match sample() {
        Ok(sample) => (check.run)(sample),
        Err(why) => CheckRecord::not_made(format_args!("no sample of a run: {why}")),
    }
}

/// What comes of a check. One that crashes is recorded as crashed, which is no
/// outcome that any check expects.
fn record(check: &Declared, observe: impl FnOnce() -> String) -> CheckRecord {
    let observed = catch_unwind(AssertUnwindSafe(observe));
    CheckRecord {
        id: check.id.clone(),
        hostile: check.hostile,
        subject: check.subject.clone(),
        expected: check.expected.clone(),
        observed: observed.unwrap_or_else(|_| "crashed".to_owned()),
    }
}

fn stray(id: &str) -> CheckRecord {
    CheckRecord {
        id: id.to_owned(),
        hostile: false,
        subject: "a check that the matrix does not declare".to_owned(),
        expected: "declared".to_owned(),
        observed: "not declared".to_owned(),
    }
}

fn find<'a, Run>(checks: &'a [Check<Run>], id: &str) -> Option<&'a Check<Run>> {
    checks.iter().find(|check| check.id == id)
}

/// The ids of the checks that there are for a case.
fn ids(case: &Case) -> impl Iterator<Item = &'static str> {
    let plain = of(case).iter().map(|check| check.id);
    plain.chain(of_bundles(case).iter().map(|check| check.id))
}

/// The checks of each row that need nothing.
fn of(case: &Case) -> &'static [Check] {
    // One arm per row that is judged by checks.
    match case.id.as_str() {
        "N22" => denylist::CHECKS,
        "N23" => hostile_output::CHECKS,
        "N25" => contract::CHECKS,
        "N31" => disposition::CHECKS,
        "N32" => roll::CHECKS,
        _ => &[],
    }
}

/// The checks of each row that need a bundle.
fn of_bundles(case: &Case) -> &'static [BundleCheck] {
    match case.id.as_str() {
        "N27" => changed_bundle::CHECKS,
        "N28" => signature::CHECKS,
        "N29" => statement_rows::CHECKS,
        "N30" => replay::CHECKS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
