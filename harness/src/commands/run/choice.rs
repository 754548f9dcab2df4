//! Which rows a line of `run` means: its filters, and what it leaves out.
//!
//! It reads the runner's own flags as the runner does, and hands the runner a line with
//! the choice made: rows are chosen here alone. It runs nothing.

use clap::{ArgAction, CommandFactory, FromArgMatches};
use libtest_mimic::{Arguments, Trial};

const FILTER: &str = "filter";

/// A line of `run`, read.
#[derive(Debug)]
pub(super) struct Choice {
    /// The runner's flags.
    pub(super) arguments: Arguments,
    filters: Vec<String>,
}

/// Why a line of `run` runs nothing, or less than it says.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChoiceError {
    /// A filter is in no row's name.
    #[error("no row matches `{filter}`")]
    NoRow {
        /// The filter.
        filter: String,
    },
    /// What a filter matches is deferred.
    #[error("`{filter}` matches deferred rows alone, which are never run")]
    Deferred {
        /// The filter.
        filter: String,
    },
    /// What a filter matches is left out by other words of the line.
    #[error("every row that matches `{filter}` is left out by {flags}")]
    LeftOut {
        /// The filter.
        filter: String,
        /// The flags of the line that leave rows out.
        flags: String,
    },
    /// The line has no filter and leaves every row out.
    #[error("every row is left out by {flags}")]
    Nothing {
        /// The flags of the line that leave rows out.
        flags: String,
    },
}

impl Choice {
    /// Reads a line, its first word being the program's name.
    pub(super) fn read(words: impl IntoIterator<Item = String>) -> Result<Self, clap::Error> {
        let mut matches = command().try_get_matches_from(words)?;
        let filters = matches.remove_many::<String>(FILTER);
        Ok(Self {
            filters: filters.into_iter().flatten().collect(),
            arguments: Arguments::from_arg_matches_mut(&mut matches)?,
        })
    }

    /// The line for the runner, which then runs of these rows those that are chosen.
    pub(super) fn made_of(&self, rows: &[Trial]) -> Arguments {
        let left_out = rows.iter().filter(|row| !self.is_chosen(row));
        Arguments {
            filter: None,
            // Whole names, so that what is left out is left out by nothing but its own.
            exact: true,
            skip: left_out.map(|row| row.name().to_owned()).collect(),
            ..self.arguments.clone()
        }
    }

    /// Whether any row at all would be run of these.
    pub(super) fn has_a_row(&self, rows: &[Trial]) -> bool {
        let runs = |row: &Trial| self.is_chosen(row) && self.is_left(row);
        rows.iter().any(runs)
    }

    /// Nothing that ran is nothing that held, and a filter that matches nothing is a typo.
    pub(super) fn require_rows(
        &self,
        rows: &[Trial],
        deferred: &[Trial],
    ) -> Result<(), ChoiceError> {
        if !self.has_a_row(rows) && self.filters.is_empty() {
            let flags = self.leaving_out();
            return Err(ChoiceError::Nothing { flags });
        }
        let refused = self.filters.iter().find_map(|filter| {
            let matching = |row: &&Trial| self.matches(filter, row);
            if rows.iter().filter(matching).any(|row| self.is_left(row)) {
                return None;
            }
            let filter = filter.clone();
            Some(if rows.iter().any(|row| matching(&row)) {
                let flags = self.leaving_out();
                ChoiceError::LeftOut { filter, flags }
            } else if deferred.iter().any(|row| matching(&row)) {
                ChoiceError::Deferred { filter }
            } else {
                ChoiceError::NoRow { filter }
            })
        });
        refused.map_or(Ok(()), Err)
    }

    /// Whether a list has it.
    pub(super) fn is_listed(&self, row: &Trial) -> bool {
        self.is_chosen(row) && self.is_left(row)
    }

    fn is_chosen(&self, row: &Trial) -> bool {
        let mut filters = self.filters.iter();
        let meant = self.filters.is_empty() || filters.any(|filter| self.matches(filter, row));
        meant && !self.is_skipped(row)
    }

    /// Whether the line's other flags leave it in.
    fn is_left(&self, row: &Trial) -> bool {
        !self.is_skipped(row) && (!self.arguments.ignored || row.has_ignored_flag())
    }

    fn is_skipped(&self, row: &Trial) -> bool {
        let mut skip = self.arguments.skip.iter();
        skip.any(|part| self.is_in(part, row))
    }

    /// A row's id alone means that row: `N1` is not `N19`.
    fn matches(&self, filter: &str, row: &Trial) -> bool {
        if is_id(filter) {
            return id(row).eq_ignore_ascii_case(filter);
        }
        self.is_in(filter, row)
    }

    /// Whether the words are part of a row's name as it is listed, or all of it under
    /// `--exact`; in any case of letters.
    fn is_in(&self, words: &str, row: &Trial) -> bool {
        let words = words.to_lowercase();
        let listed = format!("[{}] {}", row.kind(), row.name()).to_lowercase();
        if self.arguments.exact {
            return listed == words || row.name().to_lowercase() == words;
        }
        listed.contains(&words)
    }

    /// The flags of the line that leave rows out, as a sentence names them.
    fn leaving_out(&self) -> String {
        let skip = (!self.arguments.skip.is_empty()).then_some("`--skip`");
        let ignored = self.arguments.ignored.then_some("`--ignored`");
        let flags: Vec<&str> = skip.into_iter().chain(ignored).collect();
        flags.join(" and ")
    }
}

/// The runner's command line, with as many filters as one likes.
fn command() -> clap::Command {
    let filters = |filter: clap::Arg| {
        filter
            .num_args(0..)
            .action(ArgAction::Append)
            .help(crate::cli::FILTERS)
    };
    Arguments::command()
        .mut_arg(FILTER, filters)
        .help_template("USAGE: [OPTIONS] [FILTER]...\n\n{all-args}\n\n\n{after-help}")
}

/// A letter and a number, as every row of the roll has them: `A1`, `N19`, `D11`.
fn is_id(word: &str) -> bool {
    let Some((letter, number)) = word.split_at_checked(1) else {
        return false;
    };
    let of_the_roll = ["A", "N", "D"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(letter));
    of_the_roll && !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())
}

fn id(row: &Trial) -> &str {
    let (id, _) = row.name().split_once(' ').unwrap_or((row.name(), ""));
    id
}

#[cfg(test)]
mod tests;
