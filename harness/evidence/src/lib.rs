//! The vocabulary of an observation.
//!
//! What is asked of a sandbox ([`profile`], [`order`], [`plan`]), what its engine says of
//! itself ([`EngineAccount`], [`Abilities`]), what the host's kernel showed of it ([`view`]),
//! and the record into which all of it goes ([`record`]). Whoever observes writes these
//! types, and whoever judges reads them.
//!
//! It refuses to observe and to judge: nothing here opens a file, starts a process,
//! connects anywhere or asks a clock, and nothing here has an opinion.

mod abilities;
mod account;
pub mod control_groups;
mod count;
pub mod digest;
pub mod error;
mod exit;
mod file_call;
pub mod mounts;
pub mod order;
pub mod plan;
pub mod profile;
pub mod recent;
pub mod record;
pub mod servers;
mod took;
pub mod view;

pub use abilities::{Abilities, Ability};
pub use account::{EngineAccount, Identity};
pub use count::count;
pub use exit::Exit;
pub use file_call::FileCall;
pub use took::took;
