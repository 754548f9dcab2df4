//! Where a run ran, as the host and the engine say of themselves.

use serde::{Deserialize, Serialize};

use super::PredicateError;

/// Where it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The kernel's release, as `uname -r`.
    pub kernel: String,
    /// The machine, as `uname -m`.
    pub arch: String,
    /// What realised the sandbox.
    pub engine: EngineNote,
    /// The runtime beneath it and its version, such as `runc 1.1.5`; empty if unknown.
    pub runtime: String,
    /// What of the table of calls no filter can decide on this kernel.
    pub calls_shown_to_no_filter: Unfiltered,
}

/// An engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineNote {
    /// Such as `docker`.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The version of its interface that was used; empty where there is none.
    pub api: String,
}

/// The calls that a kernel shows to no filter, as found by making every call under a
/// filter that refuses all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Unfiltered {
    /// These, by number.
    Asked(Vec<UnfilteredCall>),
    /// The kernel was not asked, or gave no answer.
    NotAsked {
        /// Why.
        reason: String,
    },
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnfilteredCall {
    /// Its number in the machine's own table.
    pub number: u32,
    /// Its name in that table; empty if it has none there.
    pub name: String,
    /// What came of it, with arguments that do nothing: `ENXIO`, `killed SIGILL`.
    pub came: String,
}

impl Unfiltered {
    /// The call with this number, if it is one of them.
    #[must_use]
    pub fn call(&self, number: u32) -> Option<&UnfilteredCall> {
        self.calls().iter().find(|call| call.number == number)
    }

    /// The calls that are known to be shown to no filter.
    #[must_use]
    pub fn calls(&self) -> &[UnfilteredCall] {
        match self {
            Self::Asked(calls) => calls,
            Self::NotAsked { .. } => &[],
        }
    }

    /// What may not be said of the filters because of it, if anything.
    #[must_use]
    pub fn disclaimer(&self) -> Option<String> {
        match self {
            Self::Asked(calls) if calls.is_empty() => None,
            Self::Asked(calls) => {
                let named: Vec<String> = calls.iter().map(UnfilteredCall::named).collect();
                Some(format!(
                    "that a filter decides the calls that this kernel shows to no filter: {}",
                    named.join(", ")
                ))
            }
            Self::NotAsked { reason } => Some(format!(
                "that this kernel shows every call to the filters: it was not asked ({reason})"
            )),
        }
    }

    pub(super) fn check(&self) -> Result<(), PredicateError> {
        let mut pairs = self.calls().windows(2);
        match pairs.find(|pair| pair[0].number >= pair[1].number) {
            None => Ok(()),
            Some(pair) => Err(PredicateError::Unfiltered {
                number: pair[1].number,
            }),
        }
    }
}

/// How far the table of calls is shown to filters, and so how far a proof of them goes.
impl std::fmt::Display for Unfiltered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Asked(calls) if calls.is_empty() => {
                f.write_str("this kernel shows to filters the whole table of calls")
            }
            Self::Asked(calls) => {
                let came = |call: &UnfilteredCall| format!("{} ({})", call.named(), call.came);
                let calls: Vec<String> = calls.iter().map(came).collect();
                f.write_str("this kernel shows to filters the whole table of calls but for ")?;
                f.write_str(&calls.join(", "))
            }
            Self::NotAsked { reason } => {
                f.write_str("which calls this kernel shows to filters was not asked: ")?;
                f.write_str(reason)
            }
        }
    }
}

impl UnfilteredCall {
    /// Its number and its name.
    #[must_use]
    pub fn named(&self) -> String {
        format!("{} {}", self.number, self.name)
            .trim_end()
            .to_owned()
    }
}
