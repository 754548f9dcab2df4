//! Drives the matrix in a real sandbox, judges what was observed, and seals the
//! proof: matrix, plan, launch, observe, judge, report, seal.

pub mod report;
pub mod seal;
