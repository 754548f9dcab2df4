//! What people read on a terminal. It says the same with and without colour.

use std::io::{self, IsTerminal, Write};

use negatives::matrix::Matrix;

use super::summary::Summary;
use crate::cli::Color;
use crate::judge::Word;
use crate::suite::CaseResult;

/// A stream for people.
#[derive(Debug)]
pub struct Terminal {
    colour: bool,
}

impl Terminal {
    /// Standard output, with colour where it is wanted.
    #[must_use]
    pub fn stdout(color: Color) -> Self {
        let wanted = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && io::stdout().is_terminal()
            }
        };
        Self { colour: wanted }
    }

    /// Without colour, for text that is kept.
    #[must_use]
    pub fn plain() -> Self {
        Self { colour: false }
    }

    /// The table of a run, and what it amounts to.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn table(&self, results: &[CaseResult], matrix: &Matrix) -> io::Result<()> {
        self.write_table(&mut io::stdout().lock(), results, matrix)
    }

    /// The same on another stream.
    ///
    /// # Errors
    /// It cannot be written to.
    pub fn write_table(
        &self,
        out: &mut impl Write,
        results: &[CaseResult],
        matrix: &Matrix,
    ) -> io::Result<()> {
        writeln!(
            out,
            "{:<4} {:<3} {:<13} {:>7}  what",
            "row", "in", "verdict", "seconds"
        )?;
        for result in results {
            let word = result.verdict.word();
            let seconds = tenths(result.millis);
            writeln!(
                out,
                "{:<4} {:<3} {} {seconds:>7}  {}",
                result.case.id.as_str(),
                result.case.layer.to_string(),
                self.paint(word),
                result.case.title,
            )?;
            if let Some(reason) = result.verdict.reason() {
                writeln!(out, "     {}", safe(&reason.to_string()))?;
            }
        }
        for deferred in matrix.deferred() {
            writeln!(
                out,
                "{:<4} {:<3} {:<13} {:>7}  {}",
                deferred.id, "-", "deferred", "", deferred.title
            )?;
        }
        Ok(())
    }

    /// The last lines: counts and what they mean.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn conclusion(&self, summary: &Summary, notes: &[String]) -> io::Result<()> {
        self.write_conclusion(&mut io::stdout().lock(), summary, notes)
    }

    /// The same on another stream.
    ///
    /// # Errors
    /// It cannot be written to.
    pub fn write_conclusion(
        &self,
        out: &mut impl Write,
        summary: &Summary,
        notes: &[String],
    ) -> io::Result<()> {
        writeln!(out)?;
        writeln!(
            out,
            "{}: {} held, {} broken, {} inconclusive, {} not run, {} deferred",
            summary.result,
            summary.held.len(),
            summary.broken.len(),
            summary.inconclusive.len(),
            summary.not_run.len(),
            summary.deferred.len(),
        )?;
        for note in notes {
            writeln!(out, "{note}")?;
        }
        Ok(())
    }

    fn paint(&self, word: Word) -> String {
        let text = match word {
            Word::NotRun => "not run",
            Word::Held | Word::Broken | Word::Inconclusive => word.as_str(),
        };
        let padded = format!("{text:<13}");
        if !self.colour {
            return padded;
        }
        let code = match word {
            Word::Held => 32,
            Word::Broken => 31,
            Word::Inconclusive => 33,
            Word::NotRun => 35,
        };
        format!("\u{1b}[{code}m{padded}\u{1b}[0m")
    }
}

/// Prints one line on standard output.
///
/// # Errors
/// It is closed.
pub fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

/// Prints one line for people beside what is asked for: on standard error.
pub fn tell(line: &str) {
    // Nobody listens; nothing depends on it.
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Text from the sandbox without what could drive a terminal.
#[must_use]
pub fn safe(text: &str) -> String {
    let keep = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(keep).collect()
}

fn tenths(millis: u64) -> String {
    format!("{}.{}", millis / 1000, millis % 1000 / 100)
}
