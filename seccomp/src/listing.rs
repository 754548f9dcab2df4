//! A filter as instructions that people can read, with the names of the calls.
//!
//! What a number means depends on what was loaded before it: followed along every path,
//! the accumulator is the call's number, its architecture, half of an argument, or not
//! known. A number gets a name only where all paths to it agree. Nothing is evaluated.

use crate::evaluate::Action;
use crate::operation::{Arithmetic, Comparison, Operand, Operation, Returned};
use crate::program::Program;
use crate::table::{
    AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, Arch, X32_SYSCALL_BIT,
    i386_syscall_name, syscall_name,
};

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place in the program, from 0.
    pub index: usize,
    /// What it does.
    pub text: String,
    /// What the kernel does with the call, where the program ends with a constant.
    pub returns: Option<Action>,
}

/// Every instruction of a program.
///
/// ```
/// use seccomp::listing::listing;
/// use seccomp::{Arch, Policy, compile_strict};
///
/// let program = compile_strict(&Policy::builtin()?, Arch::X86_64)?.remove(0);
/// assert_eq!(listing(&program).len(), program.instructions().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn listing(program: &Program) -> Vec<Step> {
    let operations = program.operations();
    let mut known: Vec<Option<Known>> = vec![None; operations.len()];
    if let Some(first) = known.first_mut() {
        *first = Some(Known::default());
    }
    let mut steps = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        // Jumps go forward only, so everything that leads here was looked at.
        let here = known.get(index).copied().flatten().unwrap_or_default();
        for (next, after) in here.after(operation, index) {
            if let Some(slot) = known.get_mut(next) {
                *slot = Some(slot.map_or(after, |other| other.and(after)));
            }
        }
        steps.push(Step {
            index,
            text: here.words(operation, index),
            returns: returned(operation),
        });
    }
    steps
}

fn returned(operation: &Operation) -> Option<Action> {
    match operation {
        Operation::Return(Returned::Immediate(value)) => Some(Action::from_return(*value)),
        Operation::Return(Returned::Accumulator)
        | Operation::LoadData(_)
        | Operation::Load(_)
        | Operation::LoadScratch(_)
        | Operation::LoadIndex(_)
        | Operation::LoadIndexScratch(_)
        | Operation::Store(_)
        | Operation::StoreIndex(_)
        | Operation::Compute(..)
        | Operation::Negate
        | Operation::Skip(_)
        | Operation::Branch { .. }
        | Operation::ToIndex
        | Operation::FromIndex => None,
    }
}

/// What the accumulator holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Held {
    Number,
    Arch,
    #[default]
    Other,
}

/// What is known at an instruction, whichever way led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Known {
    held: Held,
    /// The architecture that the call has.
    arch: Option<u32>,
}

impl Known {
    fn and(self, other: Self) -> Self {
        Self {
            held: if self.held == other.held {
                self.held
            } else {
                Held::Other
            },
            arch: self.arch.filter(|arch| other.arch == Some(*arch)),
        }
    }

    /// What is known at each place that may come next.
    fn after(self, operation: &Operation, index: usize) -> Vec<(usize, Self)> {
        let mut next = self;
        match operation {
            Operation::LoadData(0) => next.held = Held::Number,
            Operation::LoadData(1) => next.held = Held::Arch,
            Operation::LoadData(_)
            | Operation::Load(_)
            | Operation::LoadScratch(_)
            | Operation::Compute(..)
            | Operation::Negate
            | Operation::FromIndex => next.held = Held::Other,
            Operation::LoadIndex(_)
            | Operation::LoadIndexScratch(_)
            | Operation::Store(_)
            | Operation::StoreIndex(_)
            | Operation::Skip(_)
            | Operation::Branch { .. }
            | Operation::Return(_)
            | Operation::ToIndex => {}
        }
        let mut places: Vec<(usize, Self)> =
            operation.successors(index).map(|at| (at, next)).collect();
        if let (Held::Arch, Some(arch), Some((_, taken))) =
            (self.held, is_equal_to(operation), places.first_mut())
        {
            taken.arch = Some(arch);
        }
        places
    }

    fn words(self, operation: &Operation, index: usize) -> String {
        match *operation {
            Operation::LoadData(word) => format!("A = {}", data(word)),
            Operation::Load(value) => format!("A = {value:#x}"),
            Operation::LoadScratch(word) => format!("A = M[{word}]"),
            Operation::LoadIndex(value) => format!("X = {value:#x}"),
            Operation::LoadIndexScratch(word) => format!("X = M[{word}]"),
            Operation::Store(word) => format!("M[{word}] = A"),
            Operation::StoreIndex(word) => format!("M[{word}] = X"),
            Operation::Compute(how, operand) => {
                format!("A = A {} {}", sign(how), plain(operand))
            }
            Operation::Negate => "A = -A".to_owned(),
            Operation::ToIndex => "X = A".to_owned(),
            Operation::FromIndex => "A = X".to_owned(),
            Operation::Skip(_) => format!("go to {}", places(operation, index)[0]),
            Operation::Branch { test, operand, .. } => {
                let places = places(operation, index);
                format!(
                    "if A {} {}: go to {}, else to {}",
                    comparison(test),
                    self.named(operand),
                    places[0],
                    places[1]
                )
            }
            Operation::Return(Returned::Immediate(value)) => format!("return {value:#010x}"),
            Operation::Return(Returned::Accumulator) => "return A".to_owned(),
        }
    }

