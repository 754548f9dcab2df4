//! Faults that real seccomp filters had, put into ours: rules dropped or silently
//! ignored, comparisons that look at half of an argument, a table too many.
//!
//! Faults of the runtime filter are made in the engine's form, faults of the strict
//! one in the compiled programs.

use evidence::profile::{NATIVE, Profile, ProfileError};
use seccomp::{ExtraArch, Instruction, Policy, syscall_number};
use serde_json::{Value, json};

/// `BPF_LD | BPF_W | BPF_ABS` and `BPF_LD | BPF_IMM` (linux/bpf_common.h).
const LOAD_ABSOLUTE: u16 = 0x20;
const LOAD_IMMEDIATE: u16 = 0x00;
/// `BPF_JMP | BPF_JEQ | BPF_K`.
const JUMP_IF_EQUAL: u16 = 0x15;
/// `BPF_RET | BPF_K`, and the kernel's word for letting the call through.
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
/// Where the arguments begin in `struct seccomp_data`, eight bytes each.
const ARGUMENTS: u32 = 16;

/// A fault of the filter the engine loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeFault {
    /// `allows CALL`: one rule too many.
    Allows(String),
    /// `allows-by-default`: what no rule names is let through.
    AllowsByDefault,
    /// `logs-by-default`: the same, and logged.
    LogsByDefault,
    /// `denylist CALL`: a list of what is denied, in which this name is misspelt;
    /// runtimes ignore names they do not know.
    Misspelt(String),
    /// `denylist-as-default CALL`: a list of what is denied, in which this call's
    /// action is the default's; runtimes drop such a rule.
    LikeTheDefault(String),
    /// `misses-a-flag CALL`: the highest bit of this call's mask is missing.
    MissesAFlag(String),
    /// `without-arguments CALL`: a rule lost its conditions.
    WithoutArguments(String),
    /// `architecture`: i386 may enter.
    Architecture,
}

/// A fault of the filter the airlock loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StrictFault {
    /// `allows CALL`: one rule too many.
    Allows(String),
    /// `without CALL`: one rule too few.
    Without(String),
    /// `without-the-second`: the program loaded last is missing.
    WithoutTheSecond,
    /// `compares-32-bits`: arguments are compared by their lower halves.
    Compares32Bits,
    /// `allows-everything`: one program that lets every call through.
    AllowsEverything,
}

impl RuntimeFault {
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        let call = |name: &&str| known(name);
        Some(match words {
            ["allows", name] => Self::Allows(call(name)?),
            ["allows-by-default"] => Self::AllowsByDefault,
            ["logs-by-default"] => Self::LogsByDefault,
            ["denylist", name] => Self::Misspelt(call(name)?),
            ["denylist-as-default", name] => Self::LikeTheDefault(call(name)?),
            ["misses-a-flag", name] => Self::MissesAFlag(call(name)?),
            ["without-arguments", name] => Self::WithoutArguments(call(name)?),
            ["architecture"] => Self::Architecture,
            _ => return None,
        })
    }

    /// The filter with this fault, in the engine's form.
    pub(super) fn filter(&self, policy: &Policy) -> Result<Value, ProfileError> {
        let plain = |policy: &Policy| seccomp::oci_json(policy, NATIVE, &[]);
        let mut filter = plain(policy);
        match self {
            Self::Allows(call) => filter = plain(&policy.allowing(&[call.as_str()])?),
            Self::AllowsByDefault => filter["defaultAction"] = json!("SCMP_ACT_ALLOW"),
            Self::LogsByDefault => filter["defaultAction"] = json!("SCMP_ACT_LOG"),
            Self::Misspelt(call) => {
                filter = denylist(&[&format!("{call}_"), "ptrace"], "SCMP_ACT_ERRNO");
            }
            Self::LikeTheDefault(call) => filter = denylist(&[call.as_str()], "SCMP_ACT_ALLOW"),
            Self::MissesAFlag(call) => change_arguments(&mut filter, call, |arguments| {
                let arguments = arguments.as_array_mut();
                arguments
                    .into_iter()
                    .flatten()
                    .for_each(miss_the_highest_bit);
            }),
            Self::WithoutArguments(call) => {
                change_arguments(&mut filter, call, |arguments| *arguments = json!([]));
            }
            Self::Architecture => filter = seccomp::oci_json(policy, NATIVE, &[ExtraArch::X86]),
        }
        Ok(filter)
    }
}

