//! The files that people hand over and take away: read with a limit, written whole
//! or not at all, never over another.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

#[cfg(any(test, feature = "making"))]
mod write;
#[cfg(any(test, feature = "making"))]
pub use write::write_new;

/// A file could not be read or written. One variant per operation.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be opened.
    #[error("failed to open `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is a folder, a FIFO or a device.
    #[error("expected `{path}` to be a regular file")]
    NotRegular {
        /// The path.
        path: PathBuf,
    },
    /// It is too large.
    #[error("`{path}` is too large: expected at most {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// It could not be read.
    #[error("failed to read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is something under its name.
    #[error("expected `{path}` not to exist: it is never overwritten")]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// It could not be written.
    #[error("failed to write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The bytes of the regular file at `path`, of at most `limit`.
///
/// # Errors
/// [`FileError`]; a FIFO does not make it wait.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let owned = || path.to_owned();
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY)
        .open(path)
        .and_then(|file| Ok((file.metadata()?, file)));
    let (about, file) = opened.map_err(|source| FileError::Open {
        path: owned(),
        source,
    })?;
    if !about.is_file() {
        return Err(FileError::NotRegular { path: owned() });
    }
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| FileError::Read {
            path: owned(),
            source,
        })?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge {
            path: owned(),
            limit,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_written_once_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disposition.json");
        write_new(&path, b"first").unwrap();
        assert!(matches!(
            write_new(&path, b"second"),
            Err(FileError::Exists { .. })
        ));
        assert_eq!(read(&path, 5).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o644
        );
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(matches!(
            write_new(&link, b"x"),
            Err(FileError::Exists { .. })
        ));
        assert!(!target.exists());
    }

    #[test]
    fn what_is_too_large_or_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        fs::write(&path, b"123456").unwrap();
        assert!(matches!(
            read(&path, 5),
            Err(FileError::TooLarge { limit: 5, .. })
        ));
        assert!(matches!(
            read(folder.path(), 5),
            Err(FileError::NotRegular { .. })
        ));
        let fifo = folder.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert!(matches!(read(&fifo, 5), Err(FileError::NotRegular { .. })));
    }
}
