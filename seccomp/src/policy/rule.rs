//! The words a policy is made of: entries, conditions and answers.
//!
//! What they mean together is [`super::Policy`]'s.

use serde::Deserialize;

use crate::table::Arch;

/// One of the two filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The engine's, in force before the container's first exec.
    Runtime,
    /// The airlock's, in force before the subject's first instruction.
    Strict,
}

/// Which filters an entry belongs to. Nothing can be strict only, so the strict
/// allowlist is a subset of the runtime's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The strict and the runtime filter.
    Both,
    /// The runtime filter only.
    Runtime,
}

impl Filter {
    pub(super) const fn includes(self, form: Form) -> bool {
        match (self, form) {
            (Self::Both, Form::Runtime | Form::Strict) | (Self::Runtime, Form::Runtime) => true,
            (Self::Runtime, Form::Strict) => false,
        }
    }
}

/// How many low bits of an argument the kernel looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// The parameter is an `int` or `unsigned`.
    Bits32,
    /// The parameter is a pointer, a `long` or a `size_t`.
    Bits64,
}

impl Width {
    /// The bits that count.
    #[must_use]
    pub const fn mask(self) -> u64 {
        match self {
            Self::Bits32 => 0xffff_ffff,
            Self::Bits64 => u64::MAX,
        }
    }
}

/// How an argument is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Every bit of the width is equal.
    Equal,
    /// The bits of the mask are equal.
    MaskedEqual(u64),
}

/// A condition on one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Which argument, from 0.
    pub index: u8,
    /// How much of it counts.
    pub width: Width,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: u64,
}

impl Condition {
    /// Whether these arguments meet the condition.
    #[must_use]
    pub fn holds(&self, args: &[u64; 6]) -> bool {
        let argument = args
            .get(usize::from(self.index))
            .copied()
            .unwrap_or_default();
        argument & self.decisive() == self.value
    }

    /// The bits of the argument that decide.
    #[must_use]
    pub const fn decisive(&self) -> u64 {
        match self.operator {
            Operator::Equal => self.width.mask(),
            Operator::MaskedEqual(mask) => mask,
        }
    }
}

/// One way in which one call is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The call's name.
    pub call: String,
    /// Which filters allow it.
    pub filter: Filter,
    /// Which architectures have it.
    pub arches: Vec<Arch>,
    /// What must hold; nothing if empty.
    pub conditions: Vec<Condition>,
    /// What needs it.
    pub why: String,
}

impl Rule {
    /// Whether one of the two makes the other idle. A rule for the runtime alone
    /// may be wider than one for both; that is what it is for.
    pub(super) fn covers_or_equals(&self, other: &Self) -> bool {
        let overlap =
            self.call == other.call && self.arches.iter().any(|arch| other.arches.contains(arch));
        let unconditional = self.conditions.is_empty() || other.conditions.is_empty();
        let same = self.conditions == other.conditions;
        overlap && (same || (unconditional && self.filter == other.filter))
    }
}

/// One call that is refused with another error number than the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The call's name.
    pub call: String,
    /// Which filters answer so.
    pub filter: Filter,
    /// Which architectures have it.
    pub arches: Vec<Arch>,
    /// The answer.
    pub errno: Errno,
    /// What depends on this answer.
    pub why: String,
}

/// An error number a filter may answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errno {
    /// Operation not permitted (1).
    Eperm,
    /// Permission denied (13).
    Eacces,
    /// Function not implemented (38).
    Enosys,
}

impl Errno {
    /// The number, `asm-generic/errno.h`.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Eperm => 1,
            Self::Eacces => 13,
            Self::Enosys => 38,
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "EPERM" => Some(Self::Eperm),
            "EACCES" => Some(Self::Eacces),
            "ENOSYS" => Some(Self::Enosys),
            _ => None,
        }
    }
}

/// What the policy says about one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is made.
    Allow,
    /// It fails with this error number.
    Refuse(Errno),
}
