//! `falsify`: shows that no row of a bundle can be made to hold by what is false.

use bundle::exit::Exit;

use serde_json::json;
use verify::terminal::print;
use verify::{Done, Failure};

use crate::cli::{Common, Falsify};
use crate::falsify::{Came, Falsification, Outcome, Runner, RunnerError, builtin};
use verify::parallel::in_parallel;

/// `harness falsify BUNDLE`.
pub(super) fn falsify(common: &Common, args: &Falsify) -> Result<Done, Failure> {
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let catalogue = builtin(&matrix).map_err(Failure::internal)?;
    let word = args.filter.as_deref().unwrap_or_default();
    let all = catalogue.all().iter();
    let chosen: Vec<&Falsification> = all.filter(|one| one.id.contains(word)).collect();
    if chosen.is_empty() {
        let error = format!("no falsification matches `{word}`");
        return Err(Failure::unknown(
            error,
            "a part of its name, such as `n19-` or `payload`",
        ));
    }
    verify::folder::require_able(&args.bundle)?;
    let runner = Runner::open(&args.bundle).map_err(not_taken)?;
    let short = catalogue.short();
    let sign = |one: &Falsification| !args.short || short.contains(one.id.as_str());
    let outcomes = in_parallel(args.side_by_side.count(), &chosen, |one| {
        runner.run(one, sign(one))
    });
    let signed = chosen.iter().filter(|one| sign(one)).count();
    let fell = outcomes.iter().any(|one| is_red(&one.came));
    let exit = if fell { Exit::Broken } else { Exit::Held };
    let to_people = || Ok(print(&words(&outcomes, signed))?);
    common
        .format
        .say(exit, &as_json(&outcomes, signed), to_people)
}

fn not_taken(error: RunnerError) -> Failure {
    let hint = "falsify takes a bundle that `verify` believes and all of whose rows are held";
    Failure::unusable(evidence::error::chain(&error), hint)
}

/// Whether an outcome shows that a proof could lie, or that nothing was shown.
fn is_red(came: &Came) -> bool {
    match came {
        Came::Refused | Came::NotApplicable(_) => false,
        Came::Held | Came::Otherwise(_) | Came::Verified(_) | Came::NotMade(_) => true,
    }
}

fn came_words(came: &Came) -> (&'static str, &str) {
    match came {
        Came::Refused => ("refused", ""),
        Came::Held => ("HELD", "the row held all the same"),
        Came::Otherwise(why) => ("OTHERWISE", why),
        Came::Verified(why) => ("NOT REFUSED FOR IT", why),
        Came::NotMade(why) => ("NOT MADE", why),
        Came::NotApplicable(why) => ("not applicable", why),
    }
}

fn words(outcomes: &[Outcome], signed: usize) -> String {
    let mut text = String::new();
    for one in outcomes {
        let (word, why) = came_words(&one.came);
        if one.came != Came::Refused {
            text.push_str(&format!("{}: {word}: {why}\n", one.id));
        }
    }
    let count =
        |wanted: &dyn Fn(&Came) -> bool| outcomes.iter().filter(|it| wanted(&it.came)).count();
    let refused = count(&|it| *it == Came::Refused);
    let lacking = count(&|it| matches!(it, Came::NotApplicable(_)));
    let red = count(&is_red);
    text.push_str(&format!(
        "falsifications: {refused} refused by their rule, {red} not, {lacking} not applicable; \
         {signed} of {} signed again and verified\n",
        outcomes.len()
    ));
    text
}

fn as_json(outcomes: &[Outcome], signed: usize) -> serde_json::Value {
    let each = outcomes.iter().map(|one| {
        let (word, why) = came_words(&one.came);
        json!({ "id": one.id, "came": word.to_lowercase(), "why": why })
    });
    json!({
        "result": if outcomes.iter().any(|it| is_red(&it.came)) { "broken" } else { "held" },
        "signed": signed,
        "falsifications": each.collect::<Vec<_>>(),
    })
}
