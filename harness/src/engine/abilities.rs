//! What an engine cannot do here, as a value: recorded in the bundle and handed to
//! the judge, which holds it against what the matrix declares.
//!
//! No engine is named: two that lack the same are held to the same.

use std::collections::BTreeMap;

pub use negatives::matrix::Ability;
use serde::{Deserialize, Serialize};

/// What an engine lacks here, each with the reason; empty where it lacks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Abilities {
    lacking: BTreeMap<Ability, String>,
}

impl Abilities {
    /// An engine that can do everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// All that an engine can do for the user of this process.
    #[must_use]
    pub fn of_this_user() -> Self {
        let mut abilities = Self::all();
        if is_filtered() {
            abilities = abilities.without(
                Ability::Unfiltered,
                "this process is under a system call filter itself, and every process it starts stays so (seccomp(2))",
            );
        }
        if nix::unistd::geteuid().is_root() {
            return abilities;
        }
        abilities.without(
            Ability::FilterReadBack,
            "only root of the host reads loaded filters back (ptrace(2)): the seccomp rows rest on their attempts and controls",
        )
    }

    /// The same without one, and why.
    #[must_use]
    pub fn without(mut self, ability: Ability, why: impl Into<String>) -> Self {
        self.lacking.insert(ability, why.into());
        self
    }

    /// Why the engine cannot do it; `None` where it can.
    #[must_use]
    pub fn lacks(&self, ability: Ability) -> Option<&str> {
        self.lacking.get(&ability).map(String::as_str)
    }
}

/// `Seccomp: 0` of proc_pid_status(5) is no filter; a kernel without seccomp has no
/// such line.
fn is_filtered() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mode = status
        .lines()
        .find_map(|line| line.strip_prefix("Seccomp:"));
    mode.is_some_and(|mode| mode.trim() != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_written_with_its_reason() {
        let abilities = Abilities::all().without(Ability::ControlGroup, "no controller");
        assert_eq!(
            abilities.lacks(Ability::ControlGroup),
            Some("no controller")
        );
        let text = serde_json::to_string(&abilities).unwrap();
        assert_eq!(text, r#"{"control-group":"no controller"}"#);
        assert_eq!(serde_json::from_str::<Abilities>(&text).unwrap(), abilities);
        assert_eq!(Abilities::all().lacks(Ability::ControlGroup), None);
    }
}
