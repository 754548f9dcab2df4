//! Turns a profile into bubblewrap's command line.
//!
//! This is the only file that knows how a lock is spelled to it. It starts nothing
//! and does not judge. What bubblewrap has no word for is refused by name: a control
//! or a mutant that cannot be made is not silently another one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use evidence::profile::system::{MASKED, READ_ONLY};
use evidence::profile::{
    Capabilities, ExtraSource, HostNamespace, Network, Profile, Setting, capabilities,
};
use negatives::wire::{INPUT, OUTER_MOUNT, OUTPUT};

use super::BwrapError;
use crate::Folders;

/// Who starts bubblewrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// Root, in the host's user namespace: only for controls and mutants.
    Root,
    /// Root has become the sandbox's user first, or an ordinary user is itself.
    User,
}

/// A place on which something is mounted, to be made in the root beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    /// Absolute, as seen inside.
    pub(crate) path: String,
    /// A file, otherwise a folder.
    pub(crate) file: bool,
}

/// The options in the order in which bubblewrap applies them, without descriptors
/// and the program.
pub(super) fn options(
    profile: &Profile,
    folders: &Folders,
    root: &Path,
    caller: Caller,
) -> Result<Vec<OsString>, BwrapError> {
    refuse_what_has_no_word(profile, caller)?;
    let mut line = Line::default();
    line.say(&["--die-with-parent", "--new-session"]);
    namespaces(&mut line, profile, caller);
    capability_sets(&mut line, profile);
    environment(&mut line, profile);
    let bind = if profile.root_read_only {
        "--ro-bind"
    } else {
        "--bind"
    };
    line.bind(bind, root, "/");
    system(&mut line, profile);
    data(&mut line, profile, folders);
    for setting in &profile.settings {
        match setting {
            Setting::Tmpfs(place) => line.say(&["--tmpfs", place]),
            Setting::WorkingFolder(path) => line.say(&["--chdir", path]),
            Setting::HostName(_)
            | Setting::DomainName(_)
            | Setting::ContainerName(_)
            | Setting::Label(_)
            | Setting::Processors(_)
            | Setting::ProcessorShares(_)
            | Setting::OutOfMemoryScore(_)
            | Setting::StopSignal(_)
            | Setting::LogDriver(_)
            | Setting::NameServer(_)
            | Setting::HostEntry(_)
            | Setting::UserProcesses(_)
            | Setting::Group(_)
            | Setting::Device(_) => {}
        }
    }
    Ok(line.0)
}

/// Every mount point of a profile that is not on another mount.
pub(crate) fn points(profile: &Profile) -> Vec<Point> {
    let folder = |path: &str| Point {
        path: path.to_owned(),
        file: false,
    };
    let mut points: Vec<Point> = [INPUT, OUTPUT, "/proc", "/dev"].map(folder).to_vec();
    if profile.output_parent {
        points.push(folder(OUTER_MOUNT));
    }
    points.extend(profile.extra_mounts.iter().map(|extra| Point {
        path: extra.target.clone(),
        file: match extra.source {
            ExtraSource::CanaryFolder | ExtraSource::DatabaseFolder => false,
            ExtraSource::DecoyFile | ExtraSource::Socket | ExtraSource::Device => true,
        },
    }));
    points.extend(profile.settings.iter().filter_map(|setting| {
        let Setting::Tmpfs(place) = setting else {
            return None;
        };
        Some(folder(place))
    }));
    let mounted = [INPUT, OUTPUT, "/proc", "/dev", OUTER_MOUNT];
    points.retain(|point| {
        !mounted
            .iter()
            .any(|mount| point.path.starts_with(&format!("{mount}/")))
    });
    points
}

/// A path of the host's need not be text.
#[derive(Default)]
struct Line(Vec<OsString>);

impl Line {
    fn say(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(OsString::from));
    }

    fn bind(&mut self, how: &str, source: &Path, target: &str) {
        self.0.extend([how.into(), source.into(), target.into()]);
    }
}

fn host_name(profile: &Profile) -> &str {
    let mut asked = profile.settings.iter().filter_map(|setting| {
        if let Setting::HostName(name) = setting {
            return Some(name.as_str());
        }
        None
    });
    asked.next().unwrap_or("sandbox")
}

/// Each by its own name, so that the profile can leave one out.
fn namespaces(line: &mut Line, profile: &Profile, caller: Caller) {
    let own = |namespace| !profile.host_namespaces.contains(&namespace);
    if caller == Caller::User {
        let user = profile.user;
        line.say(&["--unshare-user", "--uid", &user.uid.to_string()]);
        line.say(&["--gid", &user.gid.to_string()]);
    }
    if own(HostNamespace::Ipc) {
        line.say(&["--unshare-ipc"]);
    }
    if own(HostNamespace::Cgroup) {
        line.say(&["--unshare-cgroup"]);
    }
    if own(HostNamespace::Uts) {
        line.say(&["--unshare-uts", "--hostname", host_name(profile)]);
    }
    if !profile.host_processes {
        // The airlock is process 1, as in a container.
        line.say(&["--unshare-pid", "--as-pid-1"]);
    }
    match profile.network {
        Network::None => line.say(&["--unshare-net"]),
        // There is no bridge: a network that leads anywhere is the host's.
        Network::Bridge | Network::Host => {}
    }
}

