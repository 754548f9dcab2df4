//! What a bundle holds, in the shape the JUnit writer takes.

use std::time::Duration;

use evidence::record::Observations;
use judge::{CaseResult, Verdict, outcome_words};
use negatives::matrix::Case;
use seal::key::Role;

use super::derived::Source;
use super::{DEVELOPMENT, engine_words};
use crate::report::junit::{JunitCase, JunitError, JunitOutcome, JunitSuite, to_xml};
use crate::report::summary::NOT_DISPOSED;

/// The JUnit report of a run, made of what its bundle holds and of nothing else.
pub(super) fn render(source: &Source<'_>, cases: Vec<JunitCase>) -> Result<Vec<u8>, JunitError> {
    to_xml(&JunitSuite {
        name: "proof-of-block".to_owned(),
        started: source.said.run.started.time(),
        cases,
        deferred: source
            .rules
            .matrix
            .deferred()
            .iter()
            .map(|row| format!("{} {}", row.id, row.title))
            .collect(),
        system_out: words(source),
    })
}

/// What is said with the suite.
fn words(source: &Source<'_>) -> String {
    let run = source.said;
    let mut said = format!(
        "run {}\nengine {}\n",
        run.run.id,
        engine_words(&source.engine.identity)
    );
    said.push_str(NOT_DISPOSED);
    said.push('\n');
    let cases = source.rules.matrix.cases().iter();
    for case in cases.filter(|case| !called(source.results, case)) {
        said.push_str(&format!("not part of this run, not counted: {}\n", case.id));
    }
    if run.signer.role == Role::Development {
        said.push_str(DEVELOPMENT);
        said.push('\n');
    }
    if !run.lifts.is_empty() {
        said.push_str(&format!("lifted: {}\n", run.lifts.join(", ")));
    }
    if let Some(sharding) = &run.sharding {
        said.push_str(&format!("{sharding}\n"));
    }
    said
}

fn called(results: &[CaseResult], case: &Case) -> bool {
    results.iter().any(|result| result.case.id == case.id)
}

/// A row as JUnit shows it; none of one that is left to another shard, for a reader
/// keeps one of two tests with one name.
pub(super) fn case(result: &CaseResult, observed: &Observations) -> Option<JunitCase> {
    if judge::is_left(result) {
        return None;
    }
    let outcome = match &result.verdict {
        Verdict::Held => JunitOutcome::Held,
        Verdict::Broken(reason) => JunitOutcome::Broken {
            reason: reason.to_string(),
        },
        Verdict::Inconclusive(reason) => JunitOutcome::Inconclusive {
            reason: reason.to_string(),
        },
        Verdict::NotRun(reason) => JunitOutcome::NotRun {
            reason: reason.to_string(),
        },
    };
    Some(JunitCase {
        name: format!("{} {}", result.case.id, result.case.title),
        classname: classname(&result.case),
        outcome,
        duration: Duration::from_millis(observed.launched()),
        system_out: transcript(result, observed),
    })
}

fn classname(case: &Case) -> String {
    use negatives::matrix::Layer;
    let what = match case.layer {
        Layer::L1 => "os-sandbox",
        Layer::L2 => "build",
        Layer::L3 => "runtime-guards",
        Layer::L4 => "decision-rules",
        Layer::L5 => "output-contract",
    };
    format!("{}.{what}", case.layer)
}

/// One line per attempt and launch: enough to see what was observed where.
fn transcript(result: &CaseResult, observed: &Observations) -> String {
    use negatives::wire::Event;
    let mut text = String::new();
    if let Some(why) = &result.inside {
        text.push_str(&format!("rests on the inside alone: {why}\n"));
    }
    for check in &observed.checks {
        text.push_str(&format!("{}: {}\n", check.id, check.observed));
    }
    for record in &observed.launches {
        text.push_str(&format!("{}: {}\n", record.id, record.exit));
        for line in record.lines() {
            if let Event::End { id, outcome, .. } = &line.event {
                text.push_str(&format!("  {id}: {}\n", outcome_words(outcome)));
            }
        }
    }
    text
}
