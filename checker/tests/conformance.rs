//! The Library of Congress's conformance suite, all of its bags, with the word for each.
//!
//! `data/loc-conformance-suite.json` holds the files of its commit 9ab4870, which are in
//! the public domain; `hex:` marks one that is not UTF-8. Where the word is not the
//! folder's (`valid`, `invalid`, `warning` and two for one system only), the head of
//! `data/loc-expected.txt` says why.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::path::Path;

use checker::report::{BagReport, Caution};
use checker::{Guard, Settings};
use fixtures::bag::put;

type Suite = BTreeMap<String, BTreeMap<String, String>>;

const EXPECTED: &str = include_str!("data/loc-expected.txt");

fn suite() -> Suite {
    let text = include_str!("data/loc-conformance-suite.json");
    serde_json::from_str(text).expect("bags of files")
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn write(dir: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let (name, bytes) = match name.strip_prefix("hex:") {
            Some(name) => (name, unhex(text)),
            None => (&**name, text.as_bytes().to_vec()),
        };
        put(dir, name, &bytes).expect("written");
    }
}

/// The word, the first reason, and the warnings.
fn said(bag: &BagReport) -> String {
    let word = serde_json::to_value(bag.outcome).expect("a word");
    let word = word.as_str().expect("a word").to_owned();
    let reason = bag.faults.listed.first().map(|it| it.reason.to_string());
    let mut cautions: Vec<Caution> = bag.warnings.listed.iter().map(|it| it.warning).collect();
    cautions.dedup();
    let cautions = cautions.iter().map(ToString::to_string);
    let words: Vec<String> = [word].into_iter().chain(reason).chain(cautions).collect();
    words.join(" ")
}

#[test]
fn every_bag_of_the_suite_has_the_expected_word() {
    let mut observed = Vec::new();
    for (bag, files) in suite() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        write(dir.path(), &files);
        let guard = Guard::new(&Settings::of(dir.path().into(), "/nowhere".into()));
        let report = checker::triage(&guard, &checker::Order::default());
        let report = report.expect("the self-audit holds");
        observed.push(format!("{bag}: {}", said(&report.bag)));
    }
    let lines = EXPECTED.lines().filter(|line| !line.starts_with('#'));
    let expected: Vec<&str> = lines.collect();
    assert_eq!(observed, expected);
    assert_eq!(observed.len(), 60);
}

/// Nothing that the suite calls valid is shown to be wrong, and the other way round.
#[test]
fn no_word_contradicts_the_suites_own() {
    for line in EXPECTED.lines().filter(|line| !line.starts_with('#')) {
        let invalid = line.contains(": invalid");
        assert!(!(line.contains("/valid/") && invalid), "{line}");
        assert!(!line.contains("/invalid/") || invalid, "{line}");
        assert!(!line.contains("-only/") || invalid, "{line}");
    }
}
