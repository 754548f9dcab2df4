//! What the host's kernel showed of a sandboxed process: facts, each seen or not seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::mounts::Mount;

mod repeated;

/// A fact, or why it could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen<T> {
    /// The kernel showed it.
    Seen(T),
    /// It could not be seen; why.
    NotSeen(String),
    /// It is as it was at the barrier, or at the barrier of the launch before: so records
    /// are written down, and whoever reads them fills it in.
    AsBefore,
}

impl<T> Seen<T> {
    /// The fact, if it was seen.
    pub fn fact(&self) -> Option<&T> {
        self.known().ok()
    }

    /// Why it was not seen, if it was not.
    pub fn reason(&self) -> Option<&str> {
        self.known().err()
    }

    /// The fact, or why it was not seen.
    ///
    /// # Errors
    /// It was not; why.
    pub fn known(&self) -> Result<&T, &str> {
        match self {
            Self::Seen(fact) => Ok(fact),
            Self::NotSeen(reason) => Err(reason),
            Self::AsBefore => Err("said to be as before, and nothing was seen before"),
        }
    }
}

/// What the host saw of one process at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// `/proc/PID/status` (proc_pid_status(5)): ids, capabilities, seccomp; with them,
    /// as `UidMap` and `GidMap`, what its user namespace makes of ids.
    pub status: Seen<BTreeMap<String, String>>,
    /// `/proc/PID/mountinfo` (proc_pid_mountinfo(5)), line by line.
    pub mounts: Seen<Vec<Mount>>,
    /// The names, and only the names, in `/proc/PID/environ`.
    pub environment: Seen<Vec<String>>,
    /// `/proc/PID/limits`: name, then soft and hard limit.
    pub limits: Seen<BTreeMap<String, String>>,
    /// `pids.max` and `memory.max` of its control group, as the host's controller
    /// files have them (cgroups(7)), under these names on version 1 too.
    pub control_group: Seen<BTreeMap<String, String>>,
    /// Which of the paths that must be hidden or write-protected this kernel has.
    pub system_paths: Seen<Vec<String>>,
    /// Device nodes in its `/dev`: name, then type, major and minor number.
    pub devices: Seen<BTreeMap<String, String>>,
    /// `/proc/PID/ns/*`: whether each namespace is another than the host's.
    pub namespaces: Seen<BTreeMap<String, Namespace>>,
    /// Interfaces in `/proc/PID/net/dev`.
    pub interfaces: Seen<Vec<String>>,
    /// Routes over anything but the loopback interface.
    pub routes: Seen<Vec<String>>,
    /// SHA-256 of the program it runs (`/proc/PID/exe`).
    pub executable: Seen<String>,
    /// SHA-256 of the program held at the one-shot descriptor; empty if none is.
    pub held: Seen<String>,
    /// Open descriptors and what they are.
    pub descriptors: Seen<Vec<Descriptor>>,
    /// Its command line is, word for word, what the launch asked for: at the barrier the
    /// airlock with its whole plan, and in that the launch's nonce; at the exec the subject.
    pub command_as_asked: Seen<bool>,
    /// The two data folders, by device and inode as seen from inside.
    pub folders: Seen<BTreeMap<String, String>>,
    /// Filters read back from the kernel, oldest first, as lower-case hex.
    pub filters: Seen<Vec<Arc<str>>>,
}

/// One namespace of a process (namespaces(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Namespace {
    /// Its identity, such as `net:[4026532500]`.
    pub id: String,
    /// It is the harness's own.
    pub shared_with_host: bool,
}

/// An open descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// Its number.
    pub number: u32,
    /// What it refers to, such as `pipe:[123]`.
    pub target: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A view all of whose facts have these words in them.
    pub(crate) fn view(words: &str, filters: Seen<Vec<Arc<str>>>) -> View {
        let facts = || Seen::Seen(BTreeMap::from([("a".to_owned(), words.to_owned())]));
        let names = || Seen::Seen(vec![words.to_owned()]);
        View {
            status: facts(),
            mounts: Seen::NotSeen(words.to_owned()),
            environment: names(),
            limits: facts(),
            control_group: facts(),
            system_paths: names(),
            devices: facts(),
            namespaces: Seen::NotSeen(words.to_owned()),
            interfaces: names(),
            routes: names(),
            executable: Seen::Seen(words.to_owned()),
            held: Seen::Seen(words.to_owned()),
            descriptors: Seen::NotSeen(words.to_owned()),
            command_as_asked: Seen::NotSeen(words.to_owned()),
            folders: facts(),
            filters,
        }
    }

    /// What was not seen is never taken for a fact, whatever the reason.
    #[test]
    fn a_fact_is_there_or_why_it_is_not() {
        let seen = Seen::Seen(7);
        assert_eq!((seen.fact(), seen.reason()), (Some(&7), None));
        let hidden: Seen<u8> = Seen::NotSeen("Permission denied".to_owned());
        assert_eq!(hidden.known(), Err("Permission denied"));
        let before: Seen<u8> = Seen::AsBefore;
        assert_eq!(before.fact(), None);
        assert_eq!(
            before.reason(),
            Some("said to be as before, and nothing was seen before")
        );
    }
}
