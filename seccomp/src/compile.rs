//! Compiles a policy to BPF programs with `seccompiler`.
//!
//! `seccompiler` has one match action per filter, so refusals with an error
//! number of their own are filters of their own. Nothing here judges whether the
//! result is right: [`crate::compare()`] does, from the bytes.

use std::collections::{BTreeMap, BTreeSet};

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::policy::{Condition, Errno, Form, Operator, Policy, Width};
use crate::program::{Instruction, Program, ProgramError};
use crate::table::{Arch, syscall_number};

/// A policy could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// `seccompiler` refused.
    #[error("failed to compile the {form:?} filter for {arch}")]
    Backend {
        /// Which filter.
        form: Form,
        /// For which architecture.
        arch: Arch,
        /// Its reason.
        #[source]
        source: seccompiler::BackendError,
    },
    /// The compiled program is not one the kernel would load.
    #[error("failed to check the compiled {form:?} filter for {arch}")]
    Program {
        /// Which filter.
        form: Form,
        /// For which architecture.
        arch: Arch,
        /// The kernel's objection.
        #[source]
        source: ProgramError,
    },
}

/// The strict filter, in the order in which its programs are loaded: refusals
/// with another error number first, the allowlist last, because nothing can be
/// loaded after it.
///
/// # Errors
/// See [`CompileError`].
///
/// ```
/// use seccomp::{Arch, Policy, compile_strict};
///
/// let programs = compile_strict(&Policy::builtin()?, Arch::X86_64)?;
/// assert!(!programs.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile_strict(policy: &Policy, arch: Arch) -> Result<Vec<Program>, CompileError> {
    compile(policy, Form::Strict, arch)
}

/// The runtime filter as BPF, for engines that take programs (bubblewrap's
/// `--add-seccomp-fd`) rather than the OCI form.
///
/// # Errors
/// See [`CompileError`].
pub fn compile_runtime(policy: &Policy, arch: Arch) -> Result<Vec<Program>, CompileError> {
    compile(policy, Form::Runtime, arch)
}

/// Compiles either filter.
///
/// # Errors
/// See [`CompileError`].
pub fn compile(policy: &Policy, form: Form, arch: Arch) -> Result<Vec<Program>, CompileError> {
    let mut refusals: BTreeMap<Errno, BTreeMap<i64, Vec<SeccompRule>>> = BTreeMap::new();
    for entry in policy.overrides(form, arch) {
        if let Some(number) = syscall_number(arch, &entry.call) {
            refusals
                .entry(entry.errno)
                .or_default()
                .insert(i64::from(number), Vec::new());
        }
    }
    let overridden: Vec<i64> = refusals
        .values()
        .flat_map(|calls| calls.keys().copied())
        .collect();
    let mut programs = Vec::new();
    for (errno, calls) in refusals {
        let answer = SeccompAction::Errno(u32::from(errno.number()));
        programs.push(program(calls, SeccompAction::Allow, answer, form, arch)?);
    }
    let mut allowed = allowlist(policy, form, arch)?;
    // Their refusal is a filter of its own; here they must not meet the default.
    allowed.extend(overridden.into_iter().map(|number| (number, Vec::new())));
    let default = SeccompAction::Errno(u32::from(policy.default_errno().number()));
    programs.push(program(allowed, default, SeccompAction::Allow, form, arch)?);
    Ok(programs)
}

fn allowlist(
    policy: &Policy,
    form: Form,
    arch: Arch,
) -> Result<BTreeMap<i64, Vec<SeccompRule>>, CompileError> {
    let mut unconditional = BTreeSet::new();
    let mut calls: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for rule in policy.rules(form, arch) {
        let Some(number) = syscall_number(arch, &rule.call).map(i64::from) else {
            continue;
        };
        let chain = calls.entry(number).or_default();
        if rule.conditions.is_empty() {
            unconditional.insert(number);
            continue;
        }
        let conditions = rule
            .conditions
            .iter()
            .map(condition)
            .collect::<Result<Vec<_>, _>>();
        chain.push(
            conditions
                .and_then(SeccompRule::new)
                .map_err(|source| CompileError::Backend { form, arch, source })?,
        );
    }
    // An empty chain is how seccompiler spells "whatever the arguments".
    for number in unconditional {
        calls.insert(number, Vec::new());
    }
    Ok(calls)
}

fn condition(from: &Condition) -> Result<SeccompCondition, seccompiler::BackendError> {
    let width = match from.width {
        Width::Bits32 => SeccompCmpArgLen::Dword,
        Width::Bits64 => SeccompCmpArgLen::Qword,
    };
    let operator = match from.operator {
        Operator::Equal => SeccompCmpOp::Eq,
        Operator::MaskedEqual(mask) => SeccompCmpOp::MaskedEq(mask),
    };
    SeccompCondition::new(from.index, width, operator, from.value)
}

/// One program with `seccompiler`.
pub(crate) fn program(
    calls: BTreeMap<i64, Vec<SeccompRule>>,
    mismatch: SeccompAction,
    matched: SeccompAction,
    form: Form,
    arch: Arch,
) -> Result<Program, CompileError> {
    let target = match arch {
        Arch::X86_64 => TargetArch::x86_64,
        Arch::Aarch64 => TargetArch::aarch64,
    };
    let compiled: BpfProgram = SeccompFilter::new(calls, mismatch, matched, target)
        .and_then(TryInto::try_into)
        .map_err(|source| CompileError::Backend { form, arch, source })?;
    let instructions = compiled
        .into_iter()
        .map(|at| Instruction {
            code: at.code,
            jt: at.jt,
            jf: at.jf,
            k: at.k,
        })
        .collect();
    Program::new(instructions).map_err(|source| CompileError::Program { form, arch, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowlist_is_loaded_last() {
        let policy = Policy::builtin().unwrap();
        for arch in Arch::ALL {
            let programs = compile_strict(&policy, arch).unwrap();
            assert_eq!(
                programs.len(),
                2,
                "the refusals with ENOSYS, then the allowlist"
            );
            let last = programs.last().unwrap().instructions();
            assert_eq!(
                last.last().map(|at| (at.code, at.k)),
                Some((0x06, 0x0005_0001))
            );
        }
    }

    #[test]
    fn compiling_twice_gives_the_same_bytes() {
        let policy = Policy::builtin().unwrap();
        let hex = || {
            compile_strict(&policy, Arch::X86_64)
                .unwrap()
                .iter()
                .map(Program::to_hex)
                .collect::<Vec<_>>()
        };
        assert_eq!(hex(), hex());
    }
}
