//! The capability guard: the two things this program may do, and their log.
//!
//! Every file of the packet is opened, and the report is created and published,
//! through this file only. It decides nothing about what it opens.

use std::fs::{self, File, OpenOptions, ReadDir};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::report::REPORT_FILE;
use crate::settings::Settings;
use crate::wrong::{self, Fault};

/// What this program may do. There is no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    /// Open a file beneath the input for reading.
    ReadPacketItem,
    /// Write the one report beneath the output.
    WriteLocalReport,
}

/// An action was asked for that this program cannot do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Not one of the two.
    #[error("expected `READ_PACKET_ITEM` or `WRITE_LOCAL_REPORT`, observed `{0}`")]
    Denied(String),
}

impl Action {
    /// The action of this name.
    ///
    /// # Errors
    /// [`GuardError::Denied`] for every other name.
    pub fn parse(name: &str) -> Result<Self, GuardError> {
        match name {
            "READ_PACKET_ITEM" => Ok(Self::ReadPacketItem),
            "WRITE_LOCAL_REPORT" => Ok(Self::WriteLocalReport),
            "WRITE_KB" if wrong::is(Fault::TakesWriteKb) => Ok(Self::WriteLocalReport),
            _ if wrong::is(Fault::TakesAnyAction) => Ok(Self::ReadPacketItem),
            other => Err(GuardError::Denied(other.chars().take(64).collect())),
        }
    }
}

/// `O_NOFOLLOW`: a link at the end of the path is an error, open(2).
#[cfg(target_arch = "x86_64")]
const O_NOFOLLOW: i32 = 0o400_000;
/// `O_NOFOLLOW`: a link at the end of the path is an error, open(2).
#[cfg(target_arch = "aarch64")]
const O_NOFOLLOW: i32 = 0o100_000;
/// `O_NONBLOCK`: a FIFO that took a file's place cannot hang the reader, open(2).
const O_NONBLOCK: i32 = 0o4_000;

/// The name the report has until it is whole.
const PARTIAL: &str = ".report.json.partial";

/// Opens what may be opened, and remembers it.
#[derive(Debug)]
pub struct Guard {
    input: PathBuf,
    output: PathBuf,
    opened: Mutex<Vec<Arc<str>>>,
}

impl Guard {
    /// A guard over these two folders.
    ///
    /// If the input is the working folder, its files are opened by relative paths:
    /// a look-up then does not pass the root, which can be a slow file system
    /// (fuse-overlayfs asks another process each time).
    pub fn new(settings: &Settings) -> Self {
        let Settings { input, output, .. } = settings.clone();
        let input = if is_here(&input) {
            PathBuf::new()
        } else {
            input
        };
        Self {
            input,
            output,
            opened: Mutex::new(Vec::new()),
        }
    }

    /// `READ_PACKET_ITEM`: opens a file by its path in the bag.
    pub(crate) fn open_item(&self, path: &Arc<str>) -> io::Result<File> {
        self.opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(path));
        let open = || {
            OpenOptions::new()
                .read(true)
                .custom_flags(O_NOFOLLOW | O_NONBLOCK)
                .open(self.input.join(&**path))
        };
        if wrong::is(Fault::OpensUnlogged) {
            drop(open());
        }
        open()
    }

    /// Lists a folder of the bag; `""` is the bag itself.
    pub(crate) fn list(&self, folder: &str) -> io::Result<ReadDir> {
        let path = self.input.join(folder);
        fs::read_dir(if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &path
        })
    }

    /// `WRITE_LOCAL_REPORT`, first half: the file that is not the report yet.
    ///
    /// A partial file of a killed run is cleared away; a link in its place is
    /// removed, never followed.
    pub(crate) fn create_partial(&self) -> io::Result<File> {
        let path = self.output.join(partial());
        if wrong::is(Fault::PreviousClobbered) {
            drop(fs::remove_file(self.output.join(REPORT_FILE)));
        }
        let create = || {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o644)
                .open(&path)
        };
        match create() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                create()
            }
            first => first,
        }
    }

    /// `WRITE_LOCAL_REPORT`, second half: the whole file takes the report's name.
    pub(crate) fn publish(&self, name: &str) -> io::Result<()> {
        fs::rename(self.output.join(partial()), self.output.join(name))
    }

    /// Removes the partial file after a failure.
    pub(crate) fn discard(&self) -> io::Result<()> {
        fs::remove_file(self.output.join(partial()))
    }

    /// Every file opened so far, sorted; one entry for each time.
    pub(crate) fn opened(&self) -> Vec<Arc<str>> {
        let mut opened = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        opened.sort(); // nearly sorted already: a stable sort finds the runs
        opened
    }
}

fn partial() -> &'static str {
    if wrong::is(Fault::WrittenInPlace) {
        REPORT_FILE
    } else {
        PARTIAL
    }
}

/// Whether this folder is the working folder: the same inode of the same device.
fn is_here(folder: &Path) -> bool {
    let id = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((id(folder), id(Path::new("."))), (Ok(there), Ok(here)) if there == here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(input: &std::path::Path, output: &std::path::Path) -> Guard {
        Guard::new(&Settings::of(input.into(), output.into()))
    }

    #[test]
    fn knows_two_actions_and_denies_every_other_name() {
        assert_eq!(
            Action::parse("READ_PACKET_ITEM"),
            Ok(Action::ReadPacketItem)
        );
        assert_eq!(
            Action::parse("WRITE_LOCAL_REPORT"),
            Ok(Action::WriteLocalReport)
        );
        for name in ["WRITE_KB", "read_packet_item", "READ_PACKET_ITEM ", ""] {
            assert_eq!(Action::parse(name), Err(GuardError::Denied(name.into())));
        }
    }

    #[test]
    fn opens_by_relative_paths_when_the_input_is_the_working_folder() {
        let here = std::env::current_dir().unwrap();
        let guard = guard(&here, Path::new("/nowhere"));
        assert_eq!(guard.input, PathBuf::new());
        assert!(guard.open_item(&"Cargo.toml".into()).is_ok());
        assert!(
            guard
                .list("")
                .unwrap()
                .any(|entry| entry.unwrap().file_name() == "Cargo.toml")
        );
        assert!(
            guard
                .list("src")
                .unwrap()
                .any(|entry| entry.unwrap().file_name() == "guard.rs")
        );
    }

    #[test]
    fn does_not_follow_a_link_and_logs_the_attempt() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/proc/self/status", dir.path().join("link")).unwrap();
        let guard = guard(dir.path(), dir.path());
        let error = guard.open_item(&"link".into()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(40), "ELOOP");
        assert_eq!(guard.opened(), ["link".into()]);
    }

    #[test]
    fn a_partial_file_in_the_way_is_replaced_and_a_link_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        std::os::unix::fs::symlink(&outside, dir.path().join(PARTIAL)).unwrap();
        guard(dir.path(), dir.path()).create_partial().unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
        assert!(
            fs::symlink_metadata(dir.path().join(PARTIAL))
                .unwrap()
                .is_file()
        );
    }
}
