//! What a launcher finds in its mount namespace, as steps: the sandbox's root with the
//! sandbox's mounts, a `/dev` of six nodes, and firejail's own files.

use std::path::{Path, PathBuf};

use evidence::profile::{ExtraSource, Setting};
use nix::sys::stat::{major, minor, stat};

use super::enter::{Bound, Step};
use super::installed::Installed;
use super::root::{HIDING_FILE, HIDING_FOLDER, Jail};
use crate::Launch;
use crate::binds;

/// The sandbox's root, as firejail finds it.
pub(super) const JAIL: &str = "/run/jail";
/// Where the device is that firejail puts over files.
const MASK: &str = "/run/mask";

/// The device nodes of `/dev`: those that every runtime makes.
const DEVICES: [(&str, u64, u64); 6] = [
    ("full", 1, 7),
    ("null", 1, 3),
    ("random", 1, 8),
    ("tty", 5, 0),
    ("urandom", 1, 9),
    ("zero", 1, 5),
];

/// The steps for a launch.
pub(super) fn steps(launch: &Launch<'_>, jail: &Jail, installed: &Installed) -> Vec<Step> {
    let mut steps = root(launch, jail);
    masks(&mut steps);
    data(&mut steps, launch);
    devices(&mut steps, launch);
    own_files(&mut steps, jail, installed);
    steps
}

fn memory(at: impl Into<PathBuf>, mode: u32) -> Step {
    Step::Memory {
        at: at.into(),
        mode,
        read_only: false,
    }
}

fn inside(path: &str) -> PathBuf {
    Path::new(JAIL).join(path.trim_start_matches('/'))
}

/// firejail keeps its book of sandboxes beneath `/run`: this one's is its own.
fn root(launch: &Launch<'_>, jail: &Jail) -> Vec<Step> {
    vec![
        memory("/run", 0o755),
        Step::Folder { at: JAIL.into() },
        Step::Bind {
            from: jail.path().to_owned(),
            at: JAIL.into(),
            how: if launch.profile.root_read_only {
                Bound::ReadOnly
            } else {
                Bound::Writable
            },
        },
    ]
}

/// What firejail puts over what it hides: an empty folder in memory, and a null device,
/// which is the whole of nothing on any file system.
fn masks(steps: &mut Vec<Step>) {
    let null = Path::new(MASK).join("null");
    steps.extend([
        Step::Folder { at: MASK.into() },
        memory(MASK, 0o755),
        Step::Device {
            at: null.clone(),
            mode: 0o400,
            major: 1,
            minor: 3,
        },
        Step::Again {
            from: null,
            at: inside(HIDING_FILE),
        },
        Step::Memory {
            at: inside(HIDING_FOLDER),
            mode: 0o400,
            read_only: true,
        },
    ]);
}

fn data(steps: &mut Vec<Step>, launch: &Launch<'_>) {
    let devices = |source: &ExtraSource| *source == ExtraSource::Device;
    let extra = launch.profile.extra_mounts.iter();
    let device = extra.filter(|it| devices(&it.source)).map(|it| &it.target);
    let device: Vec<&String> = device.collect();
    for bound in binds::binds(launch) {
        steps.push(Step::Bind {
            from: bound.source.to_owned(),
            at: inside(&bound.target),
            how: if bound.read_only {
                Bound::ReadOnly
            } else if device.contains(&&bound.target) {
                Bound::Devices
            } else {
                Bound::Writable
            },
        });
    }
    let settings = launch.profile.settings.iter();
    steps.extend(settings.filter_map(|setting| {
        let Setting::Tmpfs(place) = setting else {
            return None;
        };
        Some(memory(inside(place), 0o1777))
    }));
}

/// firejail hands its own `/dev` on.
fn devices(steps: &mut Vec<Step>, launch: &Launch<'_>) {
    let node = |name: &str, (major, minor)| Step::Device {
        at: Path::new("/dev").join(name),
        mode: 0o666,
        major,
        minor,
    };
    steps.push(memory("/dev", 0o755));
    steps.extend(DEVICES.map(|(name, major, minor)| node(name, (major, minor))));
    for setting in &launch.profile.settings {
        let Setting::Device(path) = setting else {
            continue;
        };
        let found = stat(path.as_str()).ok().map(|it| it.st_rdev);
        if let (Some(name), Some(number)) = (path.strip_prefix("/dev/"), found) {
            steps.push(node(name, (major(number), minor(number))));
        }
    }
    if launch.profile.shared_memory {
        let at = PathBuf::from("/dev/shm");
        steps.extend([Step::Folder { at: at.clone() }, memory(at, 0o1777)]);
    }
}

/// Its configuration, the user, and its default filters.
fn own_files(steps: &mut Vec<Step>, jail: &Jail, installed: &Installed) {
    let mut bind = |from: PathBuf, at: &Path| {
        steps.push(Step::Bind {
            from,
            at: at.to_owned(),
            how: Bound::ReadOnly,
        });
    };
    bind(jail.configuration(), &installed.configuration);
    bind(jail.passwd(), Path::new("/etc/passwd"));
    if let Some(filter) = jail.filter() {
        bind(filter, &installed.filter);
        bind(jail.other_filter(), &installed.other_filter);
    }
}
