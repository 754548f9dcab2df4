//! The body of Podman's own create request, in its words.
//!
//! Only the fields this project sets; Podman's defaults hold for the rest. Source:
//! `SpecGenerator` of Podman's `pkg/specgen/specgen.go`, as its API 4.0.0 takes it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

/// A container to be created.
#[derive(Debug, Default, Serialize)]
pub(super) struct Spec {
    pub name: String,
    pub image: String,
    pub entrypoint: Vec<String>,
    /// Empty, so that nothing of the image's is appended.
    pub command: Vec<String>,
    pub user: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    pub work_dir: String,
    pub env: BTreeMap<String, String>,
    pub labels: HashMap<String, String>,
    pub stdin: bool,
    pub terminal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<i32>,
    pub log_configuration: Log,
    /// `false`: never set up as a machine with systemd in it.
    pub systemd: String,

    pub netns: Namespace,
    pub ipcns: Namespace,
    pub pidns: Namespace,
    pub utsns: Namespace,
    pub cgroupns: Namespace,
    pub userns: Namespace,

    pub read_only_filesystem: bool,
    /// No writable tmpfs on `/run`, `/tmp` and `/var/tmp`.
    pub read_write_tmpfs: bool,
    /// No `/etc/passwd` and `/etc/group` of Podman's making.
    pub manage_password: bool,
    /// No `/etc/hosts` of Podman's making.
    pub use_image_hosts: bool,
    /// No `/etc/resolv.conf` of Podman's making.
    pub use_image_resolve_conf: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_server: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hostadd: Vec<String>,
    pub mounts: Vec<Mount>,
    pub devices: Vec<Device>,
    pub mask: Vec<String>,
    pub unmask: Vec<String>,

    pub privileged: bool,
    pub cap_add: Vec<String>,
    pub cap_drop: Vec<String>,
    pub no_new_privileges: bool,
    /// A file, where Docker takes the filter itself.
    pub seccomp_profile_path: String,
    pub r_limits: Vec<Limit>,
    pub resource_limits: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oom_score_adj: Option<i64>,
}

/// How a namespace is come by.
#[derive(Debug, Default, Serialize)]
pub(super) struct Namespace {
    pub nsmode: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl From<&'static str> for Namespace {
    fn from(nsmode: &'static str) -> Self {
        Self {
            nsmode,
            value: String::new(),
        }
    }
}

/// Where the output is kept.
#[derive(Debug, Default, Serialize)]
pub(super) struct Log {
    pub driver: String,
}

/// A mount, as the OCI runtime specification has it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mount {
    pub destination: String,
    pub source: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub options: Vec<&'static str>,
}

/// A device of the host's.
#[derive(Debug, Serialize)]
pub(super) struct Device {
    pub path: String,
}

/// A limit of setrlimit(2); `u64::MAX` is none (`RLIM_INFINITY`).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Limit {
    /// Without its `RLIMIT_`, which Podman puts before it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub soft: u64,
    pub hard: u64,
}

/// Limits of the control group.
#[derive(Debug, Default, Serialize)]
pub(super) struct Resources {
    pub pids: Pids,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    pub cpu: Cpu,
}

/// Processes; -1 is no limit.
#[derive(Debug, Default, Serialize)]
pub(super) struct Pids {
    pub limit: i64,
}

/// Bytes; swap counts what memory and swap are together.
#[derive(Debug, Serialize)]
pub(super) struct Memory {
    pub limit: i64,
    pub swap: i64,
}

/// Processor time, microseconds of each period, and weight.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cpu {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<u64>,
}
