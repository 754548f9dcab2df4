//! What every crate of this workspace is built from, held against rules that are data
//! (`supply.toml`): licences, where a crate comes from, crates that are banned.
//!
//! Cargo says what the graph is, for each machine and with every feature; the licences'
//! expressions are evaluated by `spdx`. What is not in cargo's folder yet is fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Supply {
    targets: Vec<String>,
    licence: Vec<Licence>,
    banned: Vec<Banned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licence {
    name: String,
    #[serde(rename = "reason")]
    _reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Banned {
    name: String,
    #[serde(default)]
    by: BTreeSet<String>,
    reason: String,
}

/// What `cargo metadata` says, as far as it is judged.
#[derive(Clone, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Clone, Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    source: Option<String>,
    dependencies: Vec<Asked>,
}

#[derive(Clone, Deserialize)]
struct Asked {
    name: String,
    req: String,
    path: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Clone, Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl Supply {
    fn builtin() -> Self {
        toml::from_str(include_str!("supply.toml")).unwrap()
    }

    /// Everything that breaks a rule, for one machine.
    fn judge(&self, metadata: &Metadata) -> Vec<String> {
        let all = metadata.packages.iter().map(|it| (it.id.as_str(), it));
        let all: BTreeMap<&str, &Package> = all.collect();
        let mut found = Vec::new();
        for node in &metadata.resolve.nodes {
            let package = all[node.id.as_str()];
            found.extend(self.licence_of(package));
            found.extend(foreign(package));
            let wanted = node.dependencies.iter().map(|id| all[id.as_str()]);
            found.extend(wanted.filter_map(|wanted| self.ban(package, wanted)));
        }
        found
    }

    fn licence_of(&self, package: &Package) -> Option<String> {
        let said = package.license.as_deref().unwrap_or_default();
        let what = format!("{}: its licence, {said:?}, is not allowed", package.name);
        (!self.allows(package, None)).then_some(what)
    }

    /// Whether the licences that are allowed, but for one of them, allow a crate.
    fn allows(&self, package: &Package, but: Option<&str>) -> bool {
        let said = package.license.as_deref().unwrap_or_default();
        // A slash is how licences were joined before expressions; cargo still takes it.
        let expression = spdx::Expression::parse_mode(said, spdx::ParseMode::LAX);
        let allowed = |wanted: &spdx::LicenseReq| {
            let name = wanted.license.to_string();
            let mut licences = self.licence.iter().filter(|it| Some(&*it.name) != but);
            wanted.addition.is_none() && licences.any(|it| it.name == name)
        };
        expression.is_ok_and(|it| it.evaluate(allowed))
    }

    fn ban(&self, by: &Package, package: &Package) -> Option<String> {
        let banned = self.banned.iter().find(|it| it.name == package.name)?;
        let what = format!("{}: banned for {}: {}", banned.name, by.name, banned.reason);
        (!banned.by.contains(&by.name)).then_some(what)
    }

    /// Licences that no crate needs.
    fn stale(&self, graphs: &[Metadata]) -> Vec<String> {
        let needs = |licence: &Licence| {
            let mut packages = graphs.iter().flat_map(|it| &it.packages);
            packages.any(|it| self.allows(it, None) && !self.allows(it, Some(&licence.name)))
        };
        let unused = self.licence.iter().filter(|it| !needs(it));
        unused.map(|it| it.name.clone()).collect()
    }
}

/// A crate of another source than the registry or this workspace, or one of a version
/// that nobody chose.
fn foreign(package: &Package) -> Option<String> {
    let own = package.source.is_none();
    if !own && package.source.as_deref() != Some(REGISTRY) {
        return Some(format!(
            "{}: it comes from {:?}",
            package.name, package.source
        ));
    }
    let any = |asked: &&Asked| asked.req == "*" && asked.path.is_none();
    let open = package.dependencies.iter().find(any).filter(|_| own)?;
    Some(format!(
        "{}: asks for any version of {}",
        package.name, open.name
    ))
}

fn metadata(target: &str) -> Metadata {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--all-features", "--filter-platform", target])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_is_built_here_is_built_from_what_may_be() {
    let supply = Supply::builtin();
    let graphs: Vec<Metadata> = supply.targets.iter().map(|it| metadata(it)).collect();
    for graph in &graphs {
        assert!(graph.resolve.nodes.len() > 100);
        assert_eq!(supply.judge(graph), Vec::<String>::new());
    }
    assert_eq!(supply.stale(&graphs), Vec::<String>::new());
}

#[test]
fn what_may_not_be_there_is_found() {
    let supply = Supply::builtin();
    let graph = metadata(&supply.targets[0]);
    let found = |change: &dyn Fn(&mut Package)| {
        let mut changed = graph.clone();
        let package = changed.packages.iter_mut().find(|it| it.name == "hex");
        change(package.unwrap());
        supply.judge(&changed).join("; ")
    };
    assert_eq!(found(&|_| ()), "");
    for licence in [
        None,
        Some("GPL-3.0-only"),
        Some("MIT AND GPL-2.0-only"),
        Some("?"),
    ] {
        let refused = found(&|it| it.license = licence.map(str::to_owned));
        assert!(
            refused.starts_with("hex: its licence"),
            "{licence:?}: {refused}"
        );
    }
    assert_eq!(
        found(&|it| it.license = Some("GPL-2.0-only OR MIT".to_owned())),
        ""
    );
    let refused = found(&|it| it.source = Some("git+https://example.org/hex".to_owned()));
    assert!(refused.starts_with("hex: it comes from"), "{refused}");
    let refused = found(&|it| it.name = "openssl-sys".to_owned());
    assert!(
        refused.contains("openssl-sys: banned for seal"),
        "{refused}"
    );
}

#[test]
fn a_version_that_nobody_chose_is_found() {
    let supply = Supply::builtin();
    let mut graph = metadata(&supply.targets[0]);
    let own = graph.packages.iter_mut().find(|it| it.name == "seal");
    "*".clone_into(&mut own.unwrap().dependencies[0].req);
    let found = supply.judge(&graph).join("; ");
    assert!(found.contains("seal: asks for any version"), "{found}");
}
