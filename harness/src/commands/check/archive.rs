//! A bag that comes as a zip, a tar or a tar.gz: unpacked into a folder of this run's own.
//!
//! What is in it is hostile. Nothing leaves the folder, no link is made or followed, and
//! every bound is met before anything is written. Whether it is a bag is not asked here.

mod place;
mod tape;
mod zipped;

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use place::Place;

/// How the bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `PK`, with entries that are stored or deflated.
    Zip,
    /// POSIX or GNU tar.
    Tar,
    /// The same, in gzip.
    TarGz,
}

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
            Self::TooMany { .. } => "ARCHIVE_TOO_MANY_ENTRIES",
            Self::TooLarge { .. } => "ARCHIVE_TOO_LARGE",
            Self::Stopped => "ARCHIVE_STOPPED",
            Self::Truncated { .. } => "ARCHIVE_TRUNCATED",
        }
    }
}

/// What a file is by its first bytes; `None` if it is none that is read.
pub(super) fn kind(path: &Path) -> io::Result<Option<Kind>> {
    let mut start = Vec::new();
    File::open(path)?.take(512).read_to_end(&mut start)?;
    Ok(
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            Some(Kind::Zip)
        } else if start.starts_with(&[0x1f, 0x8b]) {
            Some(Kind::TarGz)
        } else {
            let is_tar = start.get(257..262) == Some(b"ustar");
            is_tar.then_some(Kind::Tar)
        },
    )
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

/// An entry's name as it is repeated.
fn shown(entry: &str) -> String {
    entry.chars().take(MAX_SHOWN).collect()
}

#[cfg(test)]
mod tests;
