//! One regular file of the bag, read once from its start to its end.
//!
//! Refuses what is not a file with one name, and a file that changed meanwhile.
//! What its bytes say is not judged here.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// An open regular file.
#[derive(Debug)]
pub(super) struct Regular<'a> {
    path: &'a str,
    file: File,
    before: Metadata,
    /// How many bytes were read.
    total: u64,
    /// Whether one call read them all and found the end.
    at_once: bool,
}

impl<'a> Regular<'a> {
    /// Opens a file of the bag and sees that it is one, and has no second name:
    /// that could be written through while this one is read.
    pub(super) fn open(guard: &Guard, path: &'a Arc<str>) -> Result<Self, Refusal> {
        let unreadable = |error| Refusal::unreadable(path, &error);
        let file = guard.open_item(path).map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        if !before.is_file() {
            return Err(Refusal::new(Reason::NotRegular).file(path));
        }
        if before.nlink() > 1 {
            let names = before.nlink().to_string();
            return Err(Refusal::new(Reason::HardLink)
                .file(path)
                .expected("1 name", &names));
        }
        Ok(Self {
            path,
            file,
            before,
            total: 0,
            at_once: false,
        })
    }

    /// How many bytes it has.
    pub(super) fn length(&self) -> u64 {
        self.before.len()
    }

    /// Gives every byte once, a buffer at a time, and sees that the file stayed as it was.
    pub(super) fn read(
        mut self,
        buffer: &mut Buffer,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        loop {
            let count = self.fill(buffer)?;
            if count == 0 {
                return self.unchanged();
            }
            each(buffer.filled(count))?;
        }
    }

    /// Reads the next bytes into the buffer and says how many; none at the end.
    pub(super) fn fill(&mut self, buffer: &mut Buffer) -> Result<usize, Refusal> {
        if self.total >= self.before.len() {
            return Ok(0);
        }
        let count = self.file.read(buffer.bytes());
        let count = count.map_err(|error| Refusal::unreadable(self.path, &error))?;
        self.at_once = self.total == 0 && count < buffer.size;
        self.total += count as u64;
        Ok(count)
    }

    /// Sees, when all is read, that the file stayed as it was.
    ///
    /// A file of which one call read all and less than there was room for ended there:
    /// there was no meanwhile in which it could change.
    pub(super) fn unchanged(self) -> Result<(), Refusal> {
        let changed = || Refusal::new(Reason::ChangedWhileRead).file(self.path);
        if self.total != self.before.len() {
            return Err(changed());
        }
        if self.at_once {
            return Ok(());
        }
        let after = self.file.metadata();
        let after = after.map_err(|error| Refusal::unreadable(self.path, &error))?;
        if stamp(&self.before) == stamp(&after) {
            Ok(())
        } else {
            Err(changed())
        }
    }
}

/// Where the kernel copies a file's bytes to.
///
/// It begins at a page: to an address that is not a multiple of 64 the copy out of
/// the page cache takes more than four times as long.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    size: usize,
}

const PAGE: usize = 4096;

impl Buffer {
    /// A buffer of this many bytes.
    pub(super) fn new(size: usize) -> Self {
        let bytes = vec![0; size + PAGE];
        Self { bytes, size }
    }

    /// The first `count` bytes, which were read.
    pub(super) fn filled(&mut self, count: usize) -> &[u8] {
        self.bytes().get(..count).unwrap_or_default()
    }

    fn bytes(&mut self) -> &mut [u8] {
        let start = self.bytes.as_ptr().align_offset(PAGE).min(PAGE);
        let aligned = self.bytes.get_mut(start..).unwrap_or_default();
        aligned.get_mut(..self.size).unwrap_or_default()
    }
}

/// What a change of the file changes, inode(7).
fn stamp(of: &Metadata) -> [i64; 5] {
    [
        of.size().cast_signed(),
        of.mtime(),
        of.mtime_nsec(),
        of.ctime(),
        of.ctime_nsec(),
    ]
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    /// Reads the file `x` of a folder four bytes at a time, with `meanwhile` after the first.
    fn read(dir: &Path, meanwhile: impl Fn(&Path)) -> Result<Vec<u8>, Reason> {
        let guard = Guard::new(&Settings::of(dir.into(), "/nowhere".into()));
        let (path, mut bytes) = (Arc::from("x"), Vec::new());
        let mut each = |chunk: &[u8]| {
            if bytes.is_empty() {
                meanwhile(&dir.join("x"));
            }
            bytes.extend_from_slice(chunk);
            Ok(())
        };
        Regular::open(&guard, &path)
            .and_then(|file| file.read(&mut Buffer::new(4), &mut each))
            .map_err(|refusal| refusal.reason)?;
        Ok(bytes)
    }

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x"), "0123456789").unwrap();
        dir
    }

    #[test]
    fn a_buffer_begins_at_a_page_and_has_its_size() {
        for size in [1, 4, PAGE, 3 * PAGE + 1] {
            let mut buffer = Buffer::new(size);
            assert_eq!(buffer.bytes().len(), size);
            assert_eq!(buffer.bytes().as_ptr().align_offset(PAGE), 0);
        }
    }

    #[test]
    fn gives_every_byte_once() {
        assert_eq!(read(folder().path(), |_| ()).unwrap(), b"0123456789");
    }

    #[test]
    fn a_file_that_grows_shrinks_or_is_written_again_has_changed() {
        let grows = |path: &Path| fs::write(path, "0123456789ABCDEF").unwrap();
        let shrinks = |path: &Path| fs::write(path, "012345").unwrap();
        let again = |path: &Path| fs::write(path, "0123456789").unwrap();
        for meanwhile in [grows, shrinks, again] {
            assert_eq!(
                read(folder().path(), meanwhile),
                Err(Reason::ChangedWhileRead)
            );
        }
    }

    #[test]
    fn a_file_read_at_once_has_changed_if_it_no_longer_has_its_length() {
        let at_once = |meanwhile: &str| {
            let dir = folder();
            let (input, output) = (dir.path().into(), "/nowhere".into());
            let guard = Guard::new(&Settings::of(input, output));
            let path = Arc::from("x");
            let mut file = Regular::open(&guard, &path).unwrap();
            fs::write(dir.path().join("x"), meanwhile).unwrap();
            let mut buffer = Buffer::new(64);
            let count = file.fill(&mut buffer).unwrap();
            assert_eq!(buffer.filled(count), meanwhile.as_bytes());
            file.unchanged().map_err(|refusal| refusal.reason)
        };
        assert_eq!(
            at_once("9876543210"),
            Ok(()),
            "what was read is one version"
        );
        for meanwhile in ["012345", "0123456789ABCDEF", ""] {
            assert_eq!(at_once(meanwhile), Err(Reason::ChangedWhileRead));
        }
    }

    #[test]
    fn a_file_that_is_gone_is_unreadable_and_a_folder_is_not_regular() {
        let dir = folder();
        fs::remove_file(dir.path().join("x")).unwrap();
        assert_eq!(read(dir.path(), |_| ()), Err(Reason::Unreadable));
        fs::create_dir(dir.path().join("x")).unwrap();
        assert_eq!(read(dir.path(), |_| ()), Err(Reason::NotRegular));
    }

    #[test]
    fn a_second_name_is_refused() {
        let dir = folder();
        fs::hard_link(dir.path().join("x"), dir.path().join("y")).unwrap();
        assert_eq!(read(dir.path(), |_| ()), Err(Reason::HardLink));
    }
}
