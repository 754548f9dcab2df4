//! The locks of a profile in words, each with the requirement it is there for and who
//! turns it.
//!
//! The words follow from the profile's values: a profile with a lock less has a line
//! less. It knows no engine's spelling.

use negatives::wire::INPUT;
use serde::Serialize;

use super::{Capabilities, Network, Profile, ResourceLimits, RuntimeFilter};

/// One lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub does: String,
    /// The requirements of the minimum acceptable sandbox that it meets, by number.
    pub requirement: &'static [u8],
    /// Who turns it.
    pub by: By,
}

/// Who turns a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The engine: it is on every line that is printed.
    Engine,
    /// The airlock, inside and as the last step before the subject: no line has it.
    Airlock,
}

/// Every lock of a profile.
#[must_use]
pub fn locks(profile: &Profile) -> Vec<Lock> {
    let all = [
        data(profile),
        files(profile),
        namespaces(profile),
        calls(profile),
        privileges(profile),
    ];
    let on = all.into_iter().flatten().filter(|(on, _)| *on);
    on.map(|(_, lock)| lock).collect()
}

fn engine(name: &'static str, requirement: &'static [u8], does: impl Into<String>) -> Lock {
    Lock {
        name,
        does: does.into(),
        requirement,
        by: By::Engine,
    }
}

fn airlock(name: &'static str, requirement: &'static [u8], does: impl Into<String>) -> Lock {
    Lock {
        by: By::Airlock,
        ..engine(name, requirement, does)
    }
}

/// The two folders of the host's.
fn data(profile: &Profile) -> Vec<(bool, Lock)> {
    let output = profile.output();
    let input = format!("one folder of the host's at {INPUT}, read-only");
    let output =
        format!("one folder of the host's at {output}, writable; the way up from it leads nowhere");
    let table = "nothing else of the host is mounted";
    vec![
        (profile.input_read_only, engine("input", &[6, 7], input)),
        (!profile.output_parent, engine("output", &[8, 11], output)),
        (
            profile.extra_mounts.is_empty(),
            engine("mount table", &[6], table),
        ),
    ]
}

fn files(profile: &Profile) -> Vec<(bool, Lock)> {
    let covered = profile.system_paths && profile.open_system_paths.is_empty();
    let system = "the parts of /proc and /sys that tell of the host or change it are covered";
    let landlock = format!(
        "only {INPUT} and its own account in /proc are read, only {} is written, where the \
         kernel has Landlock",
        profile.output()
    );
    vec![
        (
            profile.root_read_only,
            engine("root", &[6, 8], "everything else is read-only"),
        ),
        (covered, engine("system paths", &[6, 8], system)),
        (
            !profile.shared_memory,
            engine("shared memory", &[8], "no writable /dev/shm"),
        ),
        (profile.landlock, airlock("landlock", &[6, 8, 11], landlock)),
    ]
}

fn namespaces(profile: &Profile) -> Vec<(bool, Lock)> {
    let own = !profile.host_processes && profile.host_namespaces.is_empty();
    let network = "an empty network namespace: loopback only, no route";
    let others = "own processes, names, message queues and control groups: the host's are not seen";
    let environment = "the environment is empty; an engine alone leaves a few variables of its own";
    let descriptors = "every descriptor but the three standard ones is closed";
    vec![
        (
            profile.network == Network::None,
            engine("network", &[1, 2, 3], network),
        ),
        (own, engine("namespaces", &[6], others)),
        (
            profile.clear_environment,
            airlock("environment", &[4, 5], environment),
        ),
        (
            profile.close_descriptors,
            airlock("descriptors", &[6], descriptors),
        ),
    ]
}

fn calls(profile: &Profile) -> Vec<(bool, Lock)> {
    let runtime = "a seccomp allowlist: no socket, no connect, no ptrace, and whatever is not on \
                   the list fails. It must let exec through, because the engine loads it before \
                   it starts the first program: a program of your own can start others with it";
    let strict = "the same without exec, loaded once nothing else is left to start";
    let one_shot = "the subject is started through a descriptor that exec closes and nothing can \
                    make again: the one exec that is allowed has happened";
    vec![
        (
            profile.runtime_filter == RuntimeFilter::Policy,
            engine("runtime filter", &[1, 9], runtime),
        ),
        (
            profile.strict_filter,
            airlock("strict filter", &[1, 9, 10], strict),
        ),
        (profile.one_shot, airlock("one shot", &[9], one_shot)),
    ]
}

fn privileges(profile: &Profile) -> Vec<(bool, Lock)> {
    let user = profile.user;
    let none = profile.capabilities == Capabilities::None && !profile.privileged;
    let who = format!("user {} and group {}, not root", user.uid, user.gid);
    let gain = "no program gains any by being started";
    let bounds = format!("at most {}", bounds(&profile.limits).join(", "));
    vec![
        (none, engine("capabilities", &[9], "none, in any set")),
        (
            profile.no_new_privileges,
            engine("no new privileges", &[9], gain),
        ),
        (user.uid != 0, engine("user", &[9], who)),
        (true, engine("limits", &[], bounds)),
    ]
}

fn bounds(limits: &ResourceLimits) -> Vec<String> {
    let bound = |value: Option<u64>, what: &str| value.map(|value| format!("{value} {what}"));
    let all = [
        bound(limits.pids, "processes"),
        bound(limits.memory, "bytes of memory"),
        bound(limits.file_size, "bytes in a file"),
        bound(Some(limits.open_files), "open files"),
        bound(limits.core, "bytes of a core dump"),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use negatives::matrix::Lift;

    use super::*;
    use crate::profile::User;
    use crate::profile::apply;

    fn locked() -> Profile {
        let user = User {
            uid: 65532,
            gid: 65532,
        };
        Profile::locked(user).unwrap()
    }

    #[test]
    fn every_requirement_that_a_sandbox_can_meet_has_a_lock() {
        let locks = locks(&locked());
        // 12 and 13 are that the locks are tested, and that the checker asks for them.
        for row in 1..=11 {
            assert!(
                locks.iter().any(|it| it.requirement.contains(&row)),
                "row {row}"
            );
        }
    }

    #[test]
    fn a_lock_that_is_lifted_is_not_explained() {
        let all = locks(&locked()).len();
        for (lift, name) in [
            (Lift::Network, "network"),
            (Lift::InputReadOnly, "input"),
            (Lift::RootReadOnly, "root"),
            (Lift::ExtraMount, "mount table"),
            (Lift::OutputParent, "output"),
            (Lift::SystemPaths, "system paths"),
            (Lift::SharedMemory, "shared memory"),
            (Lift::ProcessNamespace, "namespaces"),
            (Lift::Landlock, "landlock"),
            (Lift::Environment, "environment"),
            (Lift::Descriptors, "descriptors"),
            (Lift::RuntimeFilter, "runtime filter"),
            (Lift::StrictFilter, "strict filter"),
            (Lift::OneShot, "one shot"),
            (Lift::Capabilities, "capabilities"),
            (Lift::User, "user"),
        ] {
            let lifted = locks(&apply(locked(), &lift).unwrap());
            assert!(!lifted.iter().any(|it| it.name == name), "{name}");
            assert_eq!(lifted.len(), all - 1, "{name}");
        }
    }
}
