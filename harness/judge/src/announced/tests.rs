//! What a blocked checker must say, and what it may not.

use checker::self_check::Invariant;
use checker::{Announcement, Outcome};
use evidence::order::blank;
use evidence::plan;
use negatives::matrix::Matrix;
use serde_json::json;

use super::*;

/// A checker that announces these as broken and the others as holding.
fn announcing(broken: &[InvariantName]) -> LaunchRecord {
    let matrix = Matrix::builtin().unwrap();
    let mut record = blank(&plan::orders(matrix.case("N24").unwrap())[1]);
    record.announcement = Some(Announcement {
        checker: "0.1.0".to_owned(),
        outcome: Outcome::Blocked,
        exit: 3,
        order: checker::Order::default().seen(),
        self_check: all().map(|it| said(it, !broken.contains(&it))).collect(),
        report: None,
        reason: None,
    });
    record
}

/// The row's sandbox without this.
fn without(lift: &str) -> Without {
    let matrix = Matrix::builtin().unwrap();
    let mut of = matrix.case("N24").unwrap().without.iter();
    let found = of.find(|it| negatives::matrix::lift_set_name(&it.lift) == lift);
    found.unwrap().clone()
}

fn all() -> impl Iterator<Item = InvariantName> {
    use InvariantName::{
        Capabilities, DataMounts, Environment, MountTable, NetworkInterfaces, NoNewPrivs,
        RootReadOnly, Routes, SeccompFilters, SeccompMode, User,
    };
    [
        DataMounts,
        MountTable,
        RootReadOnly,
        NetworkInterfaces,
        Routes,
        Environment,
        SeccompMode,
        SeccompFilters,
        NoNewPrivs,
        Capabilities,
        User,
    ]
    .into_iter()
}

fn said(invariant: InvariantName, holds: bool) -> Invariant {
    Invariant {
        invariant,
        holds,
        observed: json!(null),
        expected: json!(null),
    }
}

#[test]
fn what_was_lifted_is_what_is_announced() {
    let network = without("network");
    let (interfaces, routes) = (InvariantName::NetworkInterfaces, InvariantName::Routes);
    assert_eq!(one(&announcing(&[interfaces, routes]), &network), None);
    for wrong in [
        &[][..],
        &[interfaces],
        &[InvariantName::User],
        &[interfaces, routes, InvariantName::User],
    ] {
        let verdict = one(&announcing(wrong), &network);
        assert!(matches!(verdict, Some(Verdict::Broken(_))), "{wrong:?}");
    }
}

#[test]
fn what_falls_with_it_may_be_announced_and_is_not_enough() {
    let user = without("user");
    let (root, capabilities) = (InvariantName::User, InvariantName::Capabilities);
    assert_eq!(one(&announcing(&[root]), &user), None);
    assert_eq!(one(&announcing(&[root, capabilities]), &user), None);
    assert!(one(&announcing(&[capabilities]), &user).is_some());
}

#[test]
fn on_a_bare_host_there_are_no_data_mounts_whatever_else_there_is() {
    let both = [InvariantName::User, InvariantName::DataMounts];
    assert_eq!(bare(&announcing(&both)), None);
    assert!(bare(&announcing(&both[..1])).is_some());
}

#[test]
fn every_invariant_is_broken_by_some_sandbox_of_the_row_and_has_its_name() {
    let matrix = Matrix::builtin().unwrap();
    let case = matrix.case("N24").unwrap();
    let broken = case.without.iter().flat_map(|without| &without.breaks);
    let broken: BTreeSet<String> = broken.cloned().collect();
    assert_eq!(broken, all().map(|it| it.to_string()).collect());
}
