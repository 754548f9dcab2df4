//! How a sandbox ended, as the engine says.

use serde::{Deserialize, Serialize};

/// Signals are added to this in an exit code (bash(1)).
const SIGNALLED: i64 = 128;

/// How a sandbox ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Exit {
    /// With this code; 128 + n where signal n ended it (bash(1), `docker run`).
    Code(i64),
    /// The engine did not say, or says it never ran; why.
    Unknown(String),
}

impl Exit {
    /// The signal that ended the program, where its exit code names one.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        match self {
            Self::Code(code) if *code > SIGNALLED => i32::try_from(code - SIGNALLED).ok(),
            Self::Code(_) | Self::Unknown(_) => None,
        }
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(out, "exit code {code}"),
            Self::Unknown(why) => write!(out, "no exit code: {why}"),
        }
    }
}
