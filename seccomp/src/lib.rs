//! The system call policy, its compilation to the two forms the kernel is
//! given, the reading of a loaded filter, and the plan the airlock follows.
//!
//! Knows the kernel's interface and nothing of containers or cases.

pub mod plan;

pub use plan::AirlockPlan;
