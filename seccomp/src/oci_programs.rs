//! Compiles the OCI JSON form of a filter to one BPF program, for engines that take
//! programs, so that what is put into the JSON can be tried on them too.
//!
//! It does what runc and libseccomp do: names that are not known are ignored, a rule
//! whose action is the default is dropped, and an x32 call kills. It compiles the form that
//! [`crate::oci`] writes and refuses any other word.

use std::collections::BTreeMap;

use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};
use serde::Deserialize;
use serde_json::Value;

use crate::compile::{CompileError, program};
use crate::policy::Form;
use crate::program::{Instruction, Program, ProgramError};
use crate::table::{Arch, syscall_number};

/// `AUDIT_ARCH_I386` and `AUDIT_ARCH_ARM` (linux/audit.h).
const I386: u32 = 0x4000_0003;
const ARM: u32 = 0x4000_0028;
/// The bit of an x32 call's number (asm/unistd.h).
const X32_BIT: u32 = 0x4000_0000;
/// Where number and architecture are in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
/// `BPF_LD | BPF_W | BPF_ABS`, `BPF_JMP | BPF_JA`, `BPF_JMP | BPF_JEQ | BPF_K`,
/// `BPF_JMP | BPF_JSET | BPF_K` and `BPF_RET | BPF_K` (linux/bpf_common.h).
const LOAD: u16 = 0x20;
const JUMP: u16 = 0x05;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_SET: u16 = 0x45;
const RETURN: u16 = 0x06;
/// `SECCOMP_RET_ALLOW` and `SECCOMP_RET_KILL_PROCESS` (linux/seccomp.h).
const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;

