//! The named constants that calls in the matrix may use, with their values.
//!
//! Taken from `libc` where it has them; the rest is spelt out with its header,
//! so that a reader can check it.

/// The constant with this name.
#[must_use]
pub fn find(name: &str) -> Option<(&'static str, u64)> {
    ALL.iter().find(|(known, _)| *known == name).copied()
}

macro_rules! constants {
    (libc: $($name:ident)*; spelt: $($other:ident = $value:expr,)*) => {
        /// Every constant, by its C name.
        pub const ALL: &[(&str, u64)] = &[
            $((stringify!($name), register(libc::$name as i64)),)*
            $((stringify!($other), $value),)*
        ];
    };
}

/// A C constant as the kernel finds it in a register: sign-extended.
const fn register(value: i64) -> u64 {
    value.cast_unsigned()
}

constants! {
    libc:
    AF_UNSPEC AF_UNIX AF_INET AF_AX25 AF_IPX AF_APPLETALK AF_NETROM AF_BRIDGE AF_ATMPVC AF_X25
    AF_INET6 AF_ROSE AF_DECnet AF_NETBEUI AF_SECURITY AF_KEY AF_NETLINK AF_PACKET AF_ASH AF_ECONET
    AF_ATMSVC AF_RDS AF_SNA AF_IRDA AF_PPPOX AF_WANPIPE AF_LLC AF_IB AF_MPLS AF_CAN AF_TIPC
    AF_BLUETOOTH AF_IUCV AF_RXRPC AF_ISDN AF_PHONET AF_IEEE802154 AF_CAIF AF_ALG AF_NFC AF_VSOCK
    AF_XDP
    SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET SOCK_CLOEXEC NETLINK_ROUTE
    AT_FDCWD AT_EMPTY_PATH AT_SYMLINK_NOFOLLOW AT_REMOVEDIR
    O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_PATH O_DIRECTORY O_CLOEXEC
    O_NONBLOCK O_TMPFILE
    CLONE_VM CLONE_THREAD CLONE_VFORK CLONE_NEWNS CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER
    CLONE_NEWPID CLONE_NEWNET CLONE_NEWCGROUP SIGCHLD
    PTRACE_PEEKTEXT PTRACE_PEEKDATA PTRACE_POKETEXT PTRACE_POKEDATA PTRACE_ATTACH PTRACE_SEIZE
    PTRACE_GETREGSET
    MS_REMOUNT MS_BIND
    PROT_READ PROT_WRITE PROT_EXEC MAP_PRIVATE MAP_ANONYMOUS MAP_FIXED MFD_CLOEXEC
    F_DUPFD F_DUPFD_CLOEXEC F_GETFL F_SETOWN F_NOTIFY RLIMIT_NOFILE
    S_IFIFO S_IFCHR S_IFBLK S_IFSOCK
    PR_SET_DUMPABLE PR_SET_MM PR_SET_SECCOMP PR_CAP_AMBIENT
    SECCOMP_SET_MODE_FILTER SECCOMP_FILTER_FLAG_NEW_LISTENER
    TIOCSTI TIOCSCTTY IPC_PRIVATE
    ;
    spelt:
    // <linux/socket.h>: families that no libc constant names.
    AF_KCM = 41, AF_QIPCRTR = 42, AF_SMC = 43, AF_MCTP = 45, AF_MAX = 46,
    // <linux/keyctl.h>
    KEYCTL_READ = 11, KEY_SPEC_SESSION_KEYRING = register(-3),
    // <linux/bpf.h>
    BPF_MAP_CREATE = 0, BPF_PROG_LOAD = 5,
    // <linux/close_range.h>
    CLOSE_RANGE_CLOEXEC = 4,
    // <asm-generic/ioctls.h>
    TIOCLINUX = 0x541C,
    // <linux/kcmp.h>
    KCMP_FILE = 0,
    // <linux/userfaultfd.h>
    UFFD_USER_MODE_ONLY = 1,
    // <linux/quota.h>: QCMD(Q_GETFMT, USRQUOTA)
    QCMD_GETFMT_USR = 0x8000_0400,
    // The descriptor from which the airlock's one exec is allowed.
    DESCRIPTOR_H = 1000,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_constant_is_listed_twice() {
        let mut names: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn negative_constants_are_sign_extended() {
        assert_eq!(
            find("AT_FDCWD"),
            Some(("AT_FDCWD", (-100_i64).cast_unsigned()))
        );
        assert_eq!(find("AF_VSOCK"), Some(("AF_VSOCK", 40)));
        assert_eq!(find("AF_INTE"), None);
    }

    /// What the scripts are made of, so that a constant of theirs counts as used.
    const SCRIPTS: [&str; 6] = [
        include_str!("../script/escape.rs"),
        include_str!("../script/exec.rs"),
        include_str!("../script/files.rs"),
        include_str!("../script/descriptors.rs"),
        include_str!("../script/memory.rs"),
        include_str!("../script/network.rs"),
    ];

    #[test]
    fn every_constant_is_used_by_a_row_or_a_script() {
        let text = [crate::matrix::MATRIX_TOML, &SCRIPTS.concat()].concat();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words: std::collections::BTreeSet<&str> = text.split(|c| !is_word(c)).collect();
        let unused: Vec<&str> = ALL
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !words.contains(name))
            .collect();
        assert_eq!(unused, Vec::<&str>::new());
    }
}