    /// A number that the accumulator is compared with.
    fn named(self, operand: Operand) -> String {
        let Operand::Immediate(value) = operand else {
            return plain(operand);
        };
        let name = match self.held {
            Held::Number => call(self.arch, value),
            Held::Arch => arch(value).map(str::to_owned),
            Held::Other => None,
        };
        match (self.held, name) {
            (Held::Number, Some(name)) => format!("{value} {name}"),
            (Held::Arch, Some(name)) => name,
            (Held::Number | Held::Arch | Held::Other, _) => format!("{value:#x}"),
        }
    }
}

/// The architecture that a comparison leaves where it holds.
fn is_equal_to(operation: &Operation) -> Option<u32> {
    match operation {
        Operation::Branch {
            test: Comparison::Equal,
            operand: Operand::Immediate(value),
            ..
        } => Some(*value),
        Operation::Branch { .. }
        | Operation::LoadData(_)
        | Operation::Load(_)
        | Operation::LoadScratch(_)
        | Operation::LoadIndex(_)
        | Operation::LoadIndexScratch(_)
        | Operation::Store(_)
        | Operation::StoreIndex(_)
        | Operation::Compute(..)
        | Operation::Negate
        | Operation::Skip(_)
        | Operation::Return(_)
        | Operation::ToIndex
        | Operation::FromIndex => None,
    }
}

/// Both places that a branch leads to; of a jump twice the same.
fn places(operation: &Operation, index: usize) -> [usize; 2] {
    let mut next = operation.successors(index);
    let first = next.next().unwrap_or(index);
    [first, next.next().unwrap_or(first)]
}

/// A word of `struct seccomp_data` (seccomp(2)).
fn data(word: usize) -> String {
    match word {
        0 => "number of the call".to_owned(),
        1 => "architecture".to_owned(),
        2 => "instruction pointer, low half".to_owned(),
        3 => "instruction pointer, high half".to_owned(),
        _ => {
            let half = if word.is_multiple_of(2) {
                "low"
            } else {
                "high"
            };
            format!("argument {}, {half} half", (word - 4) / 2)
        }
    }
}

fn arch(value: u32) -> Option<&'static str> {
    match value {
        AUDIT_ARCH_X86_64 => Some("x86_64"),
        AUDIT_ARCH_I386 => Some("i386"),
        AUDIT_ARCH_AARCH64 => Some("aarch64"),
        AUDIT_ARCH_ARM => Some("arm"),
        _ => None,
    }
}

/// The name of an `AUDIT_ARCH_*` value, or its digits.
#[must_use]
pub fn arch_words(value: u32) -> String {
    arch(value).map_or_else(|| format!("architecture {value:#x}"), str::to_owned)
}

/// The name of a call on an architecture, with its x32 bit in words.
#[must_use]
pub fn call(arch: Option<u32>, number: u32) -> Option<String> {
    let name = |arch, number| syscall_name(arch, number).map(str::to_owned);
    match arch? {
        AUDIT_ARCH_X86_64 if number & X32_SYSCALL_BIT != 0 => {
            let name = name(Arch::X86_64, number & !X32_SYSCALL_BIT)?;
            Some(format!("{name}, with the x32 bit"))
        }
        AUDIT_ARCH_X86_64 => name(Arch::X86_64, number),
        AUDIT_ARCH_AARCH64 => name(Arch::Aarch64, number),
        AUDIT_ARCH_I386 => i386_syscall_name(number).map(str::to_owned),
        _ => None,
    }
}

fn plain(operand: Operand) -> String {
    match operand {
        Operand::Immediate(value) => format!("{value:#x}"),
        Operand::Index => "X".to_owned(),
    }
}

fn sign(how: Arithmetic) -> &'static str {
    match how {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::And => "&",
        Arithmetic::Or => "|",
        Arithmetic::Xor => "^",
        Arithmetic::ShiftLeft => "<<",
        Arithmetic::ShiftRight => ">>",
    }
}

fn comparison(test: Comparison) -> &'static str {
    match test {
        Comparison::Equal => "is",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::AnyBit => "has a bit of",
    }
}

#[cfg(test)]
mod tests;
