//! `scout NONCE PLAN…`: makes, behind a launcher of anybody, the acts of the plan that
//! stands in its arguments. `scout --sibling MARK` is the process outside that they are to
//! reach.
//!
//! Exit codes: 0 after every act was begun, 2 for arguments that are none. What the acts
//! showed is on standard output only.

use std::io::{self, Write as _};
use std::process::ExitCode;

use negatives::scout::{self, SIBLING_ARGUMENT};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let mut output = io::stdout().lock();
    let done = match arguments.as_slice() {
        [_, word, _mark] if word == SIBLING_ARGUMENT => scout::sibling(io::stdin(), &mut output),
        [program, nonce, plan @ ..] => scout::run(program, nonce, plan, &mut output),
        [] | [_] => return complain("usage: scout NONCE PLAN..."),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

fn complain(message: &str) -> ExitCode {
    // Nobody may be listening on standard error; the exit code says enough.
    drop(writeln!(io::stderr(), "scout: {message}"));
    ExitCode::from(2)
}
