//! Which mounts a locked sandbox may have: the two data mounts, and the runtime's
//! own by point, type and flags. Anything else breaks the row.
//!
//! A container's mount table is never two lines long; what the runtime adds is
//! named here, each with the reason it is there.

use evidence::mounts::Mount;
use evidence::profile::system::READ_ONLY;
use negatives::wire::{INPUT, OUTPUT};

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
pub(super) fn differences(mounts: &[Mount]) -> Vec<String> {
    let mut found: Vec<String> = mounts.iter().filter_map(difference).collect();
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
pub(super) fn open_paths(mounts: &[Mount], paths: &[String]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| is_there(mounts, path))
        .filter(|path| !mounts.iter().any(|mount| covers(mount, path)))
        .map(|path| format!("`{path}` is open"))
        .collect()
}

/// Where the engine mounts no `/sys` there is nothing to hide of it.
fn is_there(mounts: &[Mount], path: &str) -> bool {
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
mod tests;
