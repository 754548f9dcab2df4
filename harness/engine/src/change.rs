//! One change to what is to be proved, as `mutants.toml` spells it: a word and its
//! operands. Owns the words; what an engine makes of them is the engine's affair.

use std::str::FromStr;

use evidence::profile::{
    Capabilities, ExtraMount, ExtraSource, HostNamespace, Network, Profile, ProfileError,
    RuntimeFilter, Setting, User, apply, capabilities,
};
use negatives::matrix::Lift;

mod filters;

pub use filters::{RuntimeFault, StrictFault};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `lift NAME`: a lift of the matrix.
    Lift(Lift),
    /// `network host`: the host's network namespace.
    HostNetwork,
    /// `share ipc`: a namespace of the host's.
    Share(HostNamespace),
    /// `no-new-privileges off`: the engine does not set it.
    NewPrivileges,
    /// `privileged`.
    Privileged,
    /// `capabilities NAME...`: these are not dropped.
    Capabilities(u64),
    /// `user UID GID`.
    User(User),
    /// `open PATH`: the engine neither hides nor write-protects it.
    Open(String),
    /// `mount KIND ro|rw PLACE`: something of the host's is mounted there.
    Mount(ExtraMount),
    /// `environment NAME`: the engine sets this variable.
    Environment(String),
    /// `limit NAME N|none`.
    Limit(Limit, Option<u64>),
    /// `airlock missing`: the subject is the first program.
    NoAirlock,
    /// `runtime-filter FAULT`.
    RuntimeFilter(RuntimeFault),
    /// `strict-filter FAULT`.
    StrictFilter(StrictFault),
    /// `program NAME other|probe`: another program in the image.
    Program(Place, Stranger),
    /// `wrong-checker FAULT`: a checker with this fault in the image.
    WrongChecker(String),
    /// A setting of the engine's.
    Setting(Setting),
}

/// A limit of the profile's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Processes.
    Pids,
    /// Memory, bytes.
    Memory,
    /// File size, bytes.
    FileSize,
    /// Core dump, bytes.
    Core,
    /// Open files of the airlock.
    OpenFiles,
    /// Open files of the subject.
    SubjectOpenFiles,
}

/// A program's place in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The airlock's.
    Airlock,
    /// The subject's.
    Checker,
    /// The probe's.
    Probe,
    /// All three.
    All,
}

/// What stands in a program's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// The same with one byte more, which does all that it should.
    Longer,
    /// The probe.
    Probe,
}

/// The words are no change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a change, observed `{text}`")]
pub struct ChangeError {
    /// The words.
    text: String,
}

impl ChangeError {
    /// No words at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            text: String::new(),
        }
    }
}

impl Change {
    /// The fault of the checker that it puts into the image, if it is about one.
    #[must_use]
    pub fn wrong_checker(&self) -> Option<&str> {
        if let Self::WrongChecker(fault) = self {
            return Some(fault);
        }
        None
    }

    /// A profile with this change. A change of the image leaves it as it is.
    ///
    /// # Errors
    /// The policy does not take it.
    pub fn apply(&self, mut profile: Profile) -> Result<Profile, ProfileError> {
        match self {
            Self::Lift(lift) => return apply(profile, lift),
            Self::HostNetwork => profile.network = Network::Host,
            Self::Share(namespace) => {
                profile.host_namespaces.insert(*namespace);
            }
            Self::NewPrivileges => profile.no_new_privileges = false,
            Self::Privileged => profile.privileged = true,
            Self::Capabilities(mask) => profile.capabilities = Capabilities::These(*mask),
            Self::User(user) => profile.user = *user,
            Self::Open(path) => {
                profile.open_system_paths.insert(path.clone());
            }
            Self::Mount(mount) => profile.extra_mounts.push(mount.clone()),
            Self::Environment(name) => {
                profile.environment.insert(name.clone(), "1".to_owned());
            }
            Self::Limit(limit, value) => limit.set(*value, &mut profile),
            Self::NoAirlock => profile.airlock = false,
            Self::RuntimeFilter(fault) => {
                profile.runtime_filter = RuntimeFilter::Other(fault.filter(&profile.policy)?);
            }
            Self::StrictFilter(fault) => {
                profile.other_strict_filter = Some(fault.programs(&profile)?);
            }
            Self::Program(..) | Self::WrongChecker(_) => {}
            Self::Setting(setting) => profile.settings.push(setting.clone()),
        }
        Ok(profile)
    }
}

impl Limit {
    fn set(self, value: Option<u64>, profile: &mut Profile) {
        let limits = &mut profile.limits;
        match self {
            Self::Pids => limits.pids = value,
            Self::Memory => limits.memory = value,
            Self::FileSize => limits.file_size = value,
            Self::Core => limits.core = value,
            // These have no word for none: an engine's highest stands for it.
            Self::OpenFiles => limits.open_files = value.unwrap_or(1 << 20),
            Self::SubjectOpenFiles => limits.subject_open_files = value.unwrap_or(1 << 20),
        }
    }
}

impl FromStr for Change {
    type Err = ChangeError;

    fn from_str(text: &str) -> Result<Self, ChangeError> {
        let words: Vec<&str> = text.split(' ').collect();
        parse(text, &words)
            .or_else(|| setting(&words).map(Self::Setting))
            .ok_or_else(|| ChangeError {
                text: text.to_owned(),
            })
    }
}

