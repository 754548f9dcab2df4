//! How results are printed.

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
