//! Triages a folder without P1 and prints the outcome, for measuring.
//!
//! It is not the program: nothing is written, and nobody else can leave P1 out.

use std::io::Write;

use checker::{Guard, Order, Settings, triage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1);
    let input = args.next().ok_or("usage: triage DIR [ORDER.json]")?;
    let settings = Settings::of(input.into(), "/nowhere".into());
    let order = match args.next() {
        Some(file) => Order::parse(&std::fs::read_to_string(file)?)?,
        None => Order::default(),
    };
    let report = triage(&Guard::new(&settings), &order)?;
    writeln!(
        std::io::stdout(),
        "{:?} {:?}",
        report.outcome,
        report.refusal
    )?;
    Ok(())
}
