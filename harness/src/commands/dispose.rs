//! `dispose`: the owner signs a decision on B0''', over one bundle.

use seal::statement::disposition::{Decision, Disposition};
use seal::statement::word::OwnWords;
use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use super::word::Signing;
use crate::cli::{Common, Dispose};

/// Signs the owner's decision and writes it.
pub(super) fn dispose(common: &Common, args: &Dispose) -> Result<Done, Failure> {
    let decision = decision(args)?;
    let signing = Signing::over(
        &args.bundle,
        &args.disposition,
        "the owner's",
        &args.owner_key,
    )?;
    let owner = signing.key.public();
    let said = Disposition::new(decision.clone(), signing.made, &owner);
    signing.write(said, &args.disposition)?;
    let answer = serde_json::json!({
        "decision": decision,
        "disposition": args.disposition.display().to_string(),
        "keyid": owner.id(),
        "statement": signing.bound.statement,
    });
    common
        .format
        .say(Code::Held, &answer, || print(args, &decision, &signing))
}

fn decision(args: &Dispose) -> Result<Decision, Failure> {
    match (&args.decision, &args.risk) {
        (chosen, None) if chosen.honoured && !chosen.waived => Ok(Decision::Honoured),
        (chosen, Some(words)) if chosen.waived && !chosen.honoured => OwnWords::parse(words)
            .map(|risk| Decision::Waived { risk })
            .map_err(|error| Failure::usage(error, "say what is risked, in your own words")),
        _ => Err(Failure::usage(
            "expected `--honoured`, or `--waived` with `--risk`",
            "the decision is the owner's: nothing is chosen for them",
        )),
    }
}

fn print(args: &Dispose, decision: &Decision, signing: &Signing) -> Result<(), Failure> {
    match decision {
        Decision::Honoured => {
            say("B0''' honoured: the reviewer's re-seal is asked for, not done")?;
        }
        Decision::Waived { risk } => say(&format!("B0''' waived, with this risk: {risk}"))?,
    }
    say(&format!("over:        {}", signing.standing()))?;
    say(&format!("statement:   sha256 {}", signing.bound.statement))?;
    say(&format!("owner's key: {}", signing.key.public().id()))?;
    Ok(say(&format!(
        "disposition: {}",
        safe(&args.disposition.display().to_string())
    ))?)
}
