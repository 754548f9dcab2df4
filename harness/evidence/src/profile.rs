//! The sandbox as one typed value: what an engine must realise, and what the
//! outside witness holds the running container against.
//!
//! Knows no engine's spelling (the engines do) and no case.

use std::collections::{BTreeMap, BTreeSet};

use negatives::wire::{INPUT, OUTER_MOUNT, OUTPUT};
use seccomp::plan::{AirlockPlan, LandlockPlan, Limits, OneShot};
use seccomp::{Arch, CompileError, ExtraArch, Policy, PolicyError, Program};
use serde::Serialize;

pub mod capabilities;
pub mod explain;
mod lift;
mod setting;
pub mod system;

pub use lift::CANARY_VARIABLE;
pub use lift::apply;
pub use setting::{HostNamespace, Setting};

/// The architecture this harness, its engine and its sandboxes share.
pub const NATIVE: Arch = if cfg!(target_arch = "aarch64") {
    Arch::Aarch64
} else {
    Arch::X86_64
};

/// A profile could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The policy could not be read or changed.
    #[error("failed to make the system call policy")]
    Policy(#[from] PolicyError),
    /// The policy could not be compiled.
    #[error("failed to compile the strict filter")]
    Compile(#[from] CompileError),
}

/// What the subject may read of the kernel's account of itself: its P1 self-check
/// needs these and nothing else of `/proc`. The kernel makes a new inode for every
/// look into `/proc/self/net`, so Landlock can only be told of the folder: it holds
/// the tables of a network namespace that is empty.
pub const SELF_VIEW: [&str; 3] = [
    "/proc/self/status",
    "/proc/self/mountinfo",
    "/proc/self/net",
];

/// A sandbox. [`Profile::locked`] is the one that is proved; every other value
/// is a control or a mutant of it.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// The network namespace.
    pub network: Network,
    /// The root file system is read-only.
    pub root_read_only: bool,
    /// The input is read-only.
    pub input_read_only: bool,
    /// What is mounted beside the two data mounts; nothing, when locked.
    pub extra_mounts: Vec<ExtraMount>,
    /// The output is a subfolder of a writable mount.
    pub output_parent: bool,
    /// The engine hides and write-protects parts of `/proc` and `/sys`.
    pub system_paths: bool,
    /// Of those, the ones it is told to leave as they are; none, when locked.
    pub open_system_paths: BTreeSet<String>,
    /// An IPC namespace with a writable `/dev/shm`.
    pub shared_memory: bool,
    /// The host's processes are visible.
    pub host_processes: bool,
    /// Other namespaces that are the host's own; none, when locked.
    pub host_namespaces: BTreeSet<HostNamespace>,
    /// The engine sets no-new-privileges.
    pub no_new_privileges: bool,
    /// The airlock sets it too.
    pub no_new_privileges_by_the_airlock: bool,
    /// The engine's `--privileged`.
    pub privileged: bool,
    /// Which capabilities the sandbox has.
    pub capabilities: Capabilities,
    /// User and group inside, as ids of the engine's user namespace.
    pub user: User,
    /// The system call policy both filters are compiled from.
    #[serde(skip)]
    pub policy: Policy,
    /// The filter the engine loads.
    pub runtime_filter: RuntimeFilter,
    /// The airlock loads the strict filter.
    pub strict_filter: bool,
    /// Programs the airlock loads in place of those the policy compiles to, as
    /// lower-case hex in load order; `None`, when locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_strict_filter: Option<Vec<String>>,
    /// The airlock is the first program; otherwise the subject itself is.
    pub airlock: bool,
    /// The airlock applies Landlock.
    pub landlock: bool,
    /// The airlock clears the environment.
    pub clear_environment: bool,
    /// What the engine is asked to put into the environment.
    pub environment: BTreeMap<String, String>,
    /// The airlock closes inherited descriptors.
    pub close_descriptors: bool,
    /// The airlock's exec is the last one.
    pub one_shot: bool,
    /// Resource limits.
    pub limits: ResourceLimits,
    /// Settings of the engine that are no lock; none, when locked.
    pub settings: Vec<Setting>,
}

/// A mount that only a lift or a mutant adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExtraMount {
    /// What of the host is mounted.
    pub source: ExtraSource,
    /// Where it appears inside.
    pub target: String,
    /// Mounted read-only.
    pub read_only: bool,
}

/// The host side of an extra mount; all of them are made for the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraSource {
    /// The folder with the canary file.
    CanaryFolder,
    /// A decoy file.
    DecoyFile,
    /// The folder of the database server's socket.
    DatabaseFolder,
    /// A unix socket that nobody listens at.
    Socket,
    /// The device `/dev/full`.
    Device,
}

/// The network the sandbox gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// A namespace with a loopback interface and nothing else.
    None,
    /// The engine's default bridge.
    Bridge,
    /// The host's own namespace.
    Host,
}

/// The capabilities the sandbox gets (capabilities(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capabilities {
    /// None, in any set.
    None,
    /// These, as the kernel's bit mask.
    These(u64),
    /// Every one this host can give.
    All,
}

/// Who the subject runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// The filter the engine loads before the airlock starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeFilter {
    /// The policy, compiled to the engine's form.
    Policy,
    /// The policy, for the compatible architectures too.
    PolicyForEveryArchitecture,
    /// This one, in the engine's form, whatever the policy says.
    Other(serde_json::Value),
    /// One that allows everything.
    Off,
    /// None at all.
    NotLoaded,
}

