//! The plan of every row of the matrix: which launches there must be.

use std::collections::BTreeSet;

use negatives::matrix::Matrix;

use super::*;
use crate::order::blank;
use crate::view::Seen;
use crate::view::tests::view;

fn matrix() -> Matrix {
    declared::matrix().unwrap()
}

fn ids(case: &Case) -> Vec<String> {
    orders(case).into_iter().map(|order| order.id).collect()
}

/// The judge looks a launch up by its id: two of one name would hide one.
#[test]
fn every_launch_of_the_matrix_has_a_name_of_its_own_and_is_of_its_row() {
    let matrix = matrix();
    let all = matrix.cases().iter().flat_map(orders);
    let mut seen = BTreeSet::new();
    for order in all {
        assert!(
            order.id.starts_with(&format!("{}/", order.case)),
            "{}",
            order.id
        );
        assert!(seen.insert(order.id.clone()), "{}", order.id);
    }
    assert!(seen.len() > matrix.cases().len());
}

/// No attempt is left out, and none is made in a sandbox that nobody declares.
#[test]
fn each_attempt_is_made_once_in_each_sandbox_of_its_boundary() {
    let matrix = matrix();
    for case in matrix.cases() {
        let orders = orders(case);
        let mut due = 0;
        for boundary in &case.boundaries {
            let sandboxes: Vec<_> = sandboxes(boundary).collect();
            assert_eq!(sandboxes.len(), 2 + boundary.alone.len());
            for (sandbox, attempt) in sandboxes
                .iter()
                .flat_map(|it| boundary.attempts.iter().map(move |attempt| (it, attempt)))
            {
                let id = sandbox.launch_id(case, attempt);
                let order = orders.iter().find(|it| it.id == id).unwrap();
                assert_eq!((order.role, &*order.lifts), (sandbox.role, sandbox.lifts));
                let record = blank(order);
                let made = record.attempts().iter().filter(|it| **it == attempt.id);
                assert_eq!(made.count(), 1, "{} in {id}", attempt.id);
                due += 1;
            }
        }
        let made: usize = orders.iter().map(|it| blank(it).attempts().len()).sum();
        assert_eq!(made, due, "{}", case.id);
    }
}

/// What ends the probe, or changes what comes after it, would take the other attempts of
/// its launch with it: unless it is refused.
#[test]
fn an_attempt_that_may_end_the_probe_is_alone_wherever_it_is_not_refused() {
    let matrix = matrix();
    let (mut alone, mut shared) = (0, 0);
    for case in matrix.cases() {
        for boundary in &case.boundaries {
            for sandbox in sandboxes(boundary) {
                for attempt in &boundary.attempts {
                    let id = sandbox.launch_id(case, attempt);
                    let ends = attempt.lethal && !sandbox.expectation(attempt).is_refusal();
                    assert_eq!(id.split('/').any(|part| part == attempt.id), ends, "{id}");
                    alone += usize::from(ends);
                    shared += usize::from(attempt.lethal && !ends);
                }
            }
        }
    }
    assert!(alone > 0 && shared > 0, "{alone} {shared}");
}

/// A row's own matrix says what must come of an attempt, in the sandbox that it is made in.
#[test]
fn what_must_come_of_an_attempt_is_its_sandboxs() {
    let matrix = matrix();
    let mut boundaries = matrix.cases().iter().flat_map(|it| &it.boundaries);
    let boundary = boundaries.find(|it| !it.alone.is_empty()).unwrap();
    let attempt = &boundary.attempts[0];
    let all: Vec<_> = sandboxes(boundary).collect();
    assert_eq!(all[0], Sandbox::locked());
    assert_eq!(all[0].expectation(attempt), &attempt.locked);
    assert_eq!(all[1].expectation(attempt), &attempt.control);
    let alone = attempt.expected_alone(&boundary.alone[0]);
    assert_eq!(all[2].expectation(attempt), alone);
}

#[test]
fn a_probe_with_no_sandbox_around_it_is_bare() {
    let matrix = matrix();
    let all = matrix.cases().iter().flat_map(orders);
    let (mut bare, mut inside) = (0, 0);
    for order in all {
        match order.task {
            Task::BareProbe(_) => {
                assert!(order.lifts.contains(&Lift::Sandbox), "{}", order.id);
                bare += 1;
            }
            Task::Probe(_) => {
                assert!(!order.lifts.contains(&Lift::Sandbox), "{}", order.id);
                inside += 1;
            }
            Task::Check { .. } | Task::Bare { .. } | Task::Fault { .. } => {}
        }
    }
    assert!(bare > 0 && inside > bare);
}

