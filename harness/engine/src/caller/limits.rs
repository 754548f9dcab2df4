//! How many descriptors this process may have open, which what it starts inherits.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::choice::EngineChoice;

/// What this process itself has open at most, with sandboxes side by side.
const OWN: u64 = 256;
/// What a program that it starts must be able to open: the airlock holds the subject at
/// descriptor 1000, and is started with a limit of 1024.
const STARTED: u64 = 1024;
/// What is tried for.
const WANTED: u64 = 4096;

/// The caller's limit is too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "failed to make room for open files: expected a hard limit of at least {expected}, observed {observed}"
)]
pub struct LimitError {
    expected: u64,
    observed: u64,
}

impl LimitError {
    /// What mends it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "raise the hard limit of whoever starts the harness: as root `ulimit -n 4096` before it, \
         for a user the line `* hard nofile 4096` in /etc/security/limits.conf and a new login, \
         for a service LimitNOFILE=4096"
    }
}

/// Takes as much room as is wanted, or as much as the kernel gives: the soft limit is
/// anybody's to raise, the hard one is root's.
pub(super) fn take_room() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    if soft >= WANTED {
        return;
    }
    if hard >= WANTED || setrlimit(Resource::RLIMIT_NOFILE, WANTED, WANTED).is_err() {
        // What was had before is had still, where the kernel refuses this as well.
        _ = setrlimit(Resource::RLIMIT_NOFILE, WANTED.min(hard), hard);
    }
}

/// Nothing, where there is room for a run.
///
/// # Errors
/// The limit is too low for this process.
pub fn room_for_descriptors() -> Result<(), LimitError> {
    at_least(OWN)
}

/// Nothing, where there is room for what such an engine starts from this process.
///
/// # Errors
/// The limit is too low for it.
pub fn room_for_sandboxes(engine: EngineChoice) -> Result<(), LimitError> {
    match engine {
        // Docker's daemon starts them, with limits of its own.
        EngineChoice::Docker | EngineChoice::Auto | EngineChoice::None => Ok(()),
        EngineChoice::Podman | EngineChoice::Bwrap | EngineChoice::Firejail => at_least(STARTED),
    }
}

fn at_least(expected: u64) -> Result<(), LimitError> {
    // The soft limit was raised to the hard one, as far as it is wanted.
    let observed = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _)| soft);
    if observed >= expected {
        return Ok(());
    }
    Err(LimitError { expected, observed })
}
