//! The checks on bundles, on a sample that needs no engine; and that each of them
//! can fail.

use bundle::sample::stand_in;
use negatives::matrix::Matrix;

use super::*;

fn checks_of(row: &str) -> &'static [BundleCheck] {
    let matrix = Matrix::builtin().unwrap();
    let case = matrix.cases().iter().find(|case| case.id.as_str() == row);
    of_bundles(case.unwrap())
}

fn expect_as_declared(row: &str) {
    let sample = stand_in::sample();
    assert!(!checks_of(row).is_empty());
    for check in checks_of(row) {
        assert_eq!((check.run)(&sample), check.expected, "{row}/{}", check.id);
    }
}

#[test]
fn a_changed_bundle_is_refused() {
    expect_as_declared("N27");
}

#[test]
fn a_wrong_signature_is_refused() {
    expect_as_declared("N28");
}

#[test]
fn a_wrong_roll_is_refused() {
    expect_as_declared("N29");
}

#[test]
fn a_replayed_observation_is_refused() {
    expect_as_declared("N30");
}

#[test]
fn each_row_has_a_control_before_what_is_hostile_and_every_check_once() {
    for row in ["N27", "N28", "N29", "N30"] {
        let checks = checks_of(row);
        assert!(!checks[0].hostile && checks.iter().any(|check| check.hostile));
        let ids: std::collections::BTreeSet<_> = checks.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), checks.len(), "{row}");
    }
}

#[test]
fn the_matrix_declares_the_checks_that_there_are_and_no_other() {
    let matrix = negatives::matrix::Matrix::builtin().unwrap();
    for case in matrix.cases() {
        let own = super::declared(case);
        let own = own
            .iter()
            .map(|it| (it.id, it.hostile, it.subject, it.expected));
        let said = case.checks.iter();
        let said = said.map(|it| (&*it.id, it.hostile, &*it.subject, &*it.expected));
        assert_eq!(
            own.collect::<Vec<_>>(),
            said.collect::<Vec<_>>(),
            "{}",
            case.id
        );
    }
}
