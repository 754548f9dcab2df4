//! Where an engine cannot do something, an attempt may come out otherwise: as exactly
//! as everywhere else, and with the reason.
//!
//! No engine is named here: two that lack the same are held to the same.

use serde::{Deserialize, Serialize};

use super::case::{Alone, Attempt, Case, NotApplicable, Without};
use super::expectation::Expectation;

/// Something that an engine may be unable to do on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// Limits on processes and memory by a control group of the sandbox's own.
    ControlGroup,
    /// A control with root and capabilities of the host's own user namespace.
    HostRoot,
    /// A network between sandboxes and servers that is neither the host's nor empty.
    Bridge,
    /// A `/dev` that is root's, writable for root, and holds nothing but devices.
    DeviceFolder,
    /// A `/sys` in the sandbox.
    Sysfs,
    /// A sandbox whose programs an exec may give privileges.
    NewPrivileges,
    /// A sandbox without any system call filter.
    Unfiltered,
    /// Reading the loaded filters back from the kernel.
    FilterReadBack,
    /// A subject that is the first process of its namespace.
    FirstProcess,
    /// A sandbox that shares the host's processes.
    HostProcesses,
    /// A sandbox of a user's, not of root's, with capabilities.
    UserCapabilities,
    /// A `/proc` as the kernel mounts it, with nothing hidden or write-protected.
    SystemPaths,
}

/// How an attempt comes out where an ability is lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is lacking.
    pub lacks: Ability,
    /// The outcome in the locked sandbox, where that is another one.
    pub locked: Option<Expectation>,
    /// What the control comes to.
    pub control: Option<Control>,
    /// The outcomes where one layer holds alone, where they are others.
    pub alone: Option<Alone>,
    /// Why.
    pub why: String,
}

/// What a control comes to where an ability is lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Another outcome, which shows as much.
    Shows(Expectation),
    /// An outcome that shows nothing: the attempt is not applicable there.
    Nothing(Expectation),
}

impl std::fmt::Display for Ability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

impl Case {
    /// The row as it is where these are lacking.
    #[must_use]
    pub fn lacking(&self, lacks: impl Fn(Ability) -> bool) -> Self {
        let mut case = self.clone();
        let shown = |without: &Without| !without.lacks.is_some_and(&lacks);
        case.without.retain(shown);
        let boundaries = case.boundaries.iter_mut();
        for attempt in boundaries.flat_map(|boundary| &mut boundary.attempts) {
            for difference in std::mem::take(&mut attempt.differs) {
                if lacks(difference.lacks) {
                    attempt.becomes(difference);
                }
            }
        }
        case
    }
}

impl Attempt {
    fn becomes(&mut self, difference: Difference) {
        if let Some(locked) = difference.locked {
            self.locked = locked;
        }
        if let Some(alone) = difference.alone {
            self.alone = alone;
        }
        match difference.control {
            Some(Control::Shows(control)) => self.control = control,
            Some(Control::Nothing(control)) => {
                let why = difference.why;
                self.na.push(NotApplicable { control, why });
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Lift, Matrix};
    use super::*;
    use crate::wire::Outcome;

    fn attempt(case: &Case, id: &str) -> Attempt {
        let mut attempts = case.attempts();
        attempts.find(|one| one.id == id).unwrap().clone()
    }

    fn without(id: &str, lacking: &[Ability]) -> Case {
        let matrix = Matrix::builtin().unwrap();
        let case = matrix.case(id).unwrap();
        case.lacking(|ability| lacking.contains(&ability))
    }

    #[test]
    fn an_engine_that_lacks_nothing_is_held_to_the_row_as_it_stands() {
        let shm = attempt(&without("N18", &[]), "shm");
        assert_eq!(shm.locked.to_string(), "ENOENT");
        assert!(shm.differs.is_empty() && shm.na.is_empty());
    }

    #[test]
    fn what_is_lacking_changes_the_outcome_and_leaves_it_exact() {
        let shm = attempt(&without("N18", &[Ability::DeviceFolder]), "shm");
        assert_eq!(shm.locked.to_string(), "EROFS");
        assert_eq!(shm.control.to_string(), "returns");
        let alone = shm.expected_alone(&[Lift::SharedMemory]);
        assert_eq!(alone.to_string(), "EACCES");
    }

    #[test]
    fn a_control_that_shows_nothing_is_not_applicable_and_any_other_outcome_is_not() {
        let dev = attempt(&without("N18", &[Ability::DeviceFolder]), "dev");
        assert!(dev.not_applicable(&Outcome::Errno(libc::EROFS)));
        assert!(!dev.not_applicable(&Outcome::Errno(libc::EACCES)));
        let dev = attempt(&without("N18", &[Ability::HostRoot]), "dev");
        assert!(!dev.not_applicable(&Outcome::Errno(libc::EROFS)));
    }

    #[test]
    fn a_boundarys_difference_stands_beside_what_an_attempt_says_itself() {
        let module = attempt(&without("N21", &[Ability::HostRoot]), "init-module");
        assert!(module.not_applicable(&Outcome::Errno(libc::ENOSYS)));
        assert!(module.not_applicable(&Outcome::Errno(libc::EPERM)));
    }
}
