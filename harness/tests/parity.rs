//! Every engine of this host beside the one that `auto` takes, whose rows the acceptance
//! tests run, holds every row too. What an engine cannot do changes the outcomes that the
//! matrix declares, never the verdict.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// A row's id, and its verdict with the reason's kind.
type Verdicts = BTreeMap<String, (String, String)>;

fn harness(words: &[&str]) -> Value {
    let mut command = Command::cargo_bin("harness").unwrap();
    let output = command.args(words).args(["--format", "json"]).output();
    let output = output.unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("`harness {}`: {error}: {said}", words.join(" "))
    })
}

/// The engines of this host beside the one that `auto` takes.
fn others() -> Vec<String> {
    let doctor = harness(&["doctor"]);
    let auto = doctor["engine"].as_str();
    assert!(
        auto.is_some(),
        "this host has no engine: `harness doctor` says why"
    );
    let findings = doctor["findings"].as_array().unwrap();
    let usable = findings
        .iter()
        .filter(|finding| finding["state"] != "missing");
    let names = usable.filter_map(|finding| finding["what"].as_str());
    names
        .filter(|name| {
            ["docker", "podman", "bwrap", "firejail"].contains(name) && Some(*name) != auto
        })
        .map(str::to_owned)
        .collect()
}

fn verdicts(engine: &str, out: &Path) -> Verdicts {
    let out = out.join(engine);
    rows(&harness(&[
        "attest",
        "--engine",
        engine,
        "--out",
        out.to_str().unwrap(),
    ]))
}

fn rows(summary: &Value) -> Verdicts {
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let rows = summary["rows"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "id"), (text(row, "verdict"), text(row, "reason"))))
        .collect()
}

/// What keeps verdicts from being those of the acceptance tests, where each row is held.
fn differences(observed: &Verdicts) -> Vec<String> {
    let held = ("held".to_owned(), String::new());
    let other = observed.iter().filter(|(_, verdict)| **verdict != held);
    let mut found: Vec<String> = other.map(|(id, it)| format!("{id}: {it:?}")).collect();
    if observed.len() != 45 {
        found.push(format!("{} of 45 rows", observed.len()));
    }
    found
}

/// The acceptance tests require of the engine that `auto` takes that every row is held.
#[test]
fn every_other_engine_of_this_host_holds_every_row_too() {
    let out = tempfile::tempdir().unwrap();
    for engine in others() {
        let found = differences(&verdicts(&engine, out.path()));
        assert!(found.is_empty(), "{engine}: {}", found.join("; "));
    }
}

/// The attempts of a row that ask for the same sandbox are made in one, one after the
/// other: if one disturbed those behind it, it would disturb others in the reverse order.
#[test]
fn attempts_in_the_reverse_order_come_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let matrix = folder.path().join("matrix.toml");
    let text = include_str!("../../negatives/matrix.toml");
    let turned = in_reverse(text);
    assert_ne!(turned, text);
    assert_eq!(turned.len(), text.len());
    std::fs::write(&matrix, turned).unwrap();
    let matrix = matrix.to_str().unwrap();
    let summary = harness(&["run", "--engine", "bwrap", "--matrix", matrix]);
    let found = differences(&rows(&summary));
    assert!(found.is_empty(), "{}", found.join("; "));
}

/// The matrix with the attempts of each boundary in reverse, which stand on a line each, and
/// with the boundaries of each row in reverse.
fn in_reverse(matrix: &str) -> String {
    const BOUNDARY: &str = "[[case.boundary]]";
    let mut turned = String::new();
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in matrix.lines().chain(["[["]) {
        if line == BOUNDARY {
            blocks.push(vec![line]);
        } else if let Some(block) = blocks.last_mut().filter(|_| !line.starts_with("[[")) {
            block.push(line);
        } else {
            for block in blocks.drain(..).rev() {
                turned.extend(attempts_in_reverse(block).map(|line| format!("{line}\n")));
            }
            turned.extend([line, "\n"]);
        }
    }
    turned.trim_end_matches("[[\n").to_owned()
}

/// A boundary's lines with those of its attempts in reverse.
fn attempts_in_reverse(block: Vec<&str>) -> impl Iterator<Item = &str> {
    let is_attempt = |line: &&str| line.starts_with("  { id = ");
    let attempts: Vec<&str> = block.iter().copied().filter(is_attempt).collect();
    let mut attempts = attempts.into_iter().rev();
    let lines = block.into_iter();
    lines.map(move |line| match is_attempt(&line) {
        true => attempts.next().unwrap_or(line),
        false => line,
    })
}

#[test]
fn a_verdict_that_differs_and_a_row_that_is_missing_are_found() {
    let held = ("held".to_owned(), String::new());
    let mut all: Verdicts = (1..=45)
        .map(|id| (format!("X{id}"), held.clone()))
        .collect();
    assert!(differences(&all).is_empty());
    all.insert("X1".to_owned(), ("broken".to_owned(), String::new()));
    assert_eq!(differences(&all).len(), 1);
    all.remove("X1");
    assert_eq!(differences(&all), ["44 of 45 rows"]);
}
