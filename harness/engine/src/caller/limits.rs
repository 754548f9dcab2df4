//! How many descriptors this process may have open, and how long a file may be that it
//! writes; what it starts inherits both.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::choice::EngineChoice;

/// What this process itself has open at most, with sandboxes side by side.
const OWN: u64 = 256;
/// What a program that it starts must be able to open: the airlock holds the subject at
/// descriptor 1000, and is started with a limit of 1024.
const STARTED: u64 = 1024;
/// What is tried for.
const WANTED: u64 = 4096;

/// The longest file that a run may come to write, in bytes: a bundle's, or a program's.
const LONGEST: u64 = 64 << 20;

/// The caller's limit is too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "failed to make room for {what}: expected a hard limit of at least {expected}, observed {observed}"
)]
pub struct LimitError {
    what: &'static str,
    mend: &'static str,
    expected: u64,
    observed: u64,
}

/// A limit: of what, and what mends it where it is too low.
type Limit = (Resource, &'static str, &'static str);

const OPEN_FILES: Limit = (
    Resource::RLIMIT_NOFILE,
    "open files",
    "raise the hard limit of whoever starts the harness: as root `ulimit -n 4096` before it, \
     for a user the line `* hard nofile 4096` in /etc/security/limits.conf and a new login, \
     for a service LimitNOFILE=4096",
);
const WRITTEN_FILES: Limit = (
    Resource::RLIMIT_FSIZE,
    "the bytes of a written file",
    "raise the hard limit of whoever starts the harness: as root `ulimit -f unlimited` before \
     it, for a user the line `* hard fsize unlimited` in /etc/security/limits.conf and a new \
     login, for a service LimitFSIZE=infinity",
);

impl LimitError {
    /// What mends it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        self.mend
    }
}

/// Takes as much room as is wanted, or as much as the kernel gives: the soft limit is
/// anybody's to raise, the hard one is root's.
pub(super) fn take_room() {
    take(Resource::RLIMIT_NOFILE, WANTED);
    take(Resource::RLIMIT_FSIZE, LONGEST);
}

fn take(resource: Resource, wanted: u64) {
    let Ok((soft, hard)) = getrlimit(resource) else {
        return;
    };
    if soft >= wanted {
        return;
    }
    if hard >= wanted || setrlimit(resource, wanted, wanted).is_err() {
        // What was had before is had still, where the kernel refuses this as well.
        _ = setrlimit(resource, wanted.min(hard), hard);
    }
}

/// Nothing, where there is room for a run.
///
/// # Errors
/// The limit is too low for this process.
pub fn room_for_descriptors() -> Result<(), LimitError> {
    at_least(OPEN_FILES, OWN)
}

/// Nothing, where a file may become as long as a run needs it.
///
/// # Errors
/// The limit is too low.
pub fn room_for_files() -> Result<(), LimitError> {
    at_least(WRITTEN_FILES, LONGEST)
}

/// Nothing, where there is room for what such an engine starts from this process.
///
/// # Errors
/// The limit is too low for it.
pub fn room_for_sandboxes(engine: EngineChoice) -> Result<(), LimitError> {
    match engine {
        // Docker's daemon starts them, with limits of its own.
        EngineChoice::Docker | EngineChoice::Auto | EngineChoice::None => Ok(()),
        EngineChoice::Podman | EngineChoice::Bwrap | EngineChoice::Firejail => {
            at_least(OPEN_FILES, STARTED)
        }
    }
}

fn at_least((resource, what, mend): Limit, expected: u64) -> Result<(), LimitError> {
    // The soft limit was raised to the hard one, as far as it is wanted.
    let observed = getrlimit(resource).map_or(u64::MAX, |(soft, _)| soft);
    if observed >= expected {
        return Ok(());
    }
    Err(LimitError {
        what,
        mend,
        expected,
        observed,
    })
}
