//! `lint-checker`: what the checker is made of, against the rules (L2).

use bundle::exit::Exit;
use bundle::file;
use evidence::count;
use programs::Programs;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use crate::cli::{Common, LintChecker};
use crate::lint::binary::{BinaryScan, Standing};
use crate::lint::{Scan, Scanner, Tree};

/// The largest program that is scanned.
const MAX_PROGRAM: u64 = 1 << 30;

/// Scans the checker that is built into this harness, or another tree or program.
pub(super) fn lint_checker(common: &Common, args: &LintChecker) -> Result<Done, Failure> {
    let scanner = Scanner::builtin().map_err(Failure::internal)?;
    let tree = match &args.tree {
        None => Tree::builtin(),
        Some(folder) => Tree::read(folder)
            .map_err(|error| Failure::unusable(error, "give the folder of a workspace"))?,
    };
    let other = args.binary.as_ref().map(|file| {
        file::read(file, MAX_PROGRAM)
            .map_err(|error| Failure::unusable(error, "give the file of a program"))
    });
    let other = other.transpose()?;
    let scan = match (&other, &args.tree) {
        (Some(program), _) => scanner.scan(&tree, Some(program)),
        (None, None) => scanner.scan(&tree, Some(Programs::builtin().checker)),
        // The program built in here is not the one of that tree.
        (None, Some(_)) => scanner.scan(&tree, None),
    };
    let exit = if scan.findings.is_empty() {
        Exit::Held
    } else {
        Exit::Broken
    };
    common.format.say(exit, &scan, || show(&scan))
}

fn show(scan: &Scan) -> Result<(), Failure> {
    for finding in &scan.findings {
        say(&safe(&format!("{finding} ({})", finding.why)))?;
    }
    say(&format!(
        "{}, {}",
        count(scan.dependencies.len(), "crate"),
        count(scan.sources.len(), "source file")
    ))?;
    match &scan.binary {
        Some(binary) => program(binary)?,
        None => say("program: not scanned; give one with `--binary`")?,
    }
    say(&count(scan.findings.len(), "finding"))?;
    Ok(())
}

fn program(binary: &BinaryScan) -> Result<(), Failure> {
    say(&format!(
        "program {}: {}, {}, {}",
        binary.sha256,
        count(binary.sites, "`syscall` instruction"),
        count(binary.calls.len(), "system call"),
        count(binary.symbols, "symbol")
    ))?;
    for call in &binary.calls {
        let Standing::Tolerated { reason } = &call.standing else {
            continue;
        };
        let places = call.places.join(" ");
        say(&format!(
            "  tolerated: {} ({}): {reason}; {places}",
            call.name, call.number
        ))?;
    }
    if !binary.unrecovered.is_empty() {
        let places = binary.unrecovered.join(" ");
        say(&format!(
            "  {} with a number that can come from elsewhere: {places}",
            binary.unrecovered.len()
        ))?;
    }
    Ok(())
}
