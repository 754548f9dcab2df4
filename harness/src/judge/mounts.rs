//! Which mounts a locked sandbox may have: the two data mounts, and the runtime's
//! own by point, type and flags. Anything else breaks the row.
//!
//! A container's mount table is never two lines long; what the runtime adds is
//! named here, each with the reason it is there.

use crate::image::{INPUT, OUTPUT};
use crate::profile::system::READ_ONLY;
use crate::witness::Mount;
use std::sync::Arc;

/// A mount the runtime makes.
struct Named {
    point: Point,
    kinds: &'static [&'static str],
    access: Access,
    /// Why it is there, and what keeps it harmless.
    why: &'static str,
}

enum Point {
    Exactly(&'static str),
    /// Directly or further beneath this folder.
    Beneath(&'static str),
}

enum Access {
    /// Read-only, and possibly a folder of a larger file system in memory: where it is
    /// on a disk, that cannot be told.
    Root,
    ReadOnly,
    /// Writable by its mode for root only, and denied by Landlock besides.
    Any,
    /// One of [`DEVICES`], under its own name.
    Device,
}

/// Root file systems that engines use: storage drivers of Docker and Podman, and
/// whatever a temporary folder is on, for bubblewrap.
const ROOTS: [&str; 10] = [
    "overlay",
    "fuse.fuse-overlayfs",
    "btrfs",
    "zfs",
    "ext4",
    "xfs",
    "tmpfs",
    "aufs",
    "bcachefs",
    "f2fs",
];

/// Device nodes that are bound from the host one by one where the engine may make
/// none: bubblewrap, and rootless engines.
const DEVICES: [&str; 6] = ["/full", "/null", "/random", "/tty", "/urandom", "/zero"];

const NAMED: [Named; 14] = [
    Named {
        point: Point::Exactly("/"),
        kinds: &ROOTS,
        access: Access::Root,
        why: "the root file system: the image, read-only",
    },
    Named {
        point: Point::Exactly("/proc"),
        kinds: &["proc"],
        access: Access::Any,
        why: "the kernel's view of processes; its dangerous parts are masked, and Landlock leaves three files of it readable",
    },
    // The null device is the host's own where the engine may make no device.
    Named {
        point: Point::Beneath("/proc"),
        kinds: &["proc", "tmpfs", "devtmpfs"],
        access: Access::ReadOnly,
        why: "masks a part of /proc, by an empty tmpfs, the null device, or itself read-only",
    },
    Named {
        point: Point::Exactly("/dev"),
        kinds: &["tmpfs"],
        access: Access::Any,
        why: "the runtime's own few device nodes; Landlock opens none of them",
    },
    Named {
        point: Point::Exactly("/dev/pts"),
        kinds: &["devpts"],
        access: Access::Any,
        why: "the runtime's pseudo-terminals, of this sandbox alone",
    },
    Named {
        point: Point::Exactly("/dev/mqueue"),
        kinds: &["mqueue"],
        access: Access::Any,
        why: "message queues of the sandbox's own IPC namespace",
    },
    Named {
        point: Point::Beneath("/dev"),
        kinds: &["tmpfs", "devtmpfs"],
        access: Access::Device,
        why: "a harmless device of the host's, bound where the engine may make none",
    },
    Named {
        point: Point::Exactly("/sys"),
        kinds: &["sysfs"],
        access: Access::ReadOnly,
        why: "the kernel's view of devices, read-only",
    },
    // On cgroup v1 a small tmpfs holds one read-only mount per controller.
    Named {
        point: Point::Exactly("/sys/fs/cgroup"),
        kinds: &["tmpfs", "cgroup2"],
        access: Access::Any,
        why: "the control groups' folder",
    },
    Named {
        point: Point::Beneath("/sys"),
        kinds: &["cgroup", "tmpfs"],
        access: Access::ReadOnly,
        why: "a controller, or a mask over a part of /sys; read-only",
    },
    Named {
        point: Point::Exactly("/etc/resolv.conf"),
        kinds: &[],
        access: Access::ReadOnly,
        why: "written by the engine for every container, network or not; read-only",
    },
    Named {
        point: Point::Exactly("/etc/hostname"),
        kinds: &[],
        access: Access::ReadOnly,
        why: "written by the engine for every container; read-only",
    },
    Named {
        point: Point::Exactly("/etc/hosts"),
        kinds: &[],
        access: Access::ReadOnly,
        why: "written by the engine for every container; read-only",
    },
    Named {
        point: Point::Exactly("/run/.containerenv"),
        kinds: &[],
        access: Access::ReadOnly,
        why: "written by Podman for every container; read-only",
    },
];

/// Every way in which a mount table differs from the profile's, in words.
#[must_use]
pub(super) fn differences(mounts: &[Arc<Mount>]) -> Vec<String> {
    let mut found: Vec<String> = mounts.iter().filter_map(|it| difference(it)).collect();
    for (point, read_only) in [(INPUT, true), (OUTPUT, false)] {
        let mut here = mounts.iter().filter(|mount| mount.point == point);
        match (here.next(), here.next()) {
            (None, _) => found.push(format!("`{point}` is not mounted")),
            (Some(_), Some(_)) => found.push(format!("`{point}` is mounted more than once")),
            (Some(mount), None) if mount.is_read_only() != read_only => {
                let state = if read_only { "writable" } else { "read-only" };
                found.push(format!("`{point}` is {state}"));
            }
            (Some(_), None) => {}
        }
    }
    found
}

/// The paths of `/proc` and `/sys` that this kernel has and nothing covers.
#[must_use]
pub(super) fn open_paths(mounts: &[Arc<Mount>], paths: &[String]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| is_there(mounts, path))
        .filter(|path| !mounts.iter().any(|mount| covers(mount, path)))
        .map(|path| format!("`{path}` is open"))
        .collect()
}

/// Where the engine mounts no `/sys` there is nothing to hide of it.
fn is_there(mounts: &[Arc<Mount>], path: &str) -> bool {
    mounts.iter().any(|mount| {
        let kernel = matches!(mount.kind.as_str(), "proc" | "sysfs");
        kernel && is_beneath(&mount.point, path)
    })
}

/// What must not be seen is beneath an empty tmpfs or the null device; what must
/// not be changed may also be itself, read-only.
fn covers(mount: &Mount, path: &str) -> bool {
    let hides = matches!(mount.kind.as_str(), "tmpfs" | "devtmpfs");
    mount.point == path && (hides || READ_ONLY.contains(&path))
}

/// Why a mount may be there, or what is wrong with it.
///
/// # Errors
/// The difference from the profile, in words.
pub fn allowance(mount: &Mount) -> Result<&'static str, String> {
    let data = |wanted, why, otherwise: &str| {
        if mount.is_read_only() == wanted {
            Ok(why)
        } else {
            Err(format!("`{}` is {otherwise}", mount.point))
        }
    };
    match mount.point.as_str() {
        INPUT => data(true, "the input: one of the two data mounts", "writable"),
        OUTPUT => data(false, "the output: one of the two data mounts", "read-only"),
        point => {
            let named = NAMED.iter().find(|named| named.point.is(point));
            difference(mount).map_or_else(|| Ok(named.map_or("", |named| named.why)), Err)
        }
    }
}

