//! Drives the matrix in a real sandbox, judges what was observed, and seals the
//! proof: matrix, plan, launch, observe, judge, report, seal.

pub mod checks;
pub mod cli;
pub mod commands;
pub mod database;
pub mod doctor;
pub mod engine;
pub mod falsify;
pub mod glossary;
pub mod helper;
pub mod image;
pub mod interrupt;
pub mod kb;
pub mod launch;
pub mod lifts;
pub mod lint;
pub mod mutants;
pub mod options;
mod parallel;
pub mod progress;
pub mod reaper;
pub mod stand;
pub mod suite;
pub mod terminal;
pub mod unfiltered;
pub mod witness;
