//! The files that people hand over and take away: read with a limit, written whole
//! or not at all, never over another.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
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
    /// It is not UTF-8.
    #[error("expected `{path}` to be text in UTF-8")]
    NotText {
        /// The file.
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

impl FileError {
    /// Why, for who has named the file already.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } | Self::Write { source, .. } => {
                source.to_string()
            }
            Self::NotRegular { .. } => "expected a regular file".to_owned(),
            Self::NotText { .. } => "expected text in UTF-8".to_owned(),
            Self::TooLarge { limit, .. } => format!("expected at most {limit} bytes"),
            Self::Exists { .. } => "it is there already".to_owned(),
        }
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// The most of a text that somebody wrote or a program printed, where nothing says less.
pub const MAX_TEXT: u64 = 16 * 1024 * 1024;

/// The text of the regular file at `path`, of at most `limit` bytes.
///
/// # Errors
/// As [`read`], and [`FileError::NotText`].
pub fn text(path: &Path, limit: u64) -> Result<String, FileError> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|_| FileError::NotText {
        path: path.to_owned(),
    })
}

/// The bytes of the regular file at `path`, of at most `limit`; or of what the caller has
/// open there, such as a shell's `<(command)`, to its end.
///
/// # Errors
/// [`FileError`]; a FIFO does not make it wait, and a device is not read.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let owned = || path.to_owned();
    let passed = is_passed(path);
    // A terminal that is opened shall not become this process's own.
    let flags = if passed {
        nix::libc::O_NOCTTY
    } else {
        nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY
    };
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .and_then(|file| Ok((file.metadata()?, file)));
    let (about, file) = opened.map_err(|source| FileError::Open {
        path: owned(),
        source,
    })?;
    let readable = about.is_file() || (passed && about.file_type().is_fifo());
    if !readable {
        return Err(FileError::NotRegular { path: owned() });
    }
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
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

/// Whether the caller passed this as one of its own descriptors: somebody writes there.
fn is_passed(path: &Path) -> bool {
    let folders = ["/dev/fd", "/proc/self/fd"];
    path == Path::new("/dev/stdin")
        || path
            .parent()
            .is_some_and(|it| folders.iter().any(|f| it == Path::new(f)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
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

    #[test]
    fn what_the_caller_has_open_is_read_to_its_end() {
        let (reader, mut writer) = io::pipe().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        writer.write_all(b"passed").unwrap();
        drop(writer);
        assert_eq!(text(&path, 6).unwrap(), "passed");
        let socket = std::os::unix::net::UnixStream::pair().unwrap().0;
        let path = PathBuf::from(format!("/proc/self/fd/{}", socket.as_raw_fd()));
        assert!(read(&path, 5).is_err());
    }

    #[test]
    fn a_device_is_not_read_and_other_bytes_are_no_text() {
        let zeros = read(Path::new("/dev/zero"), 5);
        assert!(matches!(zeros, Err(FileError::NotRegular { .. })));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bytes");
        fs::write(&path, b"\xff").unwrap();
        assert!(matches!(text(&path, 1), Err(FileError::NotText { .. })));
        assert!(
            text(&folder.path().join("none"), 1)
                .unwrap_err()
                .is_missing()
        );
    }
}