/// Whether a packet is good makes no difference to the sandbox it is given in.
#[test]
fn a_packet_is_given_in_the_whole_sandbox_as_often_as_its_row_says() {
    let matrix = matrix();
    let mut often = 0;
    for case in matrix.cases() {
        let orders = orders(case);
        for packet in &case.packets {
            let ids = packet_ids(case, packet);
            assert_eq!(ids.len(), usize::try_from(packet.times).unwrap());
            often += usize::from(ids.len() > 1);
            for id in &ids {
                let order = orders.iter().find(|it| it.id == *id).unwrap();
                assert_eq!((order.role, order.lifts.len()), (Role::Locked, 0));
                let subject = order.task.subject();
                assert_eq!(subject.checked().unwrap().packet, packet.fixture);
                let traced = matches!(order.task, Task::Check { trace: true, .. });
                assert_eq!(traced, case.needs_trace(), "{id}");
            }
        }
    }
    assert!(often > 0);
}

#[test]
fn each_fault_has_a_launch_and_one_without_a_fault_is_a_control() {
    let matrix = matrix();
    let case = matrix.case("N26").unwrap();
    let orders = orders(case);
    assert_eq!(orders.len(), case.faults.len());
    let mut controls = 0;
    for (order, fault) in orders.iter().zip(&case.faults) {
        assert_eq!(order.id, fault_id(case, fault));
        assert_eq!(order.id, format!("N26/{}", fault.id));
        let without = fault.how == FaultKind::None;
        assert_eq!(order.role == Role::Control, without, "{}", fault.id);
        controls += usize::from(without);
    }
    assert!((1..orders.len()).contains(&controls));
}

/// The checker in the whole sandbox, in each that lacks an invariant, and in none at all.
#[test]
fn the_row_of_the_trace_takes_away_one_thing_at_a_time_and_then_everything() {
    let matrix = matrix();
    let case = matrix.case("N24").unwrap();
    let mut expected = vec![locked_id(case)];
    expected.extend(without_an_invariant(case).map(|(id, _)| id));
    expected.push(no_sandbox_id(case));
    assert_eq!(ids(case), expected);
    assert_eq!(expected.first().unwrap(), "N24/locked");
    assert!(expected[1].starts_with("N24/without-"), "{}", expected[1]);
    assert_eq!(expected.last().unwrap(), "N24/no-sandbox");
    let last = orders(case).pop().unwrap();
    assert!(matches!(last.task, Task::Bare { fixture } if fixture == REFERENCE));
    let without: Vec<_> = without_an_invariant(case).collect();
    for (order, (_, without)) in orders(case)[1..].iter().zip(without) {
        assert_eq!((order.role, &order.lifts), (Role::Control, &without.lift));
    }
}

#[test]
fn a_row_can_run_where_there_are_launches_or_checks_and_it_is_not_pending() {
    let matrix = matrix();
    let of = |id: &str| matrix.case(id).unwrap().clone();
    assert_eq!(ids(&of("A1")), ["A1/locked"]);
    assert!(matrix.cases().iter().all(can_run));
    let checked = matrix
        .cases()
        .iter()
        .find(|it| !it.checks.is_empty())
        .unwrap();
    assert!(orders(checked).is_empty());
    let mut pending = of("N19");
    pending.pending = Some("later".to_owned());
    assert!(!can_run(&pending) && orders(&pending).is_empty());
}

/// One launch of a row writes at every mount: the first in which nothing is lifted.
#[test]
fn every_mount_is_tried_in_one_locked_launch_of_a_row_that_asks_for_it() {
    let matrix = matrix();
    let all = matrix.cases().iter().flat_map(orders);
    let tried: Vec<String> = all.filter(|it| it.every_mount).map(|it| it.id).collect();
    assert_eq!(tried, ["N18/locked"]);

    let mut seen = view("x", Seen::Seen(Vec::new()));
    assert!(every_mount::points(&seen).is_empty());
    let table =
        "1 0 0:1 / /out rw - ext4 a rw\n2 0 0:1 / /in ro - ext4 a rw\n3 0 0:1 / /in ro - ext4 a rw";
    seen.mounts = Seen::Seen(crate::mounts::parse(table).unwrap());
    let told = every_mount::attempts(&seen);
    let told: Vec<&str> = told.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(told, ["mount /in", "mount /out"]);
}
