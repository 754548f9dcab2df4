//! Calls that are the same act as one that was made: with a flag more or less that changes
//! nothing of it, in a half of a register that the kernel does not read, by another address
//! or descriptor.
//!
//! A filter that refuses the very call and lets one of these through closes nothing: whoever
//! is inside makes that one. Owns which calls are alike; what a filter says to them is
//! [`crate::filters`]'.

use std::fmt;

use seccomp::table::{AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, i386_syscall_name};
use seccomp::{Arch, syscall_name};

use crate::answers::Called;

mod table;

use table::Same;

/// A call as a filter sees it, with the name that its number has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The call.
    pub call: Called,
    /// How many of its arguments it takes.
    taken: usize,
}

impl fmt::Display for Alike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |it: &u64| match *it {
            small @ 0..=9 => small.to_string(),
            other => format!("{other:#x}"),
        };
        let arguments = self.call.arguments.iter().take(self.taken);
        let words: Vec<String> = arguments.map(word).collect();
        write!(f, "{}({})", self.call.name, words.join(", "))
    }
}

/// Each call that is the same act as this one, the likeliest first; none is known of a call
/// that the table has not.
#[must_use]
pub fn to(call: &Called) -> Vec<Alike> {
    let Some(name) = name_of(call) else {
        return Vec::new();
    };
    let Some((_, taken, same)) = table::ALIKE.iter().find(|(known, ..)| *known == name) else {
        return Vec::new();
    };
    let wide = call.arch != AUDIT_ARCH_I386;
    let of_each = same
        .iter()
        .flat_map(|it| changed(it, &call.arguments, wide));
    let alike = of_each.map(|arguments| Alike {
        call: Called {
            name: name.to_owned(),
            arguments,
            ..call.clone()
        },
        taken: *taken,
    });
    alike.collect()
}

/// The name of its number: what the inside calls it is its word.
fn name_of(call: &Called) -> Option<&'static str> {
    let number = u32::try_from(call.number).ok()?;
    match call.arch {
        AUDIT_ARCH_X86_64 => syscall_name(Arch::X86_64, number),
        AUDIT_ARCH_AARCH64 => syscall_name(Arch::Aarch64, number),
        AUDIT_ARCH_I386 => i386_syscall_name(number),
        _ => None,
    }
}

/// The arguments that mean the same as these by one rule.
fn changed(same: &Same, arguments: &[u64; 6], wide: bool) -> Vec<[u64; 6]> {
    let with = |index: usize, value: u64| {
        let mut changed = *arguments;
        if let Some(argument) = changed.get_mut(index) {
            *argument = value;
        }
        changed
    };
    let argument = |index: usize| arguments.get(index).copied().unwrap_or_default();
    let all = |flags: &[u64]| flags.iter().fold(0, |all, flag| all | flag);
    let each: Vec<[u64; 6]> = match *same {
        // The i386 entry hands on no upper half.
        Same::Half(index) if wide => vec![with(index, argument(index) ^ 1 << 32)],
        Same::Half(_) => Vec::new(),
        Same::More(index, flags) => {
            let more = flags.iter().copied().chain([all(flags)]);
            more.map(|flag| with(index, argument(index) | flag))
                .collect()
        }
        Same::Less(index, flags) => {
            let less = flags.iter().copied().chain([all(flags)]);
            less.map(|flag| with(index, argument(index) & !flag))
                .collect()
        }
        // Nothing at all means something of its own.
        Same::Address(index) if argument(index) == 0 => Vec::new(),
        Same::Address(index) => vec![with(index, argument(index) ^ 0x7000)],
        Same::Other(index, values) => values.iter().map(|it| with(index, *it)).collect(),
        Same::Instead(index, was, is) if argument(index) == was => vec![with(index, is)],
        Same::Instead(..) => Vec::new(),
    };
    each.into_iter().filter(|it| it != arguments).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64, arch: u32, arguments: [u64; 6]) -> Called {
        let name = String::new();
        Called {
            name,
            number,
            arch,
            arguments,
        }
    }

    #[test]
    fn each_is_another_call_of_the_same_number_and_none_is_there_twice() {
        for (name, taken, _) in table::ALIKE {
            let number = seccomp::syscall_number(Arch::X86_64, name);
            let Some(number) = number else {
                assert!(
                    seccomp::table::i386_syscall_number(name).is_some(),
                    "{name}"
                );
                continue;
            };
            for arguments in [[0; 6], [3; 6], [u64::MAX; 6], [0x8_0801; 6]] {
                let call = call(number.into(), AUDIT_ARCH_X86_64, arguments);
                for alike in to(&call) {
                    assert_eq!(alike.call.number, call.number);
                    assert_ne!(alike.call.arguments, arguments, "{alike}");
                    let (beyond, was) = (&alike.call.arguments[*taken..], &arguments[*taken..]);
                    assert_eq!(beyond, was, "{alike}: an argument that it does not take");
                }
            }
        }
        let mut names: Vec<&str> = table::ALIKE.iter().map(|(name, ..)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table::ALIKE.len());
    }

    #[test]
    fn of_a_call_that_is_not_in_the_table_none_is_known() {
        for call in [
            call(39, AUDIT_ARCH_X86_64, [0; 6]),
            call(41, 7, [2, 1, 0, 0, 0, 0]),
            call(u64::MAX, AUDIT_ARCH_X86_64, [0; 6]),
        ] {
            assert_eq!(to(&call), []);
        }
    }

    #[test]
    fn the_i386_entry_hands_on_no_upper_half() {
        let socket = call(359, AUDIT_ARCH_I386, [2, 1, 0, 0, 0, 0]);
        let words: Vec<String> = to(&socket).iter().map(Alike::to_string).collect();
        assert!(
            words.contains(&"socket(2, 0x801, 0)".to_owned()),
            "{words:?}"
        );
        assert!(
            words.iter().all(|it| !it.contains("0x1000000")),
            "{words:?}"
        );
    }
}
