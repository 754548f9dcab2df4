//! The acts. Each is harmless without any sandbox: it goes to what was planted for it, to
//! loopback, or to the kernel, which it asks for what ends with its process; of files of
//! the user's nothing but `open` and `close` is done.

use negatives::surface::Tried;

use crate::act::{Act, How, Look, Proof};
use crate::row::Row;

/// Errors of a kernel that looked at the arguments: nothing had refused the call itself.
const BAD: &[&str] = &["EFAULT", "EINVAL", "EBADF"];

macro_rules! acts {
    ($($row:ident $id:literal $how:expr, $proof:expr, $namespace:expr, $does:literal, $close:literal;)*) => {
        /// Every act, in the order of the rows.
        pub const ALL: &[Act] = &[$(Act {
            id: $id, row: Row::$row, does: $does, how: $how, proof: $proof,
            namespace: $namespace, close: $close, group: None,
        }),*];
    };
}

use How::{Call, I386, Script};
use Proof::{Canary, Inode, Kernel, Witness};

acts! {
    U1 "read-home-secret" Script("look-for", &["{home}/secret", "{home-secret}"]), Canary, Some("mnt"),
        "reads a file of mode 0600 that was planted in the home folder", "hide the home folder";
    U1 "read-place-secret" Script("look-for", &["{place}/secret", "{place-secret}"]), Canary, Some("mnt"),
        "reads a file of mode 0600 that was planted beside the working folder's files", "mount only what is needed";
    U1 "open-shadow" Script("open", &["/etc/shadow"]), Inode, Some("mnt"),
        "opens /etc/shadow and closes it", "give it a root of its own, or another user";
    U1 "open-ssh-folder" Script("open", &["{ssh}"]), Inode, Some("mnt"),
        "opens the user's .ssh folder and closes it", "hide the home folder";
    U2 "write-home" Script("mark-folder", &["{home}", "{mark}.write-home"]), Witness, Some("mnt"),
        "makes a file in a folder planted in the home folder, and removes it", "hide the home folder, or mount it read-only";
    U2 "write-tmp" Script("mark-folder", &["/tmp", "{mark}.write-tmp"]), Witness, Some("mnt"),
        "makes a file in /tmp, and removes it", "give it a /tmp of its own";
    U2 "write-var-tmp" Script("mark-folder", &["/var/tmp", "{mark}.write-var-tmp"]), Witness, Some("mnt"),
        "makes a file in /var/tmp, and removes it", "give it a /var/tmp of its own";
    U2 "write-shm" Script("mark-folder", &["/dev/shm", "{mark}.write-shm"]), Witness, Some("mnt"),
        "makes a file in /dev/shm, and removes it", "give it a /dev of its own: a bound /dev is the host's";
    U3 "work-write" Script("mark-folder", &["{work}", "{mark}.work-write"]), Witness, Some("mnt"),
        "makes a file in the working folder, and removes it", "mount the working folder read-only";
    U4 "tcp-loopback" Script("tcp", &["{tcp}", "{mark}"]), Witness, Some("net"),
        "connects to a listener on the host's loopback and waits for its answer", "give it a network namespace of its own";
    U5 "udp-loopback" Script("udp", &["{udp}", "{mark}"]), Witness, Some("net"),
        "sends a datagram to the host's loopback", "give it a network namespace of its own";
    U5 "raw-socket" Call("socket(AF_INET, 3, 1)"), Kernel(&[]), Some("net"),
        "makes a raw socket", "drop CAP_NET_RAW";
    U5 "packet-socket" Call("socket(17, 3, 0)"), Kernel(&[]), Some("net"),
        "makes a packet socket", "drop CAP_NET_RAW";
    U6 "unix-path" Script("unix", &["{unix}", "{mark}"]), Witness, Some("mnt"),
        "connects to a daemon of the host by the path of its socket and waits for its answer",
        "hide the home folder, where it is planted, and others that hold sockets: an own network does not cover them";
    U7 "unix-abstract" Script("unix", &["@{abstract}", "{mark}"]), Witness, Some("net"),
        "connects to a daemon of the host by an abstract name and waits for its answer", "give it a network namespace of its own";
    U8 "vsock-socket" Call("socket(AF_VSOCK, 1, 0)"), Kernel(&[]), None,
        "makes a socket to the hypervisor", "refuse socket(AF_VSOCK) by a filter";
    U8 "netlink-socket" Call("socket(AF_NETLINK, 3, 0)"), Kernel(&[]), Some("net"),
        "makes a netlink socket", "refuse socket(AF_NETLINK) by a filter";
    U8 "alg-socket" Call("socket(38, 5, 0)"), Kernel(&[]), None,
        "makes a socket to the kernel's ciphers", "refuse socket(AF_ALG) by a filter";
    U8 "io-uring" Call("io_uring_setup(1, BAD)"), Kernel(BAD), None,
        "sets up io_uring, which makes sockets that no filter sees", "refuse io_uring_setup by a filter";
    U9 "environment" Script("environment", &["{environment}"]), Canary, None,
        "reads a variable of the caller's environment, by any name, or what its launcher was started with",
        "clear the environment of the launcher, too (env -i before it): /proc shows what it was started with; and name what is handed on";
    U9 "descriptor" Script("read-descriptor", &["{number}", "{descriptor}"]), Canary, None,
        "reads a descriptor that the caller had open", "close every descriptor but 0, 1 and 2";
    U10 "signal" Script("send-signal", &["{pid}", "{mark}"]), Witness, Some("pid"),
        "sends a signal to a process of the same user, by each call for one", "give it a process namespace of its own";
    U10 "trace" Script("trace", &["{pid}", "{mark}", "{address}", "{memory}"]), Canary, Some("pid"),
        "attaches to a process of the same user and reads its memory", "give it a process namespace of its own";
    U10 "read-memory" Script("read-memory", &["{pid}", "{mark}", "{address}", "{memory}"]), Canary, Some("pid"),
        "reads the memory of a process of the same user, by the call for it and by its file in /proc",
        "give it a process namespace and a /proc of its own";
    U10 "write-memory" Script("write-memory", &["{pid}", "{mark}", "{room}"]), Witness, Some("pid"),
        "writes into the memory of a process of the same user, by the call for it and by its file in /proc",
        "give it a process namespace and a /proc of its own";
    U10 "read-environ" Script("read-environ", &["{pid}", "{mark}", "{sibling-environment}"]), Canary, Some("pid"),
        "reads the environment of a process of the same user", "give it a process namespace and a /proc of its own";
    U11 "exec-shell" Script("shell", &[]), Kernel(&[]), Some("mnt"),
        "becomes a shell, or an interpreter that is there, which prints a line", "refuse execve by a filter, or leave no program to run";
    U11 "exec-interpreter" Script("interpreter", &["{script}", "{mark}.exec-interpreter"]), Kernel(&[]), Some("mnt"),
        "executes a text that names its interpreter: the planted one, else one that it makes, for each interpreter that is there", "refuse execve by a filter, or leave no interpreter";
    U11 "exec-descriptor" Script("shell-by-descriptor", &[]), Kernel(&[]), Some("mnt"),
        "becomes a shell, or an interpreter that is there, by an open descriptor, by the call for it and by its path in /proc",
        "leave no program to run: refusing execveat alone leaves /proc/self/fd";
    U11 "exec-memory" Script("memory-exec", &[]), Kernel(&[]), None,
        "writes a program into memory and becomes it, by its descriptor and by that one's path in /proc",
        "refuse memfd_create by a filter: refusing execveat alone leaves /proc/self/fd";
    U12 "key" Script("key", &["{name}", "{key}"]), Canary, Some("user"),
        "reads a key of the user's keyring", "refuse keyctl by a filter, or give it a user namespace of its own";
    U12 "shared-memory" Script("shared-memory", &["{shared-memory}"]), Witness, Some("ipc"),
        "attaches shared memory of the same user", "give it an IPC namespace of its own";
    U12 "message-queue" Script("message-queue", &["{message-queue}", "{mark}"]), Witness, Some("ipc"),
        "puts a message into a System V queue of the same user", "give it an IPC namespace of its own";
    U12 "posix-queue" Script("posix-queue", &["{name}", "{mark}"]), Witness, Some("ipc"),
        "puts a message into a POSIX queue of the same user", "give it an IPC namespace of its own";
    U13 "user-namespace" Script("user-namespace", &[]), Kernel(&[]), Some("user"),
        "makes a user namespace, by clone3, clone or unshare",
        "refuse unshare and clone with CLONE_NEWUSER by a filter, and clone3 with ENOSYS";
    U13 "mount-as-user" Script("mount-as-user", &[]), Kernel(&[]), Some("user"),
        "mounts a file system in a user namespace of its own, by clone3, clone or unshare, and by mount or move_mount",
        "refuse mount and move_mount by a filter, or unshare and clone with CLONE_NEWUSER, and clone3 with ENOSYS";
    U13 "mount" Script("mount", &[]), Kernel(&[]), None,
        "mounts a file system in a mount namespace of its own, by mount or move_mount", "drop CAP_SYS_ADMIN";
    U13 "userfaultfd" Call("userfaultfd(3)"), Kernel(BAD), None,
        "asks for a userfaultfd", "refuse userfaultfd by a filter";
    U13 "perf" Script("perf-event", &[]), Kernel(&[]), None,
        "opens a counter of its own time", "refuse perf_event_open by a filter";
    U13 "bpf" Script("bpf-map", &[]), Kernel(&[]), None,
        "makes a map of eBPF", "refuse bpf by a filter, or drop CAP_BPF and CAP_SYS_ADMIN";
    U13 "i386-entry" I386("getpid()"), Kernel(&[]), None,
        "enters the kernel by the i386 table", "refuse the i386 table by a filter";
    U13 "add-key" Call("add_key(BAD, BAD, BAD, 0, -3)"), Kernel(BAD), None,
        "asks to add a key", "refuse add_key by a filter";
    U13 "ptrace" Call("ptrace(16, -1, 0, 0)"), Kernel(&["ESRCH"]), None,
        "asks to trace a process that is not there", "refuse ptrace by a filter";
    U13 "open-by-handle" Script("open-by-handle", &[]), Kernel(&[]), None,
        "opens a folder by its handle", "drop CAP_DAC_READ_SEARCH";
    U13 "set-namespace" Call("setns(-1, 0)"), Kernel(BAD), None,
        "asks to enter a namespace", "refuse setns by a filter";
    U13 "open-tree" Call("open_tree(-1, BAD, 0)"), Kernel(BAD), None,
        "asks for a tree of mounts", "refuse the calls of mounting by a filter";
    U13 "file-system" Call("fsopen(BAD, 0)"), Kernel(BAD), None,
        "asks for a file system to configure", "refuse the calls of mounting by a filter";
    U13 "fanotify" Call("fanotify_init(0xffff, 0)"), Kernel(BAD), None,
        "asks to watch file systems", "refuse fanotify_init by a filter";
    U13 "kernel-module" Call("init_module(BAD, 0, BAD)"), Kernel(&["EFAULT", "EINVAL", "ENOEXEC"]), None,
        "asks to load a module of no bytes", "drop CAP_SYS_MODULE";
    U13 "kernel-log" Call("syslog(10, 0, 0)"), Kernel(&[]), None,
        "asks how long the kernel's log is", "refuse syslog by a filter";
    U13 "accounting" Call("acct(BAD)"), Kernel(BAD), None,
        "asks for process accounting", "drop CAP_SYS_PACCT";
    U13 "process-descriptor" Call("pidfd_open(-1, 0)"), Kernel(BAD), None,
        "asks for a descriptor of a process", "refuse pidfd_open by a filter";
    U14 "terminal-input" Script("terminal-input", &[]), Witness, Some("mnt"),
        "puts a character into the input of the terminal", "start it in a session of its own, as setsid and bwrap --new-session do, which has no terminal or another";
    U15 "sysctl" Script("open-to-write", &["/proc/sys/kernel/core_pattern"]), Kernel(&[]), Some("mnt"),
        "opens a setting of the kernel's for writing and closes it", "mount /proc/sys read-only";
    U15 "sysrq" Script("open-to-write", &["/proc/sysrq-trigger"]), Kernel(&[]), Some("mnt"),
        "opens the kernel's emergency keys for writing and closes them", "mount /proc/sysrq-trigger read-only";
    U15 "kernel-memory" Script("open", &["/dev/mem"]), Inode, Some("mnt"),
        "opens the machine's memory for reading and closes it", "give it a /dev of its own, or drop CAP_SYS_RAWIO";
    U15 "kernel-messages" Script("open-to-write", &["/dev/kmsg"]), Inode, Some("mnt"),
        "opens the kernel's log for writing and closes it", "give it a /dev of its own";
    U15 "control-group" Script("open-to-write", &["{control-group}"]), Inode, Some("mnt"),
        "opens the list of processes of the host's first control group for writing and closes it",
        "hide /sys/fs/cgroup, mount it read-only, or give it a control group namespace and a mount of its own";
    U16 "namespace-cgroup" How::Look(Look::Namespace("cgroup")), Proof::Look, Some("cgroup"), "is in the host's cgroup namespace", "give it one of its own";
    U16 "namespace-ipc" How::Look(Look::Namespace("ipc")), Proof::Look, Some("ipc"), "is in the host's IPC namespace", "give it one of its own";
    U16 "namespace-mnt" How::Look(Look::Namespace("mnt")), Proof::Look, Some("mnt"), "is in the host's mount namespace", "give it one of its own";
    U16 "namespace-net" How::Look(Look::Namespace("net")), Proof::Look, Some("net"), "is in the host's network namespace", "give it one of its own";
    U16 "namespace-pid" How::Look(Look::Namespace("pid")), Proof::Look, Some("pid"), "is in the host's process namespace", "give it one of its own";
    U16 "namespace-user" How::Look(Look::Namespace("user")), Proof::Look, Some("user"), "is in the host's user namespace", "give it one of its own";
    U16 "namespace-uts" How::Look(Look::Namespace("uts")), Proof::Look, Some("uts"), "is in the host's namespace of names", "give it one of its own";
    U16 "capabilities" How::Look(Look::Capabilities), Proof::Look, None, "has capabilities over the host", "drop every capability";
    U16 "filters" How::Look(Look::Filters), Proof::Look, None, "makes system calls that no filter looks at", "load a filter of system calls";
    U16 "no-new-privileges" How::Look(Look::NoNewPrivileges), Proof::Look, None, "may gain rights by executing a program", "set no-new-privileges";
}

