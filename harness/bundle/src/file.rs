//! The files that people hand over and take away: read with a limit, written whole
//! or not at all, never over another.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

mod put;
#[cfg(any(test, feature = "making"))]
mod write;
pub use put::{put, try_put};
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
    let passed = is_passed(path, Access::Read);
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

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Whether the caller passed this as one of its own descriptors, open for that: somebody
/// is at the other end. Of a pipe's wrong end nobody would ever be heard.
fn is_passed(path: &Path, access: Access) -> bool {
    let streams = match access {
        Access::Read => &["/dev/stdin"][..],
        Access::Write => &["/dev/stdout", "/dev/stderr"],
    };
    if streams.iter().any(|it| path == Path::new(it)) {
        return true;
    }
    let folders = ["/dev/fd", "/proc/self/fd"];
    let within = |it: &&Path| folders.iter().any(|folder| *it == Path::new(folder));
    let (Some(_), Some(number)) = (path.parent().filter(within), path.file_name()) else {
        return false;
    };
    is_open_for(number, access).unwrap_or_default()
}

/// Whether this process's descriptor of that number is open for it (proc_pid_fdinfo(5)).
fn is_open_for(number: &OsStr, access: Access) -> Option<bool> {
    let about = Path::new("/proc/self/fdinfo").join(number);
    let about = std::fs::read_to_string(about).ok()?;
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = i32::from_str_radix(flags.trim(), 8).ok()?;
    let other = match access {
        Access::Read => nix::libc::O_WRONLY,
        Access::Write => nix::libc::O_RDONLY,
    };
    Some(flags & nix::libc::O_ACCMODE != other)
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

    /// 16 MiB, as the documents say: a text of a run is far below, a disk's image above.
    #[test]
    fn the_most_of_a_text_is_sixteen_mebibytes() {
        assert_eq!(MAX_TEXT, 1 << 24);
    }

    /// What somebody has named already is not named again.
    #[test]
    fn a_fault_of_a_file_says_why_without_its_name() {
        let path = PathBuf::from("/a/file");
        let refused = io::Error::from_raw_os_error(nix::libc::EACCES);
        let (denied, source) = (refused.to_string(), refused);
        let limit = 5;
        for (fault, why) in [
            (
                FileError::Write {
                    path: path.clone(),
                    source,
                },
                &*denied,
            ),
            (
                FileError::NotRegular { path: path.clone() },
                "expected a regular file",
            ),
            (
                FileError::TooLarge { path, limit },
                "expected at most 5 bytes",
            ),
        ] {
            assert_eq!(fault.why(), why);
            assert!(fault.to_string().contains("/a/file"), "{fault}");
            assert!(!fault.is_missing(), "{fault}");
        }
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
    #[test]
    fn what_is_written_over_keeps_its_mode_and_its_links() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        put(&at("file"), b"old, and longer").unwrap();
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(at("file"), mode).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        put(&at("link"), b"new").unwrap();
        assert_eq!(fs::read(at("file")).unwrap(), b"new");
        assert!(at("link").is_symlink());
        let mode = fs::metadata(at("file")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        fs::hard_link(at("file"), at("second")).unwrap();
        put(&at("second"), b"3").unwrap();
        assert_eq!(fs::read(at("file")).unwrap(), b"3");
        std::os::unix::fs::symlink("behind", at("dangling")).unwrap();
        put(&at("dangling"), b"4").unwrap();
        assert_eq!(fs::read(at("behind")).unwrap(), b"4");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
    }

    #[test]
    fn where_it_could_be_written_is_tried_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        try_put(&at("new")).unwrap();
        fs::write(at("old"), "old").unwrap();
        try_put(&at("old")).unwrap();
        assert_eq!(fs::read(at("old")).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(try_put(&at("none/new")).is_err());
        assert!(try_put(folder.path()).is_err());
        assert!(try_put(Path::new("/dev/null")).is_ok());
        let zero = try_put(Path::new("/dev/zero"));
        assert!(matches!(zero, Err(FileError::NotRegular { .. })));
    }

    #[test]
    fn a_pipe_that_is_passed_is_written_while_somebody_reads() {
        let (reader, writer) = io::pipe().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", writer.as_raw_fd()));
        put(&path, b"passed").unwrap();
        let wrong = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        assert!(matches!(
            put(&wrong, b"x"),
            Err(FileError::NotRegular { .. })
        ));
        assert!(matches!(read(&path, 9), Err(FileError::NotRegular { .. })));
        drop(reader);
        assert!(matches!(put(&path, b"x"), Err(FileError::Write { .. })));
    }
}
