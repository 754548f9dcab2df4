//! The house stands, and each kind of breach is found.

use std::process::Command;

use super::*;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn no_wall_is_broken() {
    let house = Walls::builtin().unwrap().look(&workspace()).unwrap();
    assert_eq!(house.findings, Vec::<String>::new());
    assert!(house.crates.len() > 10 && house.modules["judge"].len() > 20);
}

/// What no room beneath the engines is built from.
const ENGINES_ONLY: [&str; 6] = [
    "bollard",
    "clap",
    "hyper",
    "reqwest",
    "testcontainers",
    "tokio",
];

#[test]
fn a_room_is_built_from_no_more_crates_than_it_may() {
    for room in Walls::builtin().unwrap().rooms() {
        let Some(most) = room.registry else { continue };
        let crates = built_from(&room.name);
        for kind in ENGINES_ONLY {
            assert!(!crates.contains_key(kind), "{}: {kind}", room.name);
        }
        let foreign = crates.iter().filter(|(name, _)| !is_own(name));
        let foreign: usize = foreign.map(|(_, versions)| versions.len()).sum();
        assert!(
            (1..=most).contains(&foreign),
            "{}: {foreign} crates",
            room.name
        );
    }
}

/// The crates that cargo builds into one, its own among them, each with its versions.
fn built_from(room: &str) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-e", "normal"])
        .args(["--prefix", "none", "--format", "{p}", "-p", room])
        .current_dir(workspace())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut crates = BTreeMap::<_, BTreeSet<_>>::new();
    for line in text.lines() {
        let mut words = line.split(' ').map(str::to_owned);
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            panic!("expected a name and a version, observed {line:?}");
        };
        crates.entry(name).or_default().insert(version);
    }
    crates
}

fn is_own(name: &str) -> bool {
    let walls = Walls::builtin().unwrap();
    walls.room.iter().any(|room| room.name == name)
}

fn pure(text: &str) -> Vec<String> {
    let walls = Walls::builtin().unwrap();
    let rules = pure::rules(&walls.pure.path, &walls.pure.r#macro);
    pure::scan("harness/judge/src/x.rs", text, &rules)
}

#[test]
fn what_a_pure_room_may_not_name_is_found() {
    assert_eq!(
        pure("use std::collections::BTreeMap;"),
        Vec::<String>::new()
    );
    for text in [
        "use std::fs;",
        "use std::{collections::BTreeMap, fs::File};",
        "fn f() { std::process::abort() }",
        "use std::io::stdout;",
        "fn f() { let _ = std::time::Instant::now(); }",
        "static MEMO: u8 = 0;",
        "fn f() { println!(\"x\") }",
        "fn f() { let _ = std::env::var(\"HOME\"); }",
        "fn f() -> i32 { unsafe { libc::getpid() } }",
    ] {
        assert_ne!(pure(text), Vec::<String>::new(), "{text}");
    }
}

fn sources_of(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    files.iter().map(owned).collect()
}

#[test]
fn a_circle_of_modules_is_found_however_it_is_spelled() {
    let lib = ("lib.rs", "mod a; mod b; pub use b::Thing;");
    for (a, b) in [
        ("use crate::b::X;", "use super::a::Y;"),
        ("fn f() { super::b::g() }", "fn g() { crate::a::f() }"),
        ("use crate::Thing;", "use crate::{a::{Y}};"),
    ] {
        let graph = modules::graph(&sources_of(&[lib, ("a.rs", a), ("b.rs", b)]));
        assert_eq!(circle(&graph).as_deref(), Some("a -> b -> a"), "{a} {b}");
    }
    let one_way = [
        lib,
        ("a.rs", "use crate::Thing;"),
        ("b.rs", "pub struct Thing;"),
    ];
    assert_eq!(circle(&modules::graph(&sources_of(&one_way))), None);
}

#[test]
fn an_edge_that_no_room_may_have_is_found() {
    let mut walls = Walls::builtin().unwrap();
    let judge = walls.room.iter_mut().find(|room| room.name == "judge");
    judge.unwrap().knows.remove("seal");
    let house = walls.look(&workspace()).unwrap();
    assert_eq!(
        house.findings,
        ["judge: expected not to know `seal`, observed that it does"]
    );
}
