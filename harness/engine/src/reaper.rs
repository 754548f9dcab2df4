//! A second process that outlives a killed harness for as long as it takes to
//! remove what the run left: containers, the image's tag, the temporary folder.
//!
//! It waits for the end of its input. A harness that ends well dismisses it.

use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use nix::mount::{MntFlags, umount2};

use crate::{Leftovers, helper};

/// What the reaper is told.
#[derive(Debug)]
pub struct Reap {
    /// The run's id.
    pub run: String,
    /// What the engine would leave.
    pub leftovers: Leftovers,
    /// The run's temporary folder.
    pub scratch: PathBuf,
}

/// The byte that says there is nothing to do.
const DISMISSED: u8 = b'.';
/// How often an engine that is gone is tried again, a second apart: for an hour.
const TRIES: u32 = 3600;
/// Between two tries: an engine that restarts takes seconds.
const PAUSE: Duration = Duration::from_secs(1);

/// The harness's end of a reaper.
#[derive(Debug)]
pub struct Reaper {
    process: Child,
}

/// The reaper could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ReaperError {
    /// What is left could not be put into words.
    #[error("failed to write down what is left to remove")]
    Leftovers(#[source] serde_json::Error),
    /// This program cannot be started again.
    #[error("failed to start this program again")]
    Path(#[source] io::Error),
    /// It could not be spawned.
    #[error("failed to spawn `{program} reap`")]
    Spawn {
        /// This program.
        program: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Reaper {
    /// Starts one, in a process group of its own: Ctrl-C is not for it.
    ///
    /// # Errors
    /// This program cannot be started again.
    pub fn start(run: &str, leftovers: &Leftovers, scratch: &Path) -> Result<Self, ReaperError> {
        let leftovers = serde_json::to_string(leftovers).map_err(ReaperError::Leftovers)?;
        let mut command = helper::command().map_err(ReaperError::Path)?;
        let spawned = command
            .args(["reap", "--run", run, "--leftovers", &leftovers])
            .arg("--scratch")
            .arg(scratch)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let process = spawned.map_err(|source| ReaperError::Spawn {
            program: command.get_program().to_string_lossy().into_owned(),
            source,
        })?;
        Ok(Self { process })
    }

    /// Everything is gone already.
    pub fn dismiss(mut self) {
        if let Some(mut input) = self.process.stdin.take() {
            // If it is gone it needs no word.
            drop(input.write_all(&[DISMISSED]));
        }
        drop(self.process.wait());
    }
}

/// What the second process does.
pub fn reap(task: &Reap) {
    let mut word = [0_u8; 1];
    if matches!(io::stdin().read(&mut word), Ok(1)) && word[0] == DISMISSED {
        return;
    }
    for _ in 0..TRIES {
        if task.leftovers.remove(&task.run) {
            break;
        }
        thread::sleep(PAUSE);
    }
    // Last: a container that still ran would have it mounted.
    unmount_beneath(&task.scratch);
    if fs::remove_dir_all(&task.scratch).is_err() {
        open_folders(&task.scratch);
        drop(fs::remove_dir_all(&task.scratch));
    }
}

/// Lets this user remove what is in folders that a launch closed to its own sandbox.
fn open_folders(folder: &Path) {
    drop(fs::set_permissions(folder, Permissions::from_mode(0o700)));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_folders(&entry.path());
        }
    }
}

/// What a launch mounted in the run's folder and could not unmount any more.
fn unmount_beneath(folder: &Path) {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    // The run's folder has no character that proc(5) escapes in its name.
    let points = table.lines().filter_map(|line| line.split(' ').nth(4));
    for point in points
        .map(Path::new)
        .filter(|point| point.starts_with(folder))
    {
        _ = umount2(point, MntFlags::MNT_DETACH);
    }
}
