//! Why a run's folder, or one of a launch's, could not be made, and which names it may have.

use std::io;
use std::path::{Path, PathBuf};

/// The longest path of a unix socket, in bytes (unix(7): `sun_path`, with its zero byte).
const LONGEST_SOCKET: usize = 107;
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
    /// Its path cannot be said in a plan, in JSON.
    #[error("expected the temporary folder's path to be UTF-8 text, observed `{}`", path.display())]
    NotText {
        /// The folder.
        path: PathBuf,
    },
    /// Sockets in it would have too long a path.
    #[error(
        "expected a temporary folder in which a socket's path has at most {LONGEST_SOCKET} bytes, observed `{}`, which makes it {observed}", path.display()
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
            Self::NotText { .. } | Self::Socket { .. } => {
                Some("name another folder: `TMPDIR=/tmp harness ...`")
            }
            Self::Make { .. } => Some(
                "the run's temporary folder must be one that this user can write to; TMPDIR names another",
            ),
            Self::Remove { .. } | Self::Packet { .. } => None,
        }
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
