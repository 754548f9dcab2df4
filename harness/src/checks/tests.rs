//! Every check comes out as the matrix declares, on a sample that needs no engine;
//! and what is declared and not made, or made and not declared, lets no row hold.

use std::collections::BTreeSet;

use bundle::sample::stand_in;
use evidence::record::Observations;
use judge::{Adapted, Reason, Verdict};

use super::*;

fn case(row: &str) -> Case {
    let matrix = declared::matrix().unwrap();
    let found = matrix.cases().iter().find(|case| case.id.as_str() == row);
    found.unwrap().clone()
}

fn run_on_stand_in(case: &Case) -> Vec<CheckRecord> {
    let sample = stand_in::sample();
    run_on(case, &|| Ok(&sample))
}

fn expect_as_declared(row: &str) {
    let records = run_on_stand_in(&case(row));
    assert!(!records.is_empty());
    for it in records {
        assert_eq!(it.observed, it.expected, "{row}/{}", it.id);
    }
}

#[test]
fn the_guilty_are_found_in_their_place_and_the_clean_ones_pass() {
    expect_as_declared("N22");
}

#[test]
fn a_hostile_output_is_not_read() {
    expect_as_declared("N23");
}

#[test]
fn every_forged_report_is_refused_and_every_sound_one_accepted() {
    expect_as_declared("N25");
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
fn nobody_but_the_owner_decides() {
    expect_as_declared("N31");
}

#[test]
fn what_did_not_run_is_not_said_to_have_held() {
    expect_as_declared("N32");
}

#[test]
fn a_control_never_expects_what_something_hostile_does() {
    for case in declared::matrix().unwrap().cases() {
        let of = |hostile| {
            let checks = case.checks.iter().filter(move |it| it.hostile == hostile);
            checks
                .map(|it| it.expected.as_str())
                .collect::<BTreeSet<_>>()
        };
        let both = of(true).intersection(&of(false)).count();
        assert_eq!(
            (both, of(true).is_empty()),
            (0, of(false).is_empty()),
            "{}",
            case.id
        );
    }
}

#[test]
fn every_check_that_is_declared_is_made_and_no_other_each_once() {
    for case in declared::matrix().unwrap().cases() {
        let made: Vec<&str> = ids(case).collect();
        let declared: BTreeSet<&str> = case.checks.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(
            made.iter().copied().collect::<BTreeSet<_>>(),
            declared,
            "{}",
            case.id
        );
        assert_eq!(made.len(), declared.len(), "{}", case.id);
    }
}

/// What the judge says of a row by its checks alone.
fn judged(case: &Case, checks: Vec<CheckRecord>) -> Verdict {
    let expected = judge::samples::expected();
    let case = Adapted::of(case, &expected.abilities);
    let observed = Observations {
        launches: Vec::new(),
        checks,
    };
    judge::judge(&case, &observed, &expected)
}

#[test]
fn a_declared_check_that_nobody_makes_lets_no_row_hold() {
    let mut case = case("N25");
    assert_eq!(judged(&case, run_on_stand_in(&case)), Verdict::Held);
    case.checks[0].id = "nobodys".to_owned();
    let records = run_on_stand_in(&case);
    assert_eq!(records[0].observed, CheckRecord::not_made(NOBODY_MAKES_IT));
    assert!(matches!(
        judged(&case, records),
        Verdict::NotRun(Reason::Check { observed, .. }) if observed.ends_with(NOBODY_MAKES_IT)
    ));
}

/// A full disk is no bundle that was believed.
#[test]
fn a_hostile_check_that_could_not_be_made_is_not_run_and_nothing_is_broken() {
    let case = case("N30");
    let why = "No space left on device".to_owned();
    let records = run_on(&case, &|| Err(&why));
    assert!(records.iter().all(|it| !it.was_made()));
    assert!(matches!(judged(&case, records), Verdict::NotRun(_)));
}

#[test]
fn a_forgery_of_nothing_is_no_forgery() {
    let sample = stand_in::sample();
    let nothing = replay::edited(&sample, bundle::sample::PACKET_ROW, |_| {});
    let why = nothing.unwrap_err().to_string();
    assert_eq!(why, "no launch of N1 shows what was to be changed");
}

#[test]
fn a_check_that_the_matrix_does_not_declare_lets_no_row_hold() {
    let mut case = case("N25");
    let gone = case.checks.remove(4);
    let records = run_on_stand_in(&case);
    let last = records.last().unwrap();
    assert_eq!((&last.id, &*last.observed), (&gone.id, "not declared"));
    assert!(matches!(
        judged(&case, records),
        Verdict::Inconclusive(Reason::Check { check, .. }) if check == gone.id
    ));
}

#[test]
fn a_check_that_crashes_did_not_come_out() {
    let case = case("N25");
    let crashed = record(&case.checks[0], || {
        std::panic::resume_unwind(Box::new("crashed"))
    });
    assert_eq!(crashed.observed, "crashed");
}
