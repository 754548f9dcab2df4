//! What a daemon's own settings make of every request to it, as far as it says so: a
//! setting that nobody sees in a request changes what the request means.
//!
//! Of the others that Docker knows, a request says each itself, so that the daemon's
//! default is none of its business: [`crate::spelling`].

use bollard::models::SystemInfo;

/// The settings that no request can say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Daemon {
    /// Whose ids the users of its containers have, if not those that were asked for.
    pub ids: Option<Ids>,
    /// It loads filters of system calls.
    pub filters: bool,
    /// It bounds memory and processes.
    pub bounds: bool,
}

/// Whose ids the users of a daemon's containers have on this host, where they are not those
/// that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
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
            Some(Ids::OfItsUser)
        } else if has("userns") {
            Some(Ids::Remapped)
        } else {
            None
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
            ids: None,
            filters: true,
            bounds: true,
        };
        assert_eq!(usual, expected);
        assert_eq!(of(&["name=seccomp,profile=/etc/userns"]).ids, None);
        assert_eq!(of(&["name=userns"]).ids, Some(Ids::Remapped));
        let both = of(&["name=rootless", "name=userns"]);
        assert_eq!(both.ids, Some(Ids::OfItsUser));
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
