//! Turns a profile into firejail's command line.
//!
//! This is the only file that knows how a lock is spelled to it. It starts nothing and
//! does not judge. What firejail has no word for is refused by name, and what it cannot
//! do at all is among the engine's abilities: a control or a mutant that cannot be made
//! is not silently another one.

use std::collections::BTreeMap;
use std::path::Path;

use evidence::profile::system::{MASKED, READ_ONLY};
use evidence::profile::{
    Capabilities, HostNamespace, Network, Profile, RuntimeFilter, Setting, capabilities,
};

use super::FirejailError;
use super::namespace::JAIL;

/// What of `/proc` firejail hides or write-protects whatever it is told.
const BY_ITSELF: [&str; 8] = [
    "/proc/bus",
    "/proc/irq",
    "/proc/kcore",
    "/proc/sched_debug",
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/timer_list",
    "/proc/timer_stats",
];

/// The options, without the program.
pub(super) fn options(
    profile: &Profile,
    launchers_environment: &BTreeMap<String, String>,
) -> Result<Vec<String>, FirejailError> {
    refuse_what_has_no_word(profile)?;
    let mut words: Vec<String> = [
        "--quiet",
        "--noprofile",
        "--deterministic-exit-code",
        // The root holds nothing of users, of logs and of temporary files to be hidden.
        "--allusers",
        "--keep-var-tmp",
        "--writable-var-log",
        "--keep-config-pulse",
    ]
    .map(str::to_owned)
    .to_vec();
    words.push(format!("--chroot={JAIL}"));
    namespaces(&mut words, profile);
    privileges(&mut words, profile);
    if profile.runtime_filter != RuntimeFilter::NotLoaded {
        // Its default filter is the profile's in the launcher's mount namespace.
        words.push("--seccomp".to_owned());
    }
    environment(&mut words, profile, launchers_environment);
    masks(&mut words, profile);
    for setting in &profile.settings {
        if let Setting::HostName(name) = setting {
            words.push(format!("--hostname={name}"));
        }
        if let Setting::WorkingFolder(path) = setting {
            words.push(format!("--private-cwd={path}"));
        }
    }
    Ok(words)
}

/// Processes, mounts and the host's name are its own in every sandbox of firejail's.
fn namespaces(words: &mut Vec<String>, profile: &Profile) {
    if !profile.shares(HostNamespace::Ipc) {
        words.push("--ipc-namespace".to_owned());
    }
    if profile.network == Network::None {
        words.push("--net=none".to_owned());
    }
}

/// A user's sandbox with a root of its own has no capabilities and no-new-privileges
/// without a word, and takes none; root's is told.
fn privileges(words: &mut Vec<String>, profile: &Profile) {
    if profile.user.uid != 0 {
        return;
    }
    match profile.capabilities {
        Capabilities::None => words.push("--caps.drop=all".to_owned()),
        Capabilities::These(mask) => {
            let names = capabilities::named(mask).join(",").to_lowercase();
            words.push(format!("--caps.keep={names}"));
        }
        Capabilities::All => {}
    }
    if profile.no_new_privileges {
        words.push("--nonewprivs".to_owned());
    }
}

fn environment(words: &mut Vec<String>, profile: &Profile, launchers: &BTreeMap<String, String>) {
    if profile.clear_environment {
        words.extend(launchers.keys().map(|name| format!("--rmenv={name}")));
    }
    let planted = profile.environment.iter();
    words.extend(planted.map(|(name, value)| format!("--env={name}={value}")));
}

/// Beside what firejail hides by itself.
fn masks(words: &mut Vec<String>, profile: &Profile) {
    if !profile.system_paths {
        return;
    }
    let covered = |path: &&str| {
        path.starts_with("/proc/")
            && !profile.open_system_paths.contains(*path)
            && Path::new(path).exists()
    };
    let hidden = MASKED.into_iter().filter(covered);
    words.extend(hidden.map(|path| format!("--blacklist={path}")));
    let protected = READ_ONLY.into_iter().filter(covered);
    let protected = protected.filter(|path| !BY_ITSELF.contains(path));
    words.extend(protected.map(|path| format!("--read-only={path}")));
}

fn refuse_what_has_no_word(profile: &Profile) -> Result<(), FirejailError> {
    let refuse = |setting: &str| {
        let setting = setting.to_owned();
        Err(FirejailError::NoWord { setting })
    };
    if profile.privileged {
        return refuse("privileged");
    }
    if profile.user.uid != 0 && profile.capabilities != Capabilities::None {
        return refuse("capabilities of a user's");
    }
    if profile.user.uid != 0 && !profile.no_new_privileges {
        return refuse("no-new-privileges off");
    }
    if profile.shares(HostNamespace::Uts) {
        return refuse("share uts");
    }
    let never = |path: &&String| !path.starts_with("/proc/") || BY_ITSELF.contains(&path.as_str());
    if let Some(path) = profile.open_system_paths.iter().find(never) {
        return refuse(&format!("open {path}"));
    }
    for setting in &profile.settings {
        if let Some(name) = without_a_word(setting) {
            return refuse(name);
        }
    }
    Ok(())
}

fn without_a_word(setting: &Setting) -> Option<&'static str> {
    match setting {
        Setting::DomainName(_) => Some("domain-name"),
        Setting::Label(_) => Some("label"),
        Setting::Processors(_) => Some("processors"),
        Setting::ProcessorShares(_) => Some("processor-shares"),
        Setting::OutOfMemoryScore(_) => Some("out-of-memory-score"),
        Setting::StopSignal(_) => Some("stop-signal"),
        Setting::LogDriver(_) => Some("log-driver"),
        Setting::NameServer(_) => Some("name-server"),
        Setting::HostEntry(_) => Some("host-entry"),
        Setting::Group(_) => Some("group"),
        Setting::HostName(_)
        | Setting::ContainerName(_)
        | Setting::WorkingFolder(_)
        | Setting::UserProcesses(_)
        | Setting::Device(_)
        | Setting::Tmpfs(_) => None,
    }
}
