//! `harness`: parses the command line and ends with its exit code.

use std::process::ExitCode;

use verify::{Failure, Format, guarded};

fn main() -> ExitCode {
    engine::caller::settle();
    let format = Format::of_line(std::env::args_os());
    if let Err(limit) = engine::caller::room_for_the_stack() {
        let hint = limit.hint();
        return format.end(Err(Failure::blocked(limit, Some(hint)))).into();
    }
    let work = || harness::commands::as_helper().unwrap_or_else(harness::commands::carry_out);
    guarded(declared::texts!("../../negatives/"), format, work).into()
}
