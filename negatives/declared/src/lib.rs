//! What this release declares: the texts of its rows, mutants, falsifications and words,
//! and what is read of them.
//!
//! What judges, seals, makes sandboxes and attempts knows how a row is read, and not which
//! rows there are. The texts themselves are the program's that is run: its `main` hands them
//! over with [`declare`], once and first. So a changed line of a text builds no library
//! anew, only that `main`, and links it.

mod texts;

use std::sync::OnceLock;

use negatives::coverage::Coverage;
use negatives::matrix::{Matrix, MatrixError};
use negatives::surface::{self, Tried};

pub use texts::{Texts, declare, texts};

/// The matrix this program was built with; read once.
///
/// # Errors
/// As [`Matrix::parse`]; a test of this crate holds that there is none. A program that
/// declared nothing has an empty text, which lacks every row.
///
/// ```
/// let matrix = declared::matrix()?;
/// assert_eq!(matrix.cases().len() + matrix.deferred().len(), 56);
/// # Ok::<(), negatives::matrix::MatrixError>(())
/// ```
pub fn matrix() -> Result<Matrix, MatrixError> {
    static READ: OnceLock<Matrix> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(read.clone());
    }
    let read = Matrix::parse(texts().matrix)?;
    Ok(READ.get_or_init(|| read).clone())
}

/// How much of the matrix the catalogues this program was built with cover; counted once.
///
/// # Errors
/// The matrix or a catalogue is not TOML, or an entry names no row; a test holds that
/// none is so.
///
/// ```
/// let coverage = declared::coverage()?;
/// assert_eq!((coverage.rows, coverage.none), (45, 0));
/// # Ok::<(), negatives::matrix::MatrixError>(())
/// ```
pub fn coverage() -> Result<Coverage, MatrixError> {
    static COUNTED: OnceLock<Coverage> = OnceLock::new();
    if let Some(counted) = COUNTED.get() {
        return Ok(*counted);
    }
    let counted = Coverage::of(&matrix()?, (texts().mutants, texts().falsifications))?;
    Ok(*COUNTED.get_or_init(|| counted))
}

/// The attempts of the matrix that are made behind any launcher, in the matrix's order; a
/// test holds that there are.
#[must_use]
pub fn tried() -> &'static [Tried] {
    static TRIED: OnceLock<Vec<Tried>> = OnceLock::new();
    TRIED.get_or_init(|| matrix().map_or_else(|_| Vec::new(), |matrix| surface::of(&matrix)))
}

/// How many attempts of the matrix are left out there for each reason.
#[must_use]
pub fn left_out_counts() -> Vec<(&'static str, usize)> {
    matrix().map_or_else(|_| Vec::new(), |matrix| surface::left_out_counts(&matrix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_declared_can_be_read() {
        let matrix = matrix().unwrap();
        assert_eq!(matrix.cases().len(), coverage().unwrap().rows);
        assert!(!tried().is_empty());
        assert!(left_out_counts().iter().all(|(_, count)| *count > 0));
    }
}
