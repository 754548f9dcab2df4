//! `options`: the sandbox options of the decision, each with this host's answer.

use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use super::doctor;
use crate::cli::Common;
use crate::options::{self, Answered, Host};

/// Prints them.
pub(super) fn options(common: &Common) -> Result<Done, Failure> {
    let engines = doctor::try_engines()?;
    let host = Host {
        engines: &engines,
        ci: std::env::var_os("CI").is_some_and(|value| !value.is_empty()),
    };
    let answers = options::answers(&host);
    let object = serde_json::json!({ "options": answers });
    common.format.say(Code::Held, &object, || print(&answers))
}

fn print(answers: &[Answered]) -> Result<(), Failure> {
    say("Sandbox options")?;
    for it in answers {
        say("")?;
        say(&format!(
            "{}  {}: {}",
            it.option,
            it.title,
            it.verdict.word()
        ))?;
        say(&format!("   why:  {}", it.why))?;
        let word = if it.here { "here:" } else { "here: no:" };
        say(&format!("   {word} {}", safe(&it.answer)))?;
    }
    Ok(())
}
