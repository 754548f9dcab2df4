//! What the rows of a run amount to, as one JSON object and one exit code.

use judge::{CaseResult, FilterProof, VerdictWord};
use seal::roll::ROWS_IN_SCOPE;
use seal::statement::attestation::Unfiltered;
use serde::Serialize;

use crate::exit::Exit;
use crate::report::visible::visible;

/// What a run and its bundle say of B0''', as a fact: the owner's decision is a
/// document of its own.
pub const NOT_DISPOSED: &str = "B0''' not disposed: not part of this bundle";

/// A run in one object: what `--format json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// `held`, `broken` or `incomplete`.
    pub result: &'static str,
    /// The engine, with its version.
    pub engine: String,
    /// Where the bundle is, if one was written.
    pub bundle: Option<String>,
    /// Rows by verdict.
    pub held: Vec<String>,
    /// Rows that are broken.
    pub broken: Vec<String>,
    /// Rows that prove nothing.
    pub inconclusive: Vec<String>,
    /// Rows that did not run.
    pub not_run: Vec<String>,
    /// Rows that are never run here, and never counted.
    pub deferred: Vec<String>,
    /// What was lifted from what was to be proved.
    pub lifts: Vec<String>,
    /// What this run knows of the owner's decision on B0''': always that it is no
    /// part of it.
    pub disposition: &'static str,
    /// The calls that no filter decides on the kernel of the run, where it was a run.
    pub calls_shown_to_no_filter: Option<Unfiltered>,
    /// Which part of a run it is, or what it was merged from.
    pub sharding: Option<String>,
    /// Every row.
    pub rows: Vec<RowSummary>,
}

/// A row in one object.
#[derive(Debug, Clone, Serialize)]
pub struct RowSummary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its verdict.
    pub verdict: VerdictWord,
    /// The reason's kind, unless it held.
    pub reason: Option<&'static str>,
    /// The reason, for people.
    pub detail: Option<String>,
    /// How its filters were witnessed.
    pub filters: FilterProof,
}

impl Summary {
    /// Sums results up. Held takes every row in scope: a row that is left out, for
    /// whatever reason, did not hold.
    #[must_use]
    pub fn of(results: &[CaseResult], deferred: Vec<String>, lifts: Vec<String>) -> Self {
        let ids = |word| {
            let having = results
                .iter()
                .filter(|result| result.verdict.word() == word);
            having
                .map(|result| result.case.id.to_string())
                .collect::<Vec<_>>()
        };
        let broken = ids(VerdictWord::Broken);
        let held = ids(VerdictWord::Held);
        let result = if !broken.is_empty() {
            "broken"
        } else if held.len() == ROWS_IN_SCOPE && results.len() == ROWS_IN_SCOPE && lifts.is_empty()
        {
            "held"
        } else {
            "incomplete"
        };
        Self {
            result,
            engine: String::new(),
            bundle: None,
            held,
            broken,
            inconclusive: ids(VerdictWord::Inconclusive),
            not_run: ids(VerdictWord::NotRun),
            deferred,
            lifts,
            disposition: NOT_DISPOSED,
            calls_shown_to_no_filter: None,
            sharding: None,
            rows: results.iter().map(row).collect(),
        }
    }

    /// How far the table of calls is shown to filters, in a sentence.
    #[must_use]
    pub fn shown_to_filters(&self) -> Option<String> {
        let unfiltered = self.calls_shown_to_no_filter.as_ref()?;
        Some(visible(&unfiltered.to_string()))
    }

    /// The exit code that says the same.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.result {
            "held" => Exit::Held,
            "broken" => Exit::Broken,
            _ => Exit::Incomplete,
        }
    }
}

fn row(result: &CaseResult) -> RowSummary {
    let reason = result.verdict.reason();
    RowSummary {
        id: result.case.id.to_string(),
        title: result.case.title.clone(),
        verdict: result.verdict.word(),
        reason: reason.map(judge::Reason::code),
        detail: reason.map(ToString::to_string),
        filters: result.filters,
    }
}

#[cfg(test)]
mod tests {
    use evidence::Abilities;
    use judge::{Adapted, Reason, Verdict};

    use super::*;

    /// Every row, held.
    fn held() -> Vec<CaseResult> {
        let matrix = declared::matrix().unwrap();
        let rows = matrix.cases().iter().map(|case| CaseResult {
            verdict: Verdict::Held,
            ..CaseResult::not_run(&Adapted::of(case, &Abilities::all()), Reason::Interrupted)
        });
        rows.collect()
    }

    fn came(results: &[CaseResult], lifts: &[&str]) -> (&'static str, Exit) {
        let lifts = lifts.iter().map(|&it| it.to_owned()).collect();
        let summary = Summary::of(results, Vec::new(), lifts);
        (summary.result, summary.exit())
    }

    /// Held is every row and no row besides, with nothing lifted.
    #[test]
    fn a_run_held_where_every_row_in_scope_did_and_nothing_was_lifted() {
        let incomplete = ("incomplete", Exit::Incomplete);
        let mut rows = held();
        assert_eq!(came(&rows, &[]), ("held", Exit::Held));
        assert_eq!(came(&rows, &["network"]), incomplete);
        assert_eq!(came(&rows[1..], &[]), incomplete);
        rows.push(CaseResult {
            verdict: Verdict::NotRun(Reason::Interrupted),
            ..rows[0].clone()
        });
        assert_eq!(came(&rows, &[]), incomplete);
        rows[0].verdict = Verdict::Broken(Reason::Interrupted);
        assert_eq!(came(&rows, &["network"]), ("broken", Exit::Broken));
        assert_eq!(came(&[], &[]), incomplete);
    }
}
