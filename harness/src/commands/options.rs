//! `options`: the sandbox options of the decision, each with this host's answer.

use bundle::exit::Exit;
use verify::Format;
use verify::terminal::{safe, say};

use super::{Failure, doctor};
use crate::cli::Common;
use crate::options::{self, Host};

/// Prints them.
pub(super) fn options(common: &Common) -> Result<Exit, Failure> {
    let engines = doctor::try_engines()?;
    let host = Host {
        engines: &engines,
        ci: std::env::var_os("CI").is_some_and(|value| !value.is_empty()),
    };
    let answers = options::answers(&host);
    if common.format == Format::Json {
        let options = serde_json::json!({ "options": answers });
        say(&options.to_string())?;
        return Ok(Exit::Held);
    }
    say("Sandbox options")?;
    for it in answers {
        say(&format!(
            "\n{}  {}: {}",
            it.option,
            it.title,
            it.verdict.word()
        ))?;
        say(&format!("   why:  {}", it.why))?;
        let word = if it.here { "here:" } else { "here: no:" };
        say(&format!("   {word} {}", safe(&it.answer)))?;
    }
    Ok(Exit::Held)
}
