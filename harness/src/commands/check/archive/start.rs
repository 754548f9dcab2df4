//! What a file is by its first bytes.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// How the bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands::check) enum Kind {
    /// `PK`, with entries that are stored or deflated.
    Zip,
    /// POSIX or GNU tar.
    Tar,
    /// The same, in gzip.
    TarGz,
}

/// What a file begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands::check) enum Start {
    /// An archive that is read.
    Of(Kind),
    /// Another one, by its name.
    Foreign(&'static str),
    /// Nothing at all.
    Empty,
    /// Zero bytes, as at the end of a tar.
    Zeros,
    /// None of these.
    Unknown,
}

/// How much of a file tells what it is: a tar's first header.
const HEADER: u64 = 512;

/// What people have beside the three, by how it begins.
const FOREIGN: [(&[u8], &str); 6] = [
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PK\x07\x08", "a zip archive in several parts"),
];

/// Looks at a regular file's first bytes.
pub(in crate::commands::check) fn start(path: &Path) -> io::Result<Start> {
    let mut bytes = Vec::new();
    // Should it have become a FIFO meanwhile, nobody waits for it.
    let mut open = OpenOptions::new();
    open.read(true).custom_flags(nix::libc::O_NONBLOCK);
    open.open(path)?.take(HEADER).read_to_end(&mut bytes)?;
    Ok(of(&bytes))
}

fn of(start: &[u8]) -> Start {
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Start::Of(Kind::Zip);
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        return Start::Of(Kind::TarGz);
    }
    if start.get(257..262) == Some(b"ustar") {
        return Start::Of(Kind::Tar);
    }
    let foreign = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic));
    match foreign {
        Some((_, name)) => Start::Foreign(name),
        None if start.is_empty() => Start::Empty,
        None if start.iter().all(|byte| *byte == 0) => Start::Zeros,
        None => Start::Unknown,
    }
}
