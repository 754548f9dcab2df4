//! What of a call's arguments the kernel takes for the same, call by call: its man page, and
//! the types of the kernel's own definition (`SYSCALL_DEFINE`).

/// What may be otherwise in a call that is the same act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// The kernel reads 32 bits of this argument.
    Half(usize),
    /// These flags may come to it.
    More(usize, &'static [u64]),
    /// These may be taken from it.
    Less(usize, &'static [u64]),
    /// It is an address: what lies there counts, and no filter sees that.
    Address(usize),
    /// It may as well be one of these.
    Other(usize, &'static [u64]),
    /// Where it is the one, the other does the same.
    Instead(usize, u64, u64),
}

use Same::{Address, Half, Instead, Less, More, Other};

/// Numbers that a descriptor may have; none of those that are usually looked at by number.
const DESCRIPTORS: &[u64] = &[7, 63];
/// Numbers that somebody's process may have.
const PROCESSES: &[u64] = &[4711];
/// `KEY_SPEC_PROCESS_KEYRING`, `KEY_SPEC_USER_KEYRING`.
const RINGS: &[u64] = &[u64::MAX - 1, u64::MAX - 3];
/// Lengths and counts.
const LENGTHS: &[u64] = &[64, 256];
/// `SOCK_NONBLOCK`, `SOCK_CLOEXEC`.
const SOCK: &[u64] = &[0x800, 0x8_0000];
/// `O_NOCTTY`, `O_NONBLOCK`, `O_LARGEFILE`, `O_CLOEXEC`.
const OPEN: &[u64] = &[0x100, 0x800, 0x8000, 0x8_0000];
/// `O_NONBLOCK`, `O_CLOEXEC`.
const NEW: &[u64] = &[0x800, 0x8_0000];
/// `MSG_DONTWAIT`, `MSG_NOSIGNAL`.
const MSG: &[u64] = &[0x40, 0x4000];
/// `CLONE_FS`, `CLONE_FILES`, `CLONE_SYSVSEM`, `CLONE_NEWUTS`.
const UNSHARE: &[u64] = &[0x200, 0x400, 0x4_0000, 0x400_0000];
/// `SIGCHLD`, `CLONE_PARENT_SETTID`, `CLONE_UNTRACED`.
const CLONE: &[u64] = &[17, 0x10_0000, 0x80_0000];
/// `PTRACE_ATTACH` and `PTRACE_SEIZE`.
const ATTACH: (u64, u64) = (16, 0x4206);

macro_rules! alike {
    ($($name:literal $taken:literal [$($same:expr),*];)*) => {
        /// By name: how many arguments it takes, and what of them may be otherwise.
        pub(super) const ALIKE: &[(&str, usize, &[Same])] = &[$(($name, $taken, &[$($same),*])),*];
    };
}

alike! {
    "accept" 3 [Half(0), Other(0, DESCRIPTORS)];
    "accept4" 4 [Half(0), More(3, SOCK), Half(3), Other(0, DESCRIPTORS)];
    "acct" 1 [Address(0)];
    "add_key" 5 [Half(4), Other(4, RINGS), Address(0), Address(1), Address(2), Other(3, LENGTHS)];
    "bind" 3 [Half(0), Half(2), Address(1), Other(0, DESCRIPTORS)];
    "bpf" 3 [Half(0), Half(2), Address(1), Other(2, &[0x50, 0x78])];
    "chroot" 1 [Address(0)];
    "clone" 5 [Half(0), More(0, CLONE), Less(0, &[0x1_0000])];
    "clone3" 2 [Address(0), Other(1, &[0x40, 0x50, 0x58])];
    "connect" 3 [Half(0), Half(2), Address(1), Other(0, DESCRIPTORS), Other(2, &[0x6e])];
    "execve" 3 [Address(0), Address(1), Address(2)];
    "execveat" 5 [Half(0), Half(4), Address(1), Other(0, DESCRIPTORS)];
    "fanotify_init" 2 [Half(0), Half(1), Other(0, &[0, 0x200, 0x3])];
    "finit_module" 3 [Half(0), Half(2), Address(1), Other(0, DESCRIPTORS)];
    "fsconfig" 5 [Half(0), Half(1), Other(0, DESCRIPTORS)];
    "fsmount" 3 [Half(0), Half(1), Half(2), Other(0, DESCRIPTORS), Other(1, &[0, 1])];
    "fsopen" 2 [Half(1), More(1, &[1]), Address(0)];
    "fspick" 3 [Half(0), Half(2), More(2, &[1, 2]), Address(1), Other(0, DESCRIPTORS)];
    "init_module" 3 [Address(0), Address(2), Other(1, LENGTHS)];
    "io_uring_enter" 6 [Half(0), Other(0, DESCRIPTORS)];
    "io_uring_register" 4 [Half(0), Other(0, DESCRIPTORS)];
    "io_uring_setup" 2 [Half(0), Address(1), Other(0, &[2, 8, 256])];
    "ioctl" 3 [Half(0), Half(1), Address(2), Other(0, &[0, 7, 63])];
    "kcmp" 5 [Half(0), Half(1), Half(2), Other(0, PROCESSES), Other(1, PROCESSES)];
    "keyctl" 5 [Half(0)];
    "kill" 2 [Half(0), Half(1), Other(0, PROCESSES)];
    "listen" 2 [Half(0), Half(1), Other(0, DESCRIPTORS)];
    "memfd_create" 2 [Half(1), More(1, &[1]), Less(1, &[1]), Address(0), Other(1, &[0, 1, 2, 3])];
    "memfd_secret" 1 [Half(0), Other(0, &[0, 0x8_0000])];
    "mknodat" 4 [Half(0), Half(3), Address(1), Other(0, DESCRIPTORS)];
    "mmap" 6 [More(2, &[8]), More(3, &[0x4000]), Other(1, &[0x2000, 0x1_0000])];
    // MS_NOSUID, MS_NODEV; and the magic number of old in the upper bits (mount(2)).
    "mount" 5 [More(3, &[2, 4]), More(3, &[0xc0ed_0000]), Address(0), Address(1), Address(2)];
    "mount_setattr" 5 [Half(0), Half(2), Address(1), Address(3), Other(0, DESCRIPTORS),
        Other(2, &[0, 0x8000])];
    "move_mount" 5 [Half(0), Half(2), Half(4), Address(1), Address(3), Other(0, DESCRIPTORS),
        Other(2, DESCRIPTORS)];
    "mprotect" 3 [More(2, &[8]), Other(0, &[0x2000]), Other(1, &[0x2000])];
    "mq_open" 4 [Half(1), More(1, NEW), Less(1, NEW), Address(0)];
    "mq_timedsend" 5 [Half(0), Half(3), Address(1), Other(0, DESCRIPTORS), Other(3, &[0])];
    "mq_unlink" 1 [Address(0)];
    "msgsnd" 4 [Half(0), Half(3), More(3, &[0x800]), Less(3, &[0x800]), Address(1), Other(2,
        LENGTHS)];
    "name_to_handle_at" 5 [Half(0), Half(4), Address(1), Address(2), Address(3), Other(0,
        DESCRIPTORS)];
    "open_by_handle_at" 3 [Half(0), Half(2), More(2, OPEN), Less(2, OPEN), Address(1), Other(0,
        DESCRIPTORS)];
    "open_tree" 3 [Half(0), Half(2), More(2, &[0x8_0000, 1]), Address(1), Other(0, DESCRIPTORS)];
    "openat" 4 [Half(0), Half(2), Half(3), More(2, OPEN), Less(2, OPEN), Address(1), Other(0,
        DESCRIPTORS)];
    "openat2" 4 [Half(0), Address(1), Address(2), Other(0, DESCRIPTORS), Other(3, &[0x18])];
    "perf_event_open" 5 [Half(1), Half(2), Half(3), Address(0), Other(4, &[0, 8])];
    "pidfd_getfd" 3 [Half(0), Half(1), Half(2), Other(0, DESCRIPTORS)];
    "pidfd_open" 2 [Half(0), Half(1), More(1, &[0x800]), Other(0, PROCESSES)];
    "pidfd_send_signal" 4 [Half(0), Half(1), Half(3), Other(0, DESCRIPTORS)];
    "pivot_root" 2 [Address(0), Address(1)];
    "prctl" 5 [Half(0)];
    "process_vm_readv" 6 [Half(0), Address(1), Address(3), Other(0, PROCESSES), Other(2, &[1,
        2]), Other(4, &[1, 2])];
    "process_vm_writev" 6 [Half(0), Address(1), Address(3), Other(0, PROCESSES), Other(2, &[1,
        2]), Other(4, &[1, 2])];
    "ptrace" 4 [Instead(0, ATTACH.0, ATTACH.1), Instead(0, ATTACH.1, ATTACH.0), Other(1,
        PROCESSES)];
    "read" 3 [Half(0), Address(1), Other(0, DESCRIPTORS), Other(2, LENGTHS)];
    "request_key" 4 [Half(3), Address(0), Address(1), Address(2)];
    "seccomp" 3 [Half(0), Half(1), Address(2)];
    "sendmmsg" 4 [Half(0), Half(2), Half(3), More(3, MSG), Address(1), Other(0, DESCRIPTORS)];
    "sendmsg" 3 [Half(0), Half(2), More(2, MSG), Address(1), Other(0, DESCRIPTORS)];
    "sendto" 6 [Half(0), Half(3), Half(5), More(3, MSG), Address(1), Address(4), Other(0,
        DESCRIPTORS), Other(2, LENGTHS)];
    "setns" 2 [Half(0), Half(1), Other(0, DESCRIPTORS)];
    // SHM_RDONLY.
    "shmat" 3 [Half(0), Half(2), More(2, &[0x1000]), Less(2, &[0x1000]), Other(0, &[7])];
    "shmget" 3 [Half(0), Half(2), Other(1, &[0x1000])];
    "socket" 3 [More(1, SOCK), Less(1, SOCK), Half(0), Half(1), Half(2)];
    "socketcall" 2 [Half(0), Address(1)];
    "socketpair" 4 [More(1, SOCK), Less(1, SOCK), Half(0), Half(1), Half(2), Address(3)];
    "syslog" 3 [Half(0), Half(2)];
    "umount2" 2 [Half(1), Address(0)];
    "unshare" 1 [More(0, UNSHARE), Less(0, &[1])];
    // O_CLOEXEC and O_NONBLOCK, alone and with UFFD_USER_MODE_ONLY.
    "userfaultfd" 1 [Half(0), Other(0, &[0, 0x8_0000, 0x8_0800, 1, 0x8_0801])];
}
