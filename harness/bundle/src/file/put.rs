//! Writing where a line says: over a regular file or as a new one, or into what the
//! caller has open; into nothing that would be waited for or replaced by accident.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::makedev;

use super::{Access, FileError, is_passed};

/// The devices that a user may name, `/dev/null` and `/dev/tty`, by their numbers.
const DEVICES: [(u64, u64); 2] = [(1, 3), (5, 0)];
/// No opening waits for the other end, and no terminal becomes this process's own.
const FLAGS: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY);

/// Writes `bytes` to `path`: a regular file whole or not at all, and in place where its
/// folder allows no other way; `/dev/stdout`, `/dev/fd/N` and a shell's `>(command)` to
/// whoever reads there.
///
/// # Errors
/// [`FileError`]; a FIFO, a socket or a device but `/dev/null` and `/dev/tty` is refused,
/// and stays what it is.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |source| FileError::Write {
        path: path.to_owned(),
        source,
    };
    if is_passed(path, Access::Write) {
        return passed(path, bytes).map_err(failed);
    }
    let Some(about) = there(path)? else {
        return fresh(path, bytes).map_err(failed);
    };
    if about.is_file() && about.nlink() == 1 {
        match replaced(path, &about, bytes) {
            Err(error) if must_be_in_place(&error) => {}
            done => return done.map_err(failed),
        }
    }
    in_place(path, bytes)
}

/// Finds out whether [`put`] could write there; changes nothing, and leaves nothing.
///
/// # Errors
/// As of [`put`].
pub fn try_put(path: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::Write {
        path: path.to_owned(),
        source,
    };
    if is_passed(path, Access::Write) {
        return opened_as_passed(path).map(drop).map_err(failed);
    }
    if there(path)?.is_some() {
        return opened(path).map(drop);
    }
    let (part, _) = part(path, path).map_err(failed)?;
    fs::remove_file(part).map_err(failed)
}

/// What is there, if it is something that may be written.
fn there(path: &Path) -> Result<Option<Metadata>, FileError> {
    match fs::metadata(path) {
        Ok(about) => require_fit(path, &about).map(|()| Some(about)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Write {
            path: path.to_owned(),
            source,
        }),
    }
}

fn require_fit(path: &Path, about: &Metadata) -> Result<(), FileError> {
    let kind = about.file_type();
    let known = DEVICES.iter().any(|it| makedev(it.0, it.1) == about.rdev());
    if kind.is_file() || (kind.is_char_device() && known) {
        return Ok(());
    }
    Err(FileError::NotRegular {
        path: path.to_owned(),
    })
}

/// Opens what is there without changing it, and looks again at what was opened.
fn opened(path: &Path) -> Result<File, FileError> {
    let mut open = OpenOptions::new();
    open.write(true).custom_flags(FLAGS.bits());
    let file = open.open(path).and_then(|file| {
        let about = file.metadata()?;
        waiting(&file)?;
        Ok((about, file))
    });
    let (about, file) = file.map_err(|source| FileError::Write {
        path: path.to_owned(),
        source,
    })?;
    require_fit(path, &about).map(|()| file)
}

fn in_place(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = opened(path)?;
    let emptied = match file.metadata() {
        Ok(about) if about.is_file() => file.set_len(0),
        other => other.map(drop),
    };
    let written = emptied.and_then(|()| file.write_all(bytes));
    written.map_err(|source| FileError::Write {
        path: path.to_owned(),
        source,
    })
}

/// A new file, under a temporary name first; one that a link leads to, where it leads.
fn fresh(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.is_symlink() {
        let mut open = OpenOptions::new();
        open.write(true).create(true).custom_flags(FLAGS.bits());
        return open.truncate(false).open(path)?.write_all(bytes);
    }
    renamed(part(path, path)?, path, bytes, |_| Ok(()))
}

/// Another file in the old one's place, with its mode and its owner.
fn replaced(path: &Path, about: &Metadata, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let target = path.canonicalize()?;
    renamed(part(&target, path)?, &target, bytes, |file| {
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (about.uid(), about.gid()) {
            std::os::unix::fs::fchown(file, Some(about.uid()), Some(about.gid()))?;
        }
        file.set_permissions(about.permissions())
    })
}

/// Whether the folder, not the file, is what cannot be written: a file that is mounted into
/// a container, or one that a user was given in a folder of somebody else's.
fn must_be_in_place(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    let kinds = [
        CrossesDevices,
        PermissionDenied,
        ReadOnlyFilesystem,
        ResourceBusy,
    ];
    kinds.contains(&error.kind())
}

/// An empty file of a temporary name beside `target`.
fn part(target: &Path, path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
    let mut part = std::ffi::OsString::from(".");
    // A name may be as long as a file system allows: what is put behind it may not be.
    part.push(if name.len() < 200 {
        name
    } else {
        "report".as_ref()
    });
    part.push(format!(".{}.part", std::process::id()));
    let part = target.with_file_name(part);
    let file = File::create_new(&part)?;
    Ok((part, file))
}

fn renamed(
    (part, mut file): (PathBuf, File),
    to: &Path,
    bytes: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let done = prepare(&file)
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| fs::rename(&part, to));
    if done.is_err() {
        // It was not to be had; what is left of it is of no use.
        drop(fs::remove_file(&part));
    }
    done
}

fn passed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let standard = |mut stream: Box<dyn io::Write>| {
        stream.write_all(bytes)?;
        stream.flush()
    };
    // The streams themselves: what is printed besides goes on from where this ends.
    match path.to_str() {
        Some("/dev/stdout") => standard(Box::new(io::stdout().lock())),
        Some("/dev/stderr") => standard(Box::new(io::stderr().lock())),
        Some(_) | None => opened_as_passed(path)?.write_all(bytes),
    }
}

/// Opens it to its end; a pipe that nobody reads is an error.
fn opened_as_passed(path: &Path) -> io::Result<File> {
    let mut open = OpenOptions::new();
    open.append(true).custom_flags(FLAGS.bits());
    let file = open.open(path)?;
    waiting(&file)?;
    Ok(file)
}

/// Writing waits for a slow reader, as ever; opening did not.
fn waiting(file: &File) -> io::Result<()> {
    fcntl(file, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name as long as file systems allow (255 bytes, `NAME_MAX`) leaves no place for what
    /// a temporary name has besides; a usual one is in it, for whoever finds one left over.
    #[test]
    fn a_temporary_name_has_the_files_own_as_far_as_there_is_place() {
        let folder = tempfile::tempdir().unwrap();
        let end = format!(".{}.part", std::process::id());
        for (name, kept) in [
            ("junit.xml".to_owned(), "junit.xml".to_owned()),
            ("n".repeat(199), "n".repeat(199)),
            ("n".repeat(200), "report".to_owned()),
            ("n".repeat(255), "report".to_owned()),
        ] {
            let path = folder.path().join(&name);
            let (part, _) = part(&path, &path).unwrap();
            assert_eq!(part, folder.path().join(format!(".{kept}{end}")));
            fs::remove_file(part).unwrap();
            put(&path, b"all of it").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"all of it");
        }
    }
}
