//! `harness`: parses the command line and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    engine::caller::settle();
    harness::commands::dispatch(harness::cli::Cli::of_this_process()).into()
}
