//! Which rows a line means, by name.

use super::super::{deferred, rows};
use super::*;

fn choice(line: &[&str]) -> Choice {
    let words = std::iter::once("run").chain(line.iter().copied());
    Choice::read(words.map(str::to_owned)).unwrap()
}

/// The rows in scope that the runner is left with, by its own rule.
fn chosen(line: &[&str]) -> Vec<String> {
    let rows: Vec<Trial> = rows(&declared::matrix().unwrap(), None).collect();
    let arguments = choice(line).made_of(&rows);
    let left = rows.iter().filter(|row| !arguments.is_filtered_out(row));
    left.map(|row| id(row).to_owned()).collect()
}

fn refused(line: &[&str]) -> Option<String> {
    let matrix = declared::matrix().unwrap();
    let rows: Vec<Trial> = rows(&matrix, None).collect();
    let deferred: Vec<Trial> = deferred(&matrix).collect();
    let refused = choice(line).require_rows(&rows, &deferred);
    assert!(refused.is_err() || !chosen(line).is_empty(), "{line:?}");
    refused.err().map(|error| error.to_string())
}

#[test]
fn a_row_is_found_by_every_name_it_is_listed_under() {
    for line in [
        &["N19"][..],
        &["N19 No exec"],
        &["--exact", "N19 No exec"],
        &["--exact", "[L1] N19 No exec"],
        &["--exact", "N19"],
        &["[L1] N19"],
    ] {
        let found = chosen(line);
        assert!(found.contains(&"N19".to_owned()), "{line:?}");
        assert_eq!(refused(line), None, "{line:?}");
    }
}

#[test]
fn an_id_means_its_own_row_in_any_case_of_letters() {
    assert_eq!(chosen(&["N1"]), ["N1"]);
    assert_eq!(chosen(&["n19"]), ["N19"]);
    assert_eq!(chosen(&["--exact", "n19 no EXEC"]), ["N19"]);
    assert!(chosen(&["N19 NO"]).contains(&"N19".to_owned()));
    assert_eq!(chosen(&["no exec"]), chosen(&["No exec"]));
    assert_eq!(chosen(&["NO EXEC", "--skip", "n19"]), ["N20"]);
}

#[test]
fn several_filters_mean_the_rows_of_each() {
    assert_eq!(chosen(&["A1", "n12"]), ["A1", "N12"]);
    assert_eq!(chosen(&["n12", "a1", "N12"]), ["A1", "N12"]);
    assert_eq!(chosen(&["A1", "--skip", "A2", "N12"]), ["A1", "N12"]);
    assert_eq!(chosen(&["A1", "N12", "--skip", "N12"]), ["A1"]);
    assert_eq!(chosen(&[]).len(), 45);
}

#[test]
fn a_filter_that_matches_no_row_is_refused_by_name() {
    let said = |line: &[&str]| refused(line).unwrap();
    assert_eq!(said(&["N99"]), "no row matches `N99`");
    assert_eq!(said(&["N19", "N99"]), "no row matches `N99`");
    assert_eq!(said(&["--exact", "No exec"]), "no row matches `No exec`");
    assert_eq!(
        said(&["--exact", "[L2] N19 No exec"]),
        "no row matches `[L2] N19 No exec`"
    );
    assert_eq!(
        said(&["D1", "--include-ignored"]),
        "`D1` matches deferred rows alone, which are never run"
    );
    let left_out = "every row that matches `N19` is left out by";
    assert_eq!(
        said(&["A1", "N19", "--skip", "exec"]),
        format!("{left_out} `--skip`")
    );
    assert_eq!(
        said(&["N19", "--ignored"]),
        format!("{left_out} `--ignored`")
    );
    assert_eq!(
        said(&["N19", "--ignored", "--skip", "N19"]),
        format!("{left_out} `--skip` and `--ignored`")
    );
    assert_eq!(said(&["--skip", "L"]), "every row is left out by `--skip`");
    assert_eq!(refused(&["N19", "--skip", "N18"]), None);
}

/// `--list` and the count of what is filtered out are the runner's: it is given a line
/// that leaves it what is chosen and nothing else, deferred rows among it.
#[test]
fn the_runner_is_left_with_the_deferred_rows_that_are_chosen() {
    let deferred: Vec<Trial> = deferred(&declared::matrix().unwrap()).collect();
    let arguments = choice(&["d1"]).made_of(&deferred);
    let left = deferred
        .iter()
        .filter(|row| !arguments.is_filtered_out(row));
    assert_eq!(left.map(id).collect::<Vec<_>>(), ["D1"]);
}
