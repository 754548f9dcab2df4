//! From a row to its launches: case × profile × control.
//!
//! Pure data. The judge asks the same functions which launches there must be, so
//! that a launch nobody made is missed.

use negatives::matrix::{
    self, Attempt, Boundary, Case, Expectation, Fault, FaultKind, Kind, Lift, Without,
    lift_set_name,
};
use negatives::wire::PlannedAttempt;

use crate::order::{Order, Packet, Task};
use crate::record::Role;

pub mod every_mount;

/// The reference packet.
pub const REFERENCE: &str = "fix7";

/// Every launch a case needs, in order.
///
/// ```
/// use negatives::matrix::Matrix;
///
/// let matrix = Matrix::builtin()?;
/// let orders = evidence::plan::orders(matrix.case("N19").unwrap());
/// // Once locked, and once with the boundary lifted.
/// assert!(orders.iter().any(|order| order.lifts.is_empty()));
/// assert!(orders.iter().any(|order| !order.lifts.is_empty()));
/// # Ok::<(), negatives::matrix::MatrixError>(())
/// ```
#[must_use]
pub fn orders(case: &Case) -> Vec<Order> {
    if case.pending.is_some() {
        return Vec::new();
    }
    let boundaries = case.boundaries.iter();
    let mut orders: Vec<Order> = boundaries.flat_map(|it| probe_orders(case, it)).collect();
    orders.extend(packet_orders(case));
    orders.extend(fault_orders(case));
    match case.kind {
        Kind::SelfCheck => orders.push(check(case, "locked", Role::Locked, Vec::new(), false)),
        Kind::Trace => orders.extend(trace_orders(case)),
        Kind::Probe | Kind::Packet | Kind::Fault | Kind::Build | Kind::Bundle => {}
    }
    orders
}

/// Whether there is code that runs a case.
#[must_use]
pub fn can_run(case: &Case) -> bool {
    !orders(case).is_empty() || !case.checks.is_empty()
}

/// The roles in which a boundary's attempts are made.
pub fn roles(boundary: &Boundary) -> impl Iterator<Item = Role> {
    let name = || boundary.name.clone();
    let alone = (0..boundary.alone.len()).map(move |index| Role::Alone {
        boundary: name(),
        index,
    });
    [
        Role::Locked,
        Role::Control {
            boundary: boundary.name.clone(),
        },
    ]
    .into_iter()
    .chain(alone)
}

/// What must come of an attempt in a role.
#[must_use]
pub fn expectation<'a>(boundary: &Boundary, attempt: &'a Attempt, role: &Role) -> &'a Expectation {
    match role {
        Role::Locked => &attempt.locked,
        Role::Control { .. } => &attempt.control,
        Role::Alone { index, .. } => {
            let lifts = boundary.alone.get(*index).map_or(&[][..], Vec::as_slice);
            attempt.expected_alone(lifts)
        }
    }
}

/// The launch in which an attempt is made in a role. An attempt the probe may not
/// survive has launches of its own.
#[must_use]
pub fn launch_id(case: &Case, boundary: &Boundary, attempt: &Attempt, role: &Role) -> String {
    let own = attempt.lethal.then_some(attempt.id.as_str());
    probe_launch_id(case, boundary, own, role)
}

fn probe_launch_id(case: &Case, boundary: &Boundary, own: Option<&str>, role: &Role) -> String {
    let role = match role {
        Role::Locked => "locked".to_owned(),
        Role::Control { .. } => "control".to_owned(),
        Role::Alone { index, .. } => format!("alone-{}", index + 1),
    };
    match own {
        Some(attempt) => format!("{}/{}/{attempt}/{role}", case.id, boundary.name),
        None => format!("{}/{}/{role}", case.id, boundary.name),
    }
}

fn probe_orders(case: &Case, boundary: &Boundary) -> Vec<Order> {
    let mut orders = Vec::new();
    for role in roles(boundary) {
        let lifts = match &role {
            Role::Locked => Vec::new(),
            Role::Control { .. } => boundary.lift.clone(),
            Role::Alone { index, .. } => boundary.alone.get(*index).cloned().unwrap_or_default(),
        };
        let (lethal, together): (Vec<_>, Vec<_>) =
            boundary.attempts.iter().partition(|attempt| attempt.lethal);
        let mut groups: Vec<(Option<&str>, Vec<&Attempt>)> = lethal
            .into_iter()
            .map(|attempt| (Some(attempt.id.as_str()), vec![attempt]))
            .collect();
        if !together.is_empty() {
            groups.push((None, together));
        }
        for (own, attempts) in groups {
            orders.push(Order {
                id: probe_launch_id(case, boundary, own, &role),
                case: case.id.to_string(),
                role: role.clone(),
                lifts: lifts.clone(),
                canaries: case.canaries.clone(),
                every_mount: own.is_none() && every_mount::is_tried(case, boundary, &role),
                task: probe(&lifts, attempts.into_iter().map(Attempt::planned).collect()),
            });
        }
    }
    orders
}

