//! Spells the settings that are no lock in Podman's words.

use evidence::profile::Setting;
use nix::sys::signal::Signal;

use super::super::spec::{Cpu, Device, Log, Mount, Spec};
use crate::EngineError;

/// The period in which processor time is counted, microseconds; the kernel's own.
const PERIOD: u64 = 100_000;

/// Puts one setting into a create request.
///
/// # Errors
/// Podman has no word for it.
pub(super) fn spell(setting: &Setting, spec: &mut Spec) -> Result<(), EngineError> {
    match setting {
        Setting::HostName(name) => spec.hostname = Some(name.clone()),
        Setting::DomainName(_) => return Err(no_word("domain name")),
        // The launch's name has it already.
        Setting::ContainerName(_) => {}
        Setting::Label(name) => {
            spec.labels.insert(name.clone(), "1".to_owned());
        }
        Setting::WorkingFolder(path) => path.clone_into(&mut spec.work_dir),
        Setting::StopSignal(name) => {
            let signal: Signal = name.parse().map_err(|_| no_word("signal of this name"))?;
            spec.stop_signal = Some(signal as i32);
        }
        Setting::Processors(_) | Setting::ProcessorShares(_) => {
            processor(setting, &mut spec.resource_limits.cpu);
        }
        Setting::OutOfMemoryScore(score) => spec.oom_score_adj = Some(*score),
        Setting::LogDriver(name) => {
            spec.log_configuration = Log {
                driver: name.clone(),
            };
        }
        Setting::NameServer(address) => {
            spec.use_image_resolve_conf = false;
            spec.dns_server.push(address.clone());
        }
        Setting::HostEntry(entry) => {
            spec.use_image_hosts = false;
            spec.hostadd.push(entry.clone());
        }
        Setting::UserProcesses(limit) => spec.limit("nproc", u64::try_from(*limit).ok()),
        Setting::Group(group) => spec.groups.push(group.clone()),
        Setting::Device(path) => spec.devices.push(Device { path: path.clone() }),
        Setting::Tmpfs(place) => spec.mounts.push(Mount {
            destination: place.clone(),
            source: "tmpfs".to_owned(),
            kind: "tmpfs",
            options: vec!["rw"],
        }),
    }
    Ok(())
}

fn processor(setting: &Setting, cpu: &mut Cpu) {
    if let Setting::Processors(billionths) = setting {
        let period = i64::try_from(PERIOD).unwrap_or(i64::MAX);
        cpu.quota = Some(billionths.saturating_mul(period) / 1_000_000_000);
        cpu.period = Some(PERIOD);
    }
    if let Setting::ProcessorShares(shares) = setting {
        cpu.shares = u64::try_from(*shares).ok();
    }
}

fn no_word(setting: &'static str) -> EngineError {
    EngineError::NoWord {
        engine: "podman",
        setting,
    }
}
