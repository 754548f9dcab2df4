//! Names and numbers of system calls, and the architectures a filter can meet.
//!
//! The numbers are the `syscalls` crate's, made from the kernel's own tables.
//! This file decides nothing about any call.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use syscalls::{aarch64, x86, x86_64};

/// `AUDIT_ARCH_X86_64`, `linux/audit.h`: `EM_X86_64 | 64BIT | LE`.
pub const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
/// `AUDIT_ARCH_I386`, `linux/audit.h`: `EM_386 | LE`; what `int 0x80` reports.
pub const AUDIT_ARCH_I386: u32 = 0x4000_0003;
/// `AUDIT_ARCH_AARCH64`, `linux/audit.h`: `EM_AARCH64 | 64BIT | LE`.
pub const AUDIT_ARCH_AARCH64: u32 = 0xc000_00b7;
/// `AUDIT_ARCH_ARM`, `linux/audit.h`: `EM_ARM | LE`; the compat calls of aarch64.
pub const AUDIT_ARCH_ARM: u32 = 0x4000_0028;
/// `__X32_SYSCALL_BIT`, `asm/unistd.h`: x32 shares the audit value of x86_64.
pub const X32_SYSCALL_BIT: u32 = 0x4000_0000;
/// One above the highest number looked at one by one; the newest call of
/// kernel 6.18 is 469.
pub const NUMBERS: u32 = 1024;

/// An architecture that filters are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM.
    Aarch64,
}

impl Arch {
    /// Every architecture, in the order in which they are documented.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// The architecture this program was built for, or `None` if it is neither.
    #[must_use]
    pub const fn native() -> Option<Self> {
        if cfg!(target_arch = "x86_64") {
            Some(Self::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Self::Aarch64)
        } else {
            None
        }
    }

    /// The `AUDIT_ARCH_*` value in `seccomp_data.arch`.
    #[must_use]
    pub const fn audit_value(self) -> u32 {
        match self {
            Self::X86_64 => AUDIT_ARCH_X86_64,
            Self::Aarch64 => AUDIT_ARCH_AARCH64,
        }
    }

    /// Audit values that are not native but that a process may present: the
    /// compat architecture, and one that is foreign altogether.
    #[must_use]
    pub const fn other_audit_values(self) -> [u32; 3] {
        match self {
            Self::X86_64 => [AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0],
            Self::Aarch64 => [AUDIT_ARCH_ARM, AUDIT_ARCH_X86_64, 0],
        }
    }

    /// The name used by `uname -m`, Rust and the policy file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The number of a call, or `None` if this architecture has no such call.
///
/// ```
/// use seccomp::{Arch, syscall_number};
///
/// assert_eq!(syscall_number(Arch::X86_64, "execve"), Some(59));
/// assert_eq!(syscall_number(Arch::Aarch64, "execve"), Some(221));
/// assert_eq!(syscall_number(Arch::X86_64, "launch_missiles"), None);
/// ```
#[must_use]
pub fn syscall_number(arch: Arch, name: &str) -> Option<u32> {
    // The tables' own look-up by name compares with one name after another.
    static NUMBERS_BY_NAME: LazyLock<[HashMap<&'static str, u32>; 2]> = LazyLock::new(|| {
        [
            numbers_by_name(Arch::X86_64),
            numbers_by_name(Arch::Aarch64),
        ]
    });
    let [x86_64, aarch64] = &*NUMBERS_BY_NAME;
    let numbers = match arch {
        Arch::X86_64 => x86_64,
        Arch::Aarch64 => aarch64,
    };
    numbers.get(name).copied()
}

fn numbers_by_name(arch: Arch) -> HashMap<&'static str, u32> {
    (0..NUMBERS)
        .filter_map(|number| Some((syscall_name(arch, number)?, number)))
        .collect()
}

/// The name of a call number, or `None` if the table has none.
///
/// ```
/// use seccomp::{Arch, syscall_name};
///
/// assert_eq!(syscall_name(Arch::X86_64, 59), Some("execve"));
/// ```
#[must_use]
pub fn syscall_name(arch: Arch, number: u32) -> Option<&'static str> {
    let index = usize::try_from(number).ok()?;
    match arch {
        Arch::X86_64 => x86_64::Sysno::new(index).map(|call| call.name()),
        // libseccomp and the kernel's headers say `newfstatat` on both.
        Arch::Aarch64 => match aarch64::Sysno::new(index)?.name() {
            "fstatat" => Some("newfstatat"),
            name => Some(name),
        },
    }
}

/// The name of an i386 call number, for reports on `int 0x80`.
#[must_use]
pub fn i386_syscall_name(number: u32) -> Option<&'static str> {
    x86::Sysno::new(usize::try_from(number).ok()?).map(|call| call.name())
}

/// The number of an i386 call, for attempts through `int 0x80`.
#[must_use]
pub fn i386_syscall_number(name: &str) -> Option<u32> {
    let call = x86::Sysno::from_str(name).ok()?;
    u32::try_from(call.id()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_libc_on_the_build_architecture() {
        let arch = Arch::native().unwrap();
        for (name, number) in [
            ("read", libc::SYS_read),
            ("execveat", libc::SYS_execveat),
            ("newfstatat", libc::SYS_newfstatat),
            ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
            ("clone3", libc::SYS_clone3),
        ] {
            assert_eq!(
                syscall_number(arch, name).map(i64::from),
                Some(number),
                "{name}"
            );
        }
    }

    #[test]
    fn every_number_that_has_a_name_is_found_by_it() {
        // No table may have outgrown the numbers that are looked at.
        assert!(
            x86_64::Sysno::iter().all(|call| u32::try_from(call.id()).is_ok_and(|id| id < NUMBERS))
        );
        assert!(
            aarch64::Sysno::iter()
                .all(|call| u32::try_from(call.id()).is_ok_and(|id| id < NUMBERS))
        );
        for arch in Arch::ALL {
            let named: Vec<u32> = (0..NUMBERS)
                .filter(|n| syscall_name(arch, *n).is_some())
                .collect();
            assert!(named.len() > 300, "{arch}: {}", named.len());
            for number in named {
                let name = syscall_name(arch, number).unwrap();
                assert_eq!(syscall_number(arch, name), Some(number), "{arch} {name}");
            }
        }
    }

    #[test]
    fn a_misspelt_call_has_no_number() {
        assert_eq!(syscall_number(Arch::X86_64, "opennat"), None);
        assert_eq!(syscall_number(Arch::Aarch64, "open"), None);
        assert_eq!(i386_syscall_number("socketcall"), Some(102));
    }
}
