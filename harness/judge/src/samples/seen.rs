//! What the host sees of a sandbox that is as the profile has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::mounts;
use evidence::profile::{ResourceLimits, system};
use evidence::record::Subject;
use evidence::view::{Descriptor, Namespace, Seen, View};
use negatives::matrix::{Canary, Place};
use negatives::wire::{INPUT, OUTPUT};

use super::held;
use crate::Expected;

/// The mount table of a container of Docker's, each of its kinds once.
const MOUNTS: &str = "\
69 45 0:39 / / ro,noatime master:2 - overlay overlay rw
70 69 0:41 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
75 70 0:41 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
76 70 0:45 / /proc/kcore ro,relatime - tmpfs tmpfs rw
71 69 0:42 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
73 69 0:44 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
85 69 254:0 /tmp/run/in /in ro,relatime - ext4 /dev/vda rw
91 69 254:0 /tmp/run/out /out rw,relatime - ext4 /dev/vda rw
";

/// A sandbox of the engine's, with the programs that are expected in it.
pub(super) struct Sandbox<'a> {
    pub(super) expected: &'a Expected,
    /// Read back from the kernel.
    filters: Vec<Arc<str>>,
}

/// The runtime's filter and the airlock's, as the kernel gives them back.
fn filters(expected: &Expected) -> Vec<Arc<str>> {
    let (policy, arch) = (&expected.policy, expected.arch);
    let json = seccomp::oci_json(policy, arch, &[]);
    let runtime = seccomp::compile_oci(&json, arch).unwrap();
    let strict = seccomp::compile_strict(policy, arch).unwrap();
    let all = std::iter::once(&runtime).chain(&strict);
    all.map(|program| program.to_hex().into()).collect()
}

/// The two data folders, by device and inode.
pub(super) fn folders() -> BTreeMap<String, String> {
    table([(INPUT, "64768:21"), (OUTPUT, "64768:22")])
}

impl<'a> Sandbox<'a> {
    pub(super) fn new(expected: &'a Expected) -> Self {
        let filters = filters(expected);
        Self { expected, filters }
    }

    /// The process at the airlock's barrier: the airlock itself, with all that was planted.
    pub(super) fn at_the_barrier(&self, subject: &Subject, planted: &[Canary]) -> View {
        let expected = self.expected;
        let engine = expected.engine.as_ref().unwrap();
        let added = engine.adds.iter().map(|it| it.variable.clone());
        let requested = planted.iter().filter(|it| it.place == Place::Request);
        let requested = requested.map(|it| it.variable.clone());
        let most = ResourceLimits::LOCKED;
        let limits = table([
            ("pids.max", &*most.pids.unwrap().to_string()),
            ("memory.max", &most.memory.unwrap().to_string()),
        ]);
        View {
            environment: Seen::Seen(added.chain(requested).collect()),
            control_group: Seen::Seen(limits),
            executable: Seen::Seen(expected.programs.airlock.clone()),
            ..self.at_both(subject)
        }
    }

    /// The same process once it is the subject: nothing planted is left, and only pipes.
    pub(super) fn at_the_exec(&self, subject: &Subject) -> View {
        let most = ResourceLimits::LOCKED;
        let files = most.subject_open_files;
        let size = most.file_size.unwrap();
        let limits = table([
            ("Max open files", &*format!("{files} {files}")),
            ("Max core file size", "0 0"),
            ("Max file size", &format!("{size} {size}")),
        ]);
        View {
            environment: Seen::Seen(Vec::new()),
            limits: Seen::Seen(limits),
            executable: Seen::Seen(held(self.expected, subject)),
            ..self.at_both(subject)
        }
    }

    /// What is so at both moments.
    fn at_both(&self, subject: &Subject) -> View {
        let own = |name: &str| Namespace {
            id: format!("{name}:[4026532500]"),
            shared_with_host: false,
        };
        let spaces = ["cgroup", "ipc", "mnt", "net", "pid", "uts"];
        let not_asked = || "not looked at here".to_owned();
        let pipes = (0..3).map(|number| Descriptor {
            number,
            target: format!("pipe:[{}]", 1000 + number),
        });
        let paths = [system::MASKED[3], system::READ_ONLY[3]];
        View {
            status: Seen::Seen(status(self.filters.len())),
            mounts: Seen::Seen(mounts::parse(MOUNTS).unwrap()),
            environment: Seen::NotSeen(not_asked()),
            limits: Seen::NotSeen(not_asked()),
            control_group: Seen::NotSeen(not_asked()),
            system_paths: Seen::Seen(paths.map(str::to_owned).into()),
            devices: Seen::Seen(table([("null", "c 1:3")])),
            namespaces: Seen::Seen(spaces.map(|it| (it.to_owned(), own(it))).into()),
            interfaces: Seen::Seen(vec!["lo".to_owned()]),
            routes: Seen::Seen(Vec::new()),
            executable: Seen::NotSeen(not_asked()),
            held: Seen::Seen(held(self.expected, subject)),
            descriptors: Seen::Seen(pipes.collect()),
            command_as_asked: Seen::Seen(true),
            folders: Seen::Seen(folders()),
            filters: Seen::Seen(self.filters.clone()),
        }
    }
}

/// A user who is not root and may nothing, beneath both filters.
fn status(filters: usize) -> BTreeMap<String, String> {
    let none = "0000000000000000";
    table([
        ("Uid", "65532 65532 65532 65532"),
        ("Gid", "65532 65532 65532 65532"),
        ("Groups", ""),
        ("CapInh", none),
        ("CapPrm", none),
        ("CapEff", none),
        ("CapBnd", none),
        ("CapAmb", none),
        ("NoNewPrivs", "1"),
        ("Seccomp", "2"),
        ("Seccomp_filters", &filters.to_string()),
        ("Threads", "1"),
    ])
}

fn table<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    entries.into_iter().map(owned).collect()
}
