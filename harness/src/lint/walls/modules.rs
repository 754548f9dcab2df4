//! Which module of a crate names which, by the first part of their paths.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Item, UseTree};

/// The crate's root, where it is a module like others.
const ROOT: &str = "lib";

/// Each top module with those it names.
pub(super) fn graph(sources: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let exported = exported(sources);
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources {
        let Ok(file) = syn::parse_file(text) else {
            continue;
        };
        let within = module_path(path);
        let own = within.first().cloned().unwrap_or_else(|| ROOT.to_owned());
        // The root declares the others and shows what is in them: that is no knowledge.
        if own == ROOT {
            continue;
        }
        let mut eye = Eye {
            within,
            named: BTreeSet::new(),
        };
        eye.visit_file(&file);
        let named = eye.named.into_iter().map(|name| {
            let shown = exported.get(&name).cloned();
            shown.unwrap_or(name)
        });
        let named = named.filter(|name| *name != own);
        graph.entry(own.clone()).or_default().extend(named);
    }
    graph
}

/// `roll/table.rs` as the module it is.
fn module_path(file: &str) -> Vec<String> {
    let plain = file.strip_suffix(".rs").unwrap_or(file);
    if matches!(plain, "lib" | "main") {
        return Vec::new();
    }
    plain.split('/').map(str::to_owned).collect()
}

/// The names that the root shows of its modules, each with the module.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an item of another kind is named by nobody"
)]
fn exported(sources: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    let root = sources.get("lib.rs").map(|text| syn::parse_file(text));
    let Some(Ok(root)) = root else {
        return exported;
    };
    for item in &root.items {
        let name = match item {
            Item::Use(item) => {
                let mut leaves = Vec::new();
                leaves_of(&item.tree, &mut Vec::new(), &mut leaves);
                for (path, shown) in leaves {
                    let own = path
                        .iter()
                        .find(|it| !matches!(it.as_str(), "self" | "crate"));
                    exported.extend(own.map(|own| (shown, own.clone())));
                }
                continue;
            }
            Item::Fn(item) => item.sig.ident.to_string(),
            Item::Struct(item) => item.ident.to_string(),
            Item::Enum(item) => item.ident.to_string(),
            Item::Trait(item) => item.ident.to_string(),
            Item::Const(item) => item.ident.to_string(),
            Item::Type(item) => item.ident.to_string(),
            _ => continue,
        };
        exported.insert(name, ROOT.to_owned());
    }
    exported
}

/// Each leaf of a `use` with its whole path and the name it has here.
fn leaves_of(tree: &UseTree, above: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, String)>) {
    match tree {
        UseTree::Path(path) => {
            above.push(path.ident.to_string());
            leaves_of(&path.tree, above, leaves);
            above.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves_of(tree, above, leaves);
            }
        }
        UseTree::Name(name) => leaves.push((with(above, &name.ident), name.ident.to_string())),
        UseTree::Rename(name) => leaves.push((with(above, &name.ident), name.rename.to_string())),
        UseTree::Glob(_) => leaves.push((above.clone(), "*".to_owned())),
    }
}

fn with(above: &[String], last: &syn::Ident) -> Vec<String> {
    let mut path = above.to_vec();
    path.push(last.to_string());
    path
}

/// Gathers the top modules that a file names.
struct Eye {
    within: Vec<String>,
    named: BTreeSet<String>,
}

impl Eye {
    fn take(&mut self, path: &[String]) {
        let mut at = self.within.clone();
        let mut parts = path.iter();
        let rest = match parts.next().map(String::as_str) {
            Some("crate") => {
                at.clear();
                parts
            }
            Some("super") => {
                at.pop();
                parts
            }
            _ => return,
        };
        let mut rest = rest.peekable();
        while rest.next_if(|part| *part == "super").is_some() {
            at.pop();
        }
        let top = at.first().or_else(|| rest.next());
        self.named
            .extend(top.filter(|it| it.as_str() != "self").cloned());
    }
}

impl<'ast> Visit<'ast> for Eye {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut leaves = Vec::new();
        leaves_of(&item.tree, &mut Vec::new(), &mut leaves);
        for (path, _) in leaves {
            self.take(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        self.take(&parts);
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // A body is a module of its own, and here only tests have one.
        if item.content.is_none() {
            visit::visit_item_mod(self, item);
        }
    }
}
