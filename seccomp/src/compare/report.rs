//! What a comparison found, for the bundle and for the reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::evaluate::{Action, Call};
use crate::policy::Decision;
use crate::table::{Arch, syscall_name};

/// How exact a filter has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// Every answer as the policy has it; our own compiler's output.
    Exact,
    /// As loaded by runc or crun through libseccomp: numbers above the newest
    /// call of the profile may be `ENOSYS`, and x32 may be killed. Both are
    /// refusals.
    RuntimeStub,
}

/// What a stack does, where it does what the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedSummary {
    arch: Arch,
    /// Calls allowed whatever their arguments.
    pub allowed: BTreeSet<&'static str>,
    /// Calls allowed with some arguments.
    pub conditional: BTreeSet<&'static str>,
    /// How many numbers each refusal answers, conditional calls excluded.
    pub refused: BTreeMap<Action, u32>,
    /// The refusals of x32 numbers; empty on other architectures.
    pub x32: BTreeSet<Action>,
    /// The refusals by foreign `AUDIT_ARCH_*` value.
    pub foreign: BTreeMap<u32, BTreeSet<Action>>,
    /// How many native numbers were looked at.
    pub numbers: u32,
}

impl ComparedSummary {
    pub(super) const fn new(arch: Arch) -> Self {
        Self {
            arch,
            allowed: BTreeSet::new(),
            conditional: BTreeSet::new(),
            refused: BTreeMap::new(),
            x32: BTreeSet::new(),
            foreign: BTreeMap::new(),
            numbers: 0,
        }
    }

    pub(super) fn record(
        &mut self,
        number: u32,
        allowed: bool,
        conditional: bool,
        refusals: &BTreeSet<Action>,
    ) {
        self.numbers += 1;
        match syscall_name(self.arch, number).filter(|_| allowed) {
            Some(name) if conditional => _ = self.conditional.insert(name),
            Some(name) => _ = self.allowed.insert(name),
            None => {
                for action in refusals {
                    *self.refused.entry(*action).or_default() += 1;
                }
            }
        }
    }

    /// How many native numbers are answered with `errno`.
    #[must_use]
    pub fn refused_with(&self, errno: u16) -> u32 {
        self.refused
            .get(&Action::Errno(errno))
            .copied()
            .unwrap_or_default()
    }
}

/// How a filter departs from the policy at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deviation {
    /// It answers something else.
    Action {
        /// The policy's answer.
        expected: Decision,
        /// The filter's.
        observed: Action,
    },
    /// It looks at arguments, or the instruction pointer, where the policy has
    /// no condition.
    Condition,
    /// It lets through, or answers too softly, what belongs to no table.
    NotRefused {
        /// The filter's answer.
        observed: Action,
    },
}

/// One call at which filter and policy differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The call's name, if the native table has one.
    pub name: Option<&'static str>,
    /// The call that showed it.
    pub call: Call,
    /// In what way.
    pub deviation: Deviation,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Call {
            number, arch, args, ..
        } = self.call;
        let name = self.name.unwrap_or("?");
        write!(
            f,
            "`{name}` ({number}, arch {arch:#x}, arguments {args:x?}): "
        )?;
        match self.deviation {
            Deviation::Action { expected, observed } => {
                write!(f, "expected {expected:?}, observed {observed:?}")
            }
            Deviation::Condition => f.write_str("expected no condition, observed one"),
            Deviation::NotRefused { observed } => {
                write!(f, "expected a refusal, observed {observed:?}")
            }
        }
    }
}
