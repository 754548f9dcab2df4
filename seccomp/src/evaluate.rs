//! Runs seccomp filters on paper: what would the kernel answer to this call?
//!
//! An evaluation also says which parts of the call the filters looked at. If
//! they looked at no argument, the answer is the same for all arguments; that
//! makes a look at every number a proof and not a sample.

use crate::operation::{Arithmetic, Comparison, DATA_WORDS, Operand, Operation, Returned};
use crate::program::{Program, SCRATCH_WORDS};

/// `struct seccomp_data` (seccomp(2)): one call as a filter sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Call {
    /// The call's number.
    pub number: u32,
    /// `AUDIT_ARCH_*` of the way the kernel was entered.
    pub arch: u32,
    /// Where the call was made from.
    pub instruction_pointer: u64,
    /// The six argument registers.
    pub args: [u64; 6],
}

impl Call {
    fn words(&self) -> [u32; DATA_WORDS] {
        let [a, b, c, d, e, f] = self.args;
        let mut words = [0; DATA_WORDS];
        let wide = [self.instruction_pointer, a, b, c, d, e, f];
        let narrow = [self.number, self.arch];
        let split = wide
            .iter()
            .flat_map(|value| [low_half(*value), high_half(*value)]);
        for (word, value) in words.iter_mut().zip(narrow.into_iter().chain(split)) {
            *word = value;
        }
        words
    }
}

/// What the kernel does with a call, `SECCOMP_RET_*` of seccomp(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The whole process dies with `SIGSYS`; also every value the kernel does
    /// not know.
    KillProcess,
    /// The calling thread dies with `SIGSYS`.
    KillThread,
    /// `SIGSYS` is sent.
    Trap(u16),
    /// The call is not made and fails with this error number.
    Errno(u16),
    /// A user-space supervisor decides.
    Notify,
    /// A tracer decides.
    Trace(u16),
    /// The call is made and logged.
    Log,
    /// The call is made.
    Allow,
}

impl Action {
    /// Reads a filter's return value.
    #[must_use]
    pub fn from_return(value: u32) -> Self {
        let data = low_quarter(value);
        match value & 0xffff_0000 {
            0x0000_0000 => Self::KillThread,
            0x0003_0000 => Self::Trap(data),
            // The kernel caps error numbers at MAX_ERRNO.
            0x0005_0000 => Self::Errno(data.min(4095)),
            0x7fc0_0000 => Self::Notify,
            0x7ff0_0000 => Self::Trace(data),
            0x7ffc_0000 => Self::Log,
            0x7fff_0000 => Self::Allow,
            _ => Self::KillProcess,
        }
    }
}

/// Which parts of a call the filters looked at before they decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consulted {
    words: u16,
}

impl Consulted {
    /// Whether the argument at `index` was looked at.
    #[must_use]
    pub const fn argument(self, index: u8) -> bool {
        index < 6 && self.words & (0b11 << (4 + 2 * index)) != 0
    }

    /// Whether any argument was looked at.
    #[must_use]
    pub const fn any_argument(self) -> bool {
        self.words & 0xfff0 != 0
    }

    /// Whether the instruction pointer was looked at, which no filter here does.
    #[must_use]
    pub const fn instruction_pointer(self) -> bool {
        self.words & 0b1100 != 0
    }
}

/// The answer of one filter or of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// What the kernel does.
    pub action: Action,
    /// What the answer depends on.
    pub consulted: Consulted,
}

/// Evaluates one filter.
#[must_use]
pub fn evaluate(program: &Program, call: &Call) -> Evaluation {
    let mut machine = Machine::new(call);
    let value = machine.run(program.operations());
    Evaluation {
        action: Action::from_return(value),
        consulted: machine.consulted,
    }
}

/// Evaluates filters in the order in which they were loaded. The strictest
/// action wins; among equal ones the most recently loaded (seccomp(2)). Without
/// any filter, every call is allowed.
#[must_use]
pub fn evaluate_stack(stack: &[Program], call: &Call) -> Evaluation {
    let mut strictest = 0x7fff_0000;
    let mut consulted = Consulted::default();
    for program in stack.iter().rev() {
        let mut machine = Machine::new(call);
        let value = machine.run(program.operations());
        consulted.words |= machine.consulted.words;
        if precedence(value) < precedence(strictest) {
            strictest = value;
        }
    }
    Evaluation {
        action: Action::from_return(strictest),
        consulted,
    }
}

