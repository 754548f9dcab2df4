//! Proof that what a bundle holds cannot say something else: known falsifications of
//! what was observed, each applied to a real bundle and signed again. `verify` must not
//! hold the row, and must say why in the words of the rule that the row has for it.
//!
//! It has no judge of its own: a falsified bundle is believed or refused as any other.

mod catalogue;
mod edit;
mod run;

pub use catalogue::{Catalogue, CatalogueError, Falsification};
pub use run::{Came, Outcome, Runner, RunnerError};
