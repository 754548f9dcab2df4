//! Which mounts a locked sandbox may have beside its two data mounts: the runtime's
//! own, by place, type and flags.
//!
//! A container's mount table is never two lines long; what runc, crun and bubblewrap
//! add is named here, each with the reason it is there. The checker holds its own table
//! against this list and the judge the host's view of it. Nothing is a guess at what a
//! mount is for: all of it must fit.

use std::fmt;

/// One mount, as the kernel tells it (proc_pid_mountinfo(5)).
#[derive(Debug, Clone, Copy)]
pub struct Mounted<'a> {
    /// What of its file system is mounted.
    pub root: &'a str,
    /// Where.
    pub point: &'a str,
    /// The file system's type.
    pub kind: &'a str,
    /// Whether the mount itself is read-only. A file system that is so beneath a
    /// writable mount may be made writable again by who else has it mounted.
    pub read_only: bool,
}

/// A mount the runtime makes.
struct Named {
    place: Place,
    kinds: &'static [&'static str],
    access: Access,
    /// Why it is there, and what keeps it harmless.
    why: &'static str,
}

enum Place {
    At(&'static str),
    /// Directly or further beneath this folder.
    Beneath(&'static str),
}

#[derive(Clone, Copy)]
enum Access {
    /// Read-only, and possibly a folder of a larger file system in memory: where it is
    /// on a disk, that cannot be told.
    Root,
    ReadOnly,
    /// Read-only, and a file of the name it is mounted under, on whatever it is.
    File,
    /// Writable by its mode for root only, and denied by Landlock besides.
    Any,
    /// One of [`DEVICES`], under its own name.
    Device,
}

/// Root file systems that engines use: storage drivers of Docker and Podman, and
/// whatever a temporary folder is on, for bubblewrap.
const ROOTS: &[&str] = &[
    "overlay",
    "fuse.fuse-overlayfs",
    "btrfs",
    "zfs",
    "ext4",
    "xfs",
    "tmpfs",
];

/// Device nodes that are bound from the host one by one where the engine may make
/// none: bubblewrap, and rootless engines.
const DEVICES: [&str; 6] = ["/full", "/null", "/random", "/tty", "/urandom", "/zero"];

const NAMED: &[Named] = &[
    Named {
        place: Place::At("/"),
        kinds: ROOTS,
        access: Access::Root,
        why: "the root file system: the image, read-only",
    },
    Named {
        place: Place::At("/proc"),
        kinds: &["proc"],
        access: Access::Any,
        why: "the kernel's view of processes; its dangerous parts are masked, and Landlock leaves three files of it readable",
    },
    // The null device is the host's own where the engine may make no device.
    Named {
        place: Place::Beneath("/proc"),
        kinds: &["proc", "tmpfs", "devtmpfs"],
        access: Access::ReadOnly,
        why: "masks a part of /proc, by an empty tmpfs, the null device, or itself read-only",
    },
    Named {
        place: Place::At("/dev"),
        kinds: &["tmpfs"],
        access: Access::Any,
        why: "the runtime's own few device nodes; Landlock opens none of them",
    },
    Named {
        place: Place::At("/dev/pts"),
        kinds: &["devpts"],
        access: Access::Any,
        why: "the runtime's pseudo-terminals, of this sandbox alone",
    },
    Named {
        place: Place::At("/dev/mqueue"),
        kinds: &["mqueue"],
        access: Access::Any,
        why: "message queues of the sandbox's own IPC namespace",
    },
    Named {
        place: Place::Beneath("/dev"),
        kinds: &["tmpfs", "devtmpfs"],
        access: Access::Device,
        why: "a harmless device of the host's, bound where the engine may make none",
    },
    Named {
        place: Place::At("/sys"),
        kinds: &["sysfs"],
        access: Access::ReadOnly,
        why: "the kernel's view of devices, read-only",
    },
    // On cgroup v1 a small tmpfs holds one read-only mount per controller.
    Named {
        place: Place::At("/sys/fs/cgroup"),
        kinds: &["tmpfs"],
        access: Access::Any,
        why: "the control groups' folder",
    },
    Named {
        place: Place::At("/sys/fs/cgroup"),
        kinds: &["cgroup2"],
        access: Access::ReadOnly,
        why: "the control groups, read-only",
    },
    Named {
        place: Place::Beneath("/sys"),
        kinds: &["cgroup", "tmpfs"],
        access: Access::ReadOnly,
        why: "a controller, or a mask over a part of /sys; read-only",
    },
    Named {
        place: Place::At("/etc/resolv.conf"),
        kinds: &[],
        access: Access::File,
        why: "written by the engine for every container, network or not; read-only",
    },
    Named {
        place: Place::At("/etc/hostname"),
        kinds: &[],
        access: Access::File,
        why: "written by the engine for every container; read-only",
    },
    Named {
        place: Place::At("/etc/hosts"),
        kinds: &[],
        access: Access::File,
        why: "written by the engine for every container; read-only",
    },
    Named {
        place: Place::At("/run/.containerenv"),
        kinds: &[],
        access: Access::File,
        why: "written by Podman for every container; read-only",
    },
];

/// What is wrong with a mount; its words go behind the mount's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// No runtime mounts anything there.
    Unnamed,
    /// A runtime mounts something else there.
    Type,
    /// It is not the file of that name, but this.
    File(String),
    /// It is not the device of that name, but this.
    Device(String),
    /// It is not the whole of a file system in memory, but this of another.
    Part(String),
    /// It is not read-only.
    Writable,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => write!(f, "is not a mount of the runtime's"),
            Self::Type => write!(f, "is of another type"),
            Self::File(root) => write!(f, "is another file: `{root}`"),
            Self::Device(root) => write!(f, "is not a device of its name: `{root}`"),
            Self::Part(root) => write!(f, "is a part of another: `{root}`"),
            Self::Writable => write!(f, "is writable"),
        }
    }
}

