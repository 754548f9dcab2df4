//! The system call policy, its compilation to the two forms the kernel is
//! given, the reading of a loaded filter, and the plan the airlock follows.
//!
//! Knows the kernel's interface and nothing of containers or cases.

#[cfg(feature = "airlock")]
pub mod airlock;

pub mod compare;
pub mod compile;
pub mod evaluate;
pub mod listing;
pub mod oci;
mod oci_programs;
mod operation;
pub mod plan;
pub mod policy;
pub mod program;
pub mod table;
#[cfg(feature = "airlock")]
pub mod unfiltered;

pub use compare::{ComparedSummary, Deviation, Difference, Tolerance, compare};
pub use compile::{CompileError, compile_runtime, compile_strict};
pub use evaluate::{Action, Call, Evaluation, evaluate, evaluate_stack};
pub use oci::{ExtraArch, oci_json, oci_unconfined};
pub use oci_programs::{OciError, compile_oci};
pub use plan::AirlockPlan;
pub use policy::{Decision, Errno, Form, Policy, PolicyError};
pub use program::{Instruction, Program};
pub use table::{Arch, syscall_name, syscall_number};
