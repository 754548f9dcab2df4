//! `BAGS.md` against the code: each test that it names is there, and no clause of the
//! list has no row.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const TABLE: &str = include_str!("../BAGS.md");

/// The clauses of RFC 8493 that say something of a bag.
const CLAUSES: [&str; 17] = [
    "2", "2.1.1", "2.1.2", "2.1.3", "2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.3", "2.4", "3", "5.1",
    "5.2", "5.3", "6.1.1", "6.1.2", "6.1.3",
];

/// The cells of each row.
fn rows() -> Vec<Vec<&'static str>> {
    let (clauses, _) = TABLE.split_once("## Archives").expect("two parts");
    let rows = clauses.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &'static str| {
        let cells = line.trim_matches('|').split(" | ");
        cells.map(str::trim).collect()
    };
    rows.skip(2).map(cells).collect()
}

#[test]
fn every_clause_has_a_row_and_every_row_a_clause() {
    let rows = rows();
    assert!(rows.iter().all(|cells| cells.len() == 5), "{rows:?}");
    let clauses: BTreeSet<&str> = rows.iter().map(|cells| cells[0]).collect();
    assert_eq!(clauses, CLAUSES.into_iter().collect());
}

#[test]
fn every_test_named_is_there() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = 0;
    for cells in rows() {
        for test in cells[4].split(", ") {
            let test = test.trim_matches('`');
            let (file, name) = test.split_once("::").expect("a file and a test");
            let places = ["tests", "src/bag"].map(|at| here.join(at).join(file));
            let source = places.iter().map(|at| at.with_extension("rs"));
            let source = source.filter_map(|at| fs::read_to_string(at).ok());
            let test = format!("    #[test]\n    fn {name}() {{");
            let plain = format!("#[test]\nfn {name}() {{");
            let there = |text: String| text.contains(&test) || text.contains(&plain);
            assert!(source.into_iter().any(there), "{file}::{name}");
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
}
