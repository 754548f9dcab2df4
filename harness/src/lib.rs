//! Drives the matrix in a real sandbox, judges what was observed, and seals the
//! proof: matrix, plan, launch, observe, judge, report, seal.

pub mod engine;
pub mod error;
pub mod image;
pub mod judge;
pub mod launch;
pub mod plan;
pub mod profile;
pub mod record;
pub mod report;
pub mod seal;
pub mod suite;
pub mod witness;
