//! Starts the probe with a plan and reads its lines.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use negatives::wire::{Abi, Act, Event, Line, Outcome, Plan, PlannedAttempt};

pub(crate) const PROBE: &str = env!("CARGO_BIN_EXE_probe");
pub(crate) const NONCE: &str = "5d1f0c2a";

pub(crate) fn run(plan: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, plan).unwrap();
    Command::new(PROBE).arg(&path).env_clear().output().unwrap()
}

pub(crate) fn plan(attempts: Vec<PlannedAttempt>, facts: &[(&str, &str)]) -> Vec<u8> {
    let facts = facts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let plan = Plan {
        nonce: NONCE.to_owned(),
        case: "N0".to_owned(),
        facts,
        attempts,
    };
    serde_json::to_vec(&plan).unwrap()
}

pub(crate) fn lines(output: &Output) -> Vec<Line> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(crate) fn outcomes(
    attempts: Vec<PlannedAttempt>,
    facts: &[(&str, &str)],
) -> BTreeMap<String, Outcome> {
    let output = run(&plan(attempts, facts));
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let ends = lines(&output)
        .into_iter()
        .filter_map(|line| match line.event {
            Event::End { id, outcome, .. } => Some((id, outcome)),
            Event::Hello { .. } | Event::Begin { .. } | Event::Exit { .. } => None,
        });
    ends.collect()
}

pub(crate) fn script(name: &str, args: &[&str]) -> PlannedAttempt {
    let args = args.iter().map(|text| (*text).to_owned()).collect();
    PlannedAttempt {
        id: "only".to_owned(),
        act: Act::Script {
            script: name.to_owned(),
            args,
        },
    }
}

pub(crate) fn call(text: &str) -> PlannedAttempt {
    let act = Act::Call {
        call: text.to_owned(),
        abi: Abi::Native,
    };
    PlannedAttempt {
        id: "only".to_owned(),
        act,
    }
}

pub(crate) fn outcome(attempt: PlannedAttempt) -> Outcome {
    outcomes(vec![attempt], &[]).remove("only").unwrap()
}
