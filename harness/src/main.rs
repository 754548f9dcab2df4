//! `harness`: parses the command line and ends with its exit code.

use std::process::ExitCode;

use verify::{Format, guarded};

fn main() -> ExitCode {
    engine::caller::settle();
    let format = Format::of_line(std::env::args_os());
    let work = || harness::commands::as_helper().unwrap_or_else(harness::commands::carry_out);
    guarded(format, work).into()
}
