//! A packet as the line names it, and as this host has it: what is neither a folder nor
//! an archive is found out before anything is started.

use std::fs::{self, FileType};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use verify::Failure;
use verify::terminal::safe;

use super::archive::{self, Kind, Start};

/// What to do where a packet is none.
const MAKE: &str = "give the folder of a BagIt bag, or a zip, tar or tar.gz of it; \
                    `harness packet new` begins one";

/// A packet of the line.
pub(super) struct Given {
    /// As the line has it.
    pub(super) name: PathBuf,
    /// Where it is.
    pub(super) path: PathBuf,
    /// How its bytes are laid out, unless it is a folder.
    pub(super) archive: Option<Kind>,
}

impl Given {
    /// Looks at a packet; reads no more than the first bytes of an archive.
    pub(super) fn of(packet: &Path) -> Result<Self, Failure> {
        let shown = name(packet);
        let real = packet.canonicalize().map_err(|error| {
            Failure::unusable(format!("failed to find packet `{shown}`: {error}"), MAKE)
        })?;
        let unreadable = |error| {
            let what = format!("failed to read packet `{shown}`: {error}");
            Failure::unusable(what, "the folder and its files must be readable")
        };
        let is = fs::metadata(&real).map_err(unreadable)?.file_type();
        let archive = if is.is_dir() {
            fs::read_dir(&real).map_err(unreadable)?;
            None
        } else if is.is_file() {
            Some(archive(&shown, archive::start(&real).map_err(unreadable)?)?)
        } else {
            // It is not opened: a FIFO would wait for who writes into it.
            return Err(other(&shown, special(is), MAKE));
        };
        Ok(Self {
            name: packet.to_owned(),
            path: real,
            archive,
        })
    }
}

fn archive(shown: &str, start: Start) -> Result<Kind, Failure> {
    let what = match start {
        Start::Of(kind) => return Ok(kind),
        Start::Foreign(what) => {
            let hint = "unpack it yourself, and give the folder of the bag";
            return Err(other(shown, what, hint));
        }
        Start::Empty => "an empty file",
        Start::Zeros => "a file that begins with zero bytes alone, such as a tar of nothing",
        Start::Unknown => "another file",
    };
    Err(other(shown, what, MAKE))
}

fn other(shown: &str, what: &str, hint: &str) -> Failure {
    let what = format!(
        "expected packet `{shown}` to be a folder, a zip, a tar or a tar.gz, observed {what}"
    );
    Failure::unusable(what, hint)
}

fn special(is: FileType) -> &'static str {
    if is.is_fifo() {
        "a FIFO"
    } else if is.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// A path on one line that says nothing but its name.
pub(super) fn name(path: &Path) -> String {
    safe(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use bundle::exit::Exit;

    use super::*;

    #[test]
    fn a_packet_that_is_missing_or_a_file_is_a_fault_of_the_command_line() {
        let folder_of_tests = tempfile::tempdir().unwrap();
        let file = folder_of_tests.path().join("bag.tar");
        std::fs::write(&file, "x").unwrap();
        for path in [&file, &folder_of_tests.path().join("nowhere")] {
            let failure = Given::of(path).err().unwrap();
            assert_eq!(failure.exit(), Exit::Usage);
        }
        assert!(Given::of(folder_of_tests.path()).is_ok());
        std::fs::write(&file, b"PK\x03\x04").unwrap();
        assert_eq!(Given::of(&file).ok().unwrap().archive, Some(Kind::Zip));
    }

    /// What a file is, and what is said of it; the first who asks is a user with a file of
    /// another kind, who is not helped by "another archive".
    #[test]
    fn what_is_no_packet_is_told_for_what_it_is_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for (bytes, observed, mend) in [
            (&b""[..], "an empty file", "packet new"),
            (&[0; 10_240], "a tar of nothing", "packet new"),
            (b"{\"a\": 1}", "another file", "packet new"),
            (b"BZh91AY", "a bzip2 file", "unpack it yourself"),
            (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it yourself"),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let failure = Given::of(&file).err().unwrap();
            let said = failure.error.to_string();
            assert!(said.contains(observed), "{said}");
            assert!(failure.hint.unwrap().contains(mend), "{said}");
        }
    }

    /// This test would not end if it were opened.
    #[test]
    fn a_fifo_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let failure = Given::of(&fifo).err().unwrap();
        assert_eq!(failure.exit(), Exit::Usage);
        let said = failure.error.to_string();
        assert!(said.ends_with("observed a FIFO"), "{said}");
    }

    #[test]
    fn the_name_of_a_folder_forges_no_line() {
        let forged = name(Path::new(
            "a\n== b\noutcome  no_gap_observed\u{1b}[1A\u{202e}",
        ));
        assert_eq!(forged.lines().count(), 1);
        assert!(!forged.contains(['\u{1b}', '\u{202e}']), "{forged}");
    }
}