impl StrictFault {
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["allows", name] => Self::Allows(known(name)?),
            ["without", name] => Self::Without(known(name)?),
            ["without-the-second"] => Self::WithoutTheSecond,
            ["compares-32-bits"] => Self::Compares32Bits,
            ["allows-everything"] => Self::AllowsEverything,
            _ => return None,
        })
    }

    /// The programs with this fault, as lower-case hex in load order.
    pub(super) fn programs(&self, profile: &Profile) -> Result<Vec<String>, ProfileError> {
        let policy = match self {
            Self::Allows(call) => profile.policy.allowing(&[call.as_str()])?,
            Self::Without(_)
            | Self::WithoutTheSecond
            | Self::Compares32Bits
            | Self::AllowsEverything => profile.policy.clone(),
        };
        let mut programs: Vec<Vec<Instruction>> = seccomp::compile_strict(&policy, NATIVE)?
            .iter()
            .map(|program| program.instructions().to_vec())
            .collect();
        match self {
            Self::Allows(_) => {}
            Self::Without(call) => programs.iter_mut().for_each(|one| forget(one, call)),
            Self::WithoutTheSecond => drop(programs.pop()),
            Self::Compares32Bits => programs.iter_mut().flatten().for_each(ignore_upper_half),
            Self::AllowsEverything => programs = vec![vec![allow()]],
        }
        Ok(programs
            .into_iter()
            .map(|one| {
                hex::encode(
                    one.into_iter()
                        .flat_map(Instruction::to_bytes)
                        .collect::<Vec<u8>>(),
                )
            })
            .collect())
    }
}

fn known(name: &str) -> Option<String> {
    syscall_number(NATIVE, name).map(|_| name.to_owned())
}

/// What most filters in the field are: everything allowed but a few.
fn denylist(names: &[&str], action: &str) -> Value {
    let mut filter = seccomp::oci_unconfined(NATIVE);
    filter["syscalls"] = json!([{ "names": names, "action": action }]);
    filter
}

fn change_arguments(filter: &mut Value, call: &str, change: fn(&mut Value)) {
    let rules = filter["syscalls"].as_array_mut();
    for rule in rules.into_iter().flatten() {
        if rule["names"] == json!([call]) {
            change(&mut rule["args"]);
        }
    }
}

/// In a masked comparison `value` is the mask (OCI runtime specification).
fn miss_the_highest_bit(argument: &mut Value) {
    let mask = argument["value"].as_u64().unwrap_or_default();
    let highest = mask.checked_ilog2().map_or(0, |bit| 1_u64 << bit);
    argument["value"] = json!(mask & !highest);
}

/// The comparison with this call's number now waits for one that does not exist.
fn forget(program: &mut [Instruction], call: &str) {
    let number = syscall_number(NATIVE, call);
    for at in program {
        if at.code == JUMP_IF_EQUAL && Some(at.k) == number {
            at.k = u32::MAX;
        }
    }
}

/// What was the upper half of an argument reads as 0.
fn ignore_upper_half(at: &mut Instruction) {
    if at.code == LOAD_ABSOLUTE && at.k >= ARGUMENTS && at.k % 8 == 4 {
        *at = Instruction {
            code: LOAD_IMMEDIATE,
            jt: 0,
            jf: 0,
            k: 0,
        };
    }
}

fn allow() -> Instruction {
    Instruction {
        code: RETURN,
        jt: 0,
        jf: 0,
        k: ALLOW,
    }
}
