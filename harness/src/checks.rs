//! The checks that the harness makes itself, without a sandbox, for the rows whose
//! boundary is the build (L2) or the output contract (L5).
//!
//! Each row has its checks as a list; the judge asks the same list what must be
//! there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bundle::sample::Sample;
use evidence::record::CheckRecord;
use negatives::matrix::Case;

pub use sample::Sampler;

mod changed_bundle;
mod contract;
mod denylist;
mod disposition;
mod hostile_output;
mod replay;
mod roll;
pub(crate) mod sample;
mod signature;
mod statement_rows;

/// One check: what is looked at, what must come of it, and how it is done.
#[derive(Debug, Clone, Copy)]
pub struct Check<Run = fn() -> String> {
    /// Unique in the row.
    pub id: &'static str,
    /// It must be refused; otherwise it is a control, which must pass.
    pub hostile: bool,
    /// What is checked, in words.
    pub subject: &'static str,
    /// What must come of it, in the words `run` gives back.
    pub expected: &'static str,
    /// Does it; what came of it, in words that do not differ from run to run.
    pub run: Run,
}

/// A check on a bundle, made of the records of real launches.
pub type BundleCheck = Check<fn(&Sample) -> String>;

/// A check without the doing: what the judge must know of it.
pub type Declared = Check<()>;

impl Check {
    /// What must be refused.
    pub(crate) const fn hostile(
        id: &'static str,
        subject: &'static str,
        expected: &'static str,
        run: fn() -> String,
    ) -> Self {
        Self {
            id,
            hostile: true,
            subject,
            expected,
            run,
        }
    }

    /// What must pass where that is refused.
    pub(crate) const fn control(
        id: &'static str,
        subject: &'static str,
        expected: &'static str,
        run: fn() -> String,
    ) -> Self {
        Self {
            id,
            hostile: false,
            subject,
            expected,
            run,
        }
    }
}

impl<Run> Check<Run> {
    fn declaration(&self) -> Declared {
        Check {
            id: self.id,
            hostile: self.hostile,
            subject: self.subject,
            expected: self.expected,
            run: (),
        }
    }

    /// A check that crashes is recorded as crashed, which is no outcome that any
    /// check expects.
    fn record(&self, observe: impl FnOnce() -> String) -> CheckRecord {
        let observed = catch_unwind(AssertUnwindSafe(observe));
        CheckRecord {
            id: self.id.to_owned(),
            hostile: self.hostile,
            subject: self.subject.to_owned(),
            expected: self.expected.to_owned(),
            observed: observed.unwrap_or_else(|_| "crashed".to_owned()),
        }
    }
}

/// Makes every check of a case.
#[must_use]
pub fn run(case: &Case, sampler: &Sampler<'_>) -> Vec<CheckRecord> {
    let on_bundles = of_bundles(case).iter().map(|check| {
        check.record(|| match sampler.sample() {
            Ok(sample) => (check.run)(sample),
            Err(why) => format!("no sample of a run: {why}"),
        })
    });
    of(case).iter().map(record).chain(on_bundles).collect()
}

/// Makes one check that needs nothing.
pub(crate) fn record(check: &Check) -> CheckRecord {
    check.record(check.run)
}

/// Whether a case has any check.
#[must_use]
pub fn exist(case: &Case) -> bool {
    !declared(case).is_empty()
}

/// What the judge asks for: the harness's own lists, never a record's own word on
/// what was expected.
pub(crate) fn declared(case: &Case) -> Vec<Declared> {
    let plain = of(case).iter().map(Check::declaration);
    let on_bundles = of_bundles(case).iter().map(Check::declaration);
    plain.chain(on_bundles).collect()
}

/// The checks of each row that need nothing.
pub(crate) fn of(case: &Case) -> &'static [Check] {
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
