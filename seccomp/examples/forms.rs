//! Prints one form of the builtin policy: `oci`, `strict` or `runtime`; or, with
//! `compare`, reads a runtime's filters as lines of hex, oldest first, and compares them with the policy.
//!
//! For looking at what the engine and the airlock are given; the harness calls
//! the library.

use std::error::Error;
use std::io::Write;

use seccomp::{
    Arch, Form, Policy, Program, Tolerance, compare, compile_runtime, compile_strict, oci_json,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arch = Arch::native().ok_or("expected x86_64 or aarch64")?;
    let policy = Policy::builtin()?;
    let hex = |programs: Vec<Program>| {
        programs
            .iter()
            .map(Program::to_hex)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let text = match std::env::args().nth(1).as_deref() {
        Some("oci") => serde_json::to_string_pretty(&oci_json(&policy, arch, &[]))?,
        Some("strict") => hex(compile_strict(&policy, arch)?),
        Some("runtime") => hex(compile_runtime(&policy, arch)?),
        Some("compare") => {
            let stack = std::io::stdin()
                .lines()
                .map(|line| Ok(Program::from_hex(&line?)?));
            let stack = stack.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
            match compare(&stack, &policy, Form::Runtime, arch, Tolerance::RuntimeStub) {
                Ok(summary) => format!("{summary:#?}"),
                Err(list) => list
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
            }
        }
        Some(_) | None => return Err("usage: forms oci|strict|runtime|compare".into()),
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
