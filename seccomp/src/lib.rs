//! The system call policy, its compilation to the two forms the kernel is
//! given, the reading of a loaded filter, and the plan the airlock follows.
//!
//! Knows the kernel's interface and nothing of containers or cases.

pub mod evaluate;
mod operation;
pub mod plan;
pub mod program;
pub mod table;

pub use evaluate::{Action, Call, Evaluation, evaluate, evaluate_stack};
pub use plan::AirlockPlan;
pub use program::{Instruction, Program};
pub use table::{Arch, syscall_name, syscall_number};
