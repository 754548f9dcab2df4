//! Why a run's folder, or one of a launch's, could not be made, and which names it may have.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The longest path of a unix socket, in bytes (unix(7): `sun_path`, with its zero byte).
const LONGEST_SOCKET: usize = 107;
/// How much of a path is shown, in characters.
const SHOWN: usize = 120;
/// The deepest socket of a run: the database server's, beneath the run's folder.
const DEEPEST_SOCKET: &str = "database/.s.PGSQL.65535";

/// A folder or file of a launch could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A folder or file could not be written.
    #[error("failed to make `{path}`")]
    Make {
        /// What was to be made.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It cannot be made where temporary folders are.
    #[error(
        "expected {} that this user can write to, observed `{}`: {}",
        expected(),
        in_short(path),
        why(error)
    )]
    Temporary {
        /// Where they are.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Its path cannot be said in a plan, in JSON.
    #[error(
        "expected {} whose path is UTF-8 text, because whatever the engine the probe is told its paths in JSON, observed `{}`",
        expected(),
        in_short(path)
    )]
    NotText {
        /// The folder.
        path: PathBuf,
    },
    /// Sockets in it would have too long a path.
    #[error(
        "expected {} in which a socket's path has at most {LONGEST_SOCKET} bytes, observed `{}`, which makes it {observed}",
        expected(),
        in_short(path)
    )]
    Socket {
        /// The folder.
        path: PathBuf,
        /// Bytes of the deepest socket's path.
        observed: usize,
    },
    /// A folder could not be removed.
    #[error("failed to remove `{path}`")]
    Remove {
        /// What was to be removed.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A packet could not be written.
    #[error("failed to write the packet `{name}`")]
    Packet {
        /// The fixture's name.
        name: String,
        /// Why not.
        #[source]
        source: fixtures::FixtureError,
    },
}

impl FolderError {
    /// What to do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Temporary { .. } | Self::NotText { .. } | Self::Socket { .. } => {
                Some("name another folder: `TMPDIR=/tmp harness ...`")
            }
            Self::Make { .. } => Some(
                "the run's temporary folder must be one that this user can write to; TMPDIR names another",
            ),
            Self::Remove { .. } | Self::Packet { .. } => None,
        }
    }
}

/// A run's folder in `parent`, which no other user can enter.
///
/// # Errors
/// None can be made there.
pub fn temporary(run: &str, parent: &Path) -> Result<tempfile::TempDir, FolderError> {
    let made = tempfile::Builder::new()
        .prefix(&format!("proof-of-block-{run}-"))
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(parent);
    made.map_err(|error| FolderError::Temporary {
        path: parent.to_owned(),
        error,
    })
}

/// What must be there, and what says where.
fn expected() -> String {
    let by = match std::env::var_os("TMPDIR") {
        Some(_) => "TMPDIR",
        None => "the system",
    };
    format!("a temporary folder of {by}'s")
}

/// Why it is none. The system's words of it name a file that nobody asked for.
fn why(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "there is no such folder"),
        (io::ErrorKind::NotADirectory, "it is no folder"),
        (
            io::ErrorKind::InvalidFilename,
            "its path is too long for this system",
        ),
    ];
    let known = known.iter().find(|(kind, _)| *kind == error.kind());
    known.map_or_else(|| error.kind().to_string(), |(_, why)| (*why).to_owned())
}

/// A path for people: its beginning, where it is longer than anybody reads.
pub(crate) fn in_short(path: &Path) -> String {
    let shown = path.display().to_string();
    match shown.char_indices().nth(SHOWN) {
        None => shown,
        Some((at, _)) => format!("{}… ({} bytes)", &shown[..at], path.as_os_str().len()),
    }
}

/// Everybody who is told the path can say it, and every socket in the folder can be bound.
///
/// # Errors
/// Not so.
pub(super) fn require_name(folder: &Path) -> Result<(), FolderError> {
    let path = folder.to_owned();
    if folder.to_str().is_none() {
        return Err(FolderError::NotText { path });
    }
    let observed = folder.join(DEEPEST_SOCKET).as_os_str().len();
    if observed > LONGEST_SOCKET {
        return Err(FolderError::Socket { path, observed });
    }
    Ok(())
}
