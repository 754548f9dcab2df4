//! Drives the matrix in a real sandbox, judges what was observed, and seals the
//! proof: matrix, plan, launch, observe, judge, report, seal.

pub mod checks;
pub mod cli;
pub mod commands;
pub mod doctor;
pub mod falsify;
pub mod glossary;
pub mod interrupt;
pub mod lifts;
pub mod lint;
pub mod mutants;
pub mod options;
pub mod progress;
pub mod stand;
pub mod suite;