fn difference(mount: &Mount) -> Option<String> {
    if mount.point == INPUT || mount.point == OUTPUT {
        return None;
    }
    let shown = format!(
        "`{}` ({}, {})",
        mount.point,
        mount.kind,
        mount.options.join(",")
    );
    let Some(named) = NAMED.iter().find(|named| named.point.is(&mount.point)) else {
        return Some(format!("{shown} is not a mount of the runtime's"));
    };
    if !named.kinds.is_empty() && !named.kinds.contains(&mount.kind.as_str()) {
        return Some(format!("{shown} is of another type"));
    }
    // A file that the engine writes bears the name it is mounted under.
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    if named.kinds.is_empty() && name(&mount.root) != name(&mount.point) {
        return Some(format!("{shown} is another file: `{}`", mount.root));
    }
    // The null device that masks a file is on the sandbox's own /dev, or the host's.
    let masked = mount.root == "/null" && matches!(mount.kind.as_str(), "tmpfs" | "devtmpfs");
    let whole = mount.kind == "tmpfs" && mount.root == "/";
    let parted = matches!(mount.kind.as_str(), "tmpfs" | "devtmpfs") && !whole && !masked;
    match named.access {
        Access::Device if !is_device(mount) => Some(format!(
            "{shown} is not a device of its name: `{}`",
            mount.root
        )),
        Access::ReadOnly | Access::Any if parted => {
            Some(format!("{shown} is a part of another: `{}`", mount.root))
        }
        Access::ReadOnly | Access::Root if !mount.is_read_only() && !masked => {
            Some(format!("{shown} is writable"))
        }
        Access::ReadOnly | Access::Root | Access::Any | Access::Device => None,
    }
}

