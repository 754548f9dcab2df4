//! Writes the runtime filter in the OCI/Docker JSON form.
//!
//! Uses only what Docker 20.10 knows: no `defaultErrnoRet`, no `listenerPath`.
//! runc and crun drop a rule equal to the default and ignore names they do not
//! know; the policy refuses both, so that nothing is dropped here unseen.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::policy::{Condition, Form, Operator, Policy, Rule};
use crate::table::Arch;

/// An architecture besides the native one whose calls are let through to the
/// rules: a lift, never part of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraArch {
    /// i386, `int 0x80`.
    X86,
    /// x32.
    X32,
    /// 32-bit ARM.
    Arm,
}

impl ExtraArch {
    const fn name(self) -> &'static str {
        match self {
            Self::X86 => "SCMP_ARCH_X86",
            Self::X32 => "SCMP_ARCH_X32",
            Self::Arm => "SCMP_ARCH_ARM",
        }
    }
}

/// The runtime filter as the JSON that Docker takes inline and Podman as a file.
///
/// ```
/// use seccomp::{Arch, Policy, oci_json};
///
/// let profile = oci_json(&Policy::builtin()?, Arch::X86_64, &[]);
/// assert!(profile["syscalls"].is_array());
/// # Ok::<(), seccomp::PolicyError>(())
/// ```
#[must_use]
pub fn oci_json(policy: &Policy, arch: Arch, extra: &[ExtraArch]) -> Value {
    let mut plain = Vec::new();
    let mut conditional: Vec<&Rule> = Vec::new();
    for rule in policy.rules(Form::Runtime, arch) {
        if rule.conditions.is_empty() {
            plain.push(rule.call.as_str());
        } else {
            conditional.push(rule);
        }
    }
    conditional.retain(|rule| !plain.contains(&rule.call.as_str()));
    plain.sort_unstable();
    let mut syscalls = vec![json!({ "names": plain, "action": "SCMP_ACT_ALLOW" })];
    syscalls.extend(conditional.into_iter().map(conditional_entry));
    let mut refusals: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for entry in policy.overrides(Form::Runtime, arch) {
        refusals
            .entry(entry.errno.number())
            .or_default()
            .push(&entry.call);
    }
    for (errno, mut names) in refusals {
        names.sort_unstable();
        syscalls.push(json!({ "names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": errno }));
    }
    json!({
        "defaultAction": "SCMP_ACT_ERRNO",
        "architectures": architectures(arch, extra),
        "syscalls": syscalls,
    })
}

/// A profile that allows every call of every architecture: the runtime filter
/// lifted, while the engine still loads one.
#[must_use]
pub fn oci_unconfined(arch: Arch) -> Value {
    let extra: &[ExtraArch] = match arch {
        Arch::X86_64 => &[ExtraArch::X86, ExtraArch::X32],
        Arch::Aarch64 => &[ExtraArch::Arm],
    };
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": architectures(arch, extra),
        "syscalls": [],
    })
}

fn architectures(arch: Arch, extra: &[ExtraArch]) -> Vec<&'static str> {
    let native = match arch {
        Arch::X86_64 => "SCMP_ARCH_X86_64",
        Arch::Aarch64 => "SCMP_ARCH_AARCH64",
    };
    std::iter::once(native)
        .chain(extra.iter().map(|one| one.name()))
        .collect()
}

fn conditional_entry(rule: &Rule) -> Value {
    json!({
        "names": [rule.call],
        "action": "SCMP_ACT_ALLOW",
        "args": rule.conditions.iter().map(argument).collect::<Vec<_>>(),
    })
}

/// libseccomp compares 64 bits, so a narrower comparison is a masked one; there
/// `value` is the mask and `valueTwo` the datum (runtime-spec, config-linux).
fn argument(condition: &Condition) -> Value {
    let index = condition.index;
    match (condition.operator, condition.decisive()) {
        (Operator::Equal, u64::MAX) => {
            json!({ "index": index, "value": condition.value, "op": "SCMP_CMP_EQ" })
        }
        (Operator::Equal | Operator::MaskedEqual(_), mask) => {
            json!({ "index": index, "value": mask, "valueTwo": condition.value, "op": "SCMP_CMP_MASKED_EQ" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::syscall_number;

    fn entries(json: &Value) -> &Vec<Value> {
        json["syscalls"].as_array().unwrap()
    }

    #[test]
    fn has_no_rule_a_runtime_would_drop_and_no_name_it_would_ignore() {
        let policy = Policy::builtin().unwrap();
        for arch in Arch::ALL {
            let json = oci_json(&policy, arch, &[]);
            assert_eq!(json["defaultAction"], "SCMP_ACT_ERRNO");
            let mut unconditional = Vec::new();
            for entry in entries(&json) {
                let refusal = entry["action"] == "SCMP_ACT_ERRNO";
                assert!(
                    !refusal || entry["errnoRet"].as_u64().unwrap() != 1,
                    "{entry}"
                );
                assert!(refusal || entry["action"] == "SCMP_ACT_ALLOW", "{entry}");
                for name in entry["names"].as_array().unwrap() {
                    let name = name.as_str().unwrap();
                    assert!(syscall_number(arch, name).is_some(), "{name}");
                    if entry.get("args").is_none() {
                        unconditional.push(name);
                    }
                }
            }
            let count = unconditional.len();
            unconditional.sort_unstable();
            unconditional.dedup();
            assert_eq!(unconditional.len(), count, "a call is listed once");
        }
    }

    #[test]
    fn holds_only_fields_docker_20_10_knows() {
        let json = oci_json(&Policy::builtin().unwrap(), Arch::X86_64, &[ExtraArch::X86]);
        let keys: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["architectures", "defaultAction", "syscalls"]);
        assert_eq!(
            json["architectures"],
            json!(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"])
        );
        for entry in entries(&json) {
            for key in entry.as_object().unwrap().keys() {
                assert!(
                    ["names", "action", "args", "errnoRet"].contains(&key.as_str()),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn writes_a_32_bit_comparison_as_a_masked_one() {
        let text = "one_shot_descriptor = 1000\ndefault_errno = \"EPERM\"\n[[allow]]\ncall = \"prctl\"\nfilter = \"both\"\nwhy = \"names of the threads\"\nargs = [{ index = 0, width = 32, op = \"eq\", value = 15 }, { index = 1, width = 64, op = \"eq\", value = 7 }]\n";
        let json = oci_json(&Policy::parse(text).unwrap(), Arch::X86_64, &[]);
        let args = &entries(&json)[1]["args"];
        assert_eq!(
            args[0],
            json!({ "index": 0, "value": 0xffff_ffff_u64, "valueTwo": 15, "op": "SCMP_CMP_MASKED_EQ" })
        );
        assert_eq!(
            args[1],
            json!({ "index": 1, "value": 7, "op": "SCMP_CMP_EQ" })
        );
    }
}
