//! What a blocked checker must say, and what it may not.

use checker::self_check::Invariant;
use checker::{Announcement, Outcome};
use evidence::order::blank;
use evidence::plan;
use evidence::view::{Seen, View};
use negatives::matrix::Fact;
use serde_json::json;

use super::*;
use crate::finding::Finding;

/// A checker that announces these as broken and the others as holding.
fn announcing(broken: &[InvariantName]) -> LaunchRecord {
    let matrix = declared::matrix().unwrap();
    let mut record = blank(&plan::orders(matrix.case("N24").unwrap())[1]);
    record.subject.checked_mut().unwrap().announcement = Some(Announcement {
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
    let matrix = declared::matrix().unwrap();
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

/// The same, where the host saw these interfaces and routes.
fn seen(interfaces: &[&str], routes: &[&str], broken: &[InvariantName]) -> LaunchRecord {
    let words = |all: &[&str]| Seen::Seen(all.iter().map(ToString::to_string).collect());
    let record = announcing(broken);
    let blank = crate::samples::view(&crate::samples::expected(), &record.subject);
    LaunchRecord {
        barrier: Some(View {
            interfaces: words(interfaces),
            routes: words(routes),
            ..blank
        }),
        ..record
    }
}

#[test]
fn a_network_that_the_host_does_not_have_cannot_be_lost() {
    let network = without("network");
    let (interfaces, routes) = (InvariantName::NetworkInterfaces, InvariantName::Routes);
    for none in [&["lo"][..], &["lo", "tunl0", "sit0"]] {
        let verdict = one(&seen(none, &[], &[]), &network);
        assert!(
            matches!(verdict, Some(Verdict::Inconclusive(_))),
            "{none:?}"
        );
    }
    let linked = |broken: &[InvariantName]| one(&seen(&["lo", "eth0"], &[], broken), &network);
    assert_eq!(linked(&[interfaces]), None);
    assert_eq!(linked(&[interfaces, routes]), None);
    assert!(matches!(linked(&[routes]), Some(Verdict::Broken(_))));
    let routed = one(&seen(&["lo", "eth0"], &["eth0"], &[interfaces]), &network);
    assert!(matches!(routed, Some(Verdict::Broken(_))));
}

#[test]
fn devices_that_nobody_asked_for_are_the_same_to_checker_probe_and_judge() {
    assert_eq!(
        checker::self_check::FALLBACK_TUNNELS,
        negatives::wire::FALLBACK_TUNNELS
    );
    let finding = |interfaces: &[&str]| {
        let record = seen(interfaces, &[], &[]);
        crate::outside::find(&record, Fact::Network, &crate::samples::expected())
    };
    assert!(matches!(finding(&["lo"]), Finding::Fits));
    assert!(matches!(
        finding(&["lo", "tunl0", "ip6tnl0"]),
        Finding::Fits
    ));
    assert!(matches!(finding(&["lo", "eth0"]), Finding::Differs(..)));
    assert!(matches!(finding(&["tunl0"]), Finding::Differs(..)));
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
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N24").unwrap();
    let broken = case.without.iter().flat_map(|without| &without.breaks);
    let broken: BTreeSet<String> = broken.cloned().collect();
    assert_eq!(broken, all().map(|it| it.to_string()).collect());
}
