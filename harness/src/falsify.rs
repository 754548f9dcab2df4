//! Proof that what a bundle holds cannot say something else: known falsifications of
//! what was observed, each applied to a real bundle and signed again. `verify` must not
//! hold the row, and must say why in the words of the rule that the row has for it.
//!
//! It has no judge of its own: a falsified bundle is believed or refused as any other.

mod run;

pub use judge::falsify::{Catalogue, CatalogueError, Falsification};
use negatives::matrix::Matrix;
pub use run::{Came, Outcome, Runner, RunnerError};

/// The built-in falsifications.
///
/// # Errors
/// As [`Catalogue::parse`]; a test holds that there is none.
pub fn builtin(matrix: &Matrix) -> Result<Catalogue, CatalogueError> {
    Catalogue::parse(declared::texts().falsifications, matrix)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The page's figures are these catalogues'; and every row can fall.
    #[test]
    fn every_row_has_something_that_it_falls_for_and_the_page_counts_them() {
        let matrix = declared::matrix().unwrap();
        let catalogue = super::builtin(&matrix).unwrap();
        let falsified: BTreeSet<&str> = catalogue.all().iter().map(|it| &*it.row).collect();
        let all: BTreeSet<&str> = matrix.cases().iter().map(|it| it.id.as_str()).collect();
        assert_eq!(falsified, all);
        let mutants = crate::mutants::Catalogue::builtin(&matrix).unwrap();
        let weakening = |it: &&crate::mutants::Mutant| it.operator != "wrong-checker";
        let killers = mutants.mutants().iter();
        let killers: Vec<_> = killers
            .filter(|it| matches!(it.must, crate::mutants::Must::Fall(_)))
            .collect();
        let rows: BTreeSet<&str> = killers.iter().map(|it| &*it.row).collect();
        let weakenings = killers.iter().copied().filter(weakening).count();
        let page = include_str!("../../README.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for figure in [
            format!("{} in all", catalogue.all().len()),
            format!(
                "{weakenings} weakenings and {} wrong checkers, bound to {} of the {} rows",
                killers.len() - weakenings,
                rows.len(),
                all.len()
            ),
        ] {
            assert!(page.contains(&figure), "{figure}");
        }
    }
}
