//! The first program in the sandbox: `airlock '<plan>'`.
//!
//! Applies the locks of the plan and becomes the subject. All of it is
//! [`seccomp::airlock`]; this is only the way in.

use std::process::ExitCode;

fn main() -> ExitCode {
    // An argument that is not text cannot be a plan.
    let arguments = std::env::args_os().map(|text| text.to_string_lossy().into_owned());
    ExitCode::from(seccomp::airlock::run(arguments))
}
