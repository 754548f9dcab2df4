//! A classic BPF program that the kernel would accept as a seccomp filter.
//!
//! [`Program::new`] makes the same checks as `bpf_check_classic` and
//! `seccomp_check_filter` (kernel/seccomp.c), so that a `Program` always ends
//! and never reads out of bounds. Running one is [`mod@crate::evaluate`]'s.

use std::fmt;

use crate::operation::{Operand, Operation};

/// The most instructions one filter may have: `BPF_MAXINSNS`, `linux/bpf_common.h`.
pub const MAX_INSTRUCTIONS: usize = 4096;
/// The size of one `struct sock_filter`, bytes.
pub const INSTRUCTION_BYTES: usize = 8;
/// How many scratch words a program has: `BPF_MEMWORDS`, `linux/bpf_common.h`.
pub const SCRATCH_WORDS: usize = 16;

/// One `struct sock_filter` (`linux/filter.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// Operation code.
    pub code: u16,
    /// Instructions skipped when a comparison holds.
    pub jt: u8,
    /// Instructions skipped when it does not.
    pub jf: u8,
    /// Immediate operand.
    pub k: u32,
}

impl Instruction {
    /// The bytes of the instruction as the kernel keeps them (little-endian on
    /// every architecture filters are compiled for).
    #[must_use]
    pub fn to_bytes(self) -> [u8; INSTRUCTION_BYTES] {
        let [c0, c1] = self.code.to_le_bytes();
        let [k0, k1, k2, k3] = self.k.to_le_bytes();
        [c0, c1, self.jt, self.jf, k0, k1, k2, k3]
    }

    /// The inverse of [`Self::to_bytes`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; INSTRUCTION_BYTES]) -> Self {
        let [c0, c1, jt, jf, k0, k1, k2, k3] = bytes;
        Self {
            code: u16::from_le_bytes([c0, c1]),
            jt,
            jf,
            k: u32::from_le_bytes([k0, k1, k2, k3]),
        }
    }
}

/// A seccomp filter program; see the head of this file for what it guarantees.
#[derive(Clone, PartialEq, Eq)]
pub struct Program {
    instructions: Vec<Instruction>,
    operations: Vec<Operation>,
}

/// A sequence of instructions is not a filter the kernel would load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// No instruction, or more than [`MAX_INSTRUCTIONS`].
    #[error("expected 1 to {MAX_INSTRUCTIONS} instructions, observed `{observed}`")]
    Length {
        /// How many there were.
        observed: usize,
    },
    /// The bytes are not whole instructions.
    #[error("expected a multiple of {INSTRUCTION_BYTES} bytes, observed `{observed}`")]
    Partial {
        /// How many bytes there were.
        observed: usize,
    },
    /// The text is not lower-case hexadecimal.
    #[error("expected lower-case hexadecimal digits in pairs at character `{position}`")]
    Hex {
        /// Where the first wrong character is.
        position: usize,
    },
    /// `seccomp_check_filter` allows no such operation, offset or operand.
    #[error(
        "expected an operation seccomp accepts at `{index}`, observed code `{code:#06x}` with `{k:#x}`"
    )]
    Operation {
        /// Which instruction.
        index: usize,
        /// Its code.
        code: u16,
        /// Its immediate operand.
        k: u32,
    },
    /// A jump leaves the program.
    #[error("expected a jump within the program at `{index}`")]
    Jump {
        /// Which instruction.
        index: usize,
    },
    /// A scratch word is read that some path does not write first.
    #[error("expected scratch word `{word}` to be written before `{index}` reads it")]
    Scratch {
        /// Which instruction.
        index: usize,
        /// Which word.
        word: usize,
    },
    /// The last instruction does not return.
    #[error("expected a return as the last instruction")]
    End,
}

