//! Control groups for bubblewrap's sandboxes, which has none of its own: one folder
//! for a run, one beneath it for each sandbox, in each hierarchy that is needed.
//!
//! Version 1 has a hierarchy for each controller, version 2 one for all
//! (cgroups(7)). Only root makes groups here; others are told so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use evidence::control_groups;
use evidence::profile::ResourceLimits;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::BwrapError;

/// Where control groups are mounted.
const MOUNTED: &str = "/sys/fs/cgroup";
/// How often a group that is still in use is tried again, and the pause between:
/// the kernel counts a process as a member for a moment after its end.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// A limit's file on each version.
struct Limit {
    controller: &'static str,
    one: &'static str,
    two: &'static str,
    of: fn(&ResourceLimits) -> Option<u64>,
}

const LIMITS: [Limit; 2] = [
    Limit {
        controller: "pids",
        one: "pids.max",
        two: "pids.max",
        of: |limits| limits.pids,
    },
    Limit {
        controller: "memory",
        one: "memory.limit_in_bytes",
        two: "memory.max",
        of: |limits| limits.memory,
    },
];

/// The folders of a run's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Groups {
    /// One folder for each of [`LIMITS`].
    One(Vec<PathBuf>),
    /// One folder for all of them.
    Two(PathBuf),
}

/// The groups of one sandbox; dropping them removes them.
#[derive(Debug)]
pub(crate) struct Joined {
    folders: Vec<PathBuf>,
}

impl Groups {
    /// Where a run's groups would be; nothing is made yet.
    pub(crate) fn of(run: &str) -> Self {
        let name = format!("proof-of-block-{run}");
        if Path::new(MOUNTED).join("cgroup.controllers").exists() {
            // A group with processes of its own gives no controllers on: only the
            // root of the hierarchy does.
            return Self::Two(Path::new(MOUNTED).join(name));
        }
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let folder = |limit: &Limit| {
            let beneath = control_groups::of(&own, limit.controller);
            Path::new(MOUNTED)
                .join(limit.controller)
                .join(beneath.unwrap_or_default())
                .join(&name)
        };
        Self::One(LIMITS.iter().map(folder).collect())
    }

    /// The folders to remove when the run is over.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        match self {
            Self::One(folders) => folders.clone(),
            Self::Two(folder) => vec![folder.clone()],
        }
    }

    /// Makes the run's folders.
    pub(crate) fn make(&self) -> Result<(), BwrapError> {
        for folder in self.folders() {
            make(&folder)?;
        }
        if let Self::Two(folder) = self {
            let control = folder.join("cgroup.subtree_control");
            write(&control, "+pids +memory")?;
        }
        Ok(())
    }

    /// Makes a sandbox's groups with its limits.
    pub(crate) fn join(&self, name: &str, limits: &ResourceLimits) -> Result<Joined, BwrapError> {
        let joined = Joined {
            folders: self.folders().iter().map(|one| one.join(name)).collect(),
        };
        for folder in &joined.folders {
            make(folder)?;
        }
        for (index, limit) in LIMITS.iter().enumerate() {
            let (folder, file) = match self {
                Self::One(_) => (joined.folders.get(index), limit.one),
                Self::Two(_) => (joined.folders.first(), limit.two),
            };
            if let Some(folder) = folder {
                let value = (limit.of)(limits).map_or(self.none(limit), |most| most.to_string());
                write(&folder.join(file), &value)?;
            }
        }
        Ok(joined)
    }

    /// The interface's word for no limit.
    fn none(&self, limit: &Limit) -> String {
        let memory_one = matches!(self, Self::One(_)) && limit.controller == "memory";
        if memory_one { "-1" } else { "max" }.to_owned()
    }
}

impl Joined {
    /// The opened files by which a process joins.
    pub(crate) fn doors(&self) -> Result<Vec<File>, BwrapError> {
        let open = |folder: &PathBuf| {
            let path = folder.join("cgroup.procs");
            let opened = OpenOptions::new().write(true).open(&path);
            opened.map_err(|source| BwrapError::Group { path, source })
        };
        self.folders.iter().map(open).collect()
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        for folder in &self.folders {
            // What is still in use is removed with the run's folder.
            drop(fs::remove_dir(folder));
        }
    }
}

/// Removes a run's folder with the groups in it, and ends what still runs there: nothing
/// of a sandbox outlives its run. One that is gone is as good.
pub(crate) fn remove(folder: &Path) -> Result<(), BwrapError> {
    let mut left = TRIES;
    loop {
        kill_beneath(folder);
        match remove_once(folder) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(_) if left > 0 => {
                left -= 1;
                thread::sleep(PAUSE);
            }
            Err(source) => {
                let path = folder.to_owned();
                return Err(BwrapError::RemoveGroup { path, source });
            }
        }
    }
}

/// Ends every process of every group beneath a run's folder.
pub(crate) fn kill_beneath(folder: &Path) {
    for group in fs::read_dir(folder).into_iter().flatten().flatten() {
        let members = fs::read_to_string(group.path().join("cgroup.procs"));
        let members = members.unwrap_or_default();
        for member in members.lines().filter_map(|line| line.parse().ok()) {
            // One that has just ended is as good as killed. Never 0, which is whoever
            // calls (kill(2)), and stands for a process of another namespace (cgroups(7)).
            if member > 0 {
                _ = kill(Pid::from_raw(member), Signal::SIGKILL);
            }
        }
    }
}

fn remove_once(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir(entry.path())?;
        }
    }
    fs::remove_dir(folder)
}

fn make(folder: &Path) -> Result<(), BwrapError> {
    fs::create_dir(folder).map_err(|source| BwrapError::Group {
        path: folder.to_owned(),
        source,
    })
}

fn write(file: &Path, value: &str) -> Result<(), BwrapError> {
    fs::write(file, value).map_err(|source| BwrapError::Group {
        path: file.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_gone_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir_all(run.join("1")).unwrap();
        remove(&run).unwrap();
        assert!(!run.exists());
        remove(&run).unwrap();
    }
}
