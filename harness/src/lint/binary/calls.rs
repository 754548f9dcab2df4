//! The numbers of a program's system calls: for each `syscall` instruction, what can
//! stand in `eax` when it is reached.

use std::collections::BTreeSet;

use iced_x86::Register;

use super::code::Code;
use super::flow::Search;

/// One `syscall` instruction.
#[derive(Debug)]
pub(super) struct Site {
    /// Section and offset.
    pub(super) place: String,
    /// The numbers that were recovered.
    pub(super) numbers: BTreeSet<u32>,
    /// There can be others.
    pub(super) open: bool,
}

/// Every site, in the order of the code.
pub(super) fn sites(code: &Code<'_>) -> Vec<Site> {
    code.syscalls()
        .map(|index| {
            let found = Search::new(code).values(index, Register::RAX);
            Site {
                place: code.place(code.address(index)),
                numbers: found.values,
                open: found.open,
            }
        })
        .collect()
}