impl Program {
    /// Checks the instructions as the kernel does when a filter is loaded.
    ///
    /// # Errors
    /// The first thing the kernel would refuse; see [`ProgramError`].
    pub fn new(instructions: Vec<Instruction>) -> Result<Self, ProgramError> {
        let observed = instructions.len();
        if observed == 0 || observed > MAX_INSTRUCTIONS {
            return Err(ProgramError::Length { observed });
        }
        let operations = instructions
            .iter()
            .enumerate()
            .map(|(index, at)| {
                Operation::decode(*at).ok_or(ProgramError::Operation {
                    index,
                    code: at.code,
                    k: at.k,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        check_jumps(&operations)?;
        check_scratch(&operations)?;
        match operations.last() {
            Some(Operation::Return(_)) => Ok(Self {
                instructions,
                operations,
            }),
            Some(_) | None => Err(ProgramError::End),
        }
    }

    /// Reads `struct sock_filter[]`, for example as `PTRACE_SECCOMP_GET_FILTER`
    /// (ptrace(2)) gives it.
    ///
    /// # Errors
    /// As [`Self::new`], and when the bytes are not whole instructions.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProgramError> {
        let observed = bytes.len();
        let (whole, rest) = bytes.as_chunks::<INSTRUCTION_BYTES>();
        if !rest.is_empty() {
            return Err(ProgramError::Partial { observed });
        }
        if whole.len() > MAX_INSTRUCTIONS {
            return Err(ProgramError::Length {
                observed: whole.len(),
            });
        }
        Self::new(
            whole
                .iter()
                .map(|bytes| Instruction::from_bytes(*bytes))
                .collect(),
        )
    }

    /// The program as `struct sock_filter[]`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.instructions
            .iter()
            .flat_map(|at| at.to_bytes())
            .collect()
    }

    /// Reads lower-case hexadecimal, as the airlock's plan carries it.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], and when the text is not such hexadecimal.
    ///
    /// ```
    /// use seccomp::{Arch, Policy, Program, compile_strict};
    ///
    /// let program = compile_strict(&Policy::builtin()?, Arch::X86_64)?.remove(0);
    /// assert_eq!(Program::from_hex(&program.to_hex())?, program);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_hex(text: &str) -> Result<Self, ProgramError> {
        let digits = text.as_bytes();
        if digits.len() > 2 * INSTRUCTION_BYTES * MAX_INSTRUCTIONS {
            return Err(ProgramError::Length {
                observed: digits.len() / 2 / INSTRUCTION_BYTES,
            });
        }
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(ProgramError::Hex {
                position: digits.len(),
            });
        }
        let bytes = pairs
            .iter()
            .enumerate()
            .map(|(index, [high, low])| match (nibble(*high), nibble(*low)) {
                (Some(high), Some(low)) => Ok(high << 4 | low),
                (Some(_), None) => Err(ProgramError::Hex {
                    position: 2 * index + 1,
                }),
                (None, Some(_) | None) => Err(ProgramError::Hex {
                    position: 2 * index,
                }),
            })
            .collect::<Result<Vec<u8>, _>>()?;
        Self::from_bytes(&bytes)
    }

    /// The program as lower-case hexadecimal.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.to_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The instructions as loaded.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// What the instructions mean.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Every number the program compares with: the only places where its answer
    /// can change from one value to the next.
    pub fn compared(&self) -> impl Iterator<Item = u32> + '_ {
        self.operations.iter().filter_map(|at| match at {
            Operation::Branch {
                operand: Operand::Immediate(k),
                ..
            } => Some(*k),
            Operation::Branch {
                operand: Operand::Index,
                ..
            }
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
        })
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.to_hex()).finish()
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Jumps go forward only; each must land on an instruction.
fn check_jumps(operations: &[Operation]) -> Result<(), ProgramError> {
    for (index, at) in operations.iter().enumerate() {
        if at.successors(index).any(|next| next >= operations.len()) {
            let last = index + 1 == operations.len();
            return Err(if last {
                ProgramError::End
            } else {
                ProgramError::Jump { index }
            });
        }
    }
    Ok(())
}

/// `check_load_and_stores`, net/core/filter.c: on every path a scratch word is
/// written before it is read.
fn check_scratch(operations: &[Operation]) -> Result<(), ProgramError> {
    let mut written = vec![u16::MAX; operations.len()];
    if let Some(first) = written.first_mut() {
        *first = 0;
    }
    for (index, at) in operations.iter().enumerate() {
        let mut valid = written.get(index).copied().unwrap_or_default();
        match at {
            Operation::Store(word) | Operation::StoreIndex(word) => valid |= 1 << word,
            Operation::LoadScratch(word) | Operation::LoadIndexScratch(word) => {
                if valid & (1 << word) == 0 {
                    return Err(ProgramError::Scratch { index, word: *word });
                }
            }
            Operation::LoadData(_)
            | Operation::Load(_)
            | Operation::LoadIndex(_)
            | Operation::Compute(..)
            | Operation::Negate
            | Operation::Skip(_)
            | Operation::Branch { .. }
            | Operation::Return(_)
            | Operation::ToIndex
            | Operation::FromIndex => {}
        }
        for next in at.successors(index) {
            if let Some(mask) = written.get_mut(next) {
                *mask &= valid;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
