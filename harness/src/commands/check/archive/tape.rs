//! Unpacks a tar, entry by entry, in the order of the archive.
//!
//! What stands before an entry (long names, attributes) is read into memory by the
//! library, so it is bounded here.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::place::Place;
use super::{ArchiveError, shown};

/// The most bytes before an entry's own, and behind the last.
const MAX_HEADERS: u64 = 1024 * 1024;

/// Unpacks all of it.
pub(super) fn unpack(bytes: impl Read, place: &mut Place<'_>) -> Result<(), ArchiveError> {
    let left = Rc::new(Cell::new(MAX_HEADERS));
    let mut archive = tar::Archive::new(Allowed {
        bytes,
        left: Rc::clone(&left),
    });
    for entry in archive.entries().map_err(ArchiveError::Read)? {
        let mut entry = entry.map_err(ArchiveError::Read)?;
        left.set(u64::MAX);
        let bytes = entry.path_bytes().into_owned();
        let name = String::from_utf8(bytes).map_err(|error| ArchiveError::Name {
            entry: shown(&String::from_utf8_lossy(error.as_bytes())),
        })?;
        take(&name, &mut entry, place)?;
        left.set(MAX_HEADERS);
    }
    // To the end, where a gzip has its sum.
    let mut rest = archive.into_inner();
    left.set(MAX_HEADERS);
    let rest = io::copy(&mut rest, &mut io::sink());
    rest.map(drop).map_err(ArchiveError::Read)
}

/// Unpacks one entry; its kind is what the archive says, and nothing is made of a link.
fn take(
    name: &str,
    entry: &mut tar::Entry<'_, impl Read>,
    place: &mut Place<'_>,
) -> Result<(), ArchiveError> {
    let (kind, size) = (entry.header().entry_type(), entry.size());
    let of = || shown(name);
    if kind.is_file() || kind.is_contiguous() {
        let whole = place.file(name, entry)? == size;
        return whole
            .then_some(())
            .ok_or_else(|| ArchiveError::Truncated { entry: of() });
    }
    if kind.is_dir() {
        place.folder(name)
    } else if kind.is_pax_global_extensions() {
        Ok(())
    } else if kind.is_symlink() || kind.is_hard_link() {
        Err(ArchiveError::Link { entry: of() })
    } else {
        Err(ArchiveError::Special { entry: of() })
    }
}

/// Gives no more bytes than are allowed just then.
struct Allowed<R> {
    bytes: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Allowed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        let left = left.ok_or_else(|| {
            let what = "expected at most 1 MiB beside the files' own bytes, observed more";
            io::Error::new(io::ErrorKind::InvalidData, what)
        })?;
        self.left.set(left);
        Ok(count)
    }
}
