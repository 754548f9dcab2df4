//! Unpacks a zip by its central directory.
//!
//! The library keeps one entry of a name; that there was another is found by the count
//! at the archive's end.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;

use evidence::digest::sha256;
use zip::ZipArchive;

use super::place::Place;
use super::{ArchiveError, shown};

/// The end record's length, and that of the longest comment behind it.
const END: u64 = 22;
const MAX_COMMENT: u64 = 65_535;
/// The length of a header in the central directory, before its name.
const HEADER: usize = 46;
/// The same of the one before a file.
const LOCAL: u64 = 30;
/// The bits of a mode that say what a file is, and two of their values (inode(7)).
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const PLAIN: [u32; 3] = [0, 0o100_000, 0o040_000];

/// Unpacks all of it.
pub(super) fn unpack(mut file: File, place: &mut Place<'_>) -> Result<(), ArchiveError> {
    let headers = file.try_clone().map_err(ArchiveError::Read)?;
    let end = end(&mut file).map_err(ArchiveError::Read)?;
    let archive = ZipArchive::new(BufReader::new(file));
    let mut archive = archive.map_err(ArchiveError::Zip)?;
    if let Some(end) = end.filter(|end| usize::from(end.entries) != archive.len()) {
        let name = repeated(&end, archive.into_inner()).map_err(ArchiveError::Read)?;
        let entry = name.map_or("a name".to_owned(), |name| shown(&name));
        return Err(ArchiveError::Twice { entry });
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(ArchiveError::Zip)?;
        let name = text(entry.name_raw())?;
        let at = (entry.central_header_start(), entry.header_start());
        if !named_once(&headers, at).map_err(ArchiveError::Read)? {
            let entry = shown(&name);
            return Err(ArchiveError::Names { entry });
        }
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

/// Whether the directory at the archive's end and the header before a file have one name
/// for it: some tools believe the one, some the other.
fn named_once(file: &File, (central, local): (u64, u64)) -> io::Result<bool> {
    let name = |at: u64, length_at: u64, header: u64| {
        let mut length = [0; 2];
        file.read_exact_at(&mut length, at.saturating_add(length_at))?;
        let mut name = vec![0; u16::from_le_bytes(length).into()];
        file.read_exact_at(&mut name, at.saturating_add(header))?;
        Ok::<_, io::Error>(name)
    };
    Ok(name(central, 28, HEADER as u64)? == name(local, 26, LOCAL)?)
}

/// A name as its bytes have it. Without the flag for UTF-8 the library would read it in
/// the letters of an old machine, in which every byte is one: that is nobody's name here.
fn text(name: &[u8]) -> Result<String, ArchiveError> {
    match std::str::from_utf8(name) {
        Ok(name) => Ok(name.to_owned()),
        Err(_) => Err(ArchiveError::Name {
            entry: shown(&String::from_utf8_lossy(name)),
        }),
    }
}

/// What the end record says (section 4.3.16 of the zip specification).
struct EndRecord {
    entries: u16,
    /// Where the central directory begins.
    directory: u32,
}

/// The end record; `None` where there are too many entries for it, and a record of zip64
/// says how many.
fn end(file: &mut File) -> io::Result<Option<EndRecord>> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END + MAX_COMMENT);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    file.rewind()?;
    let at = end.windows(4).rposition(|it| it == b"PK\x05\x06");
    let record = at.and_then(|at| end.get(at..));
    Ok(record.and_then(|record| {
        let entries = number::<2>(record, 10).map(u16::from_le_bytes)?;
        let directory = number::<4>(record, 16).map(u32::from_le_bytes)?;
        (entries != u16::MAX).then_some(EndRecord { entries, directory })
    }))
}

/// The first name that stands twice in the central directory (section 4.3.12).
fn repeated(end: &EndRecord, mut file: BufReader<File>) -> io::Result<Option<String>> {
    file.seek(SeekFrom::Start(end.directory.into()))?;
    // Of a name its digest is kept: there may be many, and each may be long.
    let mut seen = HashSet::new();
    for _ in 0..end.entries {
        let mut header = [0; HEADER];
        file.read_exact(&mut header)?;
        let length = |at| number::<2>(&header, at).map_or(0, u16::from_le_bytes);
        if !header.starts_with(b"PK\x01\x02") {
            return Ok(None);
        }
        let mut name = vec![0; length(28).into()];
        file.read_exact(&mut name)?;
        if !seen.insert(sha256(&name)) {
            return Ok(Some(String::from_utf8_lossy(&name).into_owned()));
        }
        file.seek_relative(i64::from(length(30)) + i64::from(length(32)))?;
    }
    Ok(None)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}
