//! The folder that `--report-dir` names: a report for each packet that has one, whole or
//! not at all, and never over another's.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// The longest beginning of a report's name that is the packet's, in characters.
const MAX_NAME: usize = 100;
/// How many reports of one name there may be.
const MAX_TWINS: usize = 10_000;

/// Sees, before anything is started, that reports can be written there.
pub(super) fn open(folder: &Path) -> Result<(), Failure> {
    let made = std::fs::create_dir_all(folder);
    let tried = made.and_then(|()| tempfile::NamedTempFile::new_in(folder));
    tried.map(drop).map_err(|error| unwritten(folder, &error))
}

/// Writes one report, and says which file it is.
pub(super) fn put(folder: &Path, packet: &Path, report: &str) -> io::Result<PathBuf> {
    let mut file = tempfile::Builder::new()
        .prefix(".report-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(report.as_bytes())?;
    file.as_file().sync_all()?;
    for number in 1..=MAX_TWINS {
        let path = folder.join(name(packet, number));
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                file = taken.file;
            }
            Err(other) => return Err(other.error),
        }
    }
    let what = format!("expected fewer than {MAX_TWINS} reports of one name, observed as many");
    Err(io::Error::other(what))
}

/// The packet's own name, as far as it is plain, and a number if it is not the first.
fn name(packet: &Path, number: usize) -> String {
    let name = packet.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().take(MAX_NAME).map(plain).collect();
    // Nothing is hidden, and nothing is without a name.
    let name = match name.trim_start_matches('.') {
        "" => "packet",
        name => name,
    };
    match number {
        1 => format!("{name}.report.json"),
        number => format!("{name}-{number}.report.json"),
    }
}

/// No report can be written there.
pub(super) fn unwritten(folder: &Path, error: &io::Error) -> Failure {
    let what = format!(
        "failed to write a report in `{}`: {error}",
        super::name(folder)
    );
    Failure::unwritten(what, "give a folder that can be written to")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let names = entries.map(|entry| name(entry).into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_never_takes_another_s_place() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/one");
        open(&folder).unwrap();
        assert_eq!(entries(&folder), Vec::<String>::new());
        for (packet, report, file) in [
            ("/a/bag", "one", "bag.report.json"),
            ("/b/bag", "two", "bag-2.report.json"),
            ("/b/bag", "three", "bag-3.report.json"),
            ("/", "root", "packet.report.json"),
            (
                "/x/..hidden\n== no gap/",
                "four",
                "hidden____no_gap.report.json",
            ),
        ] {
            let path = put(&folder, Path::new(packet), report).unwrap();
            assert_eq!(path, folder.join(file));
            assert_eq!(std::fs::read_to_string(path).unwrap(), report);
        }
        let first = std::fs::read_to_string(folder.join("bag.report.json"));
        assert_eq!(first.unwrap(), "one");
        assert_eq!(entries(&folder).len(), 5, "and no partial file");
    }

    #[test]
    fn a_folder_that_is_none_is_a_fault_of_the_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure = open(file.path()).unwrap_err();
        assert_eq!(failure.exit(), bundle::exit::Exit::Usage);
    }
}
