//! The helper that becomes firejail: in a mount namespace of its own it lays out what
//! firejail is to find, becomes the sandbox's user, and starts it in its own place.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::stat::{Mode, SFlag, makedev, mknod, umask};
use serde::{Deserialize, Serialize};

/// What the helper is told on its line.
#[derive(Debug)]
pub struct EnterFirejail {
    /// Its task, as JSON.
    pub task: String,
}

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    /// firejail makes none of these by itself.
    pub(super) cgroup_namespace: bool,
    /// In this order.
    pub(super) steps: Vec<Step>,
    pub(super) user: u32,
    pub(super) group: u32,
    /// How many descriptors may be open: this program raises its own limit.
    pub(super) open_files: u64,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// The whole of it.
    pub(super) environment: BTreeMap<String, String>,
}

/// One step towards the file systems that firejail finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
    /// An empty file system in memory.
    Memory {
        at: PathBuf,
        mode: u32,
        read_only: bool,
    },
    /// A folder of root's.
    Folder { at: PathBuf },
    /// A character device.
    Device {
        at: PathBuf,
        mode: u32,
        major: u64,
        minor: u64,
    },
    /// A file or folder of the host's, as it is before the first step.
    Bind {
        from: PathBuf,
        at: PathBuf,
        how: Bound,
    },
    /// A file or folder that an earlier step made.
    Again { from: PathBuf, at: PathBuf },
}

/// How something is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bound {
    ReadOnly,
    Writable,
    /// Writable, and its devices can be used.
    Devices,
}

/// The helper could not become firejail.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// Its task is not one.
    #[error("failed to read the task")]
    Task(#[from] serde_json::Error),
    /// The namespaces could not be made.
    #[error("failed to make a mount namespace")]
    Namespace(#[source] io::Error),
    /// The limit on open files could not be set.
    #[error("failed to set the limit on open files")]
    Limit(#[source] io::Error),
    /// A step failed.
    #[error("failed to prepare `{path}`")]
    Step {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// firejail could not be started.
    #[error("failed to run `{program}`")]
    Run {
        /// The program.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// What the helper does. It does not come back if it can do it.
///
/// # Errors
/// A step failed; the host is as it was.
pub fn enter(told: &EnterFirejail) -> Result<(), EnterError> {
    let task: Task = serde_json::from_str(&told.task)?;
    namespaces(&task).map_err(EnterError::Namespace)?;
    umask(Mode::empty());
    for (step, source) in task.steps.iter().zip(sources(&task.steps)?) {
        carry_out(step, source.as_ref()).map_err(|source| failed(step.path(), source))?;
    }
    umask(Mode::from_bits_truncate(0o022));
    let files = task.open_files;
    setrlimit(Resource::RLIMIT_NOFILE, files, files).map_err(|it| EnterError::Limit(it.into()))?;
    let source = Command::new(&task.program)
        .args(&task.arguments)
        .env_clear()
        .envs(&task.environment)
        .uid(task.user)
        .gid(task.group)
        .current_dir("/")
        .exec();
    Err(EnterError::Run {
        program: task.program,
        source,
    })
}

fn failed(path: &Path, source: io::Error) -> EnterError {
    let path = path.to_owned();
    EnterError::Step { path, source }
}

/// What is done in the new one is seen in no other.
fn namespaces(task: &Task) -> io::Result<()> {
    let mut flags = CloneFlags::CLONE_NEWNS;
    flags.set(CloneFlags::CLONE_NEWCGROUP, task.cgroup_namespace);
    unshare(flags)?;
    let private = MsFlags::MS_PRIVATE | MsFlags::MS_REC;
    Ok(mount(
        None::<&str>,
        "/",
        None::<&str>,
        private,
        None::<&str>,
    )?)
}

/// What of the host is bound, opened before anything covers it.
fn sources(steps: &[Step]) -> Result<Vec<Option<File>>, EnterError> {
    let open = |step: &Step| {
        let Step::Bind { from, .. } = step else {
            return Ok(None);
        };
        let mut options = OpenOptions::new();
        let opened = options.read(true).custom_flags(libc::O_PATH).open(from);
        opened.map(Some).map_err(|source| failed(from, source))
    };
    steps.iter().map(open).collect()
}

impl Step {
    fn path(&self) -> &Path {
        match self {
            Self::Memory { at, .. }
            | Self::Folder { at }
            | Self::Device { at, .. }
            | Self::Bind { at, .. }
            | Self::Again { at, .. } => at,
        }
    }
}

fn carry_out(step: &Step, source: Option<&File>) -> io::Result<()> {
    match step {
        Step::Memory {
            at,
            mode,
            read_only,
        } => {
            let mut flags = MsFlags::MS_NOSUID;
            flags.set(MsFlags::MS_RDONLY, *read_only);
            let options = format!("mode={mode:o},size=1m");
            let kind = Some("tmpfs");
            Ok(mount(kind, at, kind, flags, Some(options.as_str()))?)
        }
        Step::Folder { at } => {
            fs::create_dir(at)?;
            fs::set_permissions(at, Permissions::from_mode(0o755))
        }
        Step::Device {
            at,
            mode,
            major,
            minor,
        } => {
            let mode = Mode::from_bits_truncate(*mode);
            Ok(mknod(at, SFlag::S_IFCHR, mode, makedev(*major, *minor))?)
        }
        Step::Bind { at, how, .. } => {
            let source = source.ok_or(io::ErrorKind::NotFound)?;
            make_point(source, at)?;
            bind(format!("/proc/self/fd/{}", source.as_raw_fd()), at, *how)
        }
        Step::Again { from, at } => bind(from, at, Bound::Devices),
    }
}

/// What is mounted within another mount has no point there yet.
fn make_point(source: &File, at: &Path) -> io::Result<()> {
    if at.exists() {
        return Ok(());
    }
    if source.metadata()?.is_dir() {
        return fs::create_dir_all(at);
    }
    at.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(at, b"")
}

fn bind(from: impl AsRef<Path>, at: &Path, how: Bound) -> io::Result<()> {
    let none = None::<&str>;
    mount(Some(from.as_ref()), at, none, MsFlags::MS_BIND, none)?;
    let mut flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_NOSUID;
    flags.set(MsFlags::MS_NODEV, how != Bound::Devices);
    flags.set(MsFlags::MS_RDONLY, how == Bound::ReadOnly);
    Ok(mount(none, at, none, flags, none)?)
}
