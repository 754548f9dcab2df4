//! One boundary taken out of the profile, so that a control can be made.
//!
//! A closed list of names. What each changes in the profile is the harness's
//! business; this file owns how the matrix spells them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::call::table;
use crate::wire::Abi;

/// One boundary that a control lifts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lift {
    /// `calls: socket connect`: the policy's source allows these calls too, so
    /// that every filter compiled from it changes together.
    Calls(BTreeSet<String>),
    /// `sandbox`: there is none. The probe runs as a plain process of the host's.
    Sandbox,
    /// `filters`: neither the engine nor the airlock loads a seccomp filter at all.
    Filters,
    /// `runtime-filter`: the engine loads a seccomp filter that allows everything.
    RuntimeFilter,
    /// `strict-filter`: the airlock loads no seccomp filter.
    StrictFilter,
    /// `architectures`: entry by i386 and x32 is allowed: the runtime's filter
    /// lists those architectures, the strict filter is off.
    Architectures,
    /// `landlock`: the airlock applies no Landlock rules.
    Landlock,
    /// `no-new-privileges`: neither the engine nor the airlock sets it, so that the
    /// airlock can load no filter and no Landlock rules either.
    NoNewPrivileges,
    /// `network`: a network with a route instead of an empty namespace.
    Network,
    /// `environment`: the engine sets the canary variable and the airlock
    /// passes the environment on.
    Environment,
    /// `input-read-only`: the input is mounted writable.
    InputReadOnly,
    /// `root-read-only`: the root file system is writable.
    RootReadOnly,
    /// `extra-mount`: a folder of the host's is mounted read-only at
    /// [`CANARY_MOUNT`](crate::wire::CANARY_MOUNT).
    ExtraMount,
    /// `decoys`: decoy files are mounted read-only at the places of
    /// [`DECOYS`](crate::wire::DECOYS).
    Decoys,
    /// `output-parent`: the output is a folder of a mount that is writable as a
    /// whole, at [`OUTER_MOUNT`](crate::wire::OUTER_MOUNT).
    OutputParent,
    /// `system-paths`: the engine neither masks nor write-protects anything
    /// beneath `/proc` and `/sys`.
    SystemPaths,
    /// `shared-memory`: an IPC namespace with a writable `/dev/shm`.
    SharedMemory,
    /// `process-namespace`: the host's processes are visible.
    ProcessNamespace,
    /// `database-socket`: the folder of the database server's socket is mounted.
    DatabaseSocket,
    /// `one-shot`: the airlock without the one-shot rule: `execveat` allowed
    /// from any descriptor, no descriptor limit, H not close-on-exec.
    OneShot,
    /// `descriptors`: the airlock does not close inherited descriptors.
    Descriptors,
    /// `capabilities`: none is dropped.
    Capabilities,
    /// `user`: user and group 0.
    User,
}

/// The word is not a lift, or its calls are not calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LiftError {
    /// Not one of the lifts.
    #[error("expected a lift, observed `{text}`")]
    Unknown {
        /// The word.
        text: String,
    },
    /// `calls:` names a call that no table has, names none, or names one twice.
    #[error("expected distinct system call names after `calls:`, observed `{name}`")]
    Call {
        /// The name, empty if there is none at all.
        name: String,
    },
}

const PLAIN: [(&str, Lift); 22] = [
    ("runtime-filter", Lift::RuntimeFilter),
    ("sandbox", Lift::Sandbox),
    ("filters", Lift::Filters),
    ("strict-filter", Lift::StrictFilter),
    ("architectures", Lift::Architectures),
    ("landlock", Lift::Landlock),
    ("no-new-privileges", Lift::NoNewPrivileges),
    ("network", Lift::Network),
    ("environment", Lift::Environment),
    ("input-read-only", Lift::InputReadOnly),
    ("root-read-only", Lift::RootReadOnly),
    ("extra-mount", Lift::ExtraMount),
    ("decoys", Lift::Decoys),
    ("output-parent", Lift::OutputParent),
    ("system-paths", Lift::SystemPaths),
    ("shared-memory", Lift::SharedMemory),
    ("process-namespace", Lift::ProcessNamespace),
    ("database-socket", Lift::DatabaseSocket),
    ("one-shot", Lift::OneShot),
    ("descriptors", Lift::Descriptors),
    ("capabilities", Lift::Capabilities),
    ("user", Lift::User),
];

impl Lift {
    /// Every lift that takes no operand, with its name.
    pub fn plain() -> impl Iterator<Item = (&'static str, Self)> {
        PLAIN.into_iter()
    }
}

impl FromStr for Lift {
    type Err = LiftError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(names) = text.strip_prefix("calls:") {
            return parse_calls(names).map(Self::Calls);
        }
        PLAIN
            .into_iter()
            .find(|(name, _)| *name == text)
            .map(|(_, lift)| lift)
            .ok_or_else(|| LiftError::Unknown {
                text: text.to_owned(),
            })
    }
}

impl fmt::Display for Lift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Calls(names) = self {
            f.write_str("calls:")?;
            return names.iter().try_for_each(|name| write!(f, " {name}"));
        }
        let name = PLAIN
            .iter()
            .find(|(_, lift)| lift == self)
            .map_or("", |(name, _)| *name);
        f.write_str(name)
    }
}

fn parse_calls(names: &str) -> Result<BTreeSet<String>, LiftError> {
    let mut calls = BTreeSet::new();
    for name in names.split_whitespace() {
        let known = table::is_known(Abi::Native, name);
        if !known || !calls.insert(name.to_owned()) {
            return Err(LiftError::Call {
                name: name.to_owned(),
            });
        }
    }
    if calls.is_empty() {
        return Err(LiftError::Call {
            name: String::new(),
        });
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lift_is_printed_as_it_was_read() {
        let names = PLAIN
            .iter()
            .map(|(name, _)| *name)
            .chain(["calls: connect socket"]);
        for text in names {
            assert_eq!(text.parse::<Lift>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_unknown_lifts_and_calls() {
        for text in [
            "",
            "seccomp",
            "Landlock",
            "calls:",
            "calls: sokcet",
            "calls: socket socket",
        ] {
            assert!(text.parse::<Lift>().is_err(), "{text}");
        }
    }
}
