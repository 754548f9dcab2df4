//! The checker's dependency graph: its own manifest for the first step, `Cargo.lock`
//! for every further one.
//!
//! Dependencies for tests are left out at the first step, where they can be told
//! apart; the lock file lists the others for every target and feature of the
//! workspace, so that what is found is rather too much than too little.

use std::collections::{BTreeMap, BTreeSet};

use negatives::position::Position;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::rules::Rules;
use super::tree::{PACKAGE, Tree};
use super::{Finding, Rule};

/// Where crates may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: Spanned<String>,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// Scans the graph; gives back each crate with its version.
pub(super) fn scan(tree: &Tree, rules: &Rules, findings: &mut Vec<Finding>) -> Vec<String> {
    let manifest = format!("{PACKAGE}/Cargo.toml");
    let mut scan = Scan {
        tree,
        rules,
        findings,
    };
    let (Some(own), Some(workspace)) = (scan.manifest(&manifest), scan.manifest("Cargo.toml"))
    else {
        return Vec::new();
    };
    scan.targets(&manifest, &own);
    scan.replacements(&workspace);
    let wanted = scan.first_step(&own, &workspace);
    let Some(lock) = scan.lock() else {
        return Vec::new();
    };
    scan.graph(&lock, wanted)
}

struct Scan<'a> {
    tree: &'a Tree,
    rules: &'a Rules,
    findings: &'a mut Vec<Finding>,
}

