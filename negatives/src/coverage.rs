//! How far the catalogues reach, in rows: by what each row is shown to be able to fall.
//!
//! Counted from the data alone, so that whoever signs it and whoever verifies it count the
//! same; whoever reads the catalogues whole holds each entry against its row.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::matrix::{Matrix, MatrixError};

/// How many of the rows have what; all of it from the catalogues, whatever was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The rows in scope.
    pub rows: usize,
    /// Those that are the declared killer of at least one mutant.
    pub mutants: usize,
    /// Those whose observations are falsified.
    pub falsifications: usize,
    /// Those that list hostile checks.
    pub hostile_checks: usize,
    /// Those with none of these.
    pub none: usize,
}

/// The rows that the entries of a catalogue name.
#[derive(Deserialize)]
struct Catalogues {
    #[serde(default)]
    mutant: Vec<Entry>,
    #[serde(default)]
    falsification: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    row: String,
}

impl Coverage {
    /// Counts, of these texts of mutants and of falsifications.
    ///
    /// # Errors
    /// A catalogue is not TOML, or an entry names no row.
    pub fn of(
        matrix: &Matrix,
        (mutants, falsifications): (&str, &str),
    ) -> Result<Self, MatrixError> {
        let mutants = rows_of(mutants)?.mutant;
        let falsifications = rows_of(falsifications)?.falsification;
        let killers = named(&mutants);
        let falsified = named(&falsifications);
        let cases = matrix.cases().iter();
        let checked = cases.filter(|case| case.checks.iter().any(|check| check.hostile));
        let checked: BTreeSet<&str> = checked.map(|case| case.id.as_str()).collect();
        let all = matrix.cases().iter().map(|case| case.id.as_str());
        let none = all.filter(|row| {
            let known = [&killers, &falsified, &checked];
            known.iter().all(|rows| !rows.contains(row))
        });
        Ok(Self {
            rows: matrix.cases().len(),
            none: none.count(),
            mutants: killers.len(),
            falsifications: falsified.len(),
            hostile_checks: checked.len(),
        })
    }
}

fn rows_of(text: &str) -> Result<Catalogues, MatrixError> {
    toml::from_str(text).map_err(|source| MatrixError::Toml {
        source: Box::new(source),
    })
}

fn named(entries: &[Entry]) -> BTreeSet<&str> {
    entries.iter().map(|entry| entry.row.as_str()).collect()
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "of {} rows {} are the declared killer of at least one mutant, {} have \
             falsifications and {} hostile checks; {} have none of these",
            self.rows, self.mutants, self.falsifications, self.hostile_checks, self.none
        )
    }
}
