//! The filters of a process, read back, evaluated for a call that it made.

use std::sync::Arc;

use negatives::errno::Errno;
use seccomp::table::NUMBERS;
use seccomp::{Action, Call, Program, evaluate, evaluate_stack};

use crate::alike::{self, Alike};
use crate::answers::Called;

/// Which filter of these, counted from 1, and of how many, kills whoever makes this very
/// call.
#[must_use]
pub fn kills(stack: &[Arc<str>], call: &Called) -> Option<(usize, usize)> {
    let (programs, call) = read(stack, call)?;
    let action = evaluate_stack(&programs, &call).action;
    let kills = matches!(
        action,
        Action::KillProcess | Action::KillThread | Action::Trap(_)
    );
    decides(&programs, &call, action).filter(|_| kills)
}

/// Which filter of these, counted from 1, and of how many, gives this very answer to this
/// very call.
#[must_use]
pub fn gives(stack: &[Arc<str>], call: &Called, errno: &str) -> Option<(usize, usize)> {
    let (number, filter) = answers(stack, call)?;
    (Errno::describe(i32::from(number)) == errno).then_some(filter)
}

/// Which filter of these, counted from 1, and of how many, answers this very call with no
/// error, so that it seems done: `SECCOMP_RET_ERRNO` with 0 (seccomp(2)).
#[must_use]
pub fn pretends(stack: &[Arc<str>], call: &Called) -> Option<(usize, usize)> {
    let (number, filter) = answers(stack, call)?;
    (number == 0).then_some(filter)
}

/// The error number that one of these answers this very call with, and which one.
fn answers(stack: &[Arc<str>], call: &Called) -> Option<(u16, (usize, usize))> {
    let (programs, call) = read(stack, call)?;
    let action = evaluate_stack(&programs, &call).action;
    let Action::Errno(number) = action else {
        return None;
    };
    Some((number, decides(&programs, &call, action)?))
}

/// A call that is the same act as this one, and that none of these refuses.
#[must_use]
pub fn passes_alike(stack: &[Arc<str>], call: &Called) -> Option<Alike> {
    let (programs, very) = read(stack, call)?;
    // What looks at no argument answers each of them alike.
    let consulted = evaluate_stack(&programs, &very).consulted;
    if !consulted.any_argument() {
        return None;
    }
    let passes = |it: &Alike| {
        let args = it.call.arguments;
        let action = evaluate_stack(&programs, &Call { args, ..very }).action;
        !matches!(
            action,
            Action::KillProcess | Action::KillThread | Action::Trap(_) | Action::Errno(_)
        )
    };
    alike::to(call).into_iter().find(passes)
}

/// Whether these refuse nothing: no call of the table of this machine, made without
/// arguments.
#[must_use]
pub fn refuse_nothing(stack: &[Arc<str>], arch: u32) -> bool {
    let passes = |programs: &[Program], number| {
        let call = Call {
            number,
            arch,
            instruction_pointer: 0,
            args: [0; 6],
        };
        let action = evaluate_stack(programs, &call).action;
        matches!(action, Action::Allow | Action::Log)
    };
    programs(stack).is_some_and(|programs| (0..NUMBERS).all(|number| passes(&programs, number)))
}

fn read(stack: &[Arc<str>], call: &Called) -> Option<(Vec<Program>, Call)> {
    let call = Call {
        number: u32::try_from(call.number).ok()?,
        arch: call.arch,
        instruction_pointer: 0,
        args: call.arguments,
    };
    Some((programs(stack)?, call))
}

fn programs(stack: &[Arc<str>]) -> Option<Vec<Program>> {
    stack.iter().map(|it| Program::from_hex(it).ok()).collect()
}

/// Of equal answers the one that was loaded last counts (seccomp(2)).
fn decides(programs: &[Program], call: &Call, action: Action) -> Option<(usize, usize)> {
    let decides = |it: &Program| evaluate(it, call).action == action;
    let at = programs.iter().rposition(decides)?;
    Some((at + 1, programs.len()))
}
