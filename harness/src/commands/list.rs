//! `list`: the rows, one line each.

use negatives::matrix::Matrix;
use serde_json::json;

use super::Failure;
use crate::cli::{Common, Format};
use crate::exit::Exit;
use crate::plan;
use crate::report::terminal;

/// Prints the matrix.
pub(super) fn list(common: &Common) -> Result<Exit, Failure> {
    let matrix = Matrix::builtin().map_err(Failure::internal)?;
    if common.format == Format::Json {
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
        terminal::say(&json!({ "rows": rows, "deferred": deferred }).to_string())?;
        return Ok(Exit::Held);
    }
    terminal::say(&format!(
        "{:<4} {:>2} {:<3} {:>8} {:>9}  what",
        "row", "#", "in", "attempts", "sandboxes"
    ))?;
    for case in matrix.cases() {
        let (attempts, sandboxes) = (case.attempts().count(), plan::orders(case).len());
        terminal::say(&format!(
            "{:<4} {:>2} {:<3} {attempts:>8} {sandboxes:>9}  {}",
            case.id.as_str(),
            case.number,
            case.layer.to_string(),
            case.title
        ))?;
    }
    for row in matrix.deferred() {
        terminal::say(&format!(
            "{:<4} deferred: {} ({})",
            row.id, row.title, row.why
        ))?;
    }
    Ok(Exit::Held)
}