fn is_device(mount: &Mount) -> bool {
    let name = mount.point.strip_prefix("/dev");
    DEVICES.contains(&mount.root.as_str()) && name == Some(&mount.root)
}

impl Point {
    fn is(&self, point: &str) -> bool {
        match self {
            Self::Exactly(path) => point == *path,
            Self::Beneath(path) => is_beneath(path, point),
        }
    }
}

fn is_beneath(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::witness::mounts::parse;

    const DOCKER: &str = "\
69 45 0:39 / / ro,noatime master:2 - fuse.fuse-overlayfs fuse-overlayfs rw
70 69 0:41 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
71 69 0:42 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
72 71 0:43 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5
73 69 0:44 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
74 73 0:45 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
75 74 0:29 / /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu
84 71 0:40 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw
85 69 254:0 /tmp/t /in ro,relatime - ext4 /dev/vda rw
91 69 254:0 /tmp/u /out rw,relatime - ext4 /dev/vda rw
86 69 254:0 /c/resolv.conf /etc/resolv.conf ro,relatime - ext4 /dev/vda rw
46 70 0:41 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw
50 70 0:46 / /proc/acpi ro,relatime - tmpfs tmpfs ro
51 70 0:42 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
53 73 0:47 / /sys/firmware ro,relatime - tmpfs tmpfs ro
";

    const BWRAP: &str = "\
156 127 254:0 /tmp/r / ro,nosuid,nodev,relatime - ext4 /dev/vda rw
157 156 0:44 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
161 157 0:6 /null /proc/keys rw,nosuid,relatime - devtmpfs devtmpfs rw,mode=755
162 157 0:21 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
158 156 0:51 / /dev ro,nosuid,nodev,relatime - tmpfs tmpfs rw,mode=755,uid=65532
159 158 0:6 /null /dev/null rw,nosuid,relatime - devtmpfs devtmpfs rw,mode=755
165 158 0:52 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,mode=620
166 156 254:0 /tmp/i /in ro,nosuid,nodev,relatime - ext4 /dev/vda rw
167 156 254:0 /tmp/o /out rw,nosuid,nodev,relatime - ext4 /dev/vda rw
";

    fn judged(text: &str) -> Vec<String> {
        differences(&parse(text).unwrap())
    }

    #[test]
    fn a_locked_containers_table_has_no_difference() {
        assert_eq!(judged(DOCKER), Vec::<String>::new());
    }

    #[test]
    fn a_locked_table_of_bubblewraps_has_no_difference() {
        assert_eq!(judged(BWRAP), Vec::<String>::new());
        let table = parse(BWRAP).unwrap();
        let open = |path: &str| !open_paths(&table, &[path.to_owned()]).is_empty();
        assert!(open("/proc/kcore") && !open("/proc/keys"));
        // It has no /sys to hide anything of.
        assert!(!open("/sys/firmware"));
    }

    #[test]
    fn a_root_may_be_a_folder_in_memory_and_only_the_root() {
        let disk = "254:0 /tmp/r / ro,nosuid,nodev,relatime - ext4 /dev/vda rw";
        let memory = "0:26 /run/root-0 / ro,nosuid,nodev - tmpfs tmpfs rw";
        assert!(BWRAP.contains(disk));
        let table = BWRAP.replace(disk, memory);
        assert_eq!(judged(&table), Vec::<String>::new());
        let writable = judged(&table.replace("/ ro,nosuid,nodev -", "/ rw,nosuid,nodev -"));
        assert!(writable.join("").contains("is writable"), "{writable:?}");
        let other = judged(&table.replace("0:51 / /dev", "0:51 /x /dev"));
        assert!(
            other.join("").contains("a part of another: `/x`"),
            "{other:?}"
        );
    }

    #[test]
    fn a_device_under_another_name_is_found() {
        for (from, to) in [
            ("/null /dev/null", "/vda /dev/null"),
            ("/null /dev/null", "/kmsg /dev/kmsg"),
            ("0:6 /null /proc/keys", "0:6 / /proc/keys"),
        ] {
            assert!(BWRAP.contains(from), "{from}");
            let found = judged(&BWRAP.replacen(from, to, 1));
            assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
        }
    }

    #[test]
    fn a_path_that_nothing_covers_is_found() {
        let table = parse(DOCKER).unwrap();
        let open = |path: &str| !open_paths(&table, &[path.to_owned()]).is_empty();
        assert!(!open("/proc/acpi") && !open("/proc/keys") && !open("/proc/bus"));
        assert!(open("/proc/kcore") && open("/proc/sys"));
        // Write-protected is not hidden.
        let table = parse(&DOCKER.replace("/proc/bus", "/proc/kcore")).unwrap();
        assert!(!open_paths(&table, &["/proc/kcore".to_owned()]).is_empty());
    }

    #[test]
    fn a_runtime_mount_of_something_else_is_found() {
        for (from, to, expected) in [
            (
                "/c/resolv.conf ",
                "/etc/shadow ",
                "another file: `/etc/shadow`",
            ),
            ("0:47 / ", "0:47 /secrets ", "a part of another: `/secrets`"),
        ] {
            assert!(DOCKER.contains(from), "{from}");
            let found = judged(&DOCKER.replacen(from, to, 1)).join("; ");
            assert!(found.contains(expected), "{from} -> {to}: {found}");
        }
    }

    #[test]
    fn each_change_to_the_table_is_found() {
        for (from, to, expected) in [
            ("/in ro,", "/in rw,", "`/in` is writable"),
            ("/out rw,", "/out ro,", "`/out` is read-only"),
            ("/ / ro,", "/ / rw,", "is writable"),
            ("/tmp/t /in", "/tmp/t /in2", "`/in` is not mounted"),
            ("/proc/bus ro,", "/proc/bus rw,", "`/proc/bus` (proc, rw"),
            ("- sysfs sysfs", "- ext4 sysfs", "of another type"),
            (
                "/c/resolv.conf /etc/resolv.conf",
                "/x /etc/passwd",
                "not a mount of the runtime's",
            ),
            (
                "/c/resolv.conf /etc/resolv.conf",
                "/x /out/nested",
                "not a mount of the runtime's",
            ),
            (
                "/c/resolv.conf /etc/resolv.conf",
                "/x /var/run/docker.sock",
                "not a mount",
            ),
            (
                "/tmp/u /out",
                "/tmp/u /in",
                "`/in` is mounted more than once",
            ),
        ] {
            assert!(DOCKER.contains(from), "{from}");
            let found = judged(&DOCKER.replacen(from, to, 1)).join("; ");
            assert!(found.contains(expected), "{from} -> {to}: {found}");
        }
    }
}