fn parse(text: &str, words: &[&str]) -> Option<Change> {
    Some(match words {
        ["lift", "sandbox"] => return None,
        ["lift", ..] => Change::Lift(text.strip_prefix("lift ")?.parse().ok()?),
        ["network", "host"] => Change::HostNetwork,
        ["share", name] => Change::Share(namespace(name)?),
        ["no-new-privileges", "off"] => Change::NewPrivileges,
        ["privileged"] => Change::Privileged,
        ["capabilities", names @ ..] => Change::Capabilities(mask(names)?),
        ["user", uid, gid] => Change::User(User {
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
        }),
        ["open", path] => Change::Open((*path).to_owned()),
        ["mount", kind, access, target] => Change::Mount(ExtraMount {
            source: source(kind)?,
            target: (*target).to_owned(),
            read_only: match *access {
                "ro" => true,
                "rw" => false,
                _ => return None,
            },
        }),
        ["environment", name] => Change::Environment((*name).to_owned()),
        ["limit", name, "none"] => Change::Limit(limit(name)?, None),
        ["limit", name, value] => Change::Limit(limit(name)?, Some(value.parse().ok()?)),
        ["airlock", "missing"] => Change::NoAirlock,
        ["runtime-filter", fault @ ..] => Change::RuntimeFilter(RuntimeFault::parse(fault)?),
        ["strict-filter", fault @ ..] => Change::StrictFilter(StrictFault::parse(fault)?),
        ["wrong-checker", fault] => Change::WrongChecker((*fault).to_owned()),
        ["program", place, stranger] => Change::Program(program(place)?, stands_in(stranger)?),
        _ => return None,
    })
}

fn setting(words: &[&str]) -> Option<Setting> {
    let [name, value] = words else { return None };
    let text = || (*value).to_owned();
    let number = || value.parse().ok();
    Some(match *name {
        "host-name" => Setting::HostName(text()),
        "domain-name" => Setting::DomainName(text()),
        "container-name" => Setting::ContainerName(text()),
        "label" => Setting::Label(text()),
        "working-folder" => Setting::WorkingFolder(text()),
        "processors" => Setting::Processors(number()?),
        "processor-shares" => Setting::ProcessorShares(number()?),
        "out-of-memory-score" => Setting::OutOfMemoryScore(number()?),
        "stop-signal" => Setting::StopSignal(text()),
        "log-driver" => Setting::LogDriver(text()),
        "name-server" => Setting::NameServer(text()),
        "host-entry" => Setting::HostEntry(text()),
        "user-processes" => Setting::UserProcesses(number()?),
        "group" => Setting::Group(text()),
        "device" => Setting::Device(text()),
        "tmpfs" => Setting::Tmpfs(text()),
        _ => return None,
    })
}

fn namespace(name: &str) -> Option<HostNamespace> {
    Some(match name {
        "ipc" => HostNamespace::Ipc,
        "uts" => HostNamespace::Uts,
        "cgroup" => HostNamespace::Cgroup,
        "user" => HostNamespace::User,
        _ => return None,
    })
}

/// At least one, each known and named once.
fn mask(names: &[&str]) -> Option<u64> {
    let mut mask = 0_u64;
    for name in names {
        let bit = 1 << capabilities::NAMES.iter().position(|known| known == name)?;
        if mask & bit != 0 {
            return None;
        }
        mask |= bit;
    }
    (mask != 0).then_some(mask)
}

fn source(kind: &str) -> Option<ExtraSource> {
    Some(match kind {
        "file" => ExtraSource::DecoyFile,
        "folder" => ExtraSource::CanaryFolder,
        "socket" => ExtraSource::Socket,
        "device" => ExtraSource::Device,
        _ => return None,
    })
}

fn limit(name: &str) -> Option<Limit> {
    Some(match name {
        "pids" => Limit::Pids,
        "memory" => Limit::Memory,
        "file-size" => Limit::FileSize,
        "core" => Limit::Core,
        "open-files" => Limit::OpenFiles,
        "subject-open-files" => Limit::SubjectOpenFiles,
        _ => return None,
    })
}

fn program(name: &str) -> Option<Place> {
    Some(match name {
        "airlock" => Place::Airlock,
        "checker" => Place::Checker,
        "probe" => Place::Probe,
        "all" => Place::All,
        _ => return None,
    })
}

fn stands_in(name: &str) -> Option<Stranger> {
    Some(match name {
        "longer" => Stranger::Longer,
        "probe" => Stranger::Probe,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_no_change_are_refused() {
        for text in [
            "",
            "gravity off",
            "lift gravity",
            "capabilities",
            "capabilities SYS_ADMIN SYS_ADMIN",
            "capabilities CAP_SYS_ADMIN",
            "limit pids many",
            "mount file rx /a",
            "mount pipe ro /a",
            "user root 0",
            "privileged  ",
            "strict-filter without no_such_call",
        ] {
            assert!(text.parse::<Change>().is_err(), "{text}");
        }
    }

    #[test]
    fn capabilities_are_a_mask_of_their_numbers() {
        let change: Change = "capabilities CHOWN SYS_ADMIN".parse().unwrap();
        assert_eq!(change, Change::Capabilities(1 | 1 << 21));
    }
}
