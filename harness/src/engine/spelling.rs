//! Turns a profile into the body of Docker's create request.
//!
//! This is the only file that knows how a lock is spelled to the daemon. It does
//! not talk to the daemon ([`super::docker`] does) and does not judge.

use std::collections::HashMap;
use std::path::Path;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount,
    MountBindOptions, MountBindOptionsPropagationEnum, MountType, ResourcesUlimits,
};
use negatives::wire::OUTER_MOUNT;
use seccomp::ExtraArch;

use super::Launch;
use crate::image::INPUT;
use crate::profile::{
    Capabilities, ExtraSource, NATIVE, Network, Profile, RuntimeFilter, capabilities,
};

/// Paths that engines hide by default, said here so that the profile does not
/// depend on an engine's release (moby `oci/defaults.go`).
const MASKED: [&str; 12] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

/// Paths that engines make read-only by default.
const READ_ONLY: [&str; 5] = [
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// The create request for a launch.
pub(super) fn create_body(
    launch: &Launch<'_>,
    image: &str,
    labels: HashMap<String, String>,
) -> ContainerCreateBody {
    let profile = launch.profile;
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(launch.argv.clone()),
        user: Some(format!("{}:{}", profile.user.uid, profile.user.gid)),
        hostname: Some("sandbox".to_owned()),
        working_dir: Some("/".to_owned()),
        env: Some(environment(profile)),
        labels: Some(labels),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        // When the harness is gone, the barrier sees the end of its input.
        stdin_once: Some(true),
        tty: Some(false),
        network_disabled: Some(profile.network == Network::None),
        host_config: Some(host_config(launch)),
        ..ContainerCreateBody::default()
    }
}

fn environment(profile: &Profile) -> Vec<String> {
    profile
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn host_config(launch: &Launch<'_>) -> HostConfig {
    let profile = launch.profile;
    let limits = profile.limits;
    let (added, dropped) = capability_lists(profile);
    HostConfig {
        network_mode: Some(network(profile.network).to_owned()),
        readonly_rootfs: Some(profile.root_read_only),
        mounts: Some(mounts(launch)),
        cap_add: Some(added),
        cap_drop: Some(dropped),
        security_opt: Some(vec![
            "no-new-privileges:true".to_owned(),
            format!("seccomp={}", runtime_filter(profile)),
        ]),
        // `none` leaves out /dev/shm, which would be a writable mount.
        ipc_mode: Some(
            if profile.shared_memory {
                "private"
            } else {
                "none"
            }
            .to_owned(),
        ),
        pid_mode: profile.host_processes.then(|| "host".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        pids_limit: Some(limits.pids),
        memory: Some(limits.memory),
        memory_swap: Some(limits.memory),
        ulimits: Some(vec![
            ulimit("nofile", limits.open_files),
            ulimit("fsize", limits.file_size),
            ulimit("core", 0),
        ]),
        masked_paths: Some(paths(profile, &MASKED)),
        readonly_paths: Some(paths(profile, &READ_ONLY)),
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        privileged: Some(false),
        init: Some(false),
        ..HostConfig::default()
    }
}

/// The policy as the engine takes it: inline JSON.
pub(super) fn runtime_filter(profile: &Profile) -> String {
    let (policy, every): (_, &[ExtraArch]) = (&profile.policy, &[ExtraArch::X86, ExtraArch::X32]);
    match profile.runtime_filter {
        RuntimeFilter::Policy => seccomp::oci_json(policy, NATIVE, &[]),
        RuntimeFilter::PolicyForEveryArchitecture => seccomp::oci_json(policy, NATIVE, every),
        RuntimeFilter::Off => seccomp::oci_unconfined(NATIVE),
    }
    .to_string()
}

/// `ALL` leaves it to the engine which names it knows; what the host itself lacks it
/// cannot give, and asking for it would stop the start.
fn capability_lists(profile: &Profile) -> (Vec<String>, Vec<String>) {
    let all = vec!["ALL".to_owned()];
    match profile.capabilities {
        Capabilities::None => (Vec::new(), all),
        Capabilities::All => {
            let lacking = capabilities::lacking_on_this_host();
            (
                all,
                lacking
                    .into_iter()
                    .map(|name| format!("CAP_{name}"))
                    .collect(),
            )
        }
    }
}

fn network(network: Network) -> &'static str {
    match network {
        Network::None => "none",
        Network::Bridge => "bridge",
    }
}

fn mounts(launch: &Launch<'_>) -> Vec<Mount> {
    let (profile, folders) = (launch.profile, launch.folders);
    let mut mounts = vec![bind(&folders.input, INPUT, profile.input_read_only)];
    if profile.output_parent {
        mounts.push(bind(&folders.outer, OUTER_MOUNT, false));
    } else {
        mounts.push(bind(&folders.output, &profile.output(), false));
    }
    for extra in &profile.extra_mounts {
        let source = match extra.source {
            ExtraSource::CanaryFolder => &folders.canary,
            ExtraSource::DecoyFile => &folders.decoy,
            ExtraSource::DatabaseFolder => &folders.database,
        };
        mounts.push(bind(source, &extra.target, extra.read_only));
    }
    mounts
}

/// `rprivate`: what is mounted on the host later does not appear inside.
fn bind(source: &Path, target: &str, read_only: bool) -> Mount {
    Mount {
        target: Some(target.to_owned()),
        source: Some(source.display().to_string()),
        typ: Some(MountType::BIND),
        read_only: Some(read_only),
        bind_options: Some(MountBindOptions {
            propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
            ..MountBindOptions::default()
        }),
        ..Mount::default()
    }
}

/// An empty list, not an absent one, is what leaves everything open.
fn paths(profile: &Profile, names: &[&str]) -> Vec<String> {
    if profile.system_paths {
        names.iter().map(|name| (*name).to_owned()).collect()
    } else {
        Vec::new()
    }
}

fn ulimit(name: &str, value: u64) -> ResourcesUlimits {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    }
}
