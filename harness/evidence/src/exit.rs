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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_above_128_names_a_signal() {
        let signal = |code| Exit::Code(code).signal();
        assert_eq!(signal(137), Some(9));
        assert_eq!(signal(129), Some(1));
        // A program may end with 128 itself, and there is no signal 0.
        assert_eq!([signal(0), signal(4), signal(128)], [None; 3]);
        assert_eq!(Exit::Unknown("gone".to_owned()).signal(), None);
    }

    #[test]
    fn an_end_is_said_with_its_code_or_with_why_there_is_none() {
        assert_eq!(Exit::Code(4).to_string(), "exit code 4");
        let lost = Exit::Unknown("the engine is gone".to_owned());
        assert_eq!(lost.to_string(), "no exit code: the engine is gone");
    }
}
