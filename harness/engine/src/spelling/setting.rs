//! Spells the settings that are no lock to the daemon.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, DeviceMapping, HostConfig, HostConfigLogConfig};
use evidence::profile::Setting;

/// Puts one setting into a create request.
pub(super) fn spell(setting: &Setting, body: &mut ContainerCreateBody) {
    match setting {
        Setting::HostName(name) => body.hostname = Some(name.clone()),
        Setting::DomainName(name) => body.domainname = Some(name.clone()),
        // The name is a parameter of the request, not of its body.
        Setting::ContainerName(_) => {}
        Setting::Label(name) => {
            body.labels
                .get_or_insert_with(HashMap::new)
                .insert(name.clone(), "1".to_owned());
        }
        Setting::WorkingFolder(path) => body.working_dir = Some(path.clone()),
        Setting::StopSignal(name) => body.stop_signal = Some(name.clone()),
        Setting::Processors(_)
        | Setting::ProcessorShares(_)
        | Setting::OutOfMemoryScore(_)
        | Setting::LogDriver(_)
        | Setting::NameServer(_)
        | Setting::HostEntry(_)
        | Setting::UserProcesses(_)
        | Setting::Group(_)
        | Setting::Device(_)
        | Setting::Tmpfs(_) => on_the_host(setting, body.host_config.get_or_insert_default()),
    }
}

fn on_the_host(setting: &Setting, host: &mut HostConfig) {
    match setting {
        Setting::Processors(billionths) => host.nano_cpus = Some(*billionths),
        Setting::ProcessorShares(shares) => host.cpu_shares = Some(*shares),
        Setting::OutOfMemoryScore(score) => host.oom_score_adj = Some(*score),
        Setting::LogDriver(name) => {
            host.log_config = Some(HostConfigLogConfig {
                typ: Some(name.clone()),
                config: None,
            });
        }
        Setting::NameServer(address) => push(&mut host.dns, address.clone()),
        Setting::HostEntry(entry) => push(&mut host.extra_hosts, entry.clone()),
        Setting::UserProcesses(limit) => {
            push(
                &mut host.ulimits,
                super::ulimit("nproc", u64::try_from(*limit).ok()),
            );
        }
        Setting::Group(group) => push(&mut host.group_add, group.clone()),
        Setting::Device(path) => {
            let device = DeviceMapping {
                path_on_host: Some(path.clone()),
                path_in_container: Some(path.clone()),
                cgroup_permissions: Some("rwm".to_owned()),
            };
            push(&mut host.devices, device);
        }
        Setting::Tmpfs(place) => {
            host.tmpfs
                .get_or_insert_with(HashMap::new)
                .insert(place.clone(), String::new());
        }
        Setting::HostName(_)
        | Setting::DomainName(_)
        | Setting::ContainerName(_)
        | Setting::Label(_)
        | Setting::WorkingFolder(_)
        | Setting::StopSignal(_) => {}
    }
}

fn push<T>(list: &mut Option<Vec<T>>, one: T) {
    list.get_or_insert_with(Vec::new).push(one);
}
