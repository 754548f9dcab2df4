//! What an engine can be asked for that is no lock of the profile. The locked
//! profile asks for none of it; variations of it do, harmless ones and others.
//!
//! Knows no engine's spelling and does not say which of them is harmless.

use serde::Serialize;

/// A namespace that a sandbox can share with the host (namespaces(7)); network
/// and processes have fields of their own in the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostNamespace {
    /// System V and POSIX message queues, and `/dev/shm`.
    Ipc,
    /// Host name and domain.
    Uts,
    /// The cgroup root.
    Cgroup,
    /// User and group ids.
    User,
}

/// One setting beside the locks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The host name inside.
    HostName(String),
    /// The domain name inside.
    DomainName(String),
    /// The container's name on the engine.
    ContainerName(String),
    /// A label.
    Label(String),
    /// The working folder.
    WorkingFolder(String),
    /// Processor time, in billionths of a processor.
    Processors(i64),
    /// Processor weight; engines use 1024 where nothing is said.
    ProcessorShares(i64),
    /// `oom_score_adj` (proc_pid_oom_score_adj(5)).
    OutOfMemoryScore(i64),
    /// The signal a stop sends.
    StopSignal(String),
    /// The log driver.
    LogDriver(String),
    /// A name server in `resolv.conf`.
    NameServer(String),
    /// A line in `hosts`.
    HostEntry(String),
    /// `RLIMIT_NPROC`.
    UserProcesses(i64),
    /// A supplementary group.
    Group(String),
    /// A device of the host's, made in the sandbox's `/dev`.
    Device(String),
    /// A writable tmpfs at this place.
    Tmpfs(String),
}
