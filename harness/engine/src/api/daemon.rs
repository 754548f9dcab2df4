//! What a daemon's own settings make of every request to it, as far as it says so: a
//! setting that nobody sees in a request changes what the request means.
//!
//! Of the others that Docker knows, a request says each itself, so that the daemon's
//! default is none of its business: [`crate::spelling`].

use bollard::models::SystemInfo;

/// The settings that no request can say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Daemon {
    /// Whose ids the users of its containers have.
    pub ids: Ids,
    /// It loads filters of system calls.
    pub filters: bool,
    /// It bounds memory and processes.
    pub bounds: bool,
}

/// Whose ids the users of a daemon's containers have on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Those that were asked for.
    AsAsked,
    /// Those of the range that `userns-remap` names.
    Remapped,
    /// Those of the range of the ordinary user who runs the daemon.
    OfItsUser,
}

impl Daemon {
    /// Understands what a daemon says of itself.
    pub(super) fn of(info: &SystemInfo) -> Self {
        let has = |name: &str| {
            let options = info.security_options.iter().flatten();
            // `name=seccomp,profile=default`, and without `name=` before version 1.13.
            options
                .flat_map(|option| option.split(','))
                .any(|word| word.strip_prefix("name=").unwrap_or(word) == name)
        };
        let ids = if has("rootless") {
            Ids::OfItsUser
        } else if has("userns") {
            Ids::Remapped
        } else {
            Ids::AsAsked
        };
        Self {
            ids,
            filters: has("seccomp"),
            bounds: info.memory_limit.unwrap_or(true) && info.pids_limit.unwrap_or(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(options: &[&str]) -> Daemon {
        let options = options.iter().map(|option| (*option).to_owned());
        Daemon::of(&SystemInfo {
            security_options: Some(options.collect()),
            ..SystemInfo::default()
        })
    }

    #[test]
    fn options_are_told_by_their_whole_names() {
        let usual = of(&["name=apparmor", "name=seccomp,profile=default"]);
        let expected = Daemon {
            ids: Ids::AsAsked,
            filters: true,
            bounds: true,
        };
        assert_eq!(usual, expected);
        assert_eq!(of(&["name=seccomp,profile=/etc/userns"]).ids, Ids::AsAsked);
        assert_eq!(of(&["name=userns"]).ids, Ids::Remapped);
        assert_eq!(of(&["name=rootless", "name=userns"]).ids, Ids::OfItsUser);
        assert!(!of(&["name=selinux"]).filters);
    }

    #[test]
    fn a_daemon_that_bounds_one_of_two_does_not_bound() {
        let info = SystemInfo {
            memory_limit: Some(true),
            pids_limit: Some(false),
            ..SystemInfo::default()
        };
        assert!(!Daemon::of(&info).bounds);
    }
}