/// The JSON form could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// It is not of the form that this program writes.
    #[error("failed to read the filter's JSON form")]
    Json(#[from] serde_json::Error),
    /// A word that has no meaning here.
    #[error("expected an action, operator or architecture, observed `{word}`")]
    Word {
        /// The word.
        word: String,
    },
    /// A condition that `seccompiler` refuses.
    #[error("failed to compile a condition on `{call}`")]
    Condition {
        /// The call.
        call: String,
        /// Its reason.
        #[source]
        source: seccompiler::BackendError,
    },
    /// The programs could not be compiled.
    #[error("failed to compile the filter")]
    Compile(#[from] CompileError),
    /// Put together they are not a program the kernel would load.
    #[error("failed to join the filter's parts")]
    Join(#[from] ProgramError),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    default_action: String,
    architectures: Vec<String>,
    syscalls: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    action: String,
    errno_ret: Option<u32>,
    #[serde(default)]
    args: Vec<Argument>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Argument {
    index: u8,
    value: u64,
    #[serde(default)]
    value_two: u64,
    op: String,
}

/// The program of a filter.
///
/// # Errors
/// See [`OciError`].
pub fn compile_oci(json: &Value, arch: Arch) -> Result<Program, OciError> {
    let filter = Filter::deserialize(json)?;
    let default = action(&filter.default_action, None)?;
    let mut by_action: Vec<(SeccompAction, BTreeMap<i64, Vec<SeccompRule>>)> = Vec::new();
    for entry in &filter.syscalls {
        let action = action(&entry.action, entry.errno_ret)?;
        if action == default {
            continue;
        }
        let at = by_action.iter().position(|(known, _)| *known == action);
        let at = at.unwrap_or_else(|| {
            by_action.push((action.clone(), BTreeMap::new()));
            by_action.len() - 1
        });
        add(entry, arch, &mut by_action[at].1)?;
    }
    let mut whole = doors(&filter.architectures, arch)?;
    join(&mut whole, &stack(by_action, default, arch)?);
    Ok(Program::new(whole)?)
}

fn add(
    entry: &Entry,
    arch: Arch,
    calls: &mut BTreeMap<i64, Vec<SeccompRule>>,
) -> Result<(), OciError> {
    for name in &entry.names {
        let Some(number) = syscall_number(arch, name).map(i64::from) else {
            continue;
        };
        if entry.args.is_empty() {
            calls.insert(number, Vec::new());
            continue;
        }
        let conditions: Result<Vec<_>, OciError> = entry
            .args
            .iter()
            .map(|argument| condition(argument, name))
            .collect();
        let rule = SeccompRule::new(conditions?).map_err(refused(name))?;
        let known = calls.get(&number).is_some_and(Vec::is_empty);
        if !known {
            calls.entry(number).or_default().push(rule);
        }
    }
    Ok(())
}

/// Refusals each in a program of its own; what is allowed by name last.
fn stack(
    by_action: Vec<(SeccompAction, BTreeMap<i64, Vec<SeccompRule>>)>,
    default: SeccompAction,
    arch: Arch,
) -> Result<Vec<Program>, OciError> {
    let mut programs = Vec::new();
    let mut allowed = BTreeMap::new();
    for (action, calls) in by_action {
        // Their answer is a program of its own; here they must not meet the default.
        allowed.extend(calls.keys().map(|number| (*number, Vec::new())));
        if action == SeccompAction::Allow {
            allowed.extend(calls);
        } else {
            programs.push(program(
                calls,
                SeccompAction::Allow,
                action,
                Form::Runtime,
                arch,
            )?);
        }
    }
    if default != SeccompAction::Allow {
        programs.push(program(
            allowed,
            default,
            SeccompAction::Allow,
            Form::Runtime,
            arch,
        )?);
    } else if programs.is_empty() {
        programs.push(Program::new(vec![at(RETURN, 0, ALLOW)])?);
    }
    Ok(programs)
}

fn action(word: &str, errno: Option<u32>) -> Result<SeccompAction, OciError> {
    Ok(match word {
        "SCMP_ACT_ALLOW" => SeccompAction::Allow,
        "SCMP_ACT_LOG" => SeccompAction::Log,
        // Without a number it is EPERM (runtime specification, `errnoRet`).
        "SCMP_ACT_ERRNO" => SeccompAction::Errno(errno.unwrap_or(1)),
        word => return Err(unknown(word)),
    })
}

fn condition(from: &Argument, call: &str) -> Result<SeccompCondition, OciError> {
    let (operator, value) = match from.op.as_str() {
        "SCMP_CMP_EQ" => (SeccompCmpOp::Eq, from.value),
        "SCMP_CMP_MASKED_EQ" => (SeccompCmpOp::MaskedEq(from.value), from.value_two),
        word => return Err(unknown(word)),
    };
    SeccompCondition::new(from.index, SeccompCmpArgLen::Qword, operator, value)
        .map_err(refused(call))
}

/// What is decided by the way into the kernel, before any rule: the other tables that
/// may enter, and x32, whose calls come with the native architecture.
fn doors(names: &[String], arch: Arch) -> Result<Vec<Instruction>, OciError> {
    let mut doors = Vec::new();
    for name in names {
        match name.as_str() {
            "SCMP_ARCH_X86_64" | "SCMP_ARCH_AARCH64" | "SCMP_ARCH_X32" => {}
            "SCMP_ARCH_X86" => doors.extend(let_in(I386)),
            "SCMP_ARCH_ARM" => doors.extend(let_in(ARM)),
            word => return Err(unknown(word)),
        }
    }
    if arch == Arch::X86_64 {
        let open = names.iter().any(|name| name == "SCMP_ARCH_X32");
        doors.extend([
            at(LOAD, 0, NUMBER),
            at(JUMP_IF_SET, 2, X32_BIT),
            // -1 is no number of a call.
            Instruction {
                jt: 1,
                ..at(JUMP_IF_EQUAL, 0, u32::MAX)
            },
            at(RETURN, 0, if open { ALLOW } else { KILL }),
        ]);
    }
    Ok(doors)
}

fn let_in(architecture: u32) -> [Instruction; 3] {
    [
        at(LOAD, 0, ARCHITECTURE),
        at(JUMP_IF_EQUAL, 1, architecture),
        at(RETURN, 0, ALLOW),
    ]
}

/// One after the other: what a program lets through goes on to the next, and the last
/// one decides.
fn join(whole: &mut Vec<Instruction>, programs: &[Program]) {
    for (index, program) in programs.iter().enumerate() {
        let all = program.instructions();
        let last = index + 1 == programs.len();
        whole.extend(all.iter().enumerate().map(|(place, one)| {
            let left = u32::try_from(all.len() - place - 1).unwrap_or(u32::MAX);
            let passes = one.code == RETURN && one.k == ALLOW && !last;
            if passes { at(JUMP, 0, left) } else { *one }
        }));
    }
}

/// A jump's `otherwise` skips so many instructions where the test fails.
fn at(code: u16, otherwise: u8, k: u32) -> Instruction {
    Instruction {
        code,
        jt: 0,
        jf: otherwise,
        k,
    }
}

fn unknown(word: &str) -> OciError {
    OciError::Word {
        word: word.to_owned(),
    }
}

fn refused(call: &str) -> impl FnOnce(seccompiler::BackendError) -> OciError {
    let call = call.to_owned();
    move |source| OciError::Condition { call, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Tolerance, compare};
    use crate::oci::{ExtraArch, oci_json, oci_unconfined};
    use crate::policy::Policy;

    fn differs(json: &Value) -> bool {
        let policy = Policy::builtin().unwrap();
        let programs = compile_oci(json, Arch::X86_64).unwrap();
        compare(
            &[programs],
            &policy,
            Form::Runtime,
            Arch::X86_64,
            Tolerance::RuntimeStub,
        )
        .is_err()
    }

    #[test]
    fn the_json_form_of_the_policy_compiles_to_exactly_the_policy() {
        let policy = Policy::builtin().unwrap();
        for arch in Arch::ALL {
            let programs = compile_oci(&oci_json(&policy, arch, &[]), arch).unwrap();
            let tolerance = Tolerance::RuntimeStub;
            compare(&[programs], &policy, Form::Runtime, arch, tolerance).unwrap();
        }
    }

    #[test]
    fn a_fault_of_the_json_form_is_a_fault_of_the_programs() {
        let policy = Policy::builtin().unwrap();
        assert!(differs(&oci_unconfined(Arch::X86_64)));
        for extra in [ExtraArch::X86, ExtraArch::X32] {
            assert!(
                differs(&oci_json(&policy, Arch::X86_64, &[extra])),
                "{extra:?}"
            );
        }
        let mut allows = oci_json(&policy, Arch::X86_64, &[]);
        allows["defaultAction"] = "SCMP_ACT_ALLOW".into();
        assert!(differs(&allows));
    }

    #[test]
    fn an_unknown_name_is_ignored_and_an_unknown_word_is_not() {
        let mut filter = oci_unconfined(Arch::X86_64);
        filter["syscalls"] =
            serde_json::json!([{ "names": ["sokcet"], "action": "SCMP_ACT_ERRNO" }]);
        assert!(compile_oci(&filter, Arch::X86_64).is_ok());
        filter["defaultAction"] = "SCMP_ACT_NOTIFY".into();
        assert!(matches!(
            compile_oci(&filter, Arch::X86_64),
            Err(OciError::Word { word }) if word == "SCMP_ACT_NOTIFY"
        ));
    }
}
