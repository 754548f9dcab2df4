//! How many rows a whole run has.

/// The rows in scope: A1–A13 and N1–N32.
pub const ROWS_IN_SCOPE: usize = 45;
