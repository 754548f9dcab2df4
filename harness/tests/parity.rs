//! Every engine that this host has comes to the same verdict on every row. What an
//! engine cannot do changes the outcomes that the matrix declares, never the verdict.

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

fn engines() -> Vec<String> {
    let doctor = harness(&["doctor"]);
    let findings = doctor["findings"].as_array().unwrap();
    let usable = findings
        .iter()
        .filter(|finding| finding["state"] != "missing");
    let names = usable.filter_map(|finding| finding["what"].as_str());
    names
        .filter(|name| ["docker", "podman", "bwrap"].contains(name))
        .map(str::to_owned)
        .collect()
}

fn verdicts(engine: &str, out: &Path) -> Verdicts {
    let out = out.join(engine);
    let summary = harness(&["attest", "--engine", engine, "--out", out.to_str().unwrap()]);
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let rows = summary["rows"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "id"), (text(row, "verdict"), text(row, "reason"))))
        .collect()
}

fn differences(one: &Verdicts, two: &Verdicts) -> Vec<String> {
    let ids = one.keys().chain(two.keys());
    let differs = |id: &&String| one.get(*id) != two.get(*id);
    let words = |id: &String| format!("{id}: {:?} and {:?}", one.get(id), two.get(id));
    let mut found: Vec<String> = ids.filter(differs).map(words).collect();
    found.dedup();
    found
}

#[test]
fn every_engine_of_this_host_gives_every_row_the_same_verdict() {
    let out = tempfile::tempdir().unwrap();
    let all: Vec<(String, Verdicts)> = engines()
        .into_iter()
        .map(|engine| (engine.clone(), verdicts(&engine, out.path())))
        .collect();
    let Some(((first, expected), others)) = all.split_first() else {
        panic!("this host has no engine: `harness doctor` says why");
    };
    assert_eq!(expected.len(), 45, "on {first}");
    for (engine, observed) in others {
        let found = differences(expected, observed);
        assert!(
            found.is_empty(),
            "{first} and {engine}: {}",
            found.join("; ")
        );
    }
}

#[test]
fn a_verdict_that_differs_and_a_row_that_is_missing_are_found() {
    let verdict = |word: &str| (word.to_owned(), String::new());
    let one = Verdicts::from([("A1".to_owned(), verdict("held"))]);
    let two = Verdicts::from([("A1".to_owned(), verdict("broken"))]);
    assert!(differences(&one, &one).is_empty());
    assert_eq!(differences(&one, &two).len(), 1);
    assert_eq!(differences(&one, &Verdicts::new()).len(), 1);
}
