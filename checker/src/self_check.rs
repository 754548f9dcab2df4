//! P1: does the sandbox hold that this program must run in?
//!
//! Judges facts that were gathered elsewhere ([`Facts`]) against the minimum
//! bar, by requirement. It opens nothing and knows nothing of packets. Each
//! invariant can be judged alone; the order of `INVARIANTS` is the report's.

mod facts;
mod mounts;
mod process;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use facts::{Facts, Reading};
pub use process::FALLBACK_TUNNELS;

use crate::settings::Settings;
use crate::wrong;

/// An invariant's stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvariantName {
    /// The input is mounted read-only and the output writable, each once.
    DataMounts,
    /// Every other mount is one the runtimes are known to make.
    MountTable,
    /// The root is read-only.
    RootReadOnly,
    /// The network namespace has the loopback only.
    NetworkInterfaces,
    /// There is no route.
    Routes,
    /// There is no environment variable.
    Environment,
    /// System calls are filtered.
    SeccompMode,
    /// By the runtime's filter and by the airlock's.
    SeccompFilters,
    /// No exec can gain privileges.
    NoNewPrivs,
    /// No capability in any set.
    Capabilities,
    /// Neither the user nor a group is root.
    User,
}

/// One invariant: what it must be and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// Which one.
    pub invariant: InvariantName,
    /// Whether it holds.
    pub holds: bool,
    /// What was seen; `{"unreadable": why}` when nothing could be.
    pub observed: Value,
    /// What must be seen.
    pub expected: Value,
}

/// Why a fact could not be taken from its file.
type Unseen = String;

/// Judges one invariant.
type Judge = fn(&Facts, &Settings) -> Invariant;

/// All invariants, in the order they are announced.
const INVARIANTS: &[Judge] = &[
    mounts::data_mounts,
    mounts::mount_table,
    mounts::root_read_only,
    process::network_interfaces,
    process::routes,
    process::environment,
    process::seccomp_mode,
    process::seccomp_filters,
    process::no_new_privs,
    process::capabilities,
    process::user,
];

/// P1 as judged, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfCheck {
    invariants: Vec<Invariant>,
}

impl SelfCheck {
    /// Judges every invariant; none is skipped because another broke.
    pub fn judge(facts: &Facts, settings: &Settings) -> Self {
        let invariants = INVARIANTS
            .iter()
            .map(|judge| judge(facts, settings))
            .collect();
        #[cfg(feature = "wrong")]
        let invariants = wrong::acts::on_invariants(invariants);
        Self { invariants }
    }

    /// The names of what does not hold, or `None` when P1 holds.
    pub fn broken(&self) -> Option<String> {
        let broken = self.invariants.iter().filter(|invariant| !invariant.holds);
        let names: Vec<String> = broken
            .map(|invariant| invariant.invariant.to_string())
            .collect();
        if names.is_empty() {
            None
        } else {
            Some(names.join(", "))
        }
    }

    /// What was judged, in order.
    pub fn into_invariants(self) -> Vec<Invariant> {
        self.invariants
    }
}

impl std::fmt::Display for InvariantName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// An invariant that holds exactly when what was seen equals what is expected.
fn equal(invariant: InvariantName, observed: Result<Value, Unseen>, expected: Value) -> Invariant {
    let holds = observed.as_ref().is_ok_and(|seen| *seen == expected);
    stated(invariant, observed, expected, holds)
}

/// An invariant whose rule is more than equality.
fn stated(
    invariant: InvariantName,
    observed: Result<Value, Unseen>,
    expected: Value,
    rule: bool,
) -> Invariant {
    let holds = observed.is_ok() && rule || wrong::overlooks(invariant);
    let observed = observed.unwrap_or_else(|why| serde_json::json!({ "unreadable": why }));
    Invariant {
        invariant,
        holds,
        observed,
        expected,
    }
}

/// At most this many names are shown of what should not be there.
const SHOWN: usize = 32;

/// A bounded, sorted list of names for `observed`.
fn shown(mut names: Vec<String>) -> Value {
    names.sort();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let short = |name: String| name.chars().take(256).collect::<String>();
    let mut names: Vec<Value> = names.into_iter().map(|name| short(name).into()).collect();
    if more > 0 {
        names.push(format!("and {more} more").into());
    }
    Value::Array(names)
}

#[cfg(test)]
mod tests;
