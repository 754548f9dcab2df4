//! How a sandbox ended, as the engine says.

use serde::{Deserialize, Serialize};

/// How a sandbox ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Exit {
    /// With this code; 128 + n where signal n ended it (bash(1), `docker run`).
    Code(i64),
    /// The engine did not say, or says it never ran; why.
    Unknown(String),
}

impl std::fmt::Display for Exit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(out, "exit code {code}"),
            Self::Unknown(why) => write!(out, "no exit code: {why}"),
        }
    }
}
