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
    "failed to make room for {what}: expected a hard limit of at least {expected}, observed {observed}",
    what = limit.what
)]
pub struct LimitError {
    limit: Limit,
    expected: u64,
    observed: u64,
}

/// A limit, and how it is spelled where it can be raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    resource: Resource,
    what: &'static str,
    /// What helps as well, and comes first.
    first: &'static str,
    /// For `ulimit`, for limits.conf(5), and for systemd.exec(5).
    shell: &'static str,
    login: &'static str,
    service: &'static str,
}

/// In the order of the fields; nothing else helps.
const fn limit(resource: Resource, what: &'static str, spelled: [&'static str; 3]) -> Limit {
    let [shell, login, service] = spelled;
    Limit {
        resource,
        what,
        first: "",
        shell,
        login,
        service,
    }
}

const OPEN_FILES: Limit = limit(
    Resource::RLIMIT_NOFILE,
    "open files",
    ["-n 4096", "nofile 4096", "LimitNOFILE=4096"],
);
const WRITTEN_FILES: Limit = limit(
    Resource::RLIMIT_FSIZE,
    "the bytes of a written file",
    ["-f unlimited", "fsize unlimited", "LimitFSIZE=infinity"],
);
const ADDRESS_SPACE: Limit = limit(
    Resource::RLIMIT_AS,
    "the bytes of address space",
    ["-v unlimited", "as unlimited", "LimitAS=infinity"],
);
const DATA_SEGMENT: Limit = limit(
    Resource::RLIMIT_DATA,
    "the bytes of data",
    ["-d unlimited", "data unlimited", "LimitDATA=infinity"],
);
const MAIN_STACK: Limit = limit(
    Resource::RLIMIT_STACK,
    "the bytes of the stack",
    ["-s 8192", "stack 8192", "LimitSTACK=8M"],
);
const PROCESSES: Limit = Limit {
    first: "end what else this user runs, or ",
    ..limit(
        Resource::RLIMIT_NPROC,
        "threads beside those that this user has already",
        [
            "-u unlimited",
            "nproc unlimited",
            "LimitNPROC=infinity and TasksMax=infinity",
        ],
    )
};
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
    pub fn hint(&self) -> String {
        self.limit.raised()
    }
}

/// What raises the limit on the stack.
#[must_use]
pub fn raises_the_stack() -> String {
    MAIN_STACK.raised()
}

impl Limit {
    fn raised(self) -> String {
        let Self {
            first,
            shell,
            login,
            service,
            ..
        } = self;
        format!(
            "{first}raise the hard limit of whoever starts the harness: as root `ulimit {shell}` \
             before it, for a user the line `* hard {login}` in /etc/security/limits.conf and a \
             new login, for a service {service}"
        )
    }
}

/// Takes as much room as is wanted, or as much as the kernel gives: the soft limit is
/// anybody's to raise, the hard one is root's.
pub(super) fn take_room() {
    take(Resource::RLIMIT_NOFILE, WANTED);
    for (limit, least) in OWN_LIMITS {
        take(limit.resource, least);
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

/// Nothing, where this process may go on: it has one stack before it has threads, and one
/// that is full is its end without a word.
///
/// # Errors
/// The limit is too low for any command.
pub fn room_for_the_stack() -> Result<(), LimitError> {
    at_least(MAIN_STACK, STACK)
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
    Err(LimitError {
        limit: PROCESSES,
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

fn at_least(limit: Limit, expected: u64) -> Result<(), LimitError> {
    // The soft limit was raised to the hard one, as far as it is wanted.
    let observed = getrlimit(limit.resource).map_or(u64::MAX, |(soft, _)| soft);
    if observed >= expected {
        return Ok(());
    }
    Err(LimitError {
        limit,
        expected,
        observed,
    })
}
