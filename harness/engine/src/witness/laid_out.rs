//! Digests of programs that run in a sandbox.
//!
//! An engine that has no store of its own runs the files that this process wrote.
//! Each launch's look asks for the same few: as long as the kernel shows such a file
//! to be unchanged, it is not read again. What any other engine runs is always read.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::program;

/// Programs that this process wrote and holds open, so that no other file can come to
/// have their inode's number.
#[derive(Debug)]
pub struct LaidOut(Vec<Held>);

#[derive(Debug)]
struct Held {
    /// Device and number, which stay its own for as long as the file is open.
    inode: (u64, u64),
    _open: File,
    known: Mutex<Option<(Stamp, String)>>,
}

/// What tells a file's states apart, inode(7): every change of its bytes sets its
/// times, of which nobody but the kernel can set the second.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    inode: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl LaidOut {
    /// No program.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: LaidOut = LaidOut(Vec::new());
        &NONE
    }

    /// Opens them.
    ///
    /// # Errors
    /// One of them cannot be opened.
    pub fn open<'a>(paths: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        let held = |path| {
            let file = File::open(path)?;
            Ok(Held {
                inode: Stamp::of(&file.metadata()?).inode,
                _open: file,
                known: Mutex::default(),
            })
        };
        paths
            .into_iter()
            .map(held)
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// The SHA-256 of a program, in hex.
    pub(super) fn digest(&self, program: File) -> io::Result<String> {
        let stamp = Stamp::of(&program.metadata()?);
        let Some(held) = self.0.iter().find(|held| held.inode == stamp.inode) else {
            return program::digest(program);
        };
        let mut known = held.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, digest)) = &*known
            && *then == stamp
        {
            return Ok(digest.clone());
        }
        let digest = program::digest(program)?;
        *known = Some((stamp, digest.clone()));
        Ok(digest)
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use evidence::digest::sha256;

    #[test]
    fn a_program_that_changed_is_read_again_and_another_file_always() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("own"), "one").unwrap();
        fs::write(path("other"), "one").unwrap();
        let programs = LaidOut::open([&*path("own")]).unwrap();
        let digest = |name: &str| programs.digest(File::open(path(name)).unwrap()).unwrap();
        assert_eq!(digest("own"), sha256(b"one"));
        assert_eq!(digest("other"), sha256(b"one"));
        // Older kernels' clocks for files go by steps of up to 10 ms.
        std::thread::sleep(Duration::from_millis(20));
        for name in ["own", "other"] {
            let modified = fs::metadata(path(name)).unwrap().modified().unwrap();
            fs::write(path(name), "two").unwrap();
            let file = File::options().write(true).open(path(name)).unwrap();
            file.set_modified(modified).unwrap();
        }
        assert_eq!(digest("own"), sha256(b"two"), "its times were set back");
        assert_eq!(digest("other"), sha256(b"two"));
        fs::rename(path("other"), path("own")).unwrap();
        fs::write(path("own"), "three").unwrap();
        assert_eq!(digest("own"), sha256(b"three"));
    }

    #[test]
    fn an_unchanged_program_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own");
        fs::write(&path, "one").unwrap();
        let programs = LaidOut::open([&*path]).unwrap();
        let open = || File::open(&path).unwrap();
        programs.digest(open()).unwrap();
        let known = &programs.0[0].known;
        known.lock().unwrap().as_mut().unwrap().1 = "as remembered".to_owned();
        assert_eq!(programs.digest(open()).unwrap(), "as remembered");
    }
}
