//! `explain`: one row, in words an operator understands.

use negatives::matrix::{Boundary, Case, Control, Difference, Matrix, lift_set_name};
use negatives::wire::Act;
use serde_json::json;

use super::Failure;
use crate::cli::{Common, Format};
use crate::exit::Exit;
use crate::plan;
use crate::report::terminal::say;

/// Prints a row.
pub(super) fn explain(common: &Common, id: &str) -> Result<Exit, Failure> {
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    let wanted = id.to_uppercase();
    if let Some(row) = matrix.deferred().iter().find(|row| row.id == wanted) {
        say(&format!(
            "{}  {}\ndeferred: {}\nIt is never run and never counted.",
            row.id, row.title, row.why
        ))?;
        return Ok(Exit::Held);
    }
    let Some(case) = matrix
        .cases()
        .iter()
        .find(|case| case.id.as_str() == wanted)
    else {
        return Err(Failure::usage(
            format!("no row `{id}`"),
            "`harness list` shows the rows",
        ));
    };
    if common.format == Format::Json {
        say(&as_json(case).to_string())?;
    } else {
        explain_case(case)?;
    }
    Ok(Exit::Held)
}

fn explain_case(case: &Case) -> std::io::Result<()> {
    say(&format!(
        "{} (test #{}, layer {})  {}",
        case.id, case.number, case.layer, case.title
    ))?;
    say(&format!("shows:        {}", case.shows))?;
    say(&format!("block point:  {}", case.block_point))?;
    if !case.requirement.is_empty() {
        let rows: Vec<String> = case.requirement.iter().map(ToString::to_string).collect();
        say(&format!(
            "requirement:  row {} of the minimum acceptable sandbox (KB-4BEF, Track 4)",
            rows.join(", ")
        ))?;
    }
    if let Some(why) = &case.pending {
        say(&format!("pending:      {why}"))?;
    }
    for packet in &case.packets {
        let gate = packet
            .stops_at
            .as_deref()
            .map_or(String::new(), |gate| format!(", stops at {gate}"));
        say(&format!(
            "packet:       `{}` ({:?}): exit {}{gate} {}",
            packet.fixture,
            packet.role,
            packet.exit,
            packet.reasons.join(" ")
        ))?;
    }
    for fault in &case.faults {
        let previous = if fault.previous {
            ", over an earlier report"
        } else {
            ""
        };
        say(&format!(
            "fault:        `{}` ({:?}{previous}): exit {}. {}",
            fault.id, fault.how, fault.exit, fault.why
        ))?;
    }
    case.boundaries.iter().try_for_each(explain_boundary)?;
    let sandboxes: Vec<String> = plan::orders(case)
        .into_iter()
        .map(|order| order.id)
        .collect();
    say(&format!("sandboxes:    {}", sandboxes.join(" ")))
}

fn explain_boundary(boundary: &Boundary) -> std::io::Result<()> {
    say(&format!("\nboundary `{}`", boundary.name))?;
    say(&format!(
        "  the control lifts: {}",
        lift_set_name(&boundary.lift)
    ))?;
    for alone in &boundary.alone {
        say(&format!(
            "  still refused with only this lifted: {}",
            lift_set_name(alone)
        ))?;
    }
    for attempt in &boundary.attempts {
        let act = match &attempt.act {
            Act::Call { call, .. } => call.clone(),
            Act::Script { script, args } => format!("{script} {}", args.join(" ")),
        };
        say(&format!("  {:<32} {}", attempt.id, act.trim_end()))?;
        say(&format!(
            "    locked {}, control {}. {}",
            attempt.locked, attempt.control, attempt.why
        ))?;
        for one in &attempt.differs {
            say(&format!(
                "    where an engine lacks `{}`: {}. {}",
                one.lacks,
                outcomes(one),
                one.why
            ))?;
        }
    }
    Ok(())
}

fn outcomes(difference: &Difference) -> String {
    let locked = difference.locked.iter().map(|one| format!("locked {one}"));
    let control = difference.control.iter().map(|one| match one {
        Control::Shows(outcome) => format!("control {outcome}"),
        Control::Nothing(outcome) => format!("control {outcome}, which shows nothing"),
    });
    let alone = difference
        .alone
        .iter()
        .map(|_| "other outcomes of one layer alone".to_owned());
    let all: Vec<String> = locked.chain(control).chain(alone).collect();
    all.join(", ")
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
        "shows": case.shows,
        "block_point": case.block_point,
        "requirement": case.requirement,
        "pending": case.pending,
        "boundaries": boundaries,
    })
}
