//! Reading the output folder after a launch: nothing in it is followed, opened
//! without bounds, or trusted to be what its name says.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use evidence::digest::sha256;
use evidence::record::{EntryKind, LaunchRecord, OutputEntry};
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};

/// The report's name in the output folder.
const REPORT: &str = "report.json";
/// The longest file that is read: the longest report that the checker writes.
const MAX_FILE: u64 = checker::report::MAX_REPORT as u64;
/// The most entries that are listed.
const MAX_ENTRIES: usize = 256;

/// Lists the output and reads the report, if there is one.
///
/// # Errors
/// The folder itself cannot be listed.
pub(super) fn read(folder: &Path, record: &mut LaunchRecord) -> io::Result<()> {
    let report;
    (record.output, report) = look(folder)?;
    if let Some(checked) = record.subject.checked_mut() {
        checked.report = report;
    }
    Ok(())
}

/// What is in an output folder, by name, and the report's text where it can be read.
///
/// # Errors
/// The folder itself cannot be listed.
pub fn look(folder: &Path) -> io::Result<(Vec<OutputEntry>, Option<String>)> {
    let mut report = None;
    let beneath = File::open(folder)?;
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(MAX_ENTRIES) {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let kind = kind(&metadata);
        let name = entry.file_name();
        let bytes = match kind {
            EntryKind::File => open_beneath(&beneath, Path::new(&name)).ok(),
            EntryKind::LinkedFile | EntryKind::Folder | EntryKind::Link | EntryKind::Special => {
                None
            }
        };
        if let Some(bytes) = bytes.as_ref().filter(|_| name == REPORT) {
            report = String::from_utf8(bytes.clone()).ok();
        }
        entries.push(OutputEntry {
            name: name.to_string_lossy().into_owned(),
            kind,
            size: metadata.len(),
            sha256: bytes.as_deref().map(sha256),
        });
    }
    entries.sort_by(|one, two| one.name.cmp(&two.name));
    Ok((entries, report))
}

/// The metadata is the entry's own: links are not followed.
fn kind(metadata: &std::fs::Metadata) -> EntryKind {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        EntryKind::Link
    } else if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device()
    {
        EntryKind::Special
    } else if metadata.nlink() > 1 {
        EntryKind::LinkedFile
    } else {
        EntryKind::File
    }
}

/// Requires that [`look`] could open a file here: an old kernel, an emulator or a filter
/// over this process answers no openat2(2).
///
/// # Errors
/// What the call is answered with.
pub fn require_beneath() -> io::Result<()> {
    let how = OpenHow::new()
        .flags(OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_BENEATH);
    openat2(File::open("/")?, ".", how)?;
    Ok(())
}

/// openat2(2): no link of any kind, no other mount, nothing above the folder, and
/// no waiting for a FIFO's other end should the entry have changed meanwhile.
fn open_beneath(folder: &File, name: &Path) -> io::Result<Vec<u8>> {
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)
        .resolve(
            ResolveFlag::RESOLVE_BENEATH
                | ResolveFlag::RESOLVE_NO_SYMLINKS
                | ResolveFlag::RESOLVE_NO_MAGICLINKS
                | ResolveFlag::RESOLVE_NO_XDEV,
        );
    let file = File::from(openat2(folder, name, how)?);
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return Err(io::Error::other(
            "not a regular file of a size that is read",
        ));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beneath(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
        open_beneath(&File::open(folder).unwrap(), Path::new(name))
    }

    #[test]
    fn a_plain_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("report.json"), b"{}").unwrap();
        assert_eq!(beneath(folder.path(), "report.json").unwrap(), b"{}");
    }

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("report.json")).unwrap();
        assert!(beneath(folder.path(), "report.json").is_err());
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(beneath(folder.path(), "../../etc/hostname").is_err());
        assert!(beneath(folder.path(), "/etc/hostname").is_err());
    }

    #[test]
    fn a_fifo_is_neither_waited_for_nor_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(beneath(folder.path(), "report.json").is_err());
        assert_eq!(
            kind(&std::fs::symlink_metadata(&path).unwrap()),
            EntryKind::Special
        );
    }
}
