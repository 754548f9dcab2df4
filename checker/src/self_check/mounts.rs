//! The invariants that rest on the mount table (proc(5), `mountinfo`).
//!
//! A mount is one of the two data mounts, or one of the mounts the runtimes
//! are known to make ([`RUNTIME`]), or it breaks P1. Nothing here is a guess
//! at what a mount is for: place, file system type and flags must all fit.

use serde_json::{Value, json};

use super::{Facts, Invariant, InvariantName, Unseen, equal, shown};
use crate::settings::Settings;

/// One line of the mount table.
struct Mount {
    root: String,
    point: String,
    read_only: bool,
    fs_type: String,
}

/// Where a runtime mount stands.
enum Place {
    At(&'static str),
    Beneath(&'static str),
}

/// What a runtime mount must be beside its place and type.
enum Demand {
    /// Mounted, or made, read-only.
    ReadOnly,
    /// The null device, which masks a file.
    Null,
    /// A device node of the same name, bound one by one by rootless runtimes.
    Device,
    /// Writable for root only: a small tmpfs or a kernel interface of the runtime's.
    Kernel,
}

/// A mount the runtimes are known to make, and why they do.
struct Runtime {
    place: Place,
    types: &'static [&'static str],
    demand: Demand,
}

const ROOT_TYPES: &[&str] = &[
    "overlay",
    "fuse.fuse-overlayfs",
    "tmpfs",
    "ext4",
    "xfs",
    "btrfs",
    "zfs",
];

/// runc, crun and bubblewrap make these, and no others, for a locked sandbox.
const RUNTIME: &[Runtime] = &[
    Runtime {
        place: Place::At("/"),
        types: ROOT_TYPES,
        demand: Demand::ReadOnly,
    },
    // The process table, with parts of it masked or made read-only.
    Runtime {
        place: Place::At("/proc"),
        types: &["proc"],
        demand: Demand::Kernel,
    },
    Runtime {
        place: Place::Beneath("/proc"),
        types: &["proc", "tmpfs"],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::Beneath("/proc"),
        types: &["tmpfs", "devtmpfs"],
        demand: Demand::Null,
    },
    // The device folder: owned by root, mode 755, so not writable for the subject.
    Runtime {
        place: Place::At("/dev"),
        types: &["tmpfs"],
        demand: Demand::Kernel,
    },
    Runtime {
        place: Place::At("/dev/pts"),
        types: &["devpts"],
        demand: Demand::Kernel,
    },
    Runtime {
        place: Place::At("/dev/mqueue"),
        types: &["mqueue"],
        demand: Demand::Kernel,
    },
    Runtime {
        place: Place::At("/dev/shm"),
        types: &["tmpfs"],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::Beneath("/dev"),
        types: &["devtmpfs", "tmpfs"],
        demand: Demand::Device,
    },
    // Kernel objects, read-only; cgroup v1 puts a tmpfs over its hierarchies.
    Runtime {
        place: Place::At("/sys"),
        types: &["sysfs"],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::At("/sys/fs/cgroup"),
        types: &["tmpfs"],
        demand: Demand::Kernel,
    },
    Runtime {
        place: Place::Beneath("/sys"),
        types: &["sysfs", "cgroup", "cgroup2", "tmpfs"],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::Beneath("/sys"),
        types: &["tmpfs", "devtmpfs"],
        demand: Demand::Null,
    },
    // Files that engines bind one by one.
    Runtime {
        place: Place::At("/etc/resolv.conf"),
        types: &[],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::At("/etc/hostname"),
        types: &[],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::At("/etc/hosts"),
        types: &[],
        demand: Demand::ReadOnly,
    },
    Runtime {
        place: Place::At("/run/.containerenv"),
        types: &[],
        demand: Demand::ReadOnly,
    },
];

/// The device nodes a rootless runtime binds from the host.
const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
];

/// Exactly two data mounts: the input read-only, the output writable (requirements 7 and 8).
pub(super) fn data_mounts(facts: &Facts, settings: &Settings) -> Invariant {
    let (input, output) = (point(&settings.input), point(&settings.output));
    let observed = table(facts).map(|mounts| {
        let access = |wanted: &str| {
            let at: Vec<&Mount> = mounts
                .iter()
                .filter(|mount| mount.point == wanted)
                .collect();
            match at.as_slice() {
                [] => "absent".to_owned(),
                [one] if one.read_only => "ro".to_owned(),
                [_] => "rw".to_owned(),
                many => format!("mounted {} times", many.len()),
            }
        };
        json!({ input.as_str(): access(&input), output.as_str(): access(&output) })
    });
    let expected = json!({ input.as_str(): "ro", output.as_str(): "rw" });
    equal(InvariantName::DataMounts, observed, expected)
}

/// Every mount beside the two is a named runtime mount (requirement 6).
pub(super) fn mount_table(facts: &Facts, settings: &Settings) -> Invariant {
    let data = [point(&settings.input), point(&settings.output)];
    let observed = table(facts).map(|mounts| {
        let foreign = |mount: &Mount| !data.contains(&mount.point) && !named(mount);
        shown(
            mounts
                .into_iter()
                .filter(foreign)
                .map(|mount| mount.point)
                .collect(),
        )
    });
    equal(InvariantName::MountTable, observed, json!([]))
}

/// The root is mounted once and read-only (requirement 8).
pub(super) fn root_read_only(facts: &Facts, _: &Settings) -> Invariant {
    let observed = table(facts).map(|mounts| {
        let roots: Vec<bool> = mounts
            .iter()
            .filter(|mount| mount.point == "/")
            .map(|mount| mount.read_only)
            .collect();
        Value::Bool(roots == [true])
    });
    equal(InvariantName::RootReadOnly, observed, json!(true))
}

fn named(mount: &Mount) -> bool {
    RUNTIME.iter().any(|runtime| {
        let place = match runtime.place {
            Place::At(point) => mount.point == point,
            Place::Beneath(folder) => mount
                .point
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/')),
        };
        let fs_type = runtime.types.is_empty() || runtime.types.contains(&mount.fs_type.as_str());
        let demand = match runtime.demand {
            Demand::ReadOnly => mount.read_only,
            Demand::Null => mount.root == "/null",
            Demand::Device => {
                DEVICES.contains(&mount.point.as_str())
                    && (mount.root == mount.point || format!("/dev{}", mount.root) == mount.point)
            }
            Demand::Kernel => true,
        };
        place && fs_type && demand
    })
}

fn point(folder: &std::path::Path) -> String {
    folder.to_string_lossy().into_owned()
}

fn table(facts: &Facts) -> Result<Vec<Mount>, Unseen> {
    facts.mountinfo.text()?.lines().map(line).collect()
}

/// `36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/root rw`
fn line(line: &str) -> Result<Mount, Unseen> {
    let malformed = || "malformed mountinfo line".to_owned();
    let (before, after) = line.split_once(" - ").ok_or_else(malformed)?;
    let before: Vec<&str> = before.split(' ').collect();
    let after: Vec<&str> = after.split(' ').collect();
    let ([_, _, _, root, point, options, ..], [fs_type, _, super_options, ..]) =
        (before.as_slice(), after.as_slice())
    else {
        return Err(malformed());
    };
    let has_ro = |options: &str| options.split(',').any(|option| option == "ro");
    Ok(Mount {
        root: unescape(root),
        point: unescape(point),
        read_only: has_ro(options) || has_ro(super_options),
        fs_type: (*fs_type).to_owned(),
    })
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescape(text: &str) -> String {
    let plain = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    plain.iter().fold(text.to_owned(), |text, (octal, plain)| {
        text.replace(octal, plain)
    })
}