/// Limits, in the units of the interface that sets them; `None` sets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ResourceLimits {
    /// Processes and threads (cgroup pids controller).
    pub pids: Option<u64>,
    /// Memory, bytes (cgroup memory controller); swap is not added to it.
    pub memory: Option<u64>,
    /// `RLIMIT_FSIZE`, bytes.
    pub file_size: Option<u64>,
    /// `RLIMIT_CORE`, bytes.
    pub core: Option<u64>,
    /// `RLIMIT_NOFILE` for the airlock; above the one-shot descriptor.
    pub open_files: u64,
    /// `RLIMIT_NOFILE` of the subject; below the one-shot descriptor.
    pub subject_open_files: u64,
}

impl ResourceLimits {
    /// What is proved: none of them may be higher.
    pub const LOCKED: Self = Self {
        pids: Some(32),
        memory: Some(512 << 20),
        file_size: Some(checker::report::MAX_REPORT as u64),
        core: Some(0),
        open_files: 1024,
        subject_open_files: 64,
    };
}

impl Profile {
    /// The deny-by-default sandbox that meets the thirteen requirements, for `user`.
    ///
    /// # Errors
    /// The built-in policy does not load, which a test rules out.
    pub fn locked(user: User) -> Result<Self, ProfileError> {
        Ok(Self {
            network: Network::None,
            root_read_only: true,
            input_read_only: true,
            extra_mounts: Vec::new(),
            output_parent: false,
            system_paths: true,
            open_system_paths: BTreeSet::new(),
            shared_memory: false,
            host_processes: false,
            host_namespaces: BTreeSet::new(),
            no_new_privileges: true,
            no_new_privileges_by_the_airlock: true,
            privileged: false,
            capabilities: Capabilities::None,
            user,
            policy: Policy::builtin()?,
            runtime_filter: RuntimeFilter::Policy,
            strict_filter: true,
            other_strict_filter: None,
            airlock: true,
            landlock: true,
            clear_environment: true,
            environment: BTreeMap::new(),
            close_descriptors: true,
            one_shot: true,
            limits: ResourceLimits::LOCKED,
            settings: Vec::new(),
        })
    }

    /// Whether the sandbox shares this namespace with the host.
    #[must_use]
    pub fn shares(&self, namespace: HostNamespace) -> bool {
        self.host_namespaces.contains(&namespace)
    }

    /// Where the output is inside.
    #[must_use]
    pub fn output(&self) -> String {
        if self.output_parent {
            format!("{OUTER_MOUNT}{OUTPUT}")
        } else {
            OUTPUT.to_owned()
        }
    }

    /// What the airlock is told, for a launch with this nonce and subject.
    ///
    /// # Errors
    /// The policy does not compile.
    ///
    /// ```
    /// use evidence::profile::{Profile, User};
    ///
    /// let locked = Profile::locked(User { uid: 65532, gid: 65532 })?;
    /// let plan = locked.airlock_plan("nonce", &["/checker".to_owned()])?;
    /// assert!(plan.landlock.is_some() && plan.clear_environment);
    /// # Ok::<(), evidence::profile::ProfileError>(())
    /// ```
    pub fn airlock_plan(&self, nonce: &str, argv: &[String]) -> Result<AirlockPlan, ProfileError> {
        let filters = if self.strict_filter {
            self.strict_programs()?
        } else {
            Vec::new()
        };
        Ok(AirlockPlan {
            nonce: nonce.to_owned(),
            filters,
            no_new_privileges: self.no_new_privileges_by_the_airlock,
            landlock: self.landlock.then(|| LandlockPlan {
                read: vec![INPUT.to_owned()],
                read_files: SELF_VIEW.map(str::to_owned).to_vec(),
                write: vec![self.output()],
            }),
            clear_environment: self.clear_environment,
            close_descriptors: self.close_descriptors,
            one_shot: self.one_shot.then(|| OneShot {
                descriptor: self.policy.one_shot_descriptor(),
                nofile: self.limits.subject_open_files,
            }),
            limits: Limits {
                core: self.limits.core,
                fsize: self.limits.file_size,
            },
            working_folder: INPUT.to_owned(),
            barrier: true,
            argv: argv.to_vec(),
        })
    }

    /// The filter the engine loads, in the JSON form of the container engines.
    #[must_use]
    pub fn runtime_json(&self) -> serde_json::Value {
        match &self.runtime_filter {
            RuntimeFilter::Policy => seccomp::oci_json(&self.policy, NATIVE, &[]),
            RuntimeFilter::PolicyForEveryArchitecture => {
                let every = [ExtraArch::X86, ExtraArch::X32];
                seccomp::oci_json(&self.policy, NATIVE, &every)
            }
            RuntimeFilter::Other(filter) => filter.clone(),
            RuntimeFilter::Off | RuntimeFilter::NotLoaded => seccomp::oci_unconfined(NATIVE),
        }
    }

    /// The strict filter's programs in load order, as lower-case hex.
    pub fn strict_programs(&self) -> Result<Vec<String>, ProfileError> {
        if let Some(other) = &self.other_strict_filter {
            return Ok(other.clone());
        }
        let programs = seccomp::compile_strict(&self.policy, NATIVE)?;
        Ok(programs.iter().map(Program::to_hex).collect())
    }
}

#[cfg(test)]
mod tests;
