//! `explain`: one row, or one word of the project, in words an operator understands.

use std::path::Path;

use bundle::report::html::act;
use bundle::report::requirement;
use bundle::report::wrap::line;
use evidence::plan;
use negatives::matrix::{
    Boundary, Case, Control, Difference, Fault, Lift, Matrix, Packet, Role, lift_set_name,
};
use serde_json::json;
use verify::code::Code;
use verify::terminal::print;
use verify::{Done, Failure};

use crate::cli::{Common, Explain};
use crate::glossary::Glossary;
use crate::mutants::{Catalogue, Must, Mutant};

mod launches;
mod lifting;
mod others;
mod proof;
mod word;

/// Prints a row, or what else answers to a word; without a word, every word.
pub(super) fn explain(common: &Common, args: &Explain) -> Result<Done, Failure> {
    let asked = &*args.word.join(" ");
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let wanted = asked.trim().to_uppercase();
    if let Some(row) = matrix.deferred().iter().find(|row| row.id == wanted) {
        let mut text = format!("{}  {}\n\n", row.id, row.title);
        text.push_str(&labelled("deferred", &row.why));
        text.push_str(&labelled("", NEVER_RUN));
        let object = json!({ "id": row.id, "title": row.title, "deferred": row.why });
        return common.format.say(Code::Held, &object, || Ok(print(&text)?));
    }
    let Some(case) = matrix.case(&wanted) else {
        return explain_word(common, &matrix, asked);
    };
    common.format.say(Code::Held, &as_json(case), || {
        explain_row(&args.into.out, case, &matrix)
    })
}

const NEVER_RUN: &str = "It is never run and never counted.";

fn explain_row(bundles: &Path, case: &Case, matrix: &Matrix) -> Result<(), Failure> {
    let catalogue = Catalogue::builtin(matrix).map_err(Failure::internal)?;
    let mut text = what_it_is(case);
    for packet in &case.packets {
        text.push_str(&labelled("packet", &packet_words(packet)));
    }
    for fault in &case.faults {
        text.push_str(&labelled("fault", &fault_words(fault)));
    }
    for boundary in &case.boundaries {
        text.push_str(&boundary_text(boundary).map_err(Failure::internal)?);
    }
    text.push_str(&what_shows_it(case, catalogue.mutants()));
    print(&text)?;
    // Judging a bundle again takes its time; what is known already is shown before.
    print(&labelled(
        "last proof",
        &proof::last(bundles, case.id.as_str()),
    ))?;
    Ok(())
}

fn explain_word(common: &Common, matrix: &Matrix, asked: &str) -> Result<Done, Failure> {
    let glossary = Glossary::builtin(matrix).map_err(Failure::internal)?;
    if asked.trim().is_empty() {
        let groups = json!({ "groups": glossary.groups() });
        let to_people = || Ok(print(&word::all(&glossary))?);
        return common.format.say(Code::Held, &groups, to_people);
    }
    let catalogue = Catalogue::builtin(matrix).map_err(Failure::internal)?;
    let answers = word::answers(asked, &glossary, matrix, catalogue.mutants());
    if answers.is_empty() {
        let near = glossary.nearest(asked, matrix).join("`, `");
        return Err(Failure::unknown(
            format!("nothing here is called `{asked}`"),
            &format!("the nearest words are `{near}`; `harness explain` shows all of them"),
        ));
    }
    let to_people = || Ok(print(&word::text(&answers))?);
    common
        .format
        .say(Code::Held, &word::as_json(&answers), to_people)
}

/// The width of a label with its gap.
const INDENT: &str = "               ";

fn labelled(label: &str, text: &str) -> String {
    line(&format!("{label:<15}"), text)
}

fn what_it_is(case: &Case) -> String {
    let mut text = format!("{}  {}\n\n", case.id, case.title);
    text.push_str(&labelled(
        "test",
        &format!(
            "#{} of 45, layer {}: {}",
            case.number,
            case.layer,
            layer(case)
        ),
    ));
    text.push_str(&labelled("shows", &case.shows()));
    text.push_str(&labelled("block point", &case.block_point));
    if !case.requirement.is_empty() {
        text.push_str(&labelled(
            "requirement",
            &requirement::words(&case.requirement),
        ));
    }
    if let Some(why) = &case.pending {
        text.push_str(&labelled("pending", why));
    }
    text
}

fn layer(case: &Case) -> &'static str {
    use negatives::matrix::Layer;
    match case.layer {
        Layer::L1 => "the kernel denies it from outside the program",
        Layer::L2 => "the build rejects it",
        Layer::L3 => "the program's own runtime guards",
        Layer::L4 => "the decision rules",
        Layer::L5 => "the output contract",
    }
}

