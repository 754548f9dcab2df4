//! Turns a profile into Podman's own create request.
//!
//! Podman takes Docker's request too, and then adds to it what the profile does not
//! ask for and cannot take away: writable tmpfs mounts, its own `passwd` and `group`,
//! its own masked paths. So this one request is made in Podman's words. This is the
//! only file that knows how a lock is spelled in them; it talks to nobody.

use std::collections::HashMap;
use std::path::Path;

use evidence::profile::system::MASKED;
use evidence::profile::{Capabilities, HostNamespace, Network, Profile};

use super::spec::{Limit, Log, Memory, Mount, Namespace, Pids, Resources, Spec};
use crate::binds::{Bound, binds};
use crate::spelling::capability_lists;
use crate::{EngineError, Launch};

mod setting;

/// `RLIMIT_NPROC` where the profile says nothing: Podman's own is above what a
/// service without `CAP_SYS_RESOURCE` may set, and this is below what hosts allow.
/// The control group's limit is the one that is proved.
const USER_PROCESSES: u64 = 1024;
/// No limit (`RLIM_INFINITY`, setrlimit(2)).
const UNLIMITED: u64 = u64::MAX;

/// What of the host and the engine the request depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    /// The loaded image.
    pub image: &'a str,
    /// The file with the runtime's filter.
    pub filter: &'a Path,
    /// The engine runs without root.
    pub rootless: bool,
}

/// The create request for a launch.
///
/// # Errors
/// The profile has a setting that Podman has no word for.
pub(super) fn spec(
    launch: &Launch<'_>,
    ground: Ground<'_>,
    labels: HashMap<String, String>,
) -> Result<Spec, EngineError> {
    let profile = launch.profile;
    let (cap_add, mut cap_drop) = capability_lists(profile);
    if ground.rootless && profile.capabilities == Capabilities::All {
        // What root lacks on this host, a user namespace of its own has.
        cap_drop.clear();
    }
    let mut spec = Spec {
        name: launch.name.clone(),
        image: ground.image.to_owned(),
        entrypoint: launch.argv.clone(),
        user: format!("{}:{}", profile.user.uid, profile.user.gid),
        // The host's name cannot be given another in its own namespace.
        hostname: (!profile.shares(HostNamespace::Uts)).then(|| "sandbox".to_owned()),
        work_dir: "/".to_owned(),
        env: profile.environment.clone(),
        labels,
        stdin: true,
        log_configuration: Log {
            driver: "none".to_owned(),
        },
        systemd: "false".to_owned(),
        read_only_filesystem: profile.root_read_only,
        use_image_hosts: true,
        use_image_resolve_conf: true,
        mounts: binds(launch).into_iter().map(mount).collect(),
        privileged: profile.privileged,
        cap_add,
        cap_drop,
        no_new_privileges: profile.no_new_privileges,
        seccomp_profile_path: ground.filter.display().to_string(),
        r_limits: process_limits(profile),
        resource_limits: group_limits(profile),
        ..Spec::default()
    };
    spec.place(profile, ground.rootless);
    for one in &profile.settings {
        setting::spell(one, &mut spec)?;
    }
    Ok(spec)
}

impl Spec {
    /// Namespaces, and which parts of `/proc` and `/sys` are covered.
    fn place(&mut self, profile: &Profile, rootless: bool) {
        let own_or_host = |namespace, own: &'static str| {
            Namespace::from(if profile.shares(namespace) {
                "host"
            } else {
                own
            })
        };
        self.netns = network(profile.network, rootless);
        // `none` leaves out /dev/shm, which would be a writable mount.
        let memory = if profile.shared_memory {
            "private"
        } else {
            "none"
        };
        self.ipcns = own_or_host(HostNamespace::Ipc, memory);
        self.pidns = if profile.host_processes {
            "host".into()
        } else {
            "private".into()
        };
        self.utsns = own_or_host(HostNamespace::Uts, "private");
        self.cgroupns = own_or_host(HostNamespace::Cgroup, "private");
        self.userns = users(profile, rootless);
        // Podman covers paths of its own; these are added, and those not covered.
        if profile.system_paths {
            let open = |path: &str| profile.open_system_paths.contains(path);
            let covered = MASKED.iter().filter(|path| !open(path));
            self.mask = covered.map(|path| (*path).to_owned()).collect();
            self.unmask = profile.open_system_paths.iter().cloned().collect();
        } else {
            self.unmask = vec!["ALL".to_owned()];
        }
    }

    /// Sets a limit, in place of one of the same kind.
    fn limit(&mut self, kind: &'static str, value: Option<u64>) {
        self.r_limits.retain(|limit| limit.kind != kind);
        self.r_limits.push(process_limit(kind, value));
    }
}

/// Without root, the profile's user is mapped to who runs the engine, so that the
/// folders made for the one are the other's, and the outside witness may look. Id 0 is
/// mapped so in any case.
fn users(profile: &Profile, rootless: bool) -> Namespace {
    let user = profile.user;
    if !rootless || user.uid == 0 || profile.shares(HostNamespace::User) {
        return "host".into();
    }
    Namespace {
        nsmode: "keep-id",
        value: format!("uid={},gid={}", user.uid, user.gid),
    }
}

fn network(network: Network, rootless: bool) -> Namespace {
    match network {
        Network::None => "none".into(),
        // Without root there is no bridge that the host could reach.
        Network::Bridge if !rootless => "bridge".into(),
        Network::Bridge | Network::Host => "host".into(),
    }
}

/// `rprivate`: what is mounted on the host later does not appear inside.
fn mount(bound: Bound<'_>) -> Mount {
    Mount {
        destination: bound.target,
        source: bound.source.display().to_string(),
        kind: "bind",
        options: vec![if bound.read_only { "ro" } else { "rw" }, "rprivate"],
    }
}

fn process_limits(profile: &Profile) -> Vec<Limit> {
    let limits = profile.limits;
    vec![
        process_limit("nofile", Some(limits.open_files)),
        process_limit("fsize", limits.file_size),
        process_limit("core", limits.core),
        process_limit("nproc", Some(USER_PROCESSES)),
    ]
}

fn process_limit(kind: &'static str, value: Option<u64>) -> Limit {
    let value = value.unwrap_or(UNLIMITED);
    Limit {
        kind,
        soft: value,
        hard: value,
    }
}

fn group_limits(profile: &Profile) -> Resources {
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let limits = profile.limits;
    Resources {
        pids: Pids {
            limit: limits.pids.map_or(-1, signed),
        },
        memory: limits.memory.map(|bytes| Memory {
            limit: signed(bytes),
            swap: signed(bytes),
        }),
        ..Resources::default()
    }
}

#[cfg(test)]
mod tests;
