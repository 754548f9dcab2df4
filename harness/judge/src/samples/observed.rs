//! A whole run without an engine: every row's observations as the matrix declares them,
//! in sandboxes that are as the profile has them. Nothing here proves anything of a
//! sandbox; it is what a proof would look like.

use evidence::order::{Order, Task, blank};
use evidence::record::{LaunchRecord, Observations, Role, Subject};
use evidence::servers::{Answer, Heard, Request, TAKEN, Token};
use evidence::view::Seen;
use evidence::{Abilities, plan};
use negatives::matrix::{Case, Lift};

use super::seen::{Sandbox, folders};
use super::{RUN, answered, checks, ready, said};
use crate::{Adapted, Expected};

/// What a run leaves of a row whose engine's sandboxes show that they lack this.
#[must_use]
pub fn observations(case: &Case, shown: &Abilities, expected: &Expected) -> Observations {
    let there = Adapted::of(case, shown);
    let orders = plan::orders(case);
    let sandbox = Sandbox::new(expected);
    let launches = orders.iter().zip(0..);
    Observations {
        launches: launches
            .map(|(order, number)| launch(&there, order, number, &sandbox))
            .collect(),
        checks: checks(case),
    }
}

/// The number that the launch of this number in a row repeats.
pub(super) fn nonce(case: &Case, number: u32) -> String {
    format!("{RUN}{:0>32}", format!("{}{number:02}", case.number))
}

fn launch(case: &Case, order: &Order, number: u32, sandbox: &Sandbox<'_>) -> LaunchRecord {
    let mut record = blank(order);
    record.nonce = nonce(case, number);
    record.lifts = order.lifts.iter().map(ToString::to_string).collect();
    record.millis = 7;
    let engine = sandbox.expected.engine.as_ref().unwrap();
    match order.task {
        Task::Bare { .. } | Task::BareProbe(_) => record.planted.clone_from(&order.canaries),
        Task::Probe(_) | Task::Check { .. } | Task::Fault { .. } => {
            record.planted = engine.planted(&order.canaries);
            record.airlock = Some(ready(&record.nonce));
            record.folders = folders();
            look(&mut record, order, sandbox);
        }
    }
    match record.subject {
        Subject::Probe(_) => probe(&mut record, case, order),
        Subject::Checker(_) => check(&mut record, case, order),
    }
    record
}

/// The host looks at the process, at the barrier and at the exec.
fn look(record: &mut LaunchRecord, order: &Order, sandbox: &Sandbox<'_>) {
    let mut barrier = sandbox.at_the_barrier(&record.subject, &record.planted);
    if order.lifts.contains(&Lift::Network) {
        barrier.interfaces = Seen::Seen(vec!["lo".to_owned(), "eth0".to_owned()]);
        barrier.routes = Seen::Seen(vec!["eth0 default".to_owned()]);
    }
    record.barrier = Some(barrier);
    record.exec = Some(sandbox.at_the_exec(&record.subject));
}

fn probe(record: &mut LaunchRecord, case: &Case, order: &Order) {
    let (lines, exit) = said::protocol(case, order, record);
    record.exit = exit;
    let request = Request {
        token: Token::Planted,
        body: record.nonce.clone(),
        status: TAKEN,
    };
    let probed = record.subject.probed_mut().unwrap();
    probed.lines = lines;
    probed.database = order.task.needs_database().then(|| Answer {
        address: "172.17.0.1:5432".to_owned(),
        source: "the host's package".to_owned(),
        version: "15.14".to_owned(),
        tcp: 'S',
        unix: 'N',
    });
    let written = order.role == Role::Control;
    probed.kb = order.task.needs_kb().then(|| Heard {
        address: "172.17.0.1:8080".to_owned(),
        host: TAKEN,
        connections: u32::from(written),
        requests: Vec::from_iter(written.then_some(request)),
    });
}

fn check(record: &mut LaunchRecord, case: &Case, order: &Order) {
    let mut without = plan::without_an_invariant(case);
    let mut faults = case.faults.iter();
    if let Some((_, without)) = without.find(|(id, _)| *id == order.id) {
        let broken: Vec<&str> = without.breaks.iter().map(String::as_str).collect();
        answered::blocked(record, &broken);
    } else if let Some(fault) = faults.find(|it| plan::fault_id(case, it) == order.id) {
        answered::under(record, fault);
    } else if matches!(order.task, Task::Bare { .. }) {
        answered::blocked(record, &["data_mounts"]);
    } else {
        answered::triage(record);
    }
}