/// Why a mount that is none of the data mounts may be there.
///
/// # Errors
/// Why it may not.
pub fn allowance(mount: &Mounted<'_>) -> Result<&'static str, Wrong> {
    let here: Vec<&Named> = NAMED
        .iter()
        .filter(|named| named.place.is(mount.point))
        .collect();
    // What is said of a place goes before what is said of all beneath a folder.
    let exact = here.iter().any(|named| named.place.is_exact());
    let fits = |named: &&&Named| {
        let kind = named.kinds.is_empty() || named.kinds.contains(&mount.kind);
        kind && named.place.is_exact() == exact
    };
    let nothing = if here.is_empty() {
        Wrong::Unnamed
    } else {
        Wrong::Type
    };
    let named = here.iter().find(fits).ok_or(nothing)?;
    match fault(named.access, mount) {
        None => Ok(named.why),
        Some(wrong) => Err(wrong),
    }
}

fn fault(access: Access, mount: &Mounted<'_>) -> Option<Wrong> {
    let root = || mount.root.to_owned();
    let in_memory = matches!(mount.kind, "tmpfs" | "devtmpfs");
    // The null device that masks a file is on the sandbox's own /dev, or the host's.
    let masked = in_memory && mount.root == "/null";
    let whole = mount.kind == "tmpfs" && mount.root == "/";
    let parted = in_memory && !whole && !masked;
    let writable = !mount.read_only && !masked;
    match access {
        Access::Device => (!is_device(mount)).then(|| Wrong::Device(root())),
        Access::File if name(mount.root) != name(mount.point) => Some(Wrong::File(root())),
        Access::ReadOnly | Access::Any | Access::File if parted => Some(Wrong::Part(root())),
        Access::ReadOnly | Access::Root | Access::File => writable.then_some(Wrong::Writable),
        Access::Any => None,
    }
}

fn is_device(mount: &Mounted<'_>) -> bool {
    let name = mount.point.strip_prefix("/dev");
    DEVICES.contains(&mount.root) && name == Some(mount.root)
}

fn name(path: &str) -> Option<&str> {
    path.rsplit('/').next()
}

impl Place {
    fn is(&self, point: &str) -> bool {
        match self {
            Self::At(path) => point == *path,
            Self::Beneath(folder) => point
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/')),
        }
    }

    fn is_exact(&self) -> bool {
        matches!(self, Self::At(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(root: &str, point: &str, kind: &str, read_only: bool) -> Option<String> {
        let mount = Mounted {
            root,
            point,
            kind,
            read_only,
        };
        allowance(&mount).err().map(|wrong| wrong.to_string())
    }

    /// Root, place, type, whether read-only; and what is wrong with it.
    type Misfit = (&'static str, &'static str, &'static str, bool, &'static str);

    const MISFITS: &[Misfit] = &[
        (
            "/",
            "/home",
            "ext4",
            true,
            "is not a mount of the runtime's",
        ),
        (
            "/",
            "/dev/shm",
            "tmpfs",
            true,
            "is not a device of its name: `/`",
        ),
        ("/", "/", "f2fs", true, "is of another type"),
        ("/", "/", "overlay", false, "is writable"),
        ("/", "/sys/fs/cgroup", "cgroup2", false, "is writable"),
        ("/", "/sys/fs/cgroup", "sysfs", true, "is of another type"),
        ("/", "/sys/kernel", "sysfs", true, "is of another type"),
        ("/bus", "/proc/bus", "proc", false, "is writable"),
        (
            "/x",
            "/proc/acpi",
            "tmpfs",
            true,
            "is a part of another: `/x`",
        ),
        ("/x", "/dev", "tmpfs", true, "is a part of another: `/x`"),
        (
            "/kmsg",
            "/dev/null",
            "devtmpfs",
            true,
            "is not a device of its name: `/kmsg`",
        ),
        (
            "/etc/shadow",
            "/etc/hosts",
            "ext4",
            true,
            "is another file: `/etc/shadow`",
        ),
        ("/c/hosts", "/etc/hosts", "ext4", false, "is writable"),
    ];

    #[test]
    fn a_mount_must_fit_in_place_and_type_and_flags() {
        for (root, point, kind, read_only, expected) in MISFITS {
            let found = wrong(root, point, kind, *read_only);
            assert_eq!(found.as_deref(), Some(*expected), "{point}");
        }
    }

    #[test]
    fn what_the_runtimes_mount_fits() {
        for (root, point, kind, read_only) in [
            ("/run/root-0", "/", "tmpfs", true),
            ("/", "/proc", "proc", false),
            ("/null", "/proc/keys", "devtmpfs", false),
            ("/null", "/dev/null", "devtmpfs", false),
            ("/", "/sys/fs/cgroup", "tmpfs", false),
            ("/", "/sys/fs/cgroup", "cgroup2", true),
            ("/", "/sys/fs/cgroup/cpu", "cgroup", true),
            ("/c/hosts", "/etc/hosts", "ext4", true),
        ] {
            assert_eq!(wrong(root, point, kind, read_only), None, "{point}");
        }
    }
}
