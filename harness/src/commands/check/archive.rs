//! A bag that comes as a zip, a tar or a tar.gz: unpacked into a folder of this run's own.
//!
//! What is in it is hostile. Nothing leaves the folder, no link is made or followed, and
//! every bound is met before anything is written. Whether it is a bag is not asked here.

mod place;
mod start;
mod tape;
mod zipped;

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use place::Place;
pub(super) use start::{Kind, Start, start};
use verify::terminal::safe;

/// An archive is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    /// It cannot be read, or is not what its first bytes say.
    #[error("failed to read the archive")]
    Read(#[source] io::Error),
    /// The same of a zip; with a password or another compression, too.
    #[error("failed to read the zip archive")]
    Zip(#[source] zip::result::ZipError),
    /// This host would not take it.
    #[error("failed to unpack `{entry}`")]
    Write {
        entry: String,
        #[source]
        source: io::Error,
    },
    /// A symbolic or hard link.
    #[error("expected files and folders in the archive, observed a link `{entry}`")]
    Link { entry: String },
    /// A device, a FIFO or a sparse file.
    #[error("expected files and folders in the archive, observed something else, `{entry}`")]
    Special { entry: String },
    /// A path that is absolute, climbs, or has an empty segment.
    #[error("expected a path beneath the archive's own folder, observed `{entry}`")]
    Outside { entry: String },
    /// A name that is not UTF-8.
    #[error("expected names in UTF-8, observed `{entry}`")]
    Name { entry: String },
    /// A path that the checker would not take either.
    #[error(
        "expected a path of at most {MAX_PATH} bytes and {MAX_DEPTH} folders, observed `{entry}`"
    )]
    TooLong { entry: String },
    /// One path twice, or a file where there is a folder.
    #[error("expected each path once, observed `{entry}` again")]
    Twice { entry: String },
    /// A zip whose two names of a file differ.
    #[error("expected one name of each file, observed another before `{entry}` than at the end")]
    Names { entry: String },
    /// More files and folders than the checker takes.
    #[error("expected at most {most} files and folders, observed more")]
    TooMany { most: u64 },
    /// More bytes than there is room for.
    #[error("expected at most {most} bytes when unpacked, observed more")]
    TooLarge { most: u64 },
    /// Ended from outside.
    #[error("expected to unpack to the end, observed an interruption")]
    Stopped,
    /// It ends in the middle of a file.
    #[error("expected the whole of `{entry}`, observed the archive's end")]
    Truncated { entry: String },
}

/// The longest path, in bytes, and the most folders it may have: the checker's.
const MAX_PATH: usize = 4096;
const MAX_DEPTH: usize = 64;
/// The most of an archive's own words that is repeated, in characters.
const MAX_SHOWN: usize = 200;

impl ArchiveError {
    /// What stays the same, for programs.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::Zip(_) => "ARCHIVE_UNREADABLE",
            Self::Write { .. } => "ARCHIVE_UNWRITTEN",
            Self::Link { .. } => "ARCHIVE_LINK",
            Self::Special { .. } => "ARCHIVE_SPECIAL_FILE",
            Self::Outside { .. } => "ARCHIVE_PATH_OUTSIDE",
            Self::Name { .. } => "ARCHIVE_NAME_NOT_UTF8",
            Self::TooLong { .. } => "ARCHIVE_PATH_TOO_LONG",
            Self::Twice { .. } => "ARCHIVE_PATH_TWICE",
            Self::Names { .. } => "ARCHIVE_NAMES_DIFFER",
            Self::TooMany { .. } => "ARCHIVE_TOO_MANY_ENTRIES",
            Self::TooLarge { .. } => "ARCHIVE_TOO_LARGE",
            Self::Stopped => "ARCHIVE_STOPPED",
            Self::Truncated { .. } => "ARCHIVE_TRUNCATED",
        }
    }

    /// What to do about it.
    pub(super) const fn hint(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::Zip(_) => {
                "pack it again, a zip without a password and with entries stored or deflated, \
                 or give the folder"
            }
            Self::Truncated { .. } => "it was cut short: fetch or pack it again",
            Self::Write { .. } => {
                "see that the run's own folder has room: TMPDIR says where it is made"
            }
            Self::TooLarge { .. } => {
                "unpack it yourself and give the folder, or let TMPDIR name a folder with more room"
            }
            Self::Link { .. } => "pack what the link leads to in its place",
            Self::Special { .. } => "pack files and folders alone",
            Self::Outside { .. } => "pack it from within the folder above the bag",
            Self::Name { .. } => "pack it with names in UTF-8, as zip(1) and tar(1) do",
            Self::TooLong { .. } | Self::TooMany { .. } => {
                "make bags of parts of it: the checker takes no more of a folder either"
            }
            Self::Twice { .. } => "pack each path once",
            Self::Names { .. } => {
                "pack it again: tools differ in which of the two names they believe"
            }
            Self::Stopped => "check it again, and let it come to its end",
        }
    }
}

/// Unpacks into `folder`, which is empty and this run's own, and says where the bag is:
/// in the archive's one folder, or beside nothing else.
/// `stopped` says whether to give up.
pub(super) fn unpack(
    archive: &Path,
    kind: Kind,
    (folder, stopped): (&Path, &dyn Fn() -> bool),
) -> Result<PathBuf, ArchiveError> {
    let mut place = Place::new(folder, stopped).map_err(ArchiveError::Read)?;
    let mut file = File::open(archive).map_err(ArchiveError::Read)?;
    file.rewind().map_err(ArchiveError::Read)?;
    match kind {
        Kind::Zip => zipped::unpack(file, &mut place)?,
        Kind::Tar => tape::unpack(io::BufReader::new(file), &mut place)?,
        Kind::TarGz => tape::unpack(flate2::read::MultiGzDecoder::new(file), &mut place)?,
    }
    bag(folder).map_err(ArchiveError::Read)
}

fn bag(folder: &Path) -> io::Result<PathBuf> {
    let mut entries = std::fs::read_dir(folder)?;
    let (first, second) = (entries.next().transpose()?, entries.next());
    Ok(match first {
        Some(only) if second.is_none() && only.file_type()?.is_dir() => only.path(),
        Some(_) | None => folder.to_owned(),
    })
}

/// What lies beside a bag in an archive that has one, so that it was not found; `None` if
/// that is not it.
pub(super) fn beside(folder: &Path) -> io::Result<Option<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(MAX_BESIDE) {
        names.push(entry?.file_name());
    }
    names.sort();
    let is_bag = |name: &&std::ffi::OsString| folder.join(name).join(DECLARATION).is_file();
    let Some(bag) = names.iter().find(is_bag).filter(|_| names.len() > 1) else {
        return Ok(None);
    };
    let other = names.iter().find(|name| *name != bag);
    let named = |name: &std::ffi::OsString| shown(&name.to_string_lossy());
    Ok(other.map(|other| {
        let (bag, other) = (named(bag), named(other));
        format!("the bag seems to be `{bag}`, and `{other}` lies beside it: pack `{bag}` alone")
    }))
}

/// What tells a bag's folder, and how many entries beside one are looked at.
const DECLARATION: &str = "bagit.txt";
const MAX_BESIDE: usize = 1000;

/// An entry's name as it is repeated: on one line, and not without end.
fn shown(entry: &str) -> String {
    let start: String = entry.chars().take(MAX_SHOWN).collect();
    safe(&start)
}

#[cfg(test)]
mod tests;
