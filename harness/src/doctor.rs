//! What this host can do for a proof: facts of it, each put into a finding that says
//! what it costs and what mends it.
//!
//! [`facts`] looks and has no words; [`kernel`], [`engines`] and [`resources`] have the
//! words and do not look. Nothing here judges a row.

use serde::Serialize;

pub mod engines;
pub mod facts;
pub mod kernel;
pub mod resources;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What: one short name, such as `landlock`.
    pub what: String,
    /// How good it is.
    #[serde(flatten)]
    pub state: State,
    /// What was seen.
    pub observed: String,
    /// What cannot be shown because of it; empty where nothing is lost.
    pub costs: String,
    /// What to do about it: a command, where there is one.
    pub mend: String,
}

/// How good a finding is. A program is told the `word` that people see, and as `state` what it
/// was told before there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "Told")]
pub enum State {
    /// Nothing is lost.
    Fine,
    /// Something cannot be shown, or not in every way.
    Limited,
    /// It is not there.
    Missing,
}

#[derive(Serialize)]
struct Told {
    state: &'static str,
    word: &'static str,
}

impl From<State> for Told {
    fn from(state: State) -> Self {
        let told = match state {
            State::Fine => "fine",
            State::Limited => "limited",
            State::Missing => "missing",
        };
        Self {
            state: told,
            word: state.word(),
        }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// A proof can be had here: an engine that was asked for can be used.
    pub usable: bool,
    /// The engine that a run would take.
    pub engine: Option<String>,
    /// One for each thing that was looked at.
    pub findings: Vec<Finding>,
}

impl Finding {
    /// Nothing is lost.
    #[must_use]
    pub fn fine(what: &str, observed: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            state: State::Fine,
            observed: observed.into(),
            costs: String::new(),
            mend: String::new(),
        }
    }

    /// Something is lost.
    #[must_use]
    pub fn limited(what: &str, observed: impl Into<String>, costs: &str, mend: &str) -> Self {
        Self {
            state: State::Limited,
            costs: costs.to_owned(),
            mend: mend.to_owned(),
            ..Self::fine(what, observed)
        }
    }

    /// It is not there.
    #[must_use]
    pub fn missing(what: &str, observed: impl Into<String>, costs: &str, mend: &str) -> Self {
        Self {
            state: State::Missing,
            ..Self::limited(what, observed, costs, mend)
        }
    }
}

impl State {
    /// The word people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Limited => "less",
            Self::Missing => "no",
        }
    }
}
