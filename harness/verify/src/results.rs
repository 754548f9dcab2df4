//! The results of a run, printed.

use bundle::report::summary::Summary;
use judge::CaseResult;
use negatives::matrix::Matrix;
use seal::key::Role;

use crate::terminal::Terminal;
use crate::{Done, Failure, Printing};

/// Says the rows and what they amount to.
///
/// # Errors
/// They cannot be printed.
pub fn say(
    printing: Printing,
    matrix: &Matrix,
    results: &[CaseResult],
    summary: &Summary,
    role: Role,
) -> Result<Done, Failure> {
    printing.format.say(summary.exit(), summary, || {
        print(printing, matrix, results, summary, role)
    })
}

fn print(
    printing: Printing,
    matrix: &Matrix,
    results: &[CaseResult],
    summary: &Summary,
    role: Role,
) -> Result<(), Failure> {
    let terminal = Terminal::stdout(printing.color);
    terminal.table(judge::own(results), matrix)?;
    let mut notes = vec![format!(
        "bundle: {}",
        summary.bundle.as_deref().unwrap_or_default()
    )];
    match role {
        Role::Operator => notes.push("signed with the operator's key".to_owned()),
        Role::Development => notes.push(bundle::DEVELOPMENT.to_owned()),
    }
    notes.push(summary.disposition.to_owned());
    notes.extend(summary.shown_to_filters());
    if !summary.lifts.is_empty() {
        notes.push(format!(
            "lifted: {}: this run attests nothing",
            summary.lifts.join(", ")
        ));
    }
    notes.extend(summary.sharding.clone());
    Ok(terminal.conclusion(summary, &notes)?)
}
