//! Triages a folder without P1 and prints the outcome, for measuring.
//!
//! It is not the program: nothing is written, and nobody else can leave P1 out.

use std::io::Write;

use checker::{Guard, Settings, triage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let input = std::env::args_os().nth(1).ok_or("usage: triage DIR")?;
    let settings = Settings::of(input.into(), "/nowhere".into());
    let report = triage(&Guard::new(&settings), &settings.order)?;
    writeln!(
        std::io::stdout(),
        "{:?} {:?}",
        report.outcome,
        report.refusal
    )?;
    Ok(())
}
