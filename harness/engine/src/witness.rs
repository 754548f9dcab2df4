//! The outside witness: what the host's kernel shows of a sandboxed process.
//!
//! Twice per launch: at the airlock's barrier, when every lock is applied, and at
//! the exec of the subject, before its first instruction. What this host's
//! privileges do not let it see is recorded as not seen, with the reason. It
//! records; it does not judge.

mod file_calls;
mod hostfs;
mod laid_out;
mod procfs;
mod program;
mod raw;
mod shelf;
mod tracee;

pub use laid_out::LaidOut;
pub use procfs::{Lookup, identity, processes, view};
pub use shelf::Shelf;
pub(crate) use tracee::spawn;
pub use tracee::{AfterExec, Ended, Held, TracedCall, Tracee};
