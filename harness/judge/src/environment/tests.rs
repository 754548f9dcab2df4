//! What may be in the environment at the barrier, and what breaks the row.

use evidence::order::blank;
use evidence::plan;
use evidence::view::Seen;

use super::*;
use crate::samples;

/// What comes of a locked launch of N15 on this engine at whose barrier these
/// variables were seen.
fn seen(engine: &str, names: &[&str]) -> Finding {
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N15").unwrap();
    let mut expected = samples::expected();
    expected.engine = matrix.engine(engine).cloned();
    let mut record = blank(&plan::orders(case)[0]);
    record.planted = case.canaries.clone();
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let view = View {
        environment: Seen::Seen(names),
        ..samples::view(&expected, &record.subject)
    };
    at_the_barrier(&record, &view, &expected)
}

fn differs(finding: &Finding, observed: &str) -> bool {
    matches!(finding, Finding::Differs(_, seen) if seen == observed)
}

#[test]
fn what_was_planted_and_what_the_engine_adds_fits() {
    for (engine, adds) in [
        ("docker", &["HOME", "HOSTNAME", "PATH"][..]),
        ("podman", &["HOME", "HOSTNAME", "PATH", "TERM", "container"]),
        ("podman", &["HOME", "HOSTNAME", "PATH", "container"]),
        ("bwrap", &["PWD"]),
    ] {
        let names = [&["KB_TOKEN"], adds].concat();
        assert!(matches!(seen(engine, &names), Finding::Fits), "{engine}");
    }
}

#[test]
fn a_variable_that_nobody_declared_differs_and_is_named() {
    let found = seen("docker", &["PATH", "DB_PASSWORD", "KB_TOKEN"]);
    assert!(differs(&found, "DB_PASSWORD"), "{found:?}");
    let found = seen("docker", &["LD_PRELOAD", "PATH", "KB_TOKEN"]);
    assert!(differs(&found, "LD_PRELOAD"), "{found:?}");
}

#[test]
fn what_another_engine_adds_differs() {
    let found = seen("bwrap", &["KB_TOKEN", "PWD", "HOSTNAME"]);
    assert!(differs(&found, "HOSTNAME"), "{found:?}");
}

#[test]
fn a_variable_twice_differs() {
    let found = seen("docker", &["KB_TOKEN", "PATH", "PATH"]);
    assert!(differs(&found, "PATH"), "{found:?}");
}

#[test]
fn a_canary_that_did_not_arrive_differs() {
    let found = seen("docker", &["PATH"]);
    assert!(differs(&found, "PATH"), "{found:?}");
}

#[test]
fn the_harnesss_own_canary_at_the_barrier_differs() {
    let found = seen("bwrap", &["HARNESS_TOKEN", "KB_TOKEN", "PWD"]);
    assert!(differs(&found, "HARNESS_TOKEN"), "{found:?}");
}

#[test]
fn an_engine_of_which_nothing_is_known_differs() {
    let found = seen("gvisor", &["KB_TOKEN"]);
    assert!(differs(&found, "another engine"), "{found:?}");
}

#[test]
fn a_record_that_says_less_was_planted_than_declared_counts_for_nothing() {
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N15").unwrap();
    let mut expected = samples::expected();
    let mut record = blank(&plan::orders(case)[0]);
    let planted = |record: &LaunchRecord, expected: &Expected| {
        as_declared(record, &case.canaries, expected).is_none()
    };
    record.planted = case.canaries[..1].to_vec();
    assert!(planted(&record, &expected), "a daemon has no launcher");
    expected.engine = matrix.engine("bwrap").cloned();
    assert!(!planted(&record, &expected));
    record.planted.clone_from(&case.canaries);
    assert!(planted(&record, &expected));
    record.planted.clear();
    assert!(!planted(&record, &expected));
}
