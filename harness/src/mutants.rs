//! Proof that the rows can fail: each known weakening of the profile is applied to
//! what is to be proved, and the row that is bound to it must turn `broken` for the
//! reason declared in `negatives/mutants.toml`. Harmless variations must hold.
//!
//! Judges with the expectations of the whole profile, and with the judge that
//! `attest` and `verify` use; it has no judge of its own.

pub mod catalogue;
mod change;
mod coverage;
mod filters;
pub mod report;
mod run;
mod score;

pub use catalogue::{Catalogue, CatalogueError, Kill, Must, Mutant, NotApplicable};
pub use change::{Change, ChangeError, Limit, Place, Stranger};
pub use coverage::Coverage;
pub use filters::{RuntimeFault, StrictFault};
pub use run::Runner;
pub use score::{Came, Outcome, Score};
