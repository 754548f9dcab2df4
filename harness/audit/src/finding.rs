//! What the views of an act amount to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::row::Row;

/// A finding about one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The act's id.
    pub act: String,
    /// Its row.
    pub row: Row,
    /// What it amounts to.
    pub verdict: Verdict,
}

/// What it amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// It got through: who saw it.
    Open(String),
    /// It was refused, it succeeds without the sandbox, and this closes it.
    Closed(By),
    /// It was done, and nothing of the host was touched.
    OwnWorld,
    /// It is impossible without the sandbox, too; why.
    ShowsNothing(String),
    /// What came of it could not be told; why.
    NotSeen(String),
    /// It was not made; why.
    NotRun(String),
}

/// What closes an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum By {
    /// This filter of so many, evaluated for the very call.
    Filter {
        /// Counted from 1, the oldest first.
        at: usize,
        /// How many there are.
        of: usize,
    },
    /// A filter that killed the process: `SIGSYS`.
    Kill,
    /// Whatever ended all that ran in the sandbox at this act, twice.
    End,
    /// A namespace of its own.
    Namespace(String),
    /// The launcher handed it on to nobody.
    NotHandedOn,
    /// It is so, as seen from outside.
    Identity(String),
    /// An error that only a rule over files and processes gives, with its name; no filter
    /// does.
    LsmOrOwnership(String),
    /// The same of a process whose filters could not be read back: one of them may give it.
    UnreadFilter(String),
    /// An error of a kernel that does not know the call or the kind of socket, with its name:
    /// a filter gives it, a network of its own, or another kernel.
    Unknown(String),
    /// These words of the line: without them it is open.
    Words {
        /// The words that were lifted.
        lift: String,
        /// What closed it while they were there.
        by: Box<Self>,
    },
}

impl Verdict {
    /// Its heading.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Closed(_) => "closed",
            Self::OwnWorld => "own world",
            Self::ShowsNothing(_) => "shows nothing",
            Self::NotSeen(_) => "not seen",
            Self::NotRun(_) => "not run",
        }
    }

    /// Who saw it, what closes it, or why it shows nothing.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Open(who) => who.clone(),
            Self::Closed(by) => format!("by {by}"),
            Self::OwnWorld => "done, and nothing of the host was touched".to_owned(),
            Self::ShowsNothing(why) | Self::NotSeen(why) | Self::NotRun(why) => why.clone(),
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter { at, of } => write!(f, "filter {at} of {of}, read back and evaluated"),
            Self::Kill => f.write_str("a filter that sends SIGSYS"),
            Self::End => {
                f.write_str("the end of all that ran in the sandbox, in each of two launches")
            }
            Self::Namespace(name) => write!(f, "a {name} namespace of its own"),
            Self::NotHandedOn => f.write_str("the launcher, which does not hand it on"),
            Self::Identity(words) => f.write_str(words),
            Self::LsmOrOwnership(errno) => write!(f, "an LSM or ownership ({errno})"),
            Self::UnreadFilter(errno) => write!(
                f,
                "a filter, an LSM or ownership ({errno}): this user may not read the filters"
            ),
            Self::Unknown(errno) => write!(
                f,
                "a filter, a network of its own or another kernel ({errno})"
            ),
            Self::Words { lift, by } => write!(f, "`{lift}`: {by}"),
        }
    }
}
