//! The roll: which rows there are, with their numbers and layers.
//!
//! The data must agree with this list one to one; a row too many is as wrong as
//! a row too few.

use super::case::{Case, Deferred, Layer};
use super::error::MatrixError;

/// The rows in scope, in order: A1–A13 are tests #1–#13, N1–N32 are #14–#45.
pub const IN_SCOPE: [(&str, Layer); 45] = {
    use Layer::{L1, L2, L3, L4, L5};
    [
        ("A1", L3),
        ("A2", L3),
        ("A3", L4),
        ("A4", L4),
        ("A5", L4),
        ("A6", L4),
        ("A7", L4),
        ("A8", L4),
        ("A9", L4),
        ("A10", L5),
        ("A11", L5),
        ("A12", L4),
        ("A13", L4),
        ("N1", L4),
        ("N2", L4),
        ("N3", L4),
        ("N4", L4),
        ("N5", L4),
        ("N6", L4),
        ("N7", L4),
        ("N8", L4),
        ("N9", L4),
        ("N10", L3),
        ("N11", L1),
        ("N12", L1),
        ("N13", L1),
        ("N14", L3),
        ("N15", L1),
        ("N16", L1),
        ("N17", L1),
        ("N18", L1),
        ("N19", L1),
        ("N20", L1),
        ("N21", L1),
        ("N22", L2),
        ("N23", L1),
        ("N24", L3),
        ("N25", L5),
        ("N26", L5),
        ("N27", L5),
        ("N28", L5),
        ("N29", L5),
        ("N30", L5),
        ("N31", L5),
        ("N32", L5),
    ]
};

/// The deferred rows: listed in every run, never run, never counted.
pub const DEFERRED: [&str; 11] = [
    "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11",
];

/// Refuses rows that are not exactly the roll.
pub(super) fn call(cases: &[Case], deferred: &[Deferred]) -> Result<(), MatrixError> {
    count("rows in scope", IN_SCOPE.len(), cases.len())?;
    count("deferred rows", DEFERRED.len(), deferred.len())?;
    for (number, ((id, layer), case)) in (1_u8..).zip(IN_SCOPE.iter().zip(cases)) {
        same(id, case.id.as_str())?;
        if case.number != number {
            return Err(MatrixError::Number {
                case: case.id.clone(),
                expected: number,
                observed: case.number,
            });
        }
        if case.layer != *layer {
            return Err(MatrixError::Layer {
                case: case.id.clone(),
                expected: *layer,
                observed: case.layer,
            });
        }
    }
    DEFERRED
        .iter()
        .zip(deferred)
        .try_for_each(|(id, row)| same(id, &row.id))
}

fn count(what: &'static str, expected: usize, observed: usize) -> Result<(), MatrixError> {
    if expected == observed {
        Ok(())
    } else {
        Err(MatrixError::Count {
            what,
            expected,
            observed,
        })
    }
}

fn same(expected: &'static str, observed: &str) -> Result<(), MatrixError> {
    if expected == observed {
        return Ok(());
    }
    Err(MatrixError::Row {
        expected,
        observed: observed.to_owned(),
    })
}
