//! `options`: the sandbox options of the decision, each with this host's answer, and the
//! columns of the decision's table as bundles answer them.

use std::path::Path;

use seal::bundle::verify::Anchor;
use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure, merge};

use super::doctor;
use crate::cli::{Common, OptionsOf};
use crate::options::columns::{self, Measured};
use crate::options::{self, Answered, Host};

/// Prints them.
pub(super) fn options(common: &Common, args: &OptionsOf) -> Result<Done, Failure> {
    let measured: Vec<Measured> = args
        .bundles
        .iter()
        .map(|bundle| measured(bundle))
        .collect::<Result<_, _>>()?;
    let engines = doctor::try_engines()?;
    let host = Host {
        engines: &engines,
        ci: std::env::var_os("CI").is_some_and(|value| !value.is_empty()),
    };
    let answers = options::answers(&host);
    let (alone, why) = columns::ALONE;
    let not_measured = serde_json::json!([{ "technology": alone, "why": why }]);
    let object = serde_json::json!({
        "options": answers, "measured": measured, "not_measured": not_measured,
    });
    common.format.say(Code::Held, &object, || {
        print(&answers)?;
        print_columns(&measured)
    })
}

/// What is not to be believed answers nothing.
fn measured(bundle: &Path) -> Result<Measured, Failure> {
    let (verified, judged) = merge::believed(bundle, &Anchor::Embedded)?;
    let said = verified.attestation();
    Ok(columns::measured(&said.run.id, said.signer.role, &judged))
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

fn print_columns(measured: &[Measured]) -> Result<(), Failure> {
    if measured.is_empty() {
        say(
            "\nThe columns of the decision's table, measured: harness options BUNDLE..., with a bundle",
        )?;
        say("of `harness attest --engine ENGINE` for each engine.")?;
        return Ok(());
    }
    for it in measured {
        say(&format!("\n{}, run {}", safe(&it.engine), safe(&it.run)))?;
        for answer in &it.columns {
            let rows = answer.rows.iter();
            let rows: Vec<String> = rows
                .map(|row| format!("{} {}", row.id, row.verdict))
                .collect();
            let by = answer.why.map_or_else(|| rows.join(", "), str::to_owned);
            say(&format!(
                "   {:<26} {:<13} {by}",
                answer.column, answer.answer
            ))?;
        }
    }
    let (alone, why) = columns::ALONE;
    Ok(say(&format!(
        "\n{alone}: {}: {why}",
        columns::NOT_MEASURED
    ))?)
}
