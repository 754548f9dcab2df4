//! What a probe says, where everything comes out as the matrix declares it.

use evidence::Exit;
use evidence::order::Order;
use evidence::plan::every_mount;
use evidence::record::{LaunchRecord, Role};
use negatives::matrix::{Case, Expectation};
use negatives::wire::{EXEC_HELLO, Event, Line, OUTPUT, Outcome};

/// A signal's place in an exit code (bash(1)).
const SIGNALLED: i64 = 128;

/// The probe's lines, and how it ended.
pub(super) fn protocol(case: &Case, order: &Order, record: &LaunchRecord) -> (Vec<Line>, Exit) {
    let own = record.attempts().iter();
    let own = own.map(|id| (id.clone(), came(case, order, id)));
    let barrier = record.barrier.iter().filter(|_| order.every_mount);
    let mounts = barrier.flat_map(every_mount::points);
    let mounts = mounts.map(|point| (every_mount::id(point), Ok(at_mount(point))));
    let due: Vec<(String, Result<Outcome, i64>)> = own.chain(mounts).collect();
    let attempts = u32::try_from(due.len()).unwrap();
    let mut events = vec![Event::Hello {
        case: order.case.clone(),
        attempts,
    }];
    let mut made = 0;
    for (id, came) in due {
        events.push(Event::Begin { id: id.clone() });
        let outcome = match came {
            Ok(outcome) => outcome,
            Err(signal) => return (lines(record, events), Exit::Code(SIGNALLED + signal)),
        };
        made += 1;
        let another = outcome == Outcome::Found(EXEC_HELLO.to_owned());
        events.push(Event::End {
            id,
            call: None,
            outcome,
        });
        if another {
            break;
        }
    }
    events.push(Event::Exit { attempts: made });
    (lines(record, events), Exit::Code(0))
}

fn lines(record: &LaunchRecord, events: Vec<Event>) -> Vec<Line> {
    let lines = (0..).zip(events).map(|(seq, event)| Line {
        nonce: record.nonce.clone(),
        seq,
        event,
    });
    lines.collect()
}

/// Nothing can be written but beneath the output.
fn at_mount(point: &str) -> Outcome {
    match point {
        OUTPUT => Outcome::Returned(3),
        _ => Outcome::Errno(libc::EROFS),
    }
}

fn expectation<'a>(case: &'a Case, order: &Order, id: &str) -> &'a Expectation {
    let mut attempts = case.boundaries.iter().flat_map(|it| &it.attempts);
    let attempt = attempts.find(|it| it.id == id).unwrap();
    match order.role {
        Role::Locked => &attempt.locked,
        Role::Control => &attempt.control,
        Role::Alone => attempt.expected_alone(&order.lifts),
    }
}

/// What comes of an attempt in this launch, as the matrix declares it.
///
/// # Errors
/// The number of the signal that ends the probe in it.
pub fn came(case: &Case, order: &Order, id: &str) -> Result<Outcome, i64> {
    Ok(match expectation(case, order, id) {
        Expectation::Errno(name) => Outcome::Errno(name.number()),
        Expectation::OneOf(names) => Outcome::Errno(names[0].number()),
        Expectation::Returns => Outcome::Returned(3),
        Expectation::ReturnsExactly(value) => Outcome::Returned(*value),
        Expectation::Killed(signal) => return Err(i64::from(signal.number())),
        Expectation::Found => Outcome::Found("it".to_owned()),
        Expectation::Absent => Outcome::Absent,
        Expectation::Exec => Outcome::Found(EXEC_HELLO.to_owned()),
    })
}
