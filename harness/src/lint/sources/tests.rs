//! Guilty sources, each with the place at which it must be found, and innocent ones.

use super::super::rules::Rules;
use super::super::tree::Tree;
use super::super::{Finding, Rule};
use super::Known;

/// The findings in a new module of the clean tree, as rule and place in it.
fn found(text: &str) -> Vec<(Rule, String)> {
    let tree = Tree::builtin()
        .with("checker/src/guilty.rs", text)
        .with_more("checker/src/lib.rs", "mod guilty;\n");
    let mut findings: Vec<Finding> = Vec::new();
    super::scan(
        &tree,
        &Rules::builtin().unwrap(),
        &Known::default(),
        &mut findings,
    );
    findings.sort();
    findings.dedup();
    let place = |place: &str| {
        place
            .strip_prefix("checker/src/guilty.rs:")
            .unwrap_or(place)
            .to_owned()
    };
    findings
        .iter()
        .map(|it| (it.rule, place(&it.place)))
        .collect()
}

/// The rules broken, one after the other, each once.
fn rules_of(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = found(text).into_iter().map(|(rule, _)| rule).collect();
    rules.dedup();
    rules
}

#[test]
fn denied_paths_are_found_by_any_name() {
    use Rule::{DeniedPath, HidingPath};
    let one = |rule, place: &str| vec![(rule, place.to_owned())];
    assert_eq!(found("use std::net::TcpStream;"), one(DeniedPath, "1:15"));
    assert_eq!(found("use std::{io, net};"), one(DeniedPath, "1:15"));
    assert_eq!(found("use ::std::net;"), one(DeniedPath, "1:12"));
    assert_eq!(found("use r#std::net;"), one(DeniedPath, "1:12"));
    assert_eq!(
        found("\nfn f() { std::process::abort() }"),
        one(DeniedPath, "2:10")
    );
    assert_eq!(
        found("type T = std::os::fd::OwnedFd;"),
        one(DeniedPath, "1:10")
    );
    assert_eq!(found("use core::net::IpAddr;"), one(DeniedPath, "1:16"));
    assert_eq!(
        found("use tokio_postgres::Client;"),
        one(DeniedPath, "1:21")
    );
    assert_eq!(
        found("use tokio_postgres as quiet;"),
        one(DeniedPath, "1:5")
    );
    assert_eq!(
        rules_of("use std as s;\nfn f() { s::net::lookup() }"),
        [HidingPath, DeniedPath]
    );
    assert_eq!(rules_of("use std::{self as s};"), [HidingPath]);
    assert_eq!(
        rules_of("use std::os; fn f(_: os::fd::OwnedFd) {}"),
        [HidingPath, DeniedPath]
    );
    assert_eq!(rules_of("use std::*;"), [HidingPath]);
    assert_eq!(rules_of("use std::process::*;"), [DeniedPath]);
    assert_eq!(
        rules_of("fn f() { use std::process::Command; }"),
        [DeniedPath]
    );
    assert_eq!(rules_of("extern crate std as s;"), [HidingPath]);
}

#[test]
fn denied_paths_are_found_in_macros() {
    use Rule::{DeniedMacro, DeniedPath, HidingPath};
    assert_eq!(
        rules_of("fn f() { println!(\"{:?}\", std::net::Ipv4Addr::LOCALHOST) }"),
        [DeniedPath]
    );
    assert_eq!(
        rules_of("macro_rules! m { () => { use std::{io, net}; } }"),
        [DeniedPath]
    );
    assert_eq!(
        rules_of("macro_rules! m { ($a:ident) => { $a::net::x() } }"),
        [HidingPath]
    );
    assert_eq!(
        rules_of("macro_rules! m { ($a:ident) => { std::$a::x() } }"),
        [HidingPath]
    );
    assert_eq!(rules_of("m!(std, net);"), [HidingPath]);
    assert_eq!(
        rules_of("m!(include_str!(\"/etc/passwd\"));"),
        [DeniedMacro]
    );
}

#[test]
fn what_the_compiler_does_not_vouch_for_is_found() {
    use Rule::{DeniedAttribute, DeniedMacro, DeniedPath, ForeignFunction, UnsafeCode};
    assert_eq!(rules_of("fn f() { unsafe { g() } }"), [UnsafeCode]);
    assert_eq!(rules_of("unsafe fn f() {}"), [UnsafeCode]);
    assert_eq!(rules_of("unsafe impl Send for X {}"), [UnsafeCode]);
    assert_eq!(rules_of("m! { unsafe { g() } }"), [UnsafeCode]);
    assert_eq!(rules_of("extern \"C\" fn f() {}"), [ForeignFunction]);
    assert_eq!(rules_of("extern \"C\" { fn socket(); }"), [ForeignFunction]);
    assert_eq!(
        rules_of("fn f() { core::arch::asm!(\"syscall\") }"),
        [DeniedPath, DeniedMacro]
    );
    assert_eq!(
        rules_of("const X: &str = include_str!(\"x\");"),
        [DeniedMacro]
    );
    assert_eq!(rules_of("include!(\"x.rs\");"), [DeniedMacro]);
    assert_eq!(
        rules_of("#[unsafe(no_mangle)] fn f() {}"),
        [UnsafeCode, DeniedAttribute]
    );
    assert_eq!(
        rules_of("#[cfg_attr(all(), path = \"x.rs\")] mod tests { }"),
        [DeniedAttribute]
    );
    assert_eq!(
        rules_of("#[cfg_attr(feature = \"x\", feature(asm))] fn f() { }"),
        [DeniedAttribute]
    );
}

#[test]
fn files_are_followed_and_none_is_missed() {
    let missing = found("#[path = \"/etc/passwd\"] mod elsewhere;");
    let place = "checker/src/guilty/elsewhere.rs".to_owned();
    assert_eq!(missing[0].0, Rule::DeniedAttribute);
    assert_eq!(missing[1], (Rule::NotScanned, place));
    assert_eq!(rules_of("this is not Rust"), [Rule::NotUnderstood]);
    let bare = Tree::builtin().with("checker/src/main.rs", "fn main() {}");
    let mut findings = Vec::new();
    super::scan(
        &bare,
        &Rules::builtin().unwrap(),
        &Known::default(),
        &mut findings,
    );
    let rules: Vec<Rule> = findings.iter().map(|it| it.rule).collect();
    assert!(rules.contains(&Rule::UnsafeCode), "{rules:?}");
    assert!(
        rules.contains(&Rule::Stale),
        "the exception that `main` needed: {rules:?}"
    );
}

#[test]
fn a_condition_that_can_hold_hides_nothing() {
    for condition in ["any(test, unix)", "not(test)", "feature = \"test\""] {
        let text = format!("#[cfg({condition})] mod tests {{ use std::net::TcpStream; }}");
        assert!(!rules_of(&text).is_empty(), "{text}");
    }
}

#[test]
fn innocent_sources_are_clean() {
    for text in [
        "use std::process::ExitCode; fn f() -> ExitCode { ExitCode::from(3) }",
        "use std::os::unix::fs::MetadataExt;",
        "use std::ffi::OsString;",
        "#[cfg(test)] mod tests { use std::net::TcpStream; }",
        "#[cfg(feature = \"wrong\")] mod wrong; #[cfg(not(feature = \"x\"))] fn f() {}",
        "#[cfg(any(test, fuzzing))] mod tests { use std::net::TcpStream; }",
        "mod net { pub fn f() {} } fn g() { net::f() }",
        "fn f(std: u8) -> String { format!(\"{}\", std::mem::size_of::<u8>()) }",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}
