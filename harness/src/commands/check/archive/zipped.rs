//! Unpacks a zip by its central directory.
//!
//! The library keeps one entry of a name; that there was another is found by the count
//! at the archive's end.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::place::Place;
use super::{ArchiveError, shown};

/// The end record's length, and that of the longest comment behind it.
const END: u64 = 22;
const MAX_COMMENT: u64 = 65_535;
/// The bits of a mode that say what a file is, and two of their values (inode(7)).
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const PLAIN: [u32; 3] = [0, 0o100_000, 0o040_000];

/// Unpacks all of it.
pub(super) fn unpack(mut file: File, place: &mut Place<'_>) -> Result<(), ArchiveError> {
    let declared = declared(&mut file).map_err(ArchiveError::Read)?;
    let archive = ZipArchive::new(BufReader::new(file));
    let mut archive = archive.map_err(ArchiveError::Zip)?;
    if declared.is_some_and(|declared| usize::from(declared) != archive.len()) {
        let entry = "a name".to_owned();
        return Err(ArchiveError::Twice { entry });
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(ArchiveError::Zip)?;
        let name = entry.name().map_err(ArchiveError::Zip)?.into_owned();
        let kind = entry.unix_mode().unwrap_or_default() & KIND;
        let size = entry.size();
        if kind == LINK {
            let entry = shown(&name);
            return Err(ArchiveError::Link { entry });
        }
        if !PLAIN.contains(&kind) {
            let entry = shown(&name);
            return Err(ArchiveError::Special { entry });
        }
        if entry.is_dir() {
            place.folder(&name)?;
        } else if place.file(&name, &mut entry)? != size {
            let entry = shown(&name);
            return Err(ArchiveError::Truncated { entry });
        }
    }
    Ok(())
}

/// How many entries the end record says there are; `None` where there are too many for
/// it, and a record of zip64 says so.
fn declared(file: &mut File) -> std::io::Result<Option<u16>> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END + MAX_COMMENT);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    file.rewind()?;
    let at = end.windows(4).rposition(|it| it == b"PK\x05\x06");
    let count = at.and_then(|at| end.get(at + 10..at + 12));
    let count = count.and_then(|it| <[u8; 2]>::try_from(it).ok());
    Ok(count.map(u16::from_le_bytes).filter(|it| *it != u16::MAX))
}
