//! What the airlock is told: one JSON value, given as its arguments, in one or in parts.
//!
//! The plan is made by the host, which is trusted; the airlock refuses what it
//! does not know and never falls back to something weaker.

use serde::{Deserialize, Serialize};

/// Everything the airlock does between its start and the exec of the subject.
///
/// Each lock is a field, so that a lift is a value and not a second code path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirlockPlan {
    /// Fresh for every launch; the airlock's status lines repeat it.
    pub nonce: String,
    /// Strict filters as lower-case hex of `struct sock_filter[]`, in the order
    /// in which they are loaded. Empty when the strict filter is lifted.
    pub filters: Vec<String>,
    /// Set no-new-privileges, without which the kernel takes neither filters nor Landlock
    /// rules from an unprivileged process (seccomp(2), landlock(7)).
    pub no_new_privileges: bool,
    /// Landlock rules, or `None` when Landlock is lifted.
    pub landlock: Option<LandlockPlan>,
    /// Exec the subject with an empty environment.
    pub clear_environment: bool,
    /// Close every descriptor but 0, 1, 2 and the subject's.
    pub close_descriptors: bool,
    /// The one-shot exec rule, or `None` when it is lifted.
    pub one_shot: Option<OneShot>,
    /// Soft and hard limits set before the filter is loaded.
    pub limits: Limits,
    /// The subject's working folder. It is entered if it may be: nothing is locked by
    /// it, and a subject that finds itself elsewhere is only slower.
    pub working_folder: String,
    /// Wait at the barrier for one byte on standard input.
    pub barrier: bool,
    /// The subject's absolute path, then its arguments; the path is `argv[0]`.
    pub argv: Vec<String>,
}

/// What the subject may touch in the file system; everything else is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LandlockPlan {
    /// Folders that may be listed and whose files may be read.
    pub read: Vec<String>,
    /// Files that may be read, and folders whose files may be read but not
    /// listed. These are the kernel's account of the subject itself, which its
    /// P1 self-check needs.
    pub read_files: Vec<String>,
    /// Folders beneath which files may be made, written, renamed and removed,
    /// but not read.
    pub write: Vec<String>,
}

/// The rule that makes the airlock's exec the last one: the subject is held at
/// `descriptor`, which is close-on-exec and above the new hard limit, so that it
/// can never be made again (`dup2(2)`, `setrlimit(2)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneShot {
    /// The descriptor `H` from which the one exec is allowed.
    pub descriptor: u32,
    /// The soft and hard `RLIMIT_NOFILE` set once `H` is open; less than `H`.
    pub nofile: u64,
}

/// Limits the airlock lowers, in the units of `setrlimit(2)`; `None` leaves one
/// as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// `RLIMIT_CORE`, bytes.
    pub core: Option<u64>,
    /// `RLIMIT_FSIZE`, bytes.
    pub fsize: Option<u64>,
}

/// The airlock's word, one JSON line on standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "airlock", rename_all = "snake_case", deny_unknown_fields)]
pub enum AirlockStatus {
    /// Every lock is applied; the next step is the exec.
    Ready {
        /// The plan's nonce.
        nonce: String,
        /// What became of Landlock.
        landlock: LandlockState,
        /// How many strict filters were loaded.
        filters: u32,
        /// The descriptor that holds the subject.
        descriptor: u32,
    },
    /// A lock could not be applied; the airlock ends with [`EXIT_FAILED`].
    Failed {
        /// The plan's nonce, or empty if the plan could not be read.
        nonce: String,
        /// The step, named by its verb and operand.
        step: String,
        /// The error number, or 0 where the kernel gave none.
        errno: i32,
    },
}

/// What became of Landlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum LandlockState {
    /// Enforced in full for every right this ABI has.
    Enforced {
        /// The kernel's Landlock ABI version.
        abi: u32,
    },
    /// The kernel has no Landlock, or it is switched off.
    NotAvailable {
        /// The error number of `landlock_create_ruleset(2)`.
        errno: i32,
    },
    /// The plan asked for none.
    Lifted,
}

/// The airlock's exit code when a lock could not be applied. No subject uses it.
pub const EXIT_FAILED: u8 = 97;
