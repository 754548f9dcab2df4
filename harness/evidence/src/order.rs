//! A launch as the plan asks for it: pure data.

use crate::Exit;
use crate::record::{LaunchRecord, Role, Subject};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use negatives::matrix::{Canary, FaultKind, Lift};
use negatives::wire::{KB_FACT, PlannedAttempt};

/// How an attempt refers to the database server: by facts whose names begin so.
const DATABASE_FACT: &str = "fact(pg_";

/// One launch, as planned.
#[derive(Debug, Clone)]
pub struct Order {
    /// Unique in the run: `N19/locked`.
    pub id: String,
    /// The case it is for.
    pub case: String,
    /// What it is for.
    pub role: Role,
    /// What the plan lifts.
    pub lifts: Vec<Lift>,
    /// What is planted in its environment.
    pub canaries: Vec<Canary>,
    /// Whether the probe is told at the barrier to write at every mount that is seen
    /// there, after its own attempts.
    pub every_mount: bool,
    /// What runs.
    pub task: Task,
}

/// What runs behind the airlock.
#[derive(Debug, Clone)]
pub enum Task {
    /// The probe.
    Probe(Vec<PlannedAttempt>),
    /// The probe on this host with no sandbox at all.
    BareProbe(Vec<PlannedAttempt>),
    /// The checker, on a packet; traced if its paths are to be recorded.
    Check {
        /// The packet.
        packet: Packet,
        /// Record every path it hands to the kernel.
        trace: bool,
    },
    /// The checker on this host with no sandbox at all, traced: it must find that out
    /// and fail closed.
    Bare {
        /// The fixture it must not read.
        fixture: String,
    },
    /// The checker on a packet, with a fault in the way of its report.
    Fault {
        /// The fixture.
        fixture: String,
        /// The fault.
        how: FaultKind,
        /// An earlier report is in the output.
        previous: bool,
    },
}

impl Task {
    /// The user's own folder, where that is the input.
    #[must_use]
    pub fn own_input(&self) -> Option<&Path> {
        match self {
            Self::Check {
                packet: Packet::Folder { path, .. },
                ..
            } => Some(path),
            Self::Check {
                packet: Packet::Fixture(_),
                ..
            }
            | Self::Probe(_)
            | Self::BareProbe(_)
            | Self::Bare { .. }
            | Self::Fault { .. } => None,
        }
    }

    /// Whether an attempt refers to the database server.
    #[must_use]
    pub fn needs_database(&self) -> bool {
        self.refers_to(DATABASE_FACT)
    }

    /// Whether an attempt refers to the stand-in for the KB.
    #[must_use]
    pub fn needs_kb(&self) -> bool {
        self.refers_to(KB_FACT)
    }

    fn refers_to(&self, fact: &str) -> bool {
        match self {
            Self::Probe(attempts) | Self::BareProbe(attempts) => {
                attempts.iter().any(|it| it.act.refers_to(fact))
            }
            Self::Check { .. } | Self::Bare { .. } | Self::Fault { .. } => false,
        }
    }

    /// The same, as a record names it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Probe(attempts) | Self::BareProbe(attempts) => {
                Subject::probe(attempts.iter().map(|attempt| attempt.id.clone()).collect())
            }
            Self::Check {
                packet: Packet::Fixture(name),
                ..
            }
            | Self::Bare { fixture: name }
            | Self::Fault { fixture: name, .. } => Subject::checker(name.clone()),
            Self::Check {
                packet: Packet::Folder { path, .. },
                ..
            } => Subject::checker(path.display().to_string()),
        }
    }
}

/// A packet for the checker.
#[derive(Debug, Clone)]
pub enum Packet {
    /// One of the fixtures, by name.
    Fixture(String),
    /// A user's own folder, and what the checker is told beside it.
    Folder {
        /// The folder.
        path: PathBuf,
        /// The order (`proof-of-block/order/v1`): whose captures are believed, and what
        /// time it is. A fixture has its own.
        order: String,
    },
}

/// How long a file may become where a write is to fail half-way, in bytes: less than
/// any report.
pub const FILE_LIMIT: u64 = 1024;

/// The text of the report that was there before, for a launch's own nonce.
#[must_use]
pub fn previous_report(nonce: &str) -> String {
    format!("the report that was here before launch {nonce}\n")
}

/// How many bytes of a nonce are drawn.
pub const NONCE_RANDOM: usize = 16;

/// Whether a nonce was drawn in this run.
///
/// ```
/// use evidence::order::is_nonce_of;
///
/// let nonce = format!("run{}", "0".repeat(32));
/// assert!(is_nonce_of("run", &nonce));
/// assert!(!is_nonce_of("other", &nonce));
/// ```
pub fn is_nonce_of(run: &str, nonce: &str) -> bool {
    let random = nonce.strip_prefix(run).unwrap_or_default();
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    random.len() == 2 * NONCE_RANDOM && random.bytes().all(hex)
}

/// A record of a launch of which nothing was observed yet.
#[must_use]
pub fn blank(order: &Order) -> LaunchRecord {
    LaunchRecord {
        id: order.id.clone(),
        case: order.case.clone(),
        role: order.role,
        lifts: Vec::new(),
        planted: Vec::new(),
        subject: order.task.subject(),
        nonce: String::new(),
        airlock: None,
        output: Vec::new(),
        barrier: None,
        exec: None,
        folders: BTreeMap::new(),
        exit: Exit::Unknown("it was never started".to_owned()),
        errors: String::new(),
        trouble: None,
        millis: 0,
    }
}

#[cfg(test)]
mod tests;