/// Every act: those, and the matrix's attempts that go to the kernel alone.
pub fn all() -> impl Iterator<Item = Act> {
    ALL.iter()
        .copied()
        .chain(declared::tried().iter().map(attempt))
}

/// An attempt of the matrix's as an act.
fn attempt(tried: &'static Tried) -> Act {
    Act {
        id: &tried.id,
        row: Row::U13,
        does: &tried.why,
        how: How::Attempt(tried),
        proof: Kernel(&tried.answers),
        namespace: None,
        close: "refuse the call by a filter",
        group: Some(&tried.group),
    }
}

/// The act with this id.
#[must_use]
pub fn find(id: &str) -> Option<Act> {
    all().find(|act| act.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use negatives::wire;

    use super::*;

    #[test]
    fn no_id_is_used_twice_and_every_row_has_an_act() {
        let mut ids: Vec<&str> = all().map(|act| act.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all().count());
        for row in Row::ALL {
            assert!(ALL.iter().any(|act| act.row == *row), "{row}");
        }
    }

    #[test]
    fn nothing_is_read_or_reached_but_what_was_planted() {
        let others = [
            "open",
            "open-to-write",
            "bpf-map",
            "perf-event",
            "open-by-handle",
            "shell",
            "shell-by-descriptor",
            "memory-exec",
            "user-namespace",
            "mount",
            "mount-as-user",
            "terminal-input",
        ];
        for act in ALL {
            let Script(script, args) = act.how else {
                continue;
            };
            let first = args.first().copied().unwrap_or_default();
            let planted = match script {
                "look-for" => ["{home}/", "{place}/"]
                    .iter()
                    .any(|beneath| first.starts_with(beneath)),
                // What is made has this launch's mark in its name, wherever it is made.
                "mark-folder" => args[1].starts_with("{mark}."),
                other if others.contains(&other) => true,
                _ => first.trim_start_matches('@').starts_with('{'),
            };
            assert!(planted, "{}: {script} {first}", act.id);
        }
    }

    #[test]
    fn a_target_that_was_not_planted_is_named() {
        let act = find("tcp-loopback").unwrap();
        let mut targets = BTreeMap::from([("mark".to_owned(), "m".to_owned())]);
        assert_eq!(act.planned(&targets), Err("tcp".to_owned()));
        targets.insert("tcp".to_owned(), "80".to_owned());
        let planned = act.planned(&targets).unwrap().unwrap();
        let args = vec!["80".to_owned(), "m".to_owned()];
        let script = "tcp".to_owned();
        assert_eq!(planned.act, wire::Act::Script { script, args });
    }
}