fn capability_sets(line: &mut Line, profile: &Profile) {
    line.say(&["--cap-drop", "ALL"]);
    match profile.capabilities {
        Capabilities::None => {}
        Capabilities::These(mask) => {
            for name in capabilities::named(mask) {
                line.say(&["--cap-add", &format!("CAP_{name}")]);
            }
        }
        Capabilities::All => {
            let lacking = crate::lacking_on_this_host();
            let given = capabilities::NAMES.iter();
            for name in given.filter(|name| !lacking.contains(*name)) {
                line.say(&["--cap-add", &format!("CAP_{name}")]);
            }
        }
    }
}

/// Where the environment is not scrubbed, the launcher's own comes in.
fn environment(line: &mut Line, profile: &Profile) {
    if profile.clear_environment {
        line.say(&["--clearenv"]);
    }
    for (name, value) in &profile.environment {
        line.say(&["--setenv", name, value]);
    }
}

/// `/proc` with its dangerous parts covered, and a `/dev` of six nodes, which belongs
/// to the sandbox's user and is therefore read-only. There is no `/sys`.
fn system(line: &mut Line, profile: &Profile) {
    line.say(&["--proc", "/proc"]);
    if profile.system_paths {
        let covered = |path: &&str| {
            path.starts_with("/proc/")
                && !profile.open_system_paths.contains(*path)
                && Path::new(path).exists()
        };
        for path in MASKED.into_iter().filter(covered) {
            if Path::new(path).is_dir() {
                line.say(&["--tmpfs", path, "--remount-ro", path]);
            } else {
                line.say(&["--dev-bind", "/dev/null", path]);
            }
        }
        for path in READ_ONLY.into_iter().filter(covered) {
            line.say(&["--ro-bind", path, path]);
        }
    }
    line.say(&["--dev", "/dev"]);
    if profile.shared_memory {
        line.say(&["--tmpfs", "/dev/shm"]);
    }
    for setting in &profile.settings {
        if let Setting::Device(path) = setting {
            line.say(&["--dev-bind", path, path]);
        }
    }
    line.say(&["--remount-ro", "/dev"]);
}

fn data(line: &mut Line, profile: &Profile, folders: &Folders) {
    let bind = |read_only| if read_only { "--ro-bind" } else { "--bind" };
    line.bind(bind(profile.input_read_only), &folders.input, INPUT);
    if profile.output_parent {
        line.bind("--bind", &folders.outer, OUTER_MOUNT);
    } else {
        line.bind("--bind", &folders.output, OUTPUT);
    }
    for extra in &profile.extra_mounts {
        let device = PathBuf::from("/dev/full");
        let source = match extra.source {
            ExtraSource::CanaryFolder => &folders.canary,
            ExtraSource::DecoyFile => &folders.decoy,
            ExtraSource::DatabaseFolder => &folders.database,
            ExtraSource::Socket => &folders.socket,
            ExtraSource::Device => &device,
        };
        line.bind(bind(extra.read_only), source, &extra.target);
    }
}

fn refuse_what_has_no_word(profile: &Profile, caller: Caller) -> Result<(), BwrapError> {
    let refuse = |setting: &str| {
        let setting = setting.to_owned();
        Err(BwrapError::NoWord { setting })
    };
    if profile.privileged {
        return refuse("privileged");
    }
    if !profile.no_new_privileges {
        return refuse("no-new-privileges off");
    }
    if caller == Caller::User && profile.host_namespaces.contains(&HostNamespace::User) {
        return refuse("share user");
    }
    let mut open = profile.open_system_paths.iter();
    if let Some(path) = open.find(|path| !path.starts_with("/proc/")) {
        return refuse(&format!("open {path}"));
    }
    for setting in &profile.settings {
        let name = match setting {
            Setting::DomainName(_) => "domain-name",
            Setting::Label(_) => "label",
            Setting::Processors(_) => "processors",
            Setting::ProcessorShares(_) => "processor-shares",
            Setting::OutOfMemoryScore(_) => "out-of-memory-score",
            Setting::StopSignal(_) => "stop-signal",
            Setting::LogDriver(_) => "log-driver",
            Setting::NameServer(_) => "name-server",
            Setting::HostEntry(_) => "host-entry",
            Setting::HostName(_)
            | Setting::ContainerName(_)
            | Setting::WorkingFolder(_)
            | Setting::UserProcesses(_)
            | Setting::Group(_)
            | Setting::Device(_)
            | Setting::Tmpfs(_) => continue,
        };
        return refuse(name);
    }
    Ok(())
}
