//! The checker's sources, as a parser sees them: every file that the two crate roots
//! lead to, and nothing that is compiled for tests only.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::rules::Rules;
use super::tree::{PACKAGE, Tree};
use super::{Finding, Rule};

mod file;
mod names;
mod tokens;

use file::Scanned;

/// The files that were scanned with the same rules before, by path and text.
///
/// Trees that differ in one file are scanned one after another for N22; parsing the
/// others again would take most of its time.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<(String, String), Scanned>>);

impl Known {
    fn scan(&self, path: &str, text: &str, rules: &Rules) -> Scanned {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry((path.to_owned(), text.to_owned()))
            .or_insert_with(|| file::scan(path, text, rules))
            .clone()
    }
}

/// What is found in one file, whatever it is of.
pub(super) fn scan_file(path: &str, text: &str, rules: &Rules) -> Vec<Finding> {
    file::scan(path, text, rules).findings
}

/// Scans the sources; gives back the files that were parsed.
pub(super) fn scan(
    tree: &Tree,
    rules: &Rules,
    known: &Known,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let mut queue: VecDeque<String> = roots(tree).collect();
    let mut seen = BTreeSet::new();
    let mut used = BTreeSet::new();
    while let Some(path) = queue.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let Some(text) = tree.get(&path) else {
            seen.remove(&path);
            not_scanned(&path, "a module that the tree does not have", findings);
            continue;
        };
        let scanned = known.scan(&path, text, rules);
        queue.extend(modules(tree, &path, &scanned));
        findings.extend(scanned.findings);
        used.extend(scanned.exceptions);
    }
    for path in tree.compiled().iter().filter(|path| !seen.contains(*path)) {
        not_scanned(path, "a file that was compiled and not scanned", findings);
    }
    stale(rules, &used, findings);
    seen.into_iter().collect()
}

/// The crate roots that cargo finds by their names.
fn roots(tree: &Tree) -> impl Iterator<Item = String> {
    let fixed = ["lib.rs", "main.rs"].map(|name| format!("{PACKAGE}/src/{name}"));
    let build = format!("{PACKAGE}/build.rs");
    let build = tree.get(&build).is_some().then_some(build);
    let more = tree
        .paths()
        .filter(|path| path.starts_with(&format!("{PACKAGE}/src/bin/")));
    let more: Vec<String> = more.map(str::to_owned).collect();
    fixed.into_iter().chain(build).chain(more)
}

pub(super) fn is_root(path: &str) -> bool {
    let name = path.strip_prefix(PACKAGE).unwrap_or(path);
    matches!(name, "/src/lib.rs" | "/src/main.rs" | "/build.rs") || name.starts_with("/src/bin/")
}

/// The files of the modules that a file declares (Rust reference, "Modules").
fn modules(tree: &Tree, path: &str, scanned: &Scanned) -> Vec<String> {
    let folder = if is_root(path) || path.ends_with("/mod.rs") {
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    } else {
        path.trim_end_matches(".rs").to_owned()
    };
    let files = scanned.modules.iter().map(|module| {
        let beside = format!("{folder}/{module}.rs");
        let inside = format!("{folder}/{module}/mod.rs");
        let is_inside = tree.get(&beside).is_none() && tree.get(&inside).is_some();
        if is_inside { inside } else { beside }
    });
    files.collect()
}

fn not_scanned(path: &str, what: &str, findings: &mut Vec<Finding>) {
    findings.push(Finding {
        place: path.to_owned(),
        rule: Rule::NotScanned,
        what: what.to_owned(),
        why: "it is not known what is in it".to_owned(),
    });
}

fn stale(rules: &Rules, used: &BTreeSet<String>, findings: &mut Vec<Finding>) {
    for entry in rules
        .path
        .allow
        .iter()
        .filter(|entry| !used.contains(&entry.name))
    {
        findings.push(Finding {
            place: "rules.toml".to_owned(),
            rule: Rule::Stale,
            what: format!("path `{}` is an exception and not used", entry.name),
            why: "an exception that nothing needs".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests;
