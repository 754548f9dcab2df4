//! Bags made by another tool are read: the Library of Congress's `bagit.py`, which
//! writes version 0.97 to this day.
//!
//! One bag it made lies in `data/` as text; where the tool is installed it makes
//! another one and has its own word on the same damage.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use checker::report::{BagOutcome, Report};
use checker::{Gate, GateOutcome, Guard, Outcome, Reason, Settings};
use fixtures::bag::put;

fn triage(input: &Path) -> Report {
    let guard = Guard::new(&Settings::of(input.into(), "/nowhere".into()));
    checker::triage(&guard, &order()).expect("the self-audit holds")
}

/// Unpacks the committed bag.
fn unpack(dir: &Path) {
    let text = include_str!("data/bagit-py-1.9.0.json");
    let files: BTreeMap<String, String> = serde_json::from_str(text).expect("names and texts");
    for (name, bytes) in files {
        put(dir, &name, bytes.as_bytes()).expect("written");
    }
}

fn outcome(report: &Report, gate: Gate) -> GateOutcome {
    report.gates[gate as usize].outcome
}

#[test]
fn a_bag_of_bagit_py_is_a_valid_bag_and_a_refused_packet() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    unpack(dir.path());
    let report = triage(dir.path());
    assert_eq!(report.outcome, Outcome::Refused);
    let reason = report.refusal.as_ref().map(|refusal| refusal.reason);
    assert_eq!(reason, Some(Reason::PacketMissing));
    for gate in [Gate::G2, Gate::G3, Gate::G4, Gate::G5] {
        assert_eq!(outcome(&report, gate), GateOutcome::Passed, "{gate:?}");
    }
    assert_eq!(outcome(&report, Gate::G6), GateOutcome::Failed);
    assert_eq!(report.bag.outcome, BagOutcome::Valid);
    assert_eq!(report.bag.version.as_deref(), Some("0.97"));
    assert_eq!(report.bag.verified, ["sha256", "sha512"]);
    assert_eq!(report.bag.payload_files, Some(6));
    assert_eq!(report.bag.payload_bytes, Some(45));
    assert_eq!(report.bag.tag_files, Some(6));
}

#[test]
fn the_same_bag_with_one_byte_changed_is_an_invalid_bag() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    unpack(dir.path());
    put(dir.path(), "data/50%25 off.txt", b"Literal escape\n").expect("written");
    let report = triage(dir.path());
    assert_eq!(report.bag.outcome, BagOutcome::Invalid);
    assert_eq!(outcome(&report, Gate::G4), GateOutcome::Passed);
    assert_eq!(outcome(&report, Gate::G5), GateOutcome::Failed);
    let refusal = report.refusal.expect("a refusal");
    assert_eq!(refusal.file.as_deref(), Some("data/50%25 off.txt"));
}

/// Makes bags of the folders named, or validates them; `None` without the tool.
fn bagit_py(arguments: &[&str], folder: &Path) -> Option<bool> {
    let mut command = Command::new("bagit.py");
    let run = command.arg("--quiet").args(arguments).arg(folder);
    run.output().ok().map(|run| run.status.success())
}

#[test]
fn the_tool_itself_makes_a_bag_that_is_read_and_agrees_on_damage() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let bag = dir.path().join("bag");
    for (name, bytes) in [("a b", "1"), ("sub/%25", "22"), ("sub/caf\u{e9}", "")] {
        put(&bag, name, bytes.as_bytes()).expect("written");
    }
    let Some(made) = bagit_py(&["--sha256", "--contact-name", "A"], &bag) else {
        let mut out = std::io::stderr();
        writeln!(out, "NOT RUN: bagit.py is not installed").expect("said");
        return;
    };
    assert!(made);
    assert_eq!(triage(&bag).bag.payload_files, Some(3));
    put(&bag, "data/sub/%25", b"2!").expect("written");
    assert_eq!(bagit_py(&["--validate"], &bag), Some(false));
    assert_eq!(triage(&bag).bag.outcome, BagOutcome::Invalid);
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
