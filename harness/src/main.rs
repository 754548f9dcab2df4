//! `harness`: parses the command line and ends with its exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    harness::commands::dispatch(harness::cli::Cli::parse()).into()
}
