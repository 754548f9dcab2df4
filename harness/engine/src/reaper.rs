//! A second process that outlives a killed harness for as long as it takes to
//! remove what the run left: containers, the image's tag, the temporary folder.
//!
//! It waits for the end of its input. A harness that ends well dismisses it.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use evidence::mounts;
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{Signal, kill};

use crate::{Leftovers, helper, witness};

/// What the reaper is told at its start.
#[derive(Debug)]
pub struct Reap {
    /// The run's id.
    pub run: String,
    /// The run's temporary folder.
    pub scratch: PathBuf,
}

/// The byte that says there is nothing to do.
const DISMISSED: u8 = b'.';
/// How often an engine that is gone is tried again, a second apart: for an hour.
const TRIES: u32 = 3600;
/// Between two tries: an engine that restarts takes seconds.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the run's folder is removed, should something be written into it meanwhile.
const REMOVALS: u32 = 40;
/// The time between two of these.
const BETWEEN: Duration = Duration::from_millis(250);
/// bubblewrap, as proc_pid_comm(5) has it.
const LAUNCHER: &str = "bwrap";
/// A service of the run's own and what belongs to it.
const SERVICE: [&str; 3] = ["podman", "conmon", "catatonit"];

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
    /// It does not listen.
    #[error("failed to tell the reaper what the engine leaves")]
    Told(#[source] io::Error),
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
    /// Starts one, in a process group of its own: Ctrl-C is not for it. It is there
    /// before there is an engine, and knows of the folder alone.
    ///
    /// # Errors
    /// This program cannot be started again.
    pub fn start(run: &str, scratch: &Path) -> Result<Self, ReaperError> {
        let mut command = helper::command().map_err(ReaperError::Path)?;
        let spawned = command
            .args(["reap", "--run", run])
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

    /// From now on the engine may leave something, too.
    ///
    /// # Errors
    /// It could not be told.
    pub fn after(&mut self, leftovers: &Leftovers) -> Result<(), ReaperError> {
        let mut line = serde_json::to_vec(leftovers).map_err(ReaperError::Leftovers)?;
        line.push(b'\n');
        let input = self.process.stdin.as_mut();
        let told = input.map_or(Ok(()), |input| input.write_all(&line));
        told.map_err(ReaperError::Told)
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

/// What it is told by its input: a line on what the engine leaves, then that all is well.
struct Told {
    leftovers: Option<Leftovers>,
    dismissed: bool,
}

impl Told {
    /// Reads to the end of what the harness says: its dismissal, or its death.
    fn hear(mut input: impl Read) -> Self {
        let mut said = Vec::new();
        // What was said before a failure counts.
        _ = input.read_to_end(&mut said);
        let line = said.split(|byte| *byte == b'\n').next();
        Self {
            leftovers: line.and_then(|line| serde_json::from_slice(line).ok()),
            dismissed: said.last() == Some(&DISMISSED),
        }
    }
}

/// What the second process does.
pub fn reap(task: &Reap) {
    let told = Told::hear(io::stdin());
    if told.dismissed {
        return;
    }
    let mut quiet = 0;
    for _ in 0..TRIES {
        end_processes(&task.scratch, &[LAUNCHER]);
        let left = told.leftovers.as_ref();
        let gone = left.is_none_or(|left| left.remove(&task.run));
        quiet = if gone { quiet + 1 } else { 0 };
        if gone {
            // Its service was of use until now.
            end_processes(&task.scratch, &SERVICE);
            remove_folder(&task.scratch);
        }
        if quiet >= left.map_or(1, Leftovers::looks) {
            break;
        }
        thread::sleep(PAUSE);
    }
    // Last: a container that still ran would have it mounted. What dies just now may write
    // into it while it is removed.
    for _ in 0..REMOVALS {
        remove_folder(&task.scratch);
        if fs::symlink_metadata(&task.scratch).is_err() {
            break;
        }
        end_processes(&task.scratch, &[LAUNCHER]);
        end_processes(&task.scratch, &SERVICE);
        thread::sleep(BETWEEN);
    }
}

fn remove_folder(folder: &Path) {
    unmount_beneath(folder);
    if fs::remove_dir_all(folder).is_err() {
        open_folders(folder);
        drop(fs::remove_dir_all(folder));
    }
}

/// Ends processes of these names that the run started in its last moment, before they
/// were bound to its life or known here: each has the run's folder in its command line.
fn end_processes(folder: &Path, names: &[&str]) {
    let folder = folder.as_os_str().as_bytes();
    for pid in witness::processes() {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let names_it = line.windows(folder.len()).any(|part| part == folder);
        if names_it && names.contains(&name.trim_end()) {
            // One that has just ended is as good as killed.
            _ = kill(pid, Signal::SIGKILL);
        }
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
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    for place in mounts::places(&table) {
        let point = Path::new(OsStr::from_bytes(&place.point));
        if point.starts_with(folder) {
            _ = umount2(point, MntFlags::MNT_DETACH);
        }
    }
}