fn packet_words(packet: &Packet) -> String {
    let what = match packet.role {
        Role::Hostile => "hostile",
        Role::Control => "the control",
    };
    let gate = packet.stops_at.as_deref();
    let gate = gate.map_or(String::new(), |gate| format!(", stops at {gate}"));
    let said = packet.reasons.join(" ");
    let said = if said.is_empty() {
        said
    } else {
        format!(", says {said}")
    };
    format!(
        "`{}`, {what}: exit code {}{gate}{said}",
        packet.fixture, packet.exit
    )
}

fn fault_words(fault: &Fault) -> String {
    let previous = if fault.previous {
        ", over an earlier report"
    } else {
        ""
    };
    format!(
        "`{}` ({:?}{previous}): exit code {}; {}",
        fault.id, fault.how, fault.exit, fault.why
    )
}

fn boundary_text(boundary: &Boundary) -> Result<String, evidence::profile::ProfileError> {
    let mut text = format!("\n{}\n", boundary.name);
    for lift in &boundary.lift {
        let changes = lifting::changes(lift)?.join("; ");
        let words = format!("the control lifts `{lift}`: {changes}");
        text.push_str(&line("  ", &words));
    }
    for alone in &boundary.alone {
        let lifts = lift_set_name(alone);
        let words = format!("with `{lifts}` alone lifted, what is left must hold");
        text.push_str(&line("  ", &words));
    }
    for attempt in &boundary.attempts {
        let words = format!("{}: {}", attempt.id, act(&attempt.act));
        text.push_str(&line("  - ", &words));
        text.push_str(&line("    ", &attempt.why));
        let words = format!("locked: {}; control: {}", attempt.locked, attempt.control);
        text.push_str(&line("    ", &words));
        for one in &attempt.differs {
            let words = format!(
                "where an engine lacks `{}`: {}; {}",
                one.lacks,
                outcomes(one),
                one.why
            );
            text.push_str(&line("    ", &words));
        }
    }
    Ok(text)
}

fn outcomes(difference: &Difference) -> String {
    let locked = difference.locked.iter().map(|one| format!("locked: {one}"));
    let control = difference.control.iter().map(|one| match one {
        Control::Shows(outcome) => format!("control: {outcome}"),
        Control::Nothing(outcome) => format!("control: {outcome}, which shows nothing"),
    });
    let alone = difference
        .alone
        .iter()
        .map(|_| "other outcomes of one layer alone".to_owned());
    let all: Vec<String> = locked.chain(control).chain(alone).collect();
    all.join(", ")
}

fn what_shows_it(case: &Case, mutants: &[Mutant]) -> String {
    let mut text = String::from("\n");
    let sandboxes = plan::orders(case).len();
    let run = match sandboxes {
        0 => "no sandbox".to_owned(),
        many => evidence::count(many, "sandbox"),
    };
    text.push_str(&labelled(
        "run it",
        &format!("`harness run {}` ({run})", case.id),
    ));
    if let Some(lift) = one_lift(case) {
        text.push_str(&labelled(
            "see it break",
            &format!("`harness run {} --lift {lift}`", case.id),
        ));
    }
    let killers: Vec<&Mutant> = mutants
        .iter()
        .filter(|mutant| mutant.row == case.id.as_str() && matches!(mutant.must, Must::Fall(_)))
        .collect();
    if !killers.is_empty() {
        let many = evidence::count(killers.len(), "weakening");
        let words = format!("{many} of the sandbox must break it:");
        text.push_str(&labelled("mutants", &words));
        for mutant in killers {
            let words = format!("{}: {}", mutant.id, mutant.what);
            text.push_str(&line(&format!("{INDENT}- "), &words));
        }
    }
    text
}

/// A lift that the command line takes as one word and that takes the row's first
/// boundary away.
fn one_lift(case: &Case) -> Option<String> {
    match case.boundaries.first()?.lift.as_slice() {
        [Lift::Calls(_)] => Some("seccomp".to_owned()),
        [lift] => Some(lift.to_string()),
        _ => None,
    }
}

fn as_json(case: &Case) -> serde_json::Value {
    let boundaries: Vec<_> = case
        .boundaries
        .iter()
        .map(|boundary| {
            let attempts: Vec<_> = boundary
                .attempts
                .iter()
                .map(|attempt| {
                    json!({
                        "id": attempt.id,
                        "act": attempt.act,
                        "why": attempt.why,
                        "locked": attempt.locked.to_string(),
                        "control": attempt.control.to_string(),
                    })
                })
                .collect();
            json!({ "name": boundary.name, "lift": lift_set_name(&boundary.lift), "attempts": attempts })
        })
        .collect();
    json!({
        "id": case.id.as_str(),
        "number": case.number,
        "layer": case.layer,
        "title": case.title,
        "shows": case.shows(),
        "block_point": case.block_point,
        "requirement": case.requirement,
        "pending": case.pending,
        "boundaries": boundaries,
    })
}