impl Scan<'_> {
    fn find(&mut self, place: String, rule: Rule, what: String, why: &str) {
        self.findings.push(Finding {
            place,
            rule,
            what,
            why: why.to_owned(),
        });
    }

    fn manifest(&mut self, path: &str) -> Option<Value> {
        let read = self.tree.get(path).map(toml::from_str::<Value>);
        match read {
            Some(Ok(value)) => Some(value),
            Some(Err(_)) | None => {
                let what = "no manifest that can be read".to_owned();
                self.find(
                    path.to_owned(),
                    Rule::NotUnderstood,
                    what,
                    "it is not known what is built",
                );
                None
            }
        }
    }

    /// Only `src/lib.rs` and `src/main.rs`, found by their names.
    fn targets(&mut self, manifest: &str, own: &Value) {
        let package = own.get("package");
        let set = |key: &str| package.and_then(|table| table.get(key)).is_some();
        let unusual = ["build", "links", "autobins"].iter();
        let unusual = unusual.filter(|key| set(key));
        let mut unusual: Vec<String> = unusual.map(|key| format!("package.{key}")).collect();
        let default = own.get("features").and_then(|it| it.get("default"));
        unusual.extend(default.map(|_| "features.default".to_owned()));
        let tables = ["lib", "bin", "build-dependencies"].iter();
        unusual.extend(
            tables
                .filter(|key| own.get(**key).is_some())
                .map(ToString::to_string),
        );
        for key in unusual {
            let place = self.place_of(manifest, key.rsplit('.').next().unwrap_or_default());
            let what = format!("`{key}` is set");
            self.find(
                place,
                Rule::Manifest,
                what,
                "it builds what is not scanned, or from elsewhere",
            );
        }
        let build = format!("{PACKAGE}/build.rs");
        if self.tree.get(&build).is_some() {
            self.find(
                build,
                Rule::Manifest,
                "a build script".to_owned(),
                "it runs at build time and can write code",
            );
        }
    }

    /// A crate of another source under a known name.
    fn replacements(&mut self, workspace: &Value) {
        for key in ["patch", "replace"] {
            if workspace.get(key).is_some() {
                let place = self.place_of("Cargo.toml", key);
                self.find(
                    place,
                    Rule::ForeignDependency,
                    format!("`{key}` is set"),
                    "it puts another crate under a known name",
                );
            }
        }
    }

    /// The packages that the checker asks for itself, with where it does.
    fn first_step(&mut self, own: &Value, workspace: &Value) -> Vec<(String, String)> {
        let manifest = format!("{PACKAGE}/Cargo.toml");
        let mut tables: Vec<&Value> = ["dependencies", "build-dependencies"]
            .iter()
            .filter_map(|key| own.get(*key))
            .collect();
        let targets = own.get("target").and_then(Value::as_table);
        for target in targets.into_iter().flatten().map(|(_, target)| target) {
            tables.extend(
                ["dependencies", "build-dependencies"]
                    .iter()
                    .filter_map(|key| target.get(*key)),
            );
        }
        let mut wanted = Vec::new();
        for (key, entry) in tables.into_iter().filter_map(Value::as_table).flatten() {
            let shared = workspace
                .get("workspace")
                .and_then(|it| it.get("dependencies")?.get(key));
            let inherits = entry.get("workspace").is_some();
            let entry = if inherits {
                shared.unwrap_or(entry)
            } else {
                entry
            };
            let package = entry.get("package").and_then(Value::as_str).unwrap_or(key);
            let place = self.place_of(&manifest, key);
            wanted.push((package.to_owned(), place));
        }
        wanted
    }

    fn lock(&mut self) -> Option<Lock> {
        let read = self.tree.get("Cargo.lock").map(toml::from_str::<Lock>);
        if let Some(Ok(lock)) = read {
            return Some(lock);
        }
        self.find(
            "Cargo.lock".to_owned(),
            Rule::NotUnderstood,
            "no lock file that can be read".to_owned(),
            "it is not known which crates are built",
        );
        None
    }

    fn graph(&mut self, lock: &Lock, mut wanted: Vec<(String, String)>) -> Vec<String> {
        let mut packages: BTreeMap<&str, Vec<&Locked>> = BTreeMap::new();
        for package in &lock.package {
            packages
                .entry(package.name.get_ref())
                .or_default()
                .push(package);
        }
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        while let Some((asked, place)) = wanted.pop() {
            // `name`, `name version` or `name version (source)`, as the lock file has it.
            let mut words = asked.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            let found = packages.get(name).map_or(&[][..], Vec::as_slice);
            if found.is_empty() {
                let what = format!("crate `{name}` is not in the lock file");
                let why = "it is not known what is built";
                self.find(place, Rule::NotUnderstood, what, why);
                continue;
            }
            let asked = |it: &&&Locked| version.is_none_or(|version| it.version == version);
            for package in found.iter().filter(asked) {
                if !seen.insert(format!("{name} {}", package.version)) {
                    continue;
                }
                names.insert(name.to_owned());
                let place = self.place_in_lock(package);
                self.judge(package, &place);
                wanted.extend(
                    package
                        .dependencies
                        .iter()
                        .map(|next| (next.clone(), place.clone())),
                );
            }
        }
        self.stale(&names);
        seen.into_iter().collect()
    }

    fn judge(&mut self, package: &Locked, place: &str) {
        let name = package.name.get_ref();
        let what = format!("crate `{name}` {}", package.version);
        if let Some(entry) = self.rules.dependency.denied(name) {
            self.find(
                place.to_owned(),
                Rule::DeniedDependency,
                what,
                &entry.reason,
            );
        } else if !self
            .rules
            .dependency
            .allow
            .iter()
            .any(|entry| entry.name == *name)
        {
            self.find(
                place.to_owned(),
                Rule::UnlistedDependency,
                what,
                "no rule says why the checker needs it",
            );
        } else if package.source.as_deref() != Some(REGISTRY) || package.checksum.is_none() {
            self.find(
                place.to_owned(),
                Rule::ForeignDependency,
                what,
                "it is not the registry's, by its digest",
            );
        }
    }

    fn stale(&mut self, names: &BTreeSet<String>) {
        let entries = self.rules.dependency.allow.iter();
        let unused: Vec<String> = entries
            .filter(|entry| !names.contains(&entry.name))
            .map(|entry| format!("crate `{}` is allowed and not used", entry.name))
            .collect();
        for what in unused {
            self.find(
                "rules.toml".to_owned(),
                Rule::Stale,
                what,
                "an exception that nothing needs",
            );
        }
    }

    fn place_in_lock(&self, package: &Locked) -> String {
        let text = self.tree.get("Cargo.lock").unwrap_or_default();
        let at = Position::of(text, package.name.span().start);
        format!("Cargo.lock:{}", at.line)
    }

    /// The first line of a file that speaks of a key.
    fn place_of(&self, path: &str, key: &str) -> String {
        let text = self.tree.get(path).unwrap_or_default();
        let speaks = |line: &str| {
            let line = line.trim_start_matches(['[', ' ']);
            line.strip_prefix(key).is_some_and(|rest| {
                !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
            })
        };
        match text.lines().position(speaks) {
            Some(line) => format!("{path}:{}", line + 1),
            None => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clean tree with one more crate in both files.
    fn with(name: &str, lines: &str) -> Tree {
        let clean = Tree::builtin();
        let manifest = clean.get("checker/Cargo.toml").unwrap();
        let manifest = manifest.replacen(
            "[dependencies]\n",
            &format!("[dependencies]\n{name} = \"1\"\n"),
            1,
        );
        let package = format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{lines}");
        clean
            .with("checker/Cargo.toml", &manifest)
            .with_more("Cargo.lock", &package)
    }

    fn found(tree: &Tree) -> Vec<(Rule, String)> {
        let mut findings = Vec::new();
        scan(tree, &Rules::builtin().unwrap(), &mut findings);
        findings.into_iter().map(|it| (it.rule, it.what)).collect()
    }

    fn rules_of(tree: &Tree) -> Vec<Rule> {
        found(tree).into_iter().map(|(rule, _)| rule).collect()
    }

    const SOURCE: &str =
        "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"00\"\n";

    #[test]
    fn crates_on_the_denylist_and_on_no_list_are_found() {
        assert_eq!(
            rules_of(&with("tokio-postgres", SOURCE)),
            [Rule::DeniedDependency]
        );
        assert_eq!(
            rules_of(&with("left-pad", SOURCE)),
            [Rule::UnlistedDependency]
        );
    }

    #[test]
    fn a_crate_deep_in_the_graph_is_found() {
        let deep = with(
            "left-pad",
            &format!("{SOURCE}dependencies = [\"socket2 9.9.9\"]\n"),
        )
        .with_more(
            "Cargo.lock",
            "\n[[package]]\nname = \"socket2\"\nversion = \"9.9.9\"\n",
        );
        assert!(rules_of(&deep).contains(&Rule::DeniedDependency));
    }

    #[test]
    fn a_known_name_from_elsewhere_is_found() {
        let lock = Tree::builtin().get("Cargo.lock").unwrap().to_owned();
        let git = lock
            .replace("name = \"sha2\"\n", "name = \"sha2\"\nx = 1\n")
            .replace(
                "name = \"sha2\"\nx = 1\nversion = \"0.11.1\"\nsource = \"registry",
                "name = \"sha2\"\nversion = \"0.11.1\"\nsource = \"git",
            );
        assert_ne!(git, lock);
        assert!(
            rules_of(&Tree::builtin().with("Cargo.lock", &git)).contains(&Rule::ForeignDependency)
        );
    }

    #[test]
    fn a_renamed_crate_is_found_under_its_own_name() {
        let clean = Tree::builtin();
        let manifest = clean.get("checker/Cargo.toml").unwrap();
        let renamed = "[dependencies]\nquiet = { package = \"tokio\", version = \"1\" }\n";
        let manifest = manifest.replacen("[dependencies]\n", renamed, 1);
        let tree = clean.with("checker/Cargo.toml", &manifest);
        assert!(rules_of(&tree).contains(&Rule::DeniedDependency));
    }

    #[test]
    fn a_build_script_a_default_feature_and_a_stale_entry_are_found() {
        let manifest = Tree::builtin()
            .get("checker/Cargo.toml")
            .unwrap()
            .to_owned();
        let on = manifest.replacen("[features]\n", "[features]\ndefault = [\"wrong\"]\n", 1);
        let on = Tree::builtin().with("checker/Cargo.toml", &on);
        assert_eq!(rules_of(&on)[0], Rule::Manifest);
        let build = Tree::builtin().with("checker/build.rs", "fn main() {}");
        assert_eq!(rules_of(&build), [Rule::Manifest]);
        let manifest = Tree::builtin()
            .get("checker/Cargo.toml")
            .unwrap()
            .replace("thiserror.workspace = true\n", "");
        let tree = Tree::builtin().with("checker/Cargo.toml", &manifest);
        assert_eq!(rules_of(&tree), [Rule::Stale, Rule::Stale]);
    }
}