/// `ACTION_ONLY`, kernel/seccomp.c: actions are compared as signed numbers.
fn precedence(value: u32) -> i32 {
    (value & 0xffff_0000).cast_signed()
}

struct Machine {
    data: [u32; DATA_WORDS],
    accumulator: u32,
    index: u32,
    scratch: [u32; SCRATCH_WORDS],
    consulted: Consulted,
}

impl Machine {
    fn new(call: &Call) -> Self {
        Self {
            data: call.words(),
            accumulator: 0,
            index: 0,
            scratch: [0; SCRATCH_WORDS],
            consulted: Consulted::default(),
        }
    }

    /// Ends because every jump goes forward and the last operation returns,
    /// which [`Program::new`] has checked.
    fn run(&mut self, operations: &[Operation]) -> u32 {
        let mut at = 0;
        while let Some(operation) = operations.get(at) {
            match self.step(operation) {
                Step::On(skip) => at += 1 + skip,
                Step::Returned(value) => return value,
            }
        }
        // Not reached in a checked program; the strictest answer if it were.
        0x8000_0000
    }

    fn step(&mut self, operation: &Operation) -> Step {
        match *operation {
            Operation::LoadData(word) => self.accumulator = self.load(word),
            Operation::Load(value) => self.accumulator = value,
            Operation::LoadScratch(word) => {
                self.accumulator = self.scratch.get(word).copied().unwrap_or_default()
            }
            Operation::LoadIndex(value) => self.index = value,
            Operation::LoadIndexScratch(word) => {
                self.index = self.scratch.get(word).copied().unwrap_or_default()
            }
            Operation::Store(word) => self.store(word, self.accumulator),
            Operation::StoreIndex(word) => self.store(word, self.index),
            Operation::Negate => self.accumulator = self.accumulator.wrapping_neg(),
            Operation::ToIndex => self.index = self.accumulator,
            Operation::FromIndex => self.accumulator = self.index,
            Operation::Skip(by) => return Step::On(usize::try_from(by).unwrap_or(usize::MAX / 2)),
            Operation::Return(Returned::Immediate(value)) => return Step::Returned(value),
            Operation::Return(Returned::Accumulator) => return Step::Returned(self.accumulator),
            Operation::Compute(how, operand) => {
                let Some(value) = compute(how, self.accumulator, self.operand(operand)) else {
                    // A division by zero ends the program with 0 (net/core/filter.c).
                    return Step::Returned(0);
                };
                self.accumulator = value;
            }
            Operation::Branch {
                test,
                operand,
                jt,
                jf,
            } => {
                let holds = compare(test, self.accumulator, self.operand(operand));
                return Step::On(usize::from(if holds { jt } else { jf }));
            }
        }
        Step::On(0)
    }

    fn load(&mut self, word: usize) -> u32 {
        self.consulted.words |= 1 << word;
        self.data.get(word).copied().unwrap_or_default()
    }

    fn store(&mut self, word: usize, value: u32) {
        if let Some(slot) = self.scratch.get_mut(word) {
            *slot = value;
        }
    }

    fn operand(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Immediate(value) => value,
            Operand::Index => self.index,
        }
    }
}

enum Step {
    On(usize),
    Returned(u32),
}

fn compute(how: Arithmetic, left: u32, right: u32) -> Option<u32> {
    Some(match how {
        Arithmetic::Add => left.wrapping_add(right),
        Arithmetic::Subtract => left.wrapping_sub(right),
        Arithmetic::Multiply => left.wrapping_mul(right),
        Arithmetic::Divide => return left.checked_div(right),
        Arithmetic::And => left & right,
        Arithmetic::Or => left | right,
        Arithmetic::Xor => left ^ right,
        // The kernel's translation to eBPF masks a shift by a register.
        Arithmetic::ShiftLeft => left.wrapping_shl(right),
        Arithmetic::ShiftRight => left.wrapping_shr(right),
    })
}

fn compare(test: Comparison, left: u32, right: u32) -> bool {
    match test {
        Comparison::Equal => left == right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
        Comparison::AnyBit => left & right != 0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is wanted"
)]
const fn low_half(value: u64) -> u32 {
    value as u32
}

const fn high_half(value: u64) -> u32 {
    (value >> 32) as u32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "SECCOMP_RET_DATA is the low 16 bits"
)]
const fn low_quarter(value: u32) -> u16 {
    value as u16
}

#[cfg(test)]
mod tests;
