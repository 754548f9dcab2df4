//! N32: what did not run did not hold. The run's own roll call, terminal, JUnit,
//! bundle and exit code, given rows of which one is silent; and the runner of `run`,
//! given trials that are skipped, ignored, filtered out or crash.

use std::panic::resume_unwind;

use evidence::error::chain;
use evidence::record::{CheckRecord, Observations, Packed};
use judge::{Adapted, CaseResult, Expected, FilterProof, Reason, Verdict};
use negatives::matrix::{Case, Matrix};

use super::{Check, Declared};
use crate::commands::run::rehearse;
use crate::suite::{Stop, call_the_roll};

mod outputs;

use outputs::{Failed, Outputs};

/// The row's checks.
pub(super) const CHECKS: &[Check] = &[
    Check::new("all-held", || said("N19", |_| Ok(()))),
    Check::new("missing", || {
        said("N19", |run| run.call_without("N19", &Stop::default()))
    }),
    Check::new("interrupted", || {
        let stop = Stop::default();
        stop.interrupt();
        said("N19", |run| run.call_without("N19", &stop))
    }),
    Check::new("silent", || {
        said("N19", |run| run.judge_again("N19", |_| {}))
    }),
    Check::new("skipped", || {
        said("N19", |run| {
            run.judge_again("N19", |case| case.pending = Some("later".to_owned()))
        })
    }),
    Check::new("crashed", || said("N32", |run| run.crash("N32"))),
    Check::new("filtered-out", || {
        said("N19", |run| {
            run.results
                .retain(|result| result.case.id.as_str() != "N19");
            Ok(())
        })
    }),
    Check::new("deferred", || said("D1", |_| Ok(()))),
    Check::new("deferred-as-row", || {
        answer(|| Run::new()?.outputs()?.with_row_called("N19", "D1"))
    }),
    Check::new("nothing", || {
        answer(|| {
            let mut run = Run::new()?;
            run.results.clear();
            let outputs = run.outputs();
            Ok(outputs.map_or_else(|error| chain(&*error), |it| it.say_of("N19")))
        })
    }),
    Check::new("run-held", || exit(&["N19"], held)),
    Check::new("run-no-match", || exit(&["N99"], held)),
    Check::new("run-skip", || exit(&["N19", "--skip", "N19"], held)),
    Check::new("run-ignored", || exit(&["N19", "--ignored"], held)),
    Check::new("run-deferred", || exit(&["D1", "--include-ignored"], held)),
    Check::new("run-all-deferred", || exit(&["--include-ignored"], held)),
    Check::new("run-panics", || {
        exit(&["[L1]"], |case| match case.id.as_str() {
            // Unwinds as a panic does, without its message on standard error.
            "N19" => resume_unwind(Box::new("crashed")),
            _ => Verdict::Held,
        })
    }),
    Check::new("run-not-run", || {
        exit(&["[L1]"], |case| match case.id.as_str() {
            "N19" => Verdict::NotRun(Reason::Interrupted),
            _ => Verdict::Held,
        })
    }),
];

/// A run's results, every row held until a check changes one. The verdicts are
/// given: what is checked is what is said of them.
struct Run {
    matrix: Matrix,
    results: Vec<CaseResult>,
}

impl Run {
    fn new() -> Result<Self, Failed> {
        let matrix = declared::matrix()?;
        let results = matrix
            .cases()
            .iter()
            .map(|case| result(case, Verdict::Held));
        Ok(Self {
            results: results.collect(),
            matrix,
        })
    }

    /// The roll is called when this row's result never came.
    fn call_without(&mut self, id: &str, stop: &Stop) -> Result<(), Failed> {
        let mut came = std::mem::take(&mut self.results);
        came.retain(|result| result.case.id.as_str() != id);
        let cases: Vec<&Case> = self.matrix.cases().iter().collect();
        self.results = call_the_roll(&cases, came, stop, &evidence::Abilities::all());
        Ok(())
    }

    /// The judge's own verdict on a row of which nothing was observed.
    fn judge_again(&mut self, id: &str, change: fn(&mut Case)) -> Result<(), Failed> {
        let mut case = self.case(id)?;
        change(&mut case);
        self.judge(&case, Observations::default())
    }

    /// The judge's own verdict on a row of which the first check crashed.
    fn crash(&mut self, id: &str) -> Result<(), Failed> {
        let case = self.case(id)?;
        let as_declared = |check: &Declared| super::record(check, || check.expected.clone());
        let mut checks: Vec<_> = case.checks.iter().map(as_declared).collect();
        let at = case.checks.iter().position(|check| check.hostile);
        let at = at.ok_or("expected a hostile check")?;
        checks[at] = super::record(&case.checks[at], || resume_unwind(Box::new("crashed")));
        let launches = Vec::new();
        self.judge(&case, Observations { launches, checks })
    }

    fn judge(&mut self, case: &Case, observed: Observations) -> Result<(), Failed> {
        let expected = Expected::of(&outputs::subjects()?, &self.matrix, &outputs::engine())?;
        let verdict = judge::judge(
            &Adapted::of(case, &expected.abilities),
            &observed,
            &expected,
        );
        let at = self
            .results
            .iter()
            .position(|result| result.case.id == case.id);
        self.results[at.ok_or("expected the row")?].verdict = verdict;
        Ok(())
    }

    fn case(&self, id: &str) -> Result<Case, Failed> {
        let found = self
            .matrix
            .cases()
            .iter()
            .find(|case| case.id.as_str() == id);
        Ok(found.cloned().ok_or("expected the row in the matrix")?)
    }

    fn outputs(&self) -> Result<Outputs, Failed> {
        Outputs::of(&self.matrix, &self.results)
    }
}

fn result(case: &Case, verdict: Verdict) -> CaseResult {
    CaseResult {
        case: Adapted::of(case, &evidence::Abilities::all()),
        verdict,
        filters: FilterProof::Attempted,
        inside: None,
        observed: Packed::default(),
        millis: 0,
    }
}

/// What the outputs of a changed run say of a row.
fn said(id: &str, change: impl FnOnce(&mut Run) -> Result<(), Failed>) -> String {
    answer(|| {
        let mut run = Run::new()?;
        change(&mut run)?;
        Ok(run.outputs()?.say_of(id))
    })
}

fn answer(make: impl FnOnce() -> Result<String, Failed>) -> String {
    make().unwrap_or_else(|error| CheckRecord::not_made(chain(&*error)))
}

fn held(_: &Case) -> Verdict {
    Verdict::Held
}

fn exit(line: &[&str], verdict: fn(&Case) -> Verdict) -> String {
    let exit = rehearse(line, verdict).unwrap_or_else(|failure| failure.exit());
    format!("exit code {}", exit.code())
}