/// The probe in a sandbox, or outside of any.
fn probe(lifts: &[Lift], attempts: Vec<PlannedAttempt>) -> Task {
    if lifts.contains(&Lift::Sandbox) {
        Task::BareProbe(attempts)
    } else {
        Task::Probe(attempts)
    }
}

/// The launches of a packet: one, or as many as it is given in.
#[must_use]
pub fn packet_ids(case: &Case, packet: &matrix::Packet) -> Vec<String> {
    let id = format!("{}/{}", case.id, packet.fixture);
    if packet.times == 1 {
        return vec![id];
    }
    let numbers = 1..=packet.times;
    numbers.map(|number| format!("{id}#{number}")).collect()
}

/// Every packet is given in the whole sandbox: which of them is good makes no difference
/// to what the sandbox must be.
fn packet_orders(case: &Case) -> Vec<Order> {
    let trace = case.needs_trace();
    let orders = case.packets.iter().flat_map(|packet| {
        let ids = packet_ids(case, packet).into_iter();
        ids.map(|id| Order {
            id,
            case: case.id.to_string(),
            role: Role::Locked,
            lifts: Vec::new(),
            canaries: case.canaries.clone(),
            every_mount: false,
            task: Task::Check {
                packet: Packet::Fixture(packet.fixture.clone()),
                trace,
            },
        })
    });
    orders.collect()
}

/// The launch of a fault.
#[must_use]
pub fn fault_id(case: &Case, fault: &Fault) -> String {
    format!("{}/{}", case.id, fault.id)
}

fn fault_orders(case: &Case) -> Vec<Order> {
    let role = |fault: &Fault| match fault.how {
        FaultKind::None => Role::Control {
            boundary: fault.id.clone(),
        },
        FaultKind::OutputFull
        | FaultKind::WriteError
        | FaultKind::KilledWriting
        | FaultKind::KilledPublishing => Role::Locked,
    };
    let order = |fault: &Fault| Order {
        id: fault_id(case, fault),
        case: case.id.to_string(),
        role: role(fault),
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Fault {
            fixture: REFERENCE.to_owned(),
            how: fault.how,
            previous: fault.previous,
        },
    };
    case.faults.iter().map(order).collect()
}

/// The one locked launch of a row that needs no other.
#[must_use]
pub fn locked_id(case: &Case) -> String {
    format!("{}/locked", case.id)
}

/// The launches of N24 in which an invariant of P1 is missing.
pub fn without_an_invariant(case: &Case) -> impl Iterator<Item = (String, &Without)> {
    let id = |without: &Without| {
        let lifted = lift_set_name(&without.lift);
        format!("{}/without-{lifted}", case.id)
    };
    case.without.iter().map(move |it| (id(it), it))
}

/// The launch of N24 in which there is no sandbox at all.
#[must_use]
pub fn no_sandbox_id(case: &Case) -> String {
    format!("{}/no-sandbox", case.id)
}

fn trace_orders(case: &Case) -> Vec<Order> {
    let mut orders = vec![check(case, "locked", Role::Locked, Vec::new(), true)];
    for (id, without) in without_an_invariant(case) {
        let role = Role::Control {
            boundary: lift_set_name(&without.lift),
        };
        orders.push(Order {
            id,
            ..check(case, "", role, without.lift.clone(), true)
        });
    }
    let role = Role::Control {
        boundary: "sandbox".to_owned(),
    };
    orders.push(Order {
        id: no_sandbox_id(case),
        task: Task::Bare {
            fixture: REFERENCE.to_owned(),
        },
        ..check(case, "", role, Vec::new(), true)
    });
    orders
}

fn check(case: &Case, name: &str, role: Role, lifts: Vec<Lift>, trace: bool) -> Order {
    Order {
        id: format!("{}/{name}", case.id),
        case: case.id.to_string(),
        role,
        lifts,
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Check {
            packet: Packet::Fixture(REFERENCE.to_owned()),
            trace,
        },
    }
}
