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
///
///
/// let matrix = declared::matrix()?;
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
    let mut orders = probe_orders(case);
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

/// One of the sandboxes that a boundary's attempts are made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox<'a> {
    /// What it is for.
    pub role: Role,
    /// What is lifted in it.
    pub lifts: &'a [Lift],
    name: String,
}

/// The sandboxes in which a boundary's attempts are made.
pub fn sandboxes(boundary: &Boundary) -> impl Iterator<Item = Sandbox<'_>> {
    let alone = boundary.alone.iter();
    [
        Sandbox::locked(),
        Sandbox::new(Role::Control, &boundary.lift),
    ]
    .into_iter()
    .chain(alone.map(|lifts| Sandbox::new(Role::Alone, lifts)))
}

impl<'s> Sandbox<'s> {
    fn new(role: Role, lifts: &'s [Lift]) -> Self {
        let name = match role {
            Role::Locked => "locked".to_owned(),
            Role::Control => format!("control without {}", lift_set_name(lifts)),
            Role::Alone => format!("alone without {}", lift_set_name(lifts)),
        };
        Self { role, lifts, name }
    }

    /// The one in which nothing is lifted.
    #[must_use]
    pub fn locked() -> Self {
        Self::new(Role::Locked, &[])
    }

    /// What must come of an attempt in it.
    #[must_use]
    pub fn expectation<'a>(&self, attempt: &'a Attempt) -> &'a Expectation {
        match self.role {
            Role::Locked => &attempt.locked,
            Role::Control => &attempt.control,
            Role::Alone => attempt.expected_alone(self.lifts),
        }
    }

    /// The launch in which an attempt is made in it.
    ///
    /// All attempts of a row that ask for the same sandbox are made in one launch, one
    /// after the other. One that the probe may not survive, or that would change what
    /// comes after it, has a launch of its own wherever it is not to be refused: what is
    /// refused ends nothing and changes nothing, and what should have been refused and
    /// was not has broken the row already.
    #[must_use]
    pub fn launch_id(&self, case: &Case, attempt: &Attempt) -> String {
        if attempt.lethal && !self.expectation(attempt).is_refusal() {
            return [case.id.as_str(), &attempt.id, &self.name].join("/");
        }
        [case.id.as_str(), &self.name].join("/")
    }
}

/// The launches of a row's attempts, each where the first boundary asks for it.
fn probe_orders(case: &Case) -> Vec<Order> {
    let mut launches: Vec<(String, Sandbox<'_>, Vec<PlannedAttempt>)> = Vec::new();
    for boundary in &case.boundaries {
        for sandbox in sandboxes(boundary) {
            for attempt in &boundary.attempts {
                let id = sandbox.launch_id(case, attempt);
                match launches.iter_mut().find(|(known, ..)| *known == id) {
                    Some((.., attempts)) => attempts.push(attempt.planned()),
                    None => launches.push((id, sandbox.clone(), vec![attempt.planned()])),
                }
            }
        }
    }
    let orders = launches.into_iter().map(|(id, sandbox, attempts)| Order {
        id,
        case: case.id.to_string(),
        role: sandbox.role,
        lifts: sandbox.lifts.to_vec(),
        canaries: case.canaries.clone(),
        every_mount: false,
        task: probe(sandbox.lifts, attempts),
    });
    let mut orders: Vec<Order> = orders.collect();
    let mut locked = orders.iter_mut();
    if let Some(order) = locked.find(|order| every_mount::is_tried(case, order)) {
        order.every_mount = true;
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
        FaultKind::None => Role::Control,
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
        let lifts = without.lift.clone();
        orders.push(Order {
            id,
            ..check(case, "", Role::Control, lifts, true)
        });
    }
    orders.push(Order {
        id: no_sandbox_id(case),
        task: Task::Bare {
            fixture: REFERENCE.to_owned(),
        },
        ..check(case, "", Role::Control, Vec::new(), true)
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

#[cfg(test)]
mod tests;
