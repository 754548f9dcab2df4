//! Says what a bundle is worth: whether it is whole and signed, what the judge makes of
//! its observations, and whether somebody's terms are met.
//!
//! One module a command, each a function from what was asked to how it ended. It is what
//! the program `proof-of-block-verify` does, and the commands of `harness` of the same
//! names. It needs no engine, no network and no time but the clock's when a policy asks
//! how old a run is.
//!
//! It trusts the public key that it is given, this program's own matrix and policy, and
//! the kernel it runs on. It trusts nothing in a bundle: no verdict, no page, no digest,
//! before it was computed again.

pub mod accept;
mod audited;
mod checked;
pub mod code;
mod done;
mod failure;
pub mod findings;
pub mod fleet;
pub mod folder;
mod guarded;
pub mod keys;
pub mod merge;
pub mod parallel;
pub mod printing;
mod record;
pub mod release;
pub mod report;
pub mod results;
pub mod show;
mod shown_act;
pub mod summary;
pub mod terminal;
pub mod verify;
pub mod version;
mod width;

pub use done::Done;
pub use failure::Failure;
pub use guarded::guarded;
pub use printing::{Format, Printing};
