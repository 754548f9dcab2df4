//! What a run does in its temporary folder, done once before it: what fails here would
//! fail in the middle of the run, for a reason that its rows do not show.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evidence::profile::User;
use nix::sys::statvfs::statvfs;

use super::Scratch;
use crate::witness::spawn;

/// The least room a run can be made in, in bytes: the programs, the image's archive, and
/// the folders of a few launches.
const LEAST: u64 = 64 << 20;

/// The least number of files: those of a few launches, and the server's data folder, which
/// alone has a thousand.
const LEAST_FILES: u64 = 2048;

/// A run's temporary folder cannot be used for what a run does in it.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// There is too little room.
    #[error("expected at least {} MiB free in `{}`, observed {} MiB", LEAST >> 20, path.display(), free >> 20)]
    Room {
        /// The folder.
        path: PathBuf,
        /// How many bytes are free.
        free: u64,
    },
    /// There may be too few files in it.
    #[error("expected room for at least {LEAST_FILES} files in `{}`, observed {free}", path.display())]
    Files {
        /// The folder.
        path: PathBuf,
        /// How many inodes are free.
        free: u64,
    },
    /// A file in it cannot be written or given to the sandbox's user.
    #[error("failed to make `{}` and give it to the sandbox's user", path.display())]
    Make {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A program in it cannot be started by the sandbox's user.
    #[error("failed to start a program in `{}`", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// Why not: `EACCES` on a file system that is mounted `noexec`.
        #[source]
        source: io::Error,
    },
}

/// Tries out a run's folder with a program that ends at once, as `user`, who is the
/// sandbox's if this process is root.
///
/// # Errors
/// What cannot be done in it.
pub fn try_out(scratch: &Scratch, program: &[u8], user: User) -> Result<(), TrialError> {
    let folder = scratch.path();
    if let Some(free) = bytes_free(folder)
        && free < LEAST
    {
        return Err(TrialError::Room {
            path: folder.to_owned(),
            free,
        });
    }
    if let Some(free) = files_free(folder)
        && free < LEAST_FILES
    {
        return Err(TrialError::Files {
            path: folder.to_owned(),
            free,
        });
    }
    let path = folder.join("trial");
    let tried = start(&path, program, user);
    // What could not be made is not there.
    _ = fs::remove_file(&path);
    tried
}

/// How many bytes are free in a file system; none where it does not say how full it is, as
/// ramfs does not, which may serve all the same.
#[must_use]
pub fn bytes_free(folder: &Path) -> Option<u64> {
    let about = statvfs(folder).ok()?;
    (about.blocks() > 0).then(|| {
        about
            .blocks_available()
            .saturating_mul(about.fragment_size())
    })
}

/// How many more files there may be in a file system; none where it has no such number, as
/// btrfs has none.
#[must_use]
pub fn files_free(folder: &Path) -> Option<u64> {
    let about = statvfs(folder).ok()?;
    (about.files() > 0).then(|| about.files_available())
}

fn start(path: &Path, program: &[u8], user: User) -> Result<(), TrialError> {
    let root = nix::unistd::geteuid().is_root();
    let make = |source| TrialError::Make {
        path: path.to_owned(),
        source,
    };
    fs::write(path, program).map_err(make)?;
    fs::set_permissions(path, Permissions::from_mode(0o555)).map_err(make)?;
    if root {
        chown(path, Some(user.uid), Some(user.gid)).map_err(make)?;
    }
    let mut command = Command::new(path);
    command
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if root && Scratch::lets_through(path, user) {
        command.uid(user.uid).gid(user.gid);
    }
    let ended = spawn(&mut command).and_then(|mut child| child.wait());
    ended.map(drop).map_err(|source| TrialError::Start {
        path: path.to_owned(),
        source,
    })
}

impl TrialError {
    /// What to do about it.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Room { .. } | Self::Files { .. } => {
                "free some, or name a larger folder with TMPDIR"
            }
            Self::Make { .. } => "name a folder that this user can write to with TMPDIR",
            Self::Start { .. } => {
                "name a folder on a file system that is not mounted noexec: `TMPDIR=/var/tmp harness ...`"
            }
        }
    }
}
