//! `harness`: parses the command line and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    engine::caller::settle();
    let helped = harness::commands::as_helper();
    helped.unwrap_or_else(harness::commands::carry_out).into()
}
