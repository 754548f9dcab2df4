//! Which engine is asked for.

use std::fmt;
use std::str::FromStr;

/// An engine, or the choice of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineChoice {
    /// The first that can be used, and it is said which.
    Auto,
    /// Docker, over its socket.
    Docker,
    /// Podman, over its Docker-compatible socket.
    Podman,
    /// bubblewrap, which needs neither a daemon nor root.
    Bwrap,
    /// firejail, which needs no daemon.
    Firejail,
    /// No sandbox: to see the checker fail closed.
    None,
}

/// A word names no engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `auto`, `docker`, `podman`, `bwrap`, `firejail` or `none`, observed `{0}`")]
pub struct ChoiceError(String);

impl EngineChoice {
    /// Each choice with its word, and what it means for people.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (
            Self::Auto,
            "auto",
            "The first that can be used, and it is said which",
        ),
        (Self::Docker, "docker", "Docker, over its socket"),
        (
            Self::Podman,
            "podman",
            "Podman, over its Docker-compatible socket",
        ),
        (Self::Bwrap, "bwrap", "bubblewrap: no daemon, no root"),
        (
            Self::Firejail,
            "firejail",
            "firejail: no daemon, for root alone",
        ),
        (
            Self::None,
            "none",
            "No sandbox: to see the checker fail closed",
        ),
    ];
}

impl FromStr for EngineChoice {
    type Err = ChoiceError;

    fn from_str(word: &str) -> Result<Self, ChoiceError> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == word);
        found.map_or_else(
            || Err(ChoiceError(word.to_owned())),
            |(choice, ..)| Ok(*choice),
        )
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.iter().find(|(choice, ..)| choice == self);
        out.write_str(found.map_or("", |(_, word, _)| word))
    }
}
