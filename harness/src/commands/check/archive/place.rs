//! Where an archive is unpacked: one folder, within bounds.
//!
//! Only this process writes there, and it makes folders and new files alone: what is
//! opened is never a link.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{ArchiveError, MAX_DEPTH, MAX_PATH, shown};

/// The most files and folders: the checker's own bound.
pub(super) const MAX_ENTRIES: u64 = 4 * 1024 * 1024;
/// The most bytes, whatever room there is.
pub(super) const MAX_BYTES: u64 = 1024 * 1024 * 1024 * 1024;
const CHUNK: usize = 128 * 1024;

/// A folder that is filled.
pub(super) struct Place<'a> {
    root: PathBuf,
    stopped: &'a dyn Fn() -> bool,
    entries: u64,
    bytes: u64,
    most_entries: u64,
    most_bytes: u64,
}

impl<'a> Place<'a> {
    /// Takes up to half of what the file system has left.
    pub(super) fn new(root: &Path, stopped: &'a dyn Fn() -> bool) -> io::Result<Self> {
        let room = nix::sys::statvfs::statvfs(root)?;
        let free = room.blocks_available().saturating_mul(room.fragment_size());
        let most = MAX_BYTES.min(free / 2);
        Ok(Self::of((root, stopped), MAX_ENTRIES, most))
    }

    /// With these bounds.
    pub(super) fn of(
        (root, stopped): (&Path, &'a dyn Fn() -> bool),
        most_entries: u64,
        most_bytes: u64,
    ) -> Self {
        Self {
            root: root.to_owned(),
            stopped,
            entries: 0,
            bytes: 0,
            most_entries,
            most_bytes,
        }
    }

    #[cfg(test)]
    pub(super) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Makes a folder, and those above it.
    pub(super) fn folder(&mut self, entry: &str) -> Result<(), ArchiveError> {
        let segments = segments(entry)?;
        self.folders(entry, &segments).map(drop)
    }

    /// Makes a file, and the folders above it; says how many bytes it got.
    pub(super) fn file(&mut self, entry: &str, bytes: &mut dyn Read) -> Result<u64, ArchiveError> {
        let segments = segments(entry)?;
        let Some((name, above)) = segments.split_last() else {
            return Err(outside(entry));
        };
        let path = self.folders(entry, above)?.join(name);
        self.count()?;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o644)
            .open(&path);
        let mut file = made.map_err(|error| write(entry, error))?;
        let copied = self.copy(entry, bytes, &mut file)?;
        // Whatever this process's umask, the sandbox's user must be able to read it.
        file.set_permissions(Permissions::from_mode(0o644))
            .map_err(|error| write(entry, error))?;
        Ok(copied)
    }

    fn copy(
        &mut self,
        entry: &str,
        from: &mut dyn Read,
        to: &mut fs::File,
    ) -> Result<u64, ArchiveError> {
        let mut buffer = vec![0; CHUNK];
        let mut copied = 0;
        loop {
            let count = from.read(&mut buffer).map_err(ArchiveError::Read)?;
            let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
                return Ok(copied);
            };
            if (self.stopped)() {
                return Err(ArchiveError::Stopped);
            }
            self.bytes = self.bytes.saturating_add(count as u64);
            if self.bytes > self.most_bytes {
                let most = self.most_bytes;
                return Err(ArchiveError::TooLarge { most });
            }
            copied += count as u64;
            to.write_all(chunk).map_err(|error| write(entry, error))?;
        }
    }

    /// The innermost of some folders, each of which is made if it is not there.
    fn folders(&mut self, entry: &str, segments: &[&str]) -> Result<PathBuf, ArchiveError> {
        let mut path = self.root.clone();
        for segment in segments {
            path.push(segment);
            match fs::create_dir(&path) {
                Ok(()) => {
                    self.count()?;
                    fs::set_permissions(&path, Permissions::from_mode(0o755))
                        .map_err(|error| write(entry, error))?;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(write(entry, error)),
            }
        }
        Ok(path)
    }

    fn count(&mut self) -> Result<(), ArchiveError> {
        if (self.stopped)() {
            return Err(ArchiveError::Stopped);
        }
        self.entries += 1;
        let most = self.most_entries;
        let fits = self.entries <= most;
        fits.then_some(()).ok_or(ArchiveError::TooMany { most })
    }
}

/// The parts of a path beneath the folder; none for the folder itself.
fn segments(entry: &str) -> Result<Vec<&str>, ArchiveError> {
    let entry_of = || shown(entry);
    if entry.len() > MAX_PATH {
        return Err(ArchiveError::TooLong { entry: entry_of() });
    }
    if entry.starts_with('/') || entry.contains('\0') {
        return Err(outside(entry));
    }
    // `tar -c .` begins each path with `./`; a folder's ends with `/`.
    let mut path = entry.strip_suffix('/').unwrap_or(entry);
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    if path.is_empty() || path == "." {
        return Ok(Vec::new());
    }
    let segments: Vec<&str> = path.split('/').collect();
    if segments.iter().any(|it| matches!(*it, "" | "." | "..")) {
        return Err(outside(entry));
    }
    if segments.len() > MAX_DEPTH {
        return Err(ArchiveError::TooLong { entry: entry_of() });
    }
    Ok(segments)
}

fn outside(entry: &str) -> ArchiveError {
    let entry = shown(entry);
    ArchiveError::Outside { entry }
}

fn write(entry: &str, source: io::Error) -> ArchiveError {
    let entry = shown(entry);
    let there = [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory];
    if there.contains(&source.kind()) {
        ArchiveError::Twice { entry }
    } else {
        ArchiveError::Write { entry, source }
    }
}
