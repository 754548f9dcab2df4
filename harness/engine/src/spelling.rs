//! Turns a profile into the body of Docker's create request.
//!
//! This is the only file that knows how a lock is spelled to the daemon. It does
//! not talk to the daemon ([`super::docker`] does) and does not judge.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount,
    MountBindOptions, MountBindOptionsPropagationEnum, MountType, ResourcesUlimits,
};
use evidence::profile::system::{MASKED, READ_ONLY};
use evidence::profile::{
    Capabilities, HostNamespace, Network, Profile, RuntimeFilter, capabilities,
};

use super::Launch;
use super::binds::{Bound, binds};

mod setting;

/// The create request for a launch.
pub(super) fn create_body(
    launch: &Launch<'_>,
    image: &str,
    labels: HashMap<String, String>,
) -> ContainerCreateBody {
    let profile = launch.profile;
    let mut body = ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(launch.argv.clone()),
        user: Some(format!("{}:{}", profile.user.uid, profile.user.gid)),
        // The host's name cannot be given another in its own namespace.
        hostname: (!profile.shares(HostNamespace::Uts)).then(|| "sandbox".to_owned()),
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
    };
    for one in &profile.settings {
        setting::spell(one, &mut body);
    }
    body
}

/// The host's network instead of a bridge that the daemon does not have: without one, a
/// container that asks for it has no network at all.
pub(super) fn without_bridge(body: &mut ContainerCreateBody) {
    let Some(host) = &mut body.host_config else {
        return;
    };
    if host.network_mode.as_deref() == Some(network(Network::Bridge)) {
        host.network_mode = Some(network(Network::Host).to_owned());
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
    let (added, dropped) = capability_lists(profile);
    let host = |namespace| profile.shares(namespace).then(|| "host".to_owned());
    HostConfig {
        network_mode: Some(network(profile.network).to_owned()),
        readonly_rootfs: Some(profile.root_read_only),
        mounts: Some(binds(launch).into_iter().map(mount).collect()),
        cap_add: Some(added),
        cap_drop: Some(dropped),
        security_opt: Some(security(profile)),
        // `none` leaves out /dev/shm, which would be a writable mount.
        ipc_mode: host(HostNamespace::Ipc).or_else(|| {
            let own = if profile.shared_memory {
                "private"
            } else {
                "none"
            };
            Some(own.to_owned())
        }),
        pid_mode: profile.host_processes.then(|| "host".to_owned()),
        uts_mode: host(HostNamespace::Uts),
        userns_mode: host(HostNamespace::User),
        cgroupns_mode: Some(if profile.shares(HostNamespace::Cgroup) {
            HostConfigCgroupnsModeEnum::HOST
        } else {
            HostConfigCgroupnsModeEnum::PRIVATE
        }),
        masked_paths: Some(paths(profile, &MASKED)),
        readonly_paths: Some(paths(profile, &READ_ONLY)),
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),
        privileged: Some(profile.privileged),
        init: Some(false),
        ..limits(profile)
    }
}

fn security(profile: &Profile) -> Vec<String> {
    let filter = match profile.runtime_filter {
        RuntimeFilter::NotLoaded => "unconfined".to_owned(),
        RuntimeFilter::Policy
        | RuntimeFilter::PolicyForEveryArchitecture
        | RuntimeFilter::Other(_)
        | RuntimeFilter::Off => profile.runtime_json().to_string(),
    };
    // Without a word of its own, a daemon's `no-new-privileges` is everybody's.
    let no_new_privileges = profile.no_new_privileges;
    vec![
        format!("seccomp={filter}"),
        format!("no-new-privileges:{no_new_privileges}"),
    ]
}

fn limits(profile: &Profile) -> HostConfig {
    let limits = profile.limits;
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    // The API's words for no limit: -1, and for memory 0.
    HostConfig {
        pids_limit: Some(limits.pids.map_or(-1, signed)),
        memory: Some(limits.memory.map_or(0, signed)),
        memory_swap: Some(limits.memory.map_or(0, signed)),
        ulimits: Some(vec![
            ulimit("nofile", Some(limits.open_files)),
            ulimit("fsize", limits.file_size),
            ulimit("core", limits.core),
        ]),
        ..HostConfig::default()
    }
}

/// `ALL` leaves it to the engine which names it knows; what the host itself lacks it
/// cannot give, and asking for it would stop the start.
pub(super) fn capability_lists(profile: &Profile) -> (Vec<String>, Vec<String>) {
    let all = vec!["ALL".to_owned()];
    match profile.capabilities {
        Capabilities::None => (Vec::new(), all),
        Capabilities::These(mask) => (prefixed(capabilities::named(mask)), all),
        Capabilities::All => (all, prefixed(crate::lacking_on_this_host())),
    }
}

fn prefixed(names: Vec<&str>) -> Vec<String> {
    names
        .into_iter()
        .map(|name| format!("CAP_{name}"))
        .collect()
}

fn network(network: Network) -> &'static str {
    match network {
        Network::None => "none",
        Network::Bridge => "bridge",
        Network::Host => "host",
    }
}

/// `rprivate`: what is mounted on the host later does not appear inside.
fn mount(bound: Bound<'_>) -> Mount {
    Mount {
        target: Some(bound.target),
        source: Some(bound.source.display().to_string()),
        typ: Some(MountType::BIND),
        read_only: Some(bound.read_only),
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
        names
            .iter()
            .filter(|name| !profile.open_system_paths.contains(**name))
            .map(|name| (*name).to_owned())
            .collect()
    } else {
        Vec::new()
    }
}

/// -1 is no limit (`RLIM_INFINITY`, setrlimit(2)).
fn ulimit(name: &str, value: Option<u64>) -> ResourcesUlimits {
    let value = value.map_or(-1, |value| i64::try_from(value).unwrap_or(i64::MAX));
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    }
}
