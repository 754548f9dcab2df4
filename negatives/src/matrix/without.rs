//! A sandbox without an invariant: from the file's words to a checked value.

use super::build::lifts;
use super::case::{CaseId, Without};
use super::error::MatrixError;
use super::raw;

pub(super) fn build(case: &CaseId, raw: raw::Without) -> Result<Without, MatrixError> {
    let raw::Without {
        lift,
        breaks,
        also,
        lacks,
        why,
    } = raw;
    if lift.is_empty() || breaks.is_empty() || why.trim().is_empty() {
        return Err(MatrixError::Without { case: case.clone() });
    }
    Ok(Without {
        lift: lifts(case, &lift)?,
        breaks,
        also,
        lacks,
        why,
    })
}
