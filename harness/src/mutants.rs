//! Proof that the rows can fail: each known weakening of the profile is applied to
//! what is to be proved, and the row that is bound to it must turn `broken` for the
//! reason declared in `negatives/mutants.toml`. Harmless variations must hold.
//!
//! Judges with the expectations of the whole profile, and with the judge that
//! `attest` and `verify` use; it has no judge of its own.

pub mod catalogue;
pub mod report;
mod run;
mod score;

pub use catalogue::{Catalogue, CatalogueError, Kill, Must, Mutant, NotApplicable};
pub use run::Runner;
pub use score::{Came, Outcome, Score};

#[cfg(test)]
mod coverage;
