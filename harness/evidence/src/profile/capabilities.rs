//! Capability names by number (capabilities(7), `linux/capability.h`).

/// In the kernel's order: the index is the bit.
pub const NAMES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// The names of a mask's capabilities, in the kernel's order.
///
/// ```
/// use evidence::profile::capabilities::named;
///
/// assert_eq!(named(0), Vec::<&str>::new());
/// assert_eq!(named(1), ["CHOWN"]);
/// ```
#[must_use]
pub fn named(set: u64) -> Vec<&'static str> {
    lacking(!set)
}

fn lacking(set: u64) -> Vec<&'static str> {
    NAMES
        .iter()
        .enumerate()
        .filter(|(bit, _)| set >> bit & 1 == 0)
        .map(|(_, name)| *name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_its_capabilities() {
        assert_eq!(named(1 | 1 << 21), ["CHOWN", "SYS_ADMIN"]);
        assert!(named(0).is_empty());
    }

    #[test]
    fn what_a_mask_lacks_is_named() {
        assert_eq!(lacking(0x1ff_ffff_fffe), ["CHOWN"]);
        assert_eq!(lacking(0x1ff_ffff_ffff & !(1 << 24)), ["SYS_RESOURCE"]);
        assert_eq!(lacking(0).len(), NAMES.len());
        assert!(lacking(0x1ff_ffff_ffff).is_empty());
    }
}
