//! How far the catalogues reach, in rows: by what each row is shown to be able to fall.

use std::collections::BTreeSet;

use negatives::matrix::Matrix;
use serde::Serialize;

use super::catalogue::{Catalogue, Must};
use crate::falsify;

/// How many of the rows have what; all of it from the catalogues, whatever was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

impl Coverage {
    /// Counts.
    #[must_use]
    pub fn of(matrix: &Matrix, mutants: &Catalogue, falsified: &falsify::Catalogue) -> Self {
        let killers = mutants.mutants().iter();
        let killers = killers.filter(|it| matches!(it.must, Must::Fall(_)));
        let killers: BTreeSet<&str> = killers.map(|it| it.row.as_str()).collect();
        let falsified: BTreeSet<&str> = falsified.all().iter().map(|it| &*it.row).collect();
        let checked = matrix.cases().iter();
        let checked = checked.filter(|case| case.checks.iter().any(|check| check.hostile));
        let checked: BTreeSet<&str> = checked.map(|case| case.id.as_str()).collect();
        let all = matrix.cases().iter().map(|case| case.id.as_str());
        let none = all.filter(|row| {
            let known = [&killers, &falsified, &checked];
            known.iter().all(|rows| !rows.contains(row))
        });
        Self {
            rows: matrix.cases().len(),
            none: none.count(),
            mutants: killers.len(),
            falsifications: falsified.len(),
            hostile_checks: checked.len(),
        }
    }

    /// In one line.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "of {} rows {} are the declared killer of at least one mutant, {} have \
             falsifications and {} hostile checks; {} have none of these",
            self.rows, self.mutants, self.falsifications, self.hostile_checks, self.none
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page says what the program says.
    #[test]
    fn the_rows_that_can_fall_are_counted_and_the_page_says_how_many() {
        let matrix = Matrix::builtin().unwrap();
        let mutants = Catalogue::builtin(&matrix).unwrap();
        let falsified = falsify::Catalogue::builtin(&matrix).unwrap();
        let words = Coverage::of(&matrix, &mutants, &falsified).words();
        let page = include_str!("../../../README.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(&words), "{words}");
    }
}
