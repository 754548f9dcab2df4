//! What the harness tells the probe, and what the probe answers.
//!
//! The plan is a file in the read-only input. The answer is JSON lines on
//! standard output, each with the launch's nonce and a sequence number:
//! `hello`, then for each attempt `begin` and `end`, then `exit`. A `begin`
//! without its `end` is an attempt the probe did not survive.

use serde::{Deserialize, Serialize};

/// The file in the input folder that holds the [`Plan`].
pub const PLAN_FILE: &str = "plan.json";
/// The longest line the probe may write, in bytes, its newline included.
pub const MAX_LINE: usize = 64 * 1024;
/// The most lines one launch may write.
pub const MAX_LINES: usize = 4096;
/// The longest plan the probe reads, in bytes.
pub const MAX_PLAN: usize = 1024 * 1024;

/// What [`Outcome::Found`] says when the probe, or a child of it, became
/// another program and that program ran.
pub const EXEC_HELLO: &str = "exec: another program ran and said so";

/// Tunnel devices that some kernels put into every network namespace, unasked
/// (`net.core.fb_tunnels_only_for_init_net`): the checker has the same list.
pub const FALLBACK_TUNNELS: &[&str] = &[
    "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0",
];

/// Where the packet is mounted.
pub const INPUT: &str = "/in";

/// Where the report goes.
pub const OUTPUT: &str = "/out";
/// The script that the probe is told at the barrier, once for each mount that the host
/// sees there: no row lists it.
pub const AT_EVERY_MOUNT: &str = "write-at";

/// A file the harness puts into the input beside the plan: at least 16 bytes,
/// mode 0666, owned by the sandbox's user, so that nothing but the mount and
/// Landlock stands between an attempt and the file.
pub const VICTIM_FILE: &str = "victim";
/// Where the lift `extra-mount` mounts the host's canary folder.
pub const CANARY_MOUNT: &str = "/canary";
/// The file in the canary folder: readable by everyone.
pub const CANARY_FILE: &str = "/canary/secret";
/// Where the lift `output-parent` mounts the writable folder that holds the
/// output as `out`; the fact `output` is then `/outer/out`.
pub const OUTER_MOUNT: &str = "/outer";
/// Where the lift `database-socket` mounts the server's socket folder.
pub const DATABASE_MOUNT: &str = "/postgresql";
/// Where the lift `decoys` mounts decoy files: regular, readable by everyone.
pub const DECOYS: [&str; 8] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/kb/token",
    "/root/.pgpass",
    "/root/.ssh/id_ed25519",
    "/run/docker.sock",
    "/run/secrets/kb_token",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
];

/// What the probe is to do in one launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Fresh for every launch; every line repeats it.
    pub nonce: String,
    /// The case these attempts belong to, such as `N19`.
    pub case: String,
    /// Values that differ from run to run and that attempts refer to by name,
    /// such as the path of a canary file or the address of a server.
    pub facts: std::collections::BTreeMap<String, String>,
    /// The attempts, in order.
    pub attempts: Vec<PlannedAttempt>,
}

/// One attempt as the probe is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedAttempt {
    /// Unique within the case, such as `socket-inet`.
    pub id: String,
    /// What to do.
    pub act: Act,
}

/// A forbidden act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// One raw system call, written as in the matrix: `socket(AF_INET, SOCK_STREAM, 0)`.
    Call {
        /// The call and its arguments.
        call: String,
        /// How the kernel is entered.
        abi: Abi,
    },
    /// A scripted act, by name.
    Script {
        /// The script's name.
        script: String,
        /// Its arguments, if it takes any.
        args: Vec<String>,
    },
}

/// How an attempt refers to the stand-in for the KB: by facts whose names begin so.
pub const KB_FACT: &str = "fact(kb_";

impl Act {
    /// Whether it refers to a fact of which this is the beginning, as in `fact(pg_`.
    #[must_use]
    pub fn refers_to(&self, fact: &str) -> bool {
        match self {
            Self::Call { call, .. } => call.contains(fact),
            Self::Script { args, .. } => args.iter().any(|arg| arg.contains(fact)),
        }
    }
}

/// How the kernel is entered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Abi {
    /// The machine's own system call instruction and table.
    #[default]
    Native,
    /// `int 0x80` with the i386 table.
    I386,
    /// The native instruction with `__X32_SYSCALL_BIT` set.
    X32,
}

/// One line the probe writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The plan's nonce.
    pub nonce: String,
    /// 0, 1, 2, … without a gap.
    pub seq: u32,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The probe runs and has read its plan.
    Hello {
        /// The plan's case.
        case: String,
        /// How many attempts the plan has.
        attempts: u32,
    },
    /// The attempt is about to be made.
    Begin {
        /// The attempt's id.
        id: String,
    },
    /// The attempt was made and the probe is still there.
    End {
        /// The attempt's id.
        id: String,
        /// The system call that decided the outcome, where there is one.
        call: Option<CallRecord>,
        /// What came of it.
        outcome: Outcome,
    },
    /// Every attempt of the plan was made.
    Exit {
        /// How many attempts were made.
        attempts: u32,
    },
}

/// The system call behind an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// Its name, as in the kernel's table for that ABI.
    pub name: String,
    /// The number the kernel was given, high bits included.
    pub number: u64,
    /// `AUDIT_ARCH_*` of the entry, as in `seccomp(2)`.
    pub arch: u32,
    /// What the kernel returned, before any translation: negative is `-errno`.
    pub returned: i64,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// The call succeeded with this value.
    Returned(i64),
    /// The call failed with this error number.
    Errno(i32),
    /// What was looked for is there; what, briefly.
    Found(String),
    /// What was looked for is not there.
    Absent,
    /// This kernel or machine cannot do it at all; the evidence for that.
    NotApplicable(String),
    /// The attempt could not be set up, so nothing was shown; why.
    Unready(String),
}

/// The sha256 of the authorities that the packets' order enrols, in canonical JSON.
pub const AUTHORITIES_SHA256: &str =
    "16b9680810b77c4e378afb04ecc6c972c13c02ba42b2abe35a5f4d184278264b";
/// The time that the packets' order tells.
pub const NOW: &str = "2026-06-10T00:00:00Z";
