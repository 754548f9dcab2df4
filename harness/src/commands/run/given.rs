//! A matrix given as a file: tried without a build, and never attested.
//!
//! It says where a file is not the matrix in the words of an editor: file, line, column.

use std::path::Path;

use bundle::file::{self, FileError, MAX_TEXT};
use bundle::report::visible::Lines;
use negatives::matrix::{Matrix, MatrixError};
use negatives::position::Position;
use verify::Failure;

const HINT: &str = "start from a copy of `negatives/matrix.toml` of this release's sources";

/// Why a file is no matrix to be tried.
#[derive(Debug, thiserror::Error)]
enum GivenError {
    /// It cannot be read.
    #[error("failed to read the matrix")]
    Read(#[from] FileError),
    /// It is not TOML, or a field is missing, unknown or of another type.
    #[error("failed to read the matrix `{file}` at {place}")]
    Toml {
        /// The file.
        file: String,
        /// The line and the column, counted from 1, and the row where that is known.
        place: String,
        /// What is wrong there, and the whole line.
        #[source]
        why: Lines,
    },
    /// It breaks a rule of the matrix.
    #[error("refused `{file}` as a matrix")]
    Refused {
        /// The file.
        file: String,
        /// Which rule, and in which row.
        #[source]
        source: MatrixError,
    },
}

/// The matrix that a run is made of, and what is said of it beforehand.
#[derive(Debug)]
pub(super) struct Given {
    /// The rows.
    pub(super) matrix: Matrix,
    /// Where it comes from a file: that, and what such a run is worth.
    pub(super) said: Option<String>,
}

/// Takes the matrix of this file, or without one this release's own.
pub(super) fn take(file: Option<&Path>) -> Result<Given, Failure> {
    let Some(file) = file else {
        let matrix = declared::matrix().map_err(Failure::internal)?;
        return Ok(Given { matrix, said: None });
    };
    let name = file.display().to_string();
    read(file, &name).map_err(|error| Failure::unusable(error, HINT))
}

fn read(file: &Path, name: &str) -> Result<Given, GivenError> {
    let text = file::text(file, MAX_TEXT)?;
    let matrix = Matrix::parse(&text).map_err(|error| refusal(name, &text, error))?;
    let which = if text == declared::texts().matrix {
        "which is this release's matrix"
    } else {
        "which is not this release's matrix"
    };
    Ok(Given {
        matrix,
        said: Some(format!(
            "tried with `{name}`, {which}; nothing of it is attested"
        )),
    })
}

/// What the reader of TOML found is shown where it is.
fn refusal(name: &str, text: &str, error: MatrixError) -> GivenError {
    let file = name.to_owned();
    let MatrixError::Toml { source } = &error else {
        let source = error;
        return GivenError::Refused { file, source };
    };
    let Some(span) = source.span() else {
        let source = error;
        return GivenError::Refused { file, source };
    };
    let at = Position::of(text, span.start);
    let row = row(text, at.line).map_or_else(String::new, |row| format!(", in `{row}`"));
    GivenError::Toml {
        file,
        place: format!("line {}, column {}{row}", at.line, at.column),
        why: Lines(format!(
            "{}\n  | {}",
            source.message().replace('\n', "; "),
            at.text
        )),
    }
}

/// The id of the row that this line, counted from 1, belongs to, where it has one.
fn row(text: &str, line: usize) -> Option<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let table = |it: &&str| it.starts_with("[[") && !it.starts_with("[[case.");
    let until = line.min(lines.len());
    let start = lines[..until].iter().rposition(table)?;
    let inside = lines[start + 1..].iter().take_while(|it| !table(it));
    inside.into_iter().find_map(|it| {
        let id = it.strip_prefix("id = \"")?;
        id.split_once('"').map(|(id, _)| id)
    })
}

#[cfg(test)]
mod tests;
