//! Who gave an answer: which of the filters read back returns it for the very call, or
//! the kernel beneath them.

use evidence::record::LaunchRecord;
use negatives::wire::{Abi, Act, CallRecord};
use seccomp::table::{AUDIT_ARCH_I386, X32_SYSCALL_BIT, i386_syscall_number};
use seccomp::{Action, Arch, Call, Program, evaluate, evaluate_stack, syscall_number};

/// The filters of a launch, as they were read back.
pub(super) struct Stack {
    programs: Vec<Program>,
    /// How many of them, the last, are the airlock's.
    strict: usize,
}

/// Who gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Giver {
    /// This filter, whatever the arguments; seen from outside, as it was read back.
    Filter(String),
    /// A filter, as the arguments were.
    ByArguments,
    /// The filters read back allow the call: the kernel's own rules refused it.
    Kernel,
    /// The filters read back give another answer, which would have come first.
    Contradicted(String),
    /// The filters were not read back, or no single call gave it.
    NotKnown,
}

impl Stack {
    /// `None` where the filters were not seen.
    pub(super) fn of(record: &LaunchRecord, strict: usize) -> Option<Self> {
        let stack = record.barrier.as_ref()?.filters.fact()?;
        let programs: Result<Vec<Program>, _> =
            stack.iter().map(|it| Program::from_hex(it)).collect();
        let programs = programs.ok()?;
        Some(Self { programs, strict })
    }

    /// Who gave this answer to a call.
    pub(super) fn giver(&self, number: u32, arch: u32, answer: Answer) -> Giver {
        let call = |fill| Call {
            number,
            arch,
            instruction_pointer: 0,
            args: [fill; 6],
        };
        // What the arguments were is not in the record: two extremes stand for all of
        // them where no filter looks at any.
        let calls = [call(0), call(u64::MAX)];
        let [one, other] = calls.map(|it| evaluate_stack(&self.programs, &it).action);
        if one != other {
            return Giver::ByArguments;
        }
        if one == Action::Allow || one == Action::Log {
            return Giver::Kernel;
        }
        if !answer.is(one) {
            return Giver::Contradicted(words(one));
        }
        // Of equal answers the one that was loaded last counts (seccomp(2)).
        let gives = |program: &Program| evaluate(program, &calls[0]).action == one;
        let at = self.programs.iter().rposition(gives);
        at.map_or(Giver::NotKnown, |at| Giver::Filter(self.named(at)))
    }

    fn named(&self, at: usize) -> String {
        let all = self.programs.len();
        let whose = if at + self.strict >= all {
            "the strict filter"
        } else {
            "the runtime's filter"
        };
        format!("{whose} ({} of {all})", at + 1)
    }
}

impl Giver {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Filter(name) => name.clone(),
            Self::ByArguments => "a filter, by the arguments".to_owned(),
            Self::Kernel => "the kernel: the filters allow the call".to_owned(),
            Self::Contradicted(action) => format!("unclear: the filters say {action}"),
            Self::NotKnown => String::new(),
        }
    }
}

/// What came of a call, as a filter can cause it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// An error number.
    Errno(i32),
    /// The process died of `SIGSYS`.
    Killed,
}

impl Answer {
    fn is(self, action: Action) -> bool {
        match (self, action) {
            (Self::Errno(number), Action::Errno(given)) => i32::from(given) == number,
            (Self::Killed, Action::KillProcess | Action::KillThread | Action::Trap(_)) => true,
            (
                Self::Errno(_) | Self::Killed,
                Action::Errno(_)
                | Action::KillProcess
                | Action::KillThread
                | Action::Trap(_)
                | Action::Notify
                | Action::Trace(_)
                | Action::Log
                | Action::Allow,
            ) => false,
        }
    }
}

fn words(action: Action) -> String {
    match action {
        Action::Errno(number) => negatives::errno::Errno::describe(number.into()),
        Action::KillProcess | Action::KillThread | Action::Trap(_) => "SIGSYS".to_owned(),
        Action::Notify | Action::Trace(_) => "that a supervisor decides".to_owned(),
        Action::Log | Action::Allow => "that it is allowed".to_owned(),
    }
}

/// The number and the architecture of a call: as the kernel was given them, or, where
/// the probe did not live to say so, as the matrix has the call.
pub(super) fn number(record: Option<&CallRecord>, act: &Act, arch: Arch) -> Option<(u32, u32)> {
    if let Some(call) = record {
        return Some((u32::try_from(call.number).ok()?, call.arch));
    }
    let Act::Call { call, abi } = act else {
        return None;
    };
    let (name, _) = call.split_once('(')?;
    Some(match (abi, arch) {
        (Abi::Native, native) => (syscall_number(native, name)?, native.audit_value()),
        (Abi::X32, native) => (
            syscall_number(native, name)? | X32_SYSCALL_BIT,
            native.audit_value(),
        ),
        (Abi::I386, Arch::X86_64) => (i386_syscall_number(name)?, AUDIT_ARCH_I386),
        (Abi::I386, Arch::Aarch64) => return None,
    })
}
