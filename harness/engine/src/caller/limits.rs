//! What the caller lets this process have: descriptors, long files, memory, threads. What it
//! starts inherits the limits.

use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::choice::EngineChoice;

/// What this process itself has open at most, with sandboxes side by side.
const OWN: u64 = 256;
/// What a program that it starts must be able to open: the airlock holds the subject at
/// descriptor 1000, and is started with a limit of 1024.
const STARTED: u64 = 1024;
/// What is tried for.
const WANTED: u64 = 4096;

/// The threads that a run has at once, with some to spare.
const THREADS: usize = 32;
/// The address space and the data that a whole run was seen to do with, in bytes, and what
/// the main thread's stack may come to.
const ADDRESSES: u64 = 400 << 20;
const DATA: u64 = 64 << 20;
const STACK: u64 = 1 << 20;

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

const ADDRESS_SPACE: Limit = (
    Resource::RLIMIT_AS,
    "the bytes of address space",
    "raise the hard limit of whoever starts the harness: as root `ulimit -v unlimited` before \
     it, for a user the line `* hard as unlimited` in /etc/security/limits.conf and a new \
     login, for a service LimitAS=infinity",
);
const DATA_SEGMENT: Limit = (
    Resource::RLIMIT_DATA,
    "the bytes of data",
    "raise the hard limit of whoever starts the harness: as root `ulimit -d unlimited` before \
     it, for a user the line `* hard data unlimited` in /etc/security/limits.conf and a new \
     login, for a service LimitDATA=infinity",
);
const MAIN_STACK: Limit = (
    Resource::RLIMIT_STACK,
    "the bytes of the stack",
    "raise the hard limit of whoever starts the harness: as root `ulimit -s 8192` before it, \
     for a user the line `* hard stack 8192` in /etc/security/limits.conf and a new login, for \
     a service LimitSTACK=8M",
);
const PROCESSES: Limit = (
    Resource::RLIMIT_NPROC,
    "threads beside those that this user has already",
    "end what else this user runs, or raise the hard limit of whoever starts the harness: as \
     root `ulimit -u unlimited` before it, for a user the line `* hard nproc unlimited` in \
     /etc/security/limits.conf and a new login, for a service LimitNPROC=infinity and \
     TasksMax=infinity",
);
/// What this process itself needs.
const OWN_LIMITS: [(Limit, u64); 5] = [
    (OPEN_FILES, OWN),
    (WRITTEN_FILES, LONGEST),
    (ADDRESS_SPACE, ADDRESSES),
    (DATA_SEGMENT, DATA),
    (MAIN_STACK, STACK),
];

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
    for ((resource, ..), least) in OWN_LIMITS {
        take(resource, least);
    }
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
/// A limit is too low for this process.
pub fn room_for_a_run() -> Result<(), LimitError> {
    let mut limits = OWN_LIMITS.into_iter();
    limits.try_for_each(|(limit, least)| at_least(limit, least))?;
    room_for_threads()
}

/// No limit says how many threads there may still be: its user's other processes count.
fn room_for_threads() -> Result<(), LimitError> {
    let held = Arc::new(Mutex::new(()));
    // All of them wait for it, so that they are there at once.
    let holding = held.lock();
    let mut started = Vec::new();
    for _ in 0..THREADS {
        let held = Arc::clone(&held);
        let waits = move || drop(held.lock());
        let Ok(thread) = thread::Builder::new().spawn(waits) else {
            break;
        };
        started.push(thread);
    }
    drop(holding);
    let count = started.len();
    for thread in started {
        _ = thread.join();
    }
    if count == THREADS {
        return Ok(());
    }
    let (_, what, mend) = PROCESSES;
    Err(LimitError {
        what,
        mend,
        expected: THREADS as u64,
        observed: count as u64,
    })
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
