//! Prints the house: each crate with those it knows, and the modules of the flat ones.
//! Ends with 1 where a wall is broken.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use harness::lint::walls::Walls;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let house = Walls::builtin()?.look(&workspace)?;
    println!("crates");
    show(&house.crates);
    for (name, modules) in &house.modules {
        println!("modules of {name}");
        show(modules);
    }
    for finding in &house.findings {
        println!("broken: {finding}");
    }
    println!("{} walls broken", house.findings.len());
    Ok(ExitCode::from(u8::from(!house.findings.is_empty())))
}

fn show(graph: &BTreeMap<String, BTreeSet<String>>) {
    for (name, knows) in graph {
        let knows: Vec<&str> = knows.iter().map(String::as_str).collect();
        println!("  {name:<16} {}", knows.join(" "));
    }
}
