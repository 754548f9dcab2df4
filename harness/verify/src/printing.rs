//! How results are printed.

use std::ffi::{OsStr, OsString};
use std::str::FromStr;

use crate::terminal::Color;

/// For whom standard output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
}

/// How a command prints.
#[derive(Debug, Clone, Copy)]
pub struct Printing {
    /// What is printed on standard output.
    pub format: Format,
    /// Whether colour is used.
    pub color: Color,
    /// What this program is called, for whoever is told to run it again.
    pub program: &'static str,
}

impl Printing {
    /// For people, as this terminal has it.
    pub const PLAIN: Self = Self {
        format: Format::Human,
        color: Color::Auto,
        program: "harness",
    };
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            other => Err(format!("expected `human` or `json`, observed `{other}`")),
        }
    }
}

impl Format {
    /// What a line asks for, even one that is wrong elsewhere: whoever reads objects gets
    /// one for a mistake, too. Words behind `--` are another program's.
    #[must_use]
    pub fn of_line(words: impl IntoIterator<Item = OsString>) -> Self {
        let ours = words.into_iter().take_while(|word| word != "--");
        let words: Vec<OsString> = ours.collect();
        let apart = words
            .windows(2)
            .any(|it| it[0] == "--format" && it[1] == "json");
        let joined = words.iter().any(|it| it == OsStr::new("--format=json"));
        if apart || joined {
            Self::Json
        } else {
            Self::Human
        }
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            other => Err(format!(
                "expected `auto`, `always` or `never`, observed `{other}`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_wrong_elsewhere_still_says_who_reads() {
        let of = |line: &str| Format::of_line(line.split(' ').map(OsString::from));
        for line in [
            "moon --format json",
            "--format=json",
            "a --moon --format json b",
        ] {
            assert_eq!(of(line), Format::Json, "{line}");
        }
        for line in ["moon", "--format xml", "json", "audit -- sh --format json"] {
            assert_eq!(of(line), Format::Human, "{line}");
        }
    }
}
