//! The operations classic BPF has left once seccomp has refused the rest.
//!
//! The list is `seccomp_check_filter`'s (kernel/seccomp.c). Nothing else
//! decodes, so nothing else can be evaluated.

use crate::program::{Instruction, SCRATCH_WORDS};

/// How many 32-bit words `struct seccomp_data` has.
pub(crate) const DATA_WORDS: usize = 16;

/// Where an operation takes its second operand from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    /// The instruction itself.
    Immediate(u32),
    /// The index register.
    Index,
}

/// Arithmetic on the accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

/// A comparison of the accumulator, unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    AnyBit,
}

/// What a program returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returned {
    Immediate(u32),
    Accumulator,
}

/// One decoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Word of `seccomp_data` into the accumulator.
    LoadData(usize),
    Load(u32),
    LoadScratch(usize),
    LoadIndex(u32),
    LoadIndexScratch(usize),
    Store(usize),
    StoreIndex(usize),
    Compute(Arithmetic, Operand),
    Negate,
    Skip(u32),
    Branch {
        test: Comparison,
        operand: Operand,
        jt: u8,
        jf: u8,
    },
    Return(Returned),
    ToIndex,
    FromIndex,
}

impl Operation {
    /// `None` for what seccomp does not accept. Codes are `linux/bpf_common.h`'s.
    pub(crate) fn decode(at: Instruction) -> Option<Self> {
        Some(match at.code {
            0x20 => Self::LoadData(data_word(at.k)?),
            // `BPF_LEN` reads the size of `seccomp_data`, which is fixed.
            0x80 => Self::Load(64),
            0x81 => Self::LoadIndex(64),
            0x00 => Self::Load(at.k),
            0x01 => Self::LoadIndex(at.k),
            0x60 => Self::LoadScratch(scratch_word(at.k)?),
            0x61 => Self::LoadIndexScratch(scratch_word(at.k)?),
            0x02 => Self::Store(scratch_word(at.k)?),
            0x03 => Self::StoreIndex(scratch_word(at.k)?),
            0x84 => Self::Negate,
            0x06 => Self::Return(Returned::Immediate(at.k)),
            0x16 => Self::Return(Returned::Accumulator),
            0x07 => Self::ToIndex,
            0x87 => Self::FromIndex,
            0x05 => Self::Skip(at.k),
            _ => return Self::decode_two_operands(at),
        })
    }

    fn decode_two_operands(at: Instruction) -> Option<Self> {
        let operand = if at.code & 0x08 == 0 {
            Operand::Immediate(at.k)
        } else {
            Operand::Index
        };
        let branch = |test| Self::Branch {
            test,
            operand,
            jt: at.jt,
            jf: at.jf,
        };
        let operation = match at.code & !0x08 {
            0x04 => Self::Compute(Arithmetic::Add, operand),
            0x14 => Self::Compute(Arithmetic::Subtract, operand),
            0x24 => Self::Compute(Arithmetic::Multiply, operand),
            0x34 => Self::Compute(Arithmetic::Divide, operand),
            0x44 => Self::Compute(Arithmetic::Or, operand),
            0x54 => Self::Compute(Arithmetic::And, operand),
            0x64 => Self::Compute(Arithmetic::ShiftLeft, operand),
            0x74 => Self::Compute(Arithmetic::ShiftRight, operand),
            0xa4 => Self::Compute(Arithmetic::Xor, operand),
            0x15 => branch(Comparison::Equal),
            0x25 => branch(Comparison::Greater),
            0x35 => branch(Comparison::GreaterOrEqual),
            0x45 => branch(Comparison::AnyBit),
            _ => return None,
        };
        // `bpf_check_classic`: no constant division by zero, no constant shift
        // out of the word.
        let refused = matches!(
            operation,
            Self::Compute(Arithmetic::Divide, Operand::Immediate(0))
                | Self::Compute(
                    Arithmetic::ShiftLeft | Arithmetic::ShiftRight,
                    Operand::Immediate(32..)
                )
        );
        (!refused).then_some(operation)
    }

    /// Where the program may go on after this operation at `index`; beyond any
    /// program if the sum would overflow.
    pub(crate) fn successors(&self, index: usize) -> impl Iterator<Item = usize> {
        let after = |skip: u32| {
            usize::try_from(skip)
                .ok()
                .and_then(|skip| index.checked_add(1)?.checked_add(skip))
                .unwrap_or(usize::MAX)
        };
        let (first, second) = match self {
            Self::Return(_) => (None, None),
            Self::Skip(by) => (Some(after(*by)), None),
            Self::Branch { jt, jf, .. } => {
                (Some(after(u32::from(*jt))), Some(after(u32::from(*jf))))
            }
            Self::LoadData(_)
            | Self::Load(_)
            | Self::LoadScratch(_)
            | Self::LoadIndex(_)
            | Self::LoadIndexScratch(_)
            | Self::Store(_)
            | Self::StoreIndex(_)
            | Self::Compute(..)
            | Self::Negate
            | Self::ToIndex
            | Self::FromIndex => (Some(after(0)), None),
        };
        first.into_iter().chain(second)
    }
}

fn data_word(offset: u32) -> Option<usize> {
    let offset = usize::try_from(offset).ok()?;
    (offset.is_multiple_of(4) && offset / 4 < DATA_WORDS).then_some(offset / 4)
}

fn scratch_word(k: u32) -> Option<usize> {
    usize::try_from(k).ok().filter(|word| *word < SCRATCH_WORDS)
}
