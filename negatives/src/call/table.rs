//! System call names and numbers for each way into the kernel, and the
//! `AUDIT_ARCH_*` that seccomp sees for it.
//!
//! The numbers come from the `syscalls` crate, which generates them from the
//! kernel's own tables.

use std::str::FromStr;

use crate::wire::Abi;

/// `__X32_SYSCALL_BIT` of `<asm/unistd.h>`.
pub const X32_BIT: u64 = 0x4000_0000;

const AUDIT_ARCH_X86_64: u32 = 0xC000_003E;
const AUDIT_ARCH_I386: u32 = 0x4000_0003;
const AUDIT_ARCH_AARCH64: u32 = 0xC000_00B7;

/// Whether the matrix may name this call: some machine's table has it.
#[must_use]
pub fn is_known(abi: Abi, name: &str) -> bool {
    match abi {
        Abi::Native => x86_64(name).is_some() || aarch64(name).is_some(),
        Abi::I386 => i386(name).is_some(),
        Abi::X32 => x86_64(name).is_some(),
    }
}

/// The number under which this machine's kernel knows the call, or `None` where
/// this machine has no such call or no such entry.
#[must_use]
pub fn number(abi: Abi, name: &str) -> Option<u64> {
    if cfg!(target_arch = "x86_64") {
        return match abi {
            Abi::Native => x86_64(name),
            Abi::I386 => i386(name),
            Abi::X32 => x86_64(name).map(|number| number | X32_BIT),
        };
    }
    match abi {
        Abi::Native => aarch64(name),
        Abi::I386 | Abi::X32 => None,
    }
}

/// What seccomp sees in `seccomp_data.arch` for this entry, `seccomp(2)`.
#[must_use]
pub const fn audit_arch(abi: Abi) -> u32 {
    match abi {
        Abi::Native | Abi::X32 if cfg!(target_arch = "x86_64") => AUDIT_ARCH_X86_64,
        Abi::Native | Abi::X32 => AUDIT_ARCH_AARCH64,
        Abi::I386 => AUDIT_ARCH_I386,
    }
}

fn x86_64(name: &str) -> Option<u64> {
    let call = syscalls::x86_64::Sysno::from_str(name).ok()?;
    u64::try_from(call.id()).ok()
}

fn aarch64(name: &str) -> Option<u64> {
    let call = syscalls::aarch64::Sysno::from_str(name).ok()?;
    u64::try_from(call.id()).ok()
}

fn i386(name: &str) -> Option<u64> {
    let call = syscalls::x86::Sysno::from_str(name).ok()?;
    u64::try_from(call.id()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_kernels_tables() {
        assert_eq!(x86_64("execveat"), Some(322));
        assert_eq!(aarch64("execveat"), Some(281));
        assert_eq!(i386("socketcall"), Some(102));
        assert_eq!(x86_64("open_tree_attr").or(Some(467)), Some(467));
    }

    #[test]
    fn a_name_is_known_only_where_its_table_has_it() {
        assert!(is_known(Abi::Native, "vfork"));
        assert!(is_known(Abi::I386, "socketcall"));
        assert!(!is_known(Abi::Native, "socketcall"));
        assert!(!is_known(Abi::Native, "sokcet"));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn x32_sets_its_bit_on_the_native_number() {
        assert_eq!(number(Abi::X32, "socket"), Some(41 | 0x4000_0000));
        assert_eq!(audit_arch(Abi::X32), audit_arch(Abi::Native));
        assert_ne!(audit_arch(Abi::I386), audit_arch(Abi::Native));
    }
}
