//! The programs say nothing of where they were built, or two builders could not have
//! the same ones.

use std::env;

use super::{MADE_WITH, Programs, SCOUT};

/// Where a source may lie that a program names by an absolute path: the standard library,
/// as those who ship it say, and crates, as the build says.
const SOURCES: [&str; 3] = ["/rustc/", "/rust/deps/", "/crates/"];

fn programs() -> Vec<(&'static str, &'static [u8])> {
    let wrong = Programs::with_wrong_checker().checker;
    let named = Programs::builtin().named().into_iter();
    named
        .chain([("scout", SCOUT), ("wrong checker", wrong)])
        .collect()
}

/// What can be read in a program: runs of printable ASCII.
fn readable(program: &[u8]) -> impl Iterator<Item = &str> {
    let runs = program.split(|byte| !(b' '..=b'~').contains(byte));
    runs.filter_map(|run| std::str::from_utf8(run).ok())
}

/// The folders of this build, each as far as it is this builder's own.
fn folders() -> Vec<String> {
    let workspace = env!("CARGO_MANIFEST_DIR").trim_end_matches("/harness/programs");
    let (target, _) = env!("OUT_DIR").split_once("/build/").unwrap();
    let home = env::var("HOME").ok().filter(|it| it.len() > 1);
    let own = [workspace, target].map(str::to_owned);
    own.into_iter().chain(home).collect()
}

#[test]
fn no_program_names_a_folder_of_its_builder() {
    for (name, program) in programs() {
        for folder in folders() {
            let within = folder + "/";
            let found = readable(program).find(|run| run.contains(&within));
            assert_eq!(found, None, "{name}");
        }
        for folder in ["/registry/src/", "/.cargo/", "/.rustup/", "/toolchains/"] {
            let found = readable(program).find(|run| run.contains(folder));
            assert_eq!(found, None, "{name}");
        }
    }
}

#[test]
fn every_source_that_a_program_names_lies_where_it_lies_for_everybody() {
    for (name, program) in programs() {
        let mut seen = 0;
        let absolute = readable(program).filter(|run| run.starts_with('/'));
        for run in absolute.filter(|run| run.contains(".rs")) {
            let known = SOURCES.iter().any(|it| run.starts_with(it));
            assert!(known, "{name}: {run}");
            seen += 1;
        }
        assert!(seen > 10, "{name}: {seen} sources are named");
    }
}

#[test]
fn what_they_were_made_with_is_said_without_a_place() {
    let names: Vec<&str> = MADE_WITH.iter().map(|(name, _)| *name).collect();
    let expected = [
        "flags", "libc", "linker", "rustc", "sources", "startup", "std", "target",
    ];
    assert_eq!(names, expected);
    for (name, is) in MADE_WITH {
        assert!(!is.is_empty() && !is.contains('/'), "{name}: {is}");
    }
}
