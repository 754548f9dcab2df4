//! `list`: the rows, one line each.

use bundle::report::wrap;
use evidence::plan;
use negatives::matrix::Matrix;
use serde_json::{Value, json};
use verify::code::Code;
use verify::{Done, Failure, terminal};

use crate::cli::Common;

/// Prints the matrix.
pub(super) fn list(common: &Common) -> Result<Done, Failure> {
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let to_people = || Ok(terminal::print(&as_text(&matrix))?);
    common.format.say(Code::Held, &as_json(&matrix), to_people)
}

fn as_json(matrix: &Matrix) -> Value {
    let rows: Vec<_> = matrix
        .cases()
        .iter()
        .map(|case| {
            json!({
                "id": case.id.as_str(),
                "number": case.number,
                "layer": case.layer,
                "title": case.title,
                "attempts": case.attempts().count(),
                "sandboxes": plan::orders(case).len(),
            })
        })
        .collect();
    let deferred: Vec<_> = matrix
        .deferred()
        .iter()
        .map(|row| json!({ "id": row.id, "title": row.title }))
        .collect();
    json!({ "rows": rows, "deferred": deferred })
}

fn as_text(matrix: &Matrix) -> String {
    let mut text = line("row", "#", "in", "attempts", "sandboxes", "what");
    for case in matrix.cases() {
        text.push_str(&line(
            case.id.as_str(),
            &case.number.to_string(),
            &case.layer.to_string(),
            &case.attempts().count().to_string(),
            &plan::orders(case).len().to_string(),
            &case.title,
        ));
    }
    text.push_str("\ndeferred: never run, never counted\n");
    for row in matrix.deferred() {
        let first = format!("{:<4}  ", row.id);
        text.push_str(&wrap::line(&first, &format!("{}: {}", row.title, row.why)));
    }
    text.push_str("\n`harness explain ID` says more of a row.\n");
    text
}

fn line(
    row: &str,
    number: &str,
    layer: &str,
    attempts: &str,
    sandboxes: &str,
    what: &str,
) -> String {
    format!("{row:<4} {number:>2} {layer:<3} {attempts:>8} {sandboxes:>9}  {what}\n")
}
