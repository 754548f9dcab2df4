//! `/probe /in/plan.json`: attempts, inside the sandbox, what must be denied.
//!
//! Exit codes: 0 after every attempt was made and reported, 2 for a bad plan or
//! a bad argument. What the attempts showed is on standard output only.

use std::io::{self, Write as _};
use std::process::ExitCode;

use negatives::probe::{self, CHILD_ARGUMENT, CHILD_HELLO, HELLO_ARGUMENT};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let mut output = io::stdout().lock();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [_, CHILD_ARGUMENT] => return ExitCode::from(CHILD_HELLO),
        [_, HELLO_ARGUMENT, ..] => probe::hello(&arguments[2..], &mut output),
        [program, plan] => probe::run(program, plan, &mut output),
        _ => return complain("usage: probe PLAN"),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&chain(&error)),
    }
}

fn complain(message: &str) -> ExitCode {
    // Nobody may be listening on standard error; the exit code says enough.
    drop(writeln!(io::stderr(), "probe: {message}"));
    ExitCode::from(2)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
