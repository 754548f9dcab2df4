//! `reseal`: the reviewer signs that one bundle was reviewed.

use seal::statement::reseal;
use seal::statement::word::OwnWords;
use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use super::word::Signing;
use crate::cli::{Common, Reseal};

/// Judges the bundle again, signs the reviewer's word and writes it.
pub(super) fn reseal(common: &Common, args: &Reseal) -> Result<Done, Failure> {
    let reviewed = OwnWords::parse(&args.reviewed).map_err(|error| {
        Failure::usage(error, "say what was looked at and how, in your own words")
    })?;
    let signing = Signing::over(
        &args.bundle,
        &args.reseal,
        "the reviewer's",
        &args.reviewer_key,
    )?;
    bundle::rejudge(&signing.verified).map_err(|error| {
        let hint = "nothing was signed: what the bundle says is not what it holds";
        Failure::refused(error).hinting(hint)
    })?;
    let reviewer = signing.key.public();
    let said = reseal::Reseal::new(reviewed.clone(), signing.made, &reviewer);
    signing.write(said, &args.reseal)?;
    let answer = serde_json::json!({
        "keyid": reviewer.id(),
        "reseal": args.reseal.display().to_string(),
        "reviewed": reviewed,
        "statement": signing.bound.statement,
    });
    common
        .format
        .say(Code::Held, &answer, || print(args, &reviewed, &signing))
}

fn print(args: &Reseal, reviewed: &OwnWords, signing: &Signing) -> Result<(), Failure> {
    say(&format!("re-sealed, having looked at: {reviewed}"))?;
    say(&format!("over:           {}", signing.standing()))?;
    say(&format!(
        "statement:      sha256 {}",
        signing.bound.statement
    ))?;
    say(&format!("reviewer's key: {}", signing.key.public().id()))?;
    Ok(say(&format!(
        "re-seal:        {}",
        safe(&args.reseal.display().to_string())
    ))?)
}
