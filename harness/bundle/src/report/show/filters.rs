//! The filters as the kernel gave them back: instruction by instruction.

use std::sync::Arc;

use evidence::digest::sha256;
use evidence::view::Seen;
use seccomp::listing::{Step, listing};
use seccomp::{Action, Program};

use super::{Table, decode};

/// One table for each filter, in the order in which they were loaded.
pub(super) fn tables(when: &str, filters: &Seen<Vec<Arc<str>>>) -> Vec<Table> {
    let stack = match filters.known() {
        Ok(stack) => stack,
        Err(why) => return vec![Table::not_seen(&format!("filters {when}"), why)],
    };
    if stack.is_empty() {
        return vec![Table::new(&format!("filters {when}"), &["filter"])];
    }
    let numbered = stack.iter().zip(1_usize..);
    numbered
        .map(|(filter, number)| {
            let name = format!("filter {number} of {} {when}", stack.len());
            match Program::from_hex(filter) {
                Ok(program) => instructions(&name, &program),
                Err(error) => Table::not_seen(&name, &format!("no filter: {error}")),
            }
        })
        .collect()
}

/// Each filter by its length and digest.
pub(super) fn digests(when: &str, filters: &Seen<Vec<Arc<str>>>) -> Table {
    let name = format!("filters {when}");
    let stack = match filters.known() {
        Ok(stack) => stack,
        Err(why) => return Table::not_seen(&name, why),
    };
    let mut table = Table::new(&name, &["filter", "instructions", "SHA-256"]);
    for (filter, number) in stack.iter().zip(1_usize..) {
        let length = match Program::from_hex(filter) {
            Ok(program) => program.instructions().len().to_string(),
            Err(error) => format!("no filter: {error}"),
        };
        let bytes = hex::decode(&**filter).unwrap_or_default();
        table.line([&number.to_string(), &length, &sha256(&bytes)]);
    }
    table
}

fn instructions(name: &str, program: &Program) -> Table {
    let mut table = Table::new(name, &["at", "instruction"]);
    for Step {
        index,
        text,
        returns,
    } in listing(program)
    {
        let text = returns.map_or(text, |action| format!("return {}", self::action(action)));
        table.line([&index.to_string(), &text]);
    }
    table
}

/// What the kernel does with a call, as seccomp(2) names it.
pub(super) fn action(action: Action) -> String {
    match action {
        Action::KillProcess => "KILL_PROCESS".to_owned(),
        Action::KillThread => "KILL_THREAD".to_owned(),
        Action::Trap(data) => format!("TRAP {data}"),
        Action::Errno(number) => format!("ERRNO {}", decode::errno(number.into())),
        Action::Notify => "USER_NOTIF".to_owned(),
        Action::Trace(data) => format!("TRACE {data}"),
        Action::Log => "LOG".to_owned(),
        Action::Allow => "ALLOW".to_owned(),
    }
}
