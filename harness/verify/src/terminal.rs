//! What people read on a terminal. It says the same with and without colour, in lines
//! that fit the terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bundle::report::summary::Summary;
use bundle::report::visible::{on_one_line, visible};
use bundle::report::wrap::{self, fitted};
use judge::{CaseResult, VerdictWord};
use negatives::matrix::Matrix;

use crate::width;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether it is wanted on standard output.
    #[must_use]
    pub fn is_wanted(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && io::stdout().is_terminal()
            }
        }
    }
}

/// A stream for people.
#[derive(Debug)]
pub struct Terminal {
    colour: bool,
}

impl Terminal {
    /// Standard output, with colour where it is wanted.
    #[must_use]
    pub fn stdout(color: Color) -> Self {
        Self {
            colour: color.is_wanted(),
        }
    }

    /// Without colour, for text that is kept.
    #[must_use]
    pub fn plain() -> Self {
        Self { colour: false }
    }

    /// Prints the table of a run.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn table<'a>(
        &self,
        results: impl IntoIterator<Item = &'a CaseResult>,
        matrix: &Matrix,
    ) -> io::Result<()> {
        print(&self.rows(results, matrix))
    }

    /// Prints the last lines: counts and what they mean.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn conclusion(&self, summary: &Summary, notes: &[String]) -> io::Result<()> {
        print(&self.amount(summary, notes))
    }

    /// A line for each row, and its reason beneath it unless it held.
    #[must_use]
    pub fn rows<'a>(
        &self,
        results: impl IntoIterator<Item = &'a CaseResult>,
        matrix: &Matrix,
    ) -> String {
        let results: Vec<&CaseResult> = results.into_iter().collect();
        // How long a row took is no part of a bundle.
        let timed = results.iter().any(|it| it.millis > 0);
        let took = |words: String| match timed {
            true => format!("{words:>7}  "),
            false => String::new(),
        };
        let mut text = line(
            "row",
            "in",
            "verdict      ",
            &took("took".to_owned()),
            "what",
        );
        for result in results {
            let time = Duration::from_millis(result.millis);
            text.push_str(&line(
                result.case.id.as_str(),
                &result.case.layer.to_string(),
                &self.paint(result.verdict.word(), 13),
                &took(evidence::took(time)),
                &result.case.title,
            ));
            if let Some(reason) = result.verdict.reason() {
                text.push_str(&wrap::line("         ", &safe(&reason.to_string())));
            }
            if let Some(why) = &result.inside {
                let said = format!("rests on the inside alone: {why}");
                text.push_str(&wrap::line("         ", &safe(&said)));
            }
        }
        let deferred: Vec<String> = matrix
            .deferred()
            .iter()
            .map(|row| format!("{} {}", row.id, row.title))
            .collect();
        text.push_str(&wrap::line("deferred  ", &deferred.join("; ")));
        text
    }

    /// What the rows amount to, then each note.
    #[must_use]
    pub fn amount(&self, summary: &Summary, notes: &[String]) -> String {
        let word = match summary.result {
            "held" => VerdictWord::Held,
            "broken" => VerdictWord::Broken,
            _ => VerdictWord::Inconclusive,
        };
        let mut text = format!(
            "\n{}: {} held, {} broken, {} inconclusive, {} not run, {} deferred\n",
            self.coloured(word, summary.result),
            summary.held.len(),
            summary.broken.len(),
            summary.inconclusive.len(),
            summary.not_run.len(),
            summary.deferred.len(),
        );
        for note in notes {
            text.push_str(&wrap::line("", &safe(note)));
        }
        text
    }

    fn paint(&self, word: VerdictWord, width: usize) -> String {
        let text = match word {
            VerdictWord::NotRun => "not run",
            VerdictWord::Held | VerdictWord::Broken | VerdictWord::Inconclusive => word.as_str(),
        };
        self.coloured(word, &format!("{text:<width$}"))
    }

    fn coloured(&self, word: VerdictWord, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match word {
            VerdictWord::Held => 32,
            VerdictWord::Broken => 31,
            VerdictWord::Inconclusive => 33,
            VerdictWord::NotRun => 35,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Prints one line on standard output. Whatever it repeats, it is one line, and nothing
/// in it drives a terminal: what has lines of its own goes through [`print()`].
///
/// # Errors
/// As [`put`].
pub fn say(line: &str) -> io::Result<()> {
    print(&(safe(line) + "\n"))
}

/// Prints text that has its line ends on standard output, as wide as the terminal is.
///
/// # Errors
/// As [`put`].
pub fn print(text: &str) -> io::Result<()> {
    match width::of(&io::stdout()) {
        Some(width) => put(fitted(text, width).as_bytes()),
        None => put(text.as_bytes()),
    }
}

/// Prints a line that is to be taken as it is, by a program or to be pasted.
///
/// # Errors
/// As [`put`].
pub fn say_raw(line: &str) -> io::Result<()> {
    put(format!("{line}\n").as_bytes())
}

/// Puts bytes on standard output. A reader that has seen enough, such as head(1), is
/// nobody's fault: the command ends as it would have.
///
/// # Errors
/// It cannot be written to, such as a full disk.
pub fn put(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// A reason behind a word that says already that something is refused.
#[must_use]
pub fn without_refused(reason: &str) -> &str {
    reason.strip_prefix("refused ").unwrap_or(reason)
}

/// Prints one line for people beside what is asked for: on standard error. It is one line
/// as that of [`say`] is.
pub fn tell(line: &str) {
    tell_lines(&safe(line));
}

/// Prints text that has its line ends, but for the last, on standard error.
pub fn tell_lines(text: &str) {
    let text = match width::of(&io::stderr()) {
        Some(width) => fitted(text, width),
        None => text.to_owned(),
    };
    // Nobody listens; nothing depends on it.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Text from anywhere on one line, without what could drive a terminal: nothing in it
/// reads as a line of this program's own.
#[must_use]
pub fn safe(text: &str) -> String {
    on_one_line(text)
}

/// The same of a text whose lines mean something, such as a parser's: each but the first
/// is set in, so that none of them begins where this program's own do.
#[must_use]
pub fn set_in(text: &str) -> String {
    visible(text.trim_end()).replace('\n', "\n    ")
}

fn line(row: &str, layer: &str, verdict: &str, took: &str, what: &str) -> String {
    format!("{row:<4} {layer:<3} {verdict} {took}{what}\n")
}
