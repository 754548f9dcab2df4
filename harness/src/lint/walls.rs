//! The walls of this workspace: which crate knows which, what a pure one may not name,
//! and that no modules of one go round in a circle.
//!
//! The rules are data (`walls.toml`). What is looked at are manifests and sources; no
//! compiler is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::rules::Lists;

mod modules;
mod pure;

/// The rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walls {
    room: Vec<Room>,
    pure: Pure,
}

/// One crate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its package.
    pub name: String,
    /// Its folder, from the workspace.
    pub folder: String,
    /// The crates of the workspace that it may name.
    pub knows: BTreeSet<String>,
    /// Its sources do no I/O, ask no clock and have no static.
    #[serde(default)]
    pub pure: bool,
    /// Its modules do not go round in a circle.
    #[serde(default)]
    pub flat: bool,
    /// The most crates of the registry that it may be built from.
    pub registry: Option<usize>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pure {
    path: Lists,
    r#macro: Lists,
}

/// The house as it stands.
#[derive(Debug, Default)]
pub struct House {
    /// Each crate with those of the workspace that it names.
    pub crates: BTreeMap<String, BTreeSet<String>>,
    /// The modules of each flat crate with those that they name.
    pub modules: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// What breaks a wall.
    pub findings: Vec<String>,
}

/// The house could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum WallsError {
    /// The rules or a manifest.
    #[error("failed to parse `{path}`")]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: toml::de::Error,
    },
    /// A file or folder.
    #[error("failed to read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Walls {
    /// The rules that this program was built with.
    ///
    /// # Errors
    /// They do not load, which a test rules out.
    pub fn builtin() -> Result<Self, WallsError> {
        parse(Path::new("walls.toml"), include_str!("walls.toml"))
    }

    /// The rooms, each after those it knows.
    #[must_use]
    pub fn rooms(&self) -> &[Room] {
        &self.room
    }

    /// Looks at a workspace.
    ///
    /// # Errors
    /// A manifest or a source cannot be read.
    pub fn look(&self, workspace: &Path) -> Result<House, WallsError> {
        let mut house = House::default();
        let names: BTreeSet<&str> = self.room.iter().map(|room| room.name.as_str()).collect();
        for member in members(workspace)? {
            if !self.room.iter().any(|room| room.folder == member) {
                let what =
                    format!("{member}: expected a room of walls.toml, observed another crate");
                house.findings.push(what);
            }
        }
        for room in &self.room {
            let folder = workspace.join(&room.folder);
            let named = dependencies(&folder.join("Cargo.toml"), &names)?;
            for other in named.difference(&room.knows) {
                let what = format!(
                    "{}: expected not to know `{other}`, observed that it does",
                    room.name
                );
                house.findings.push(what);
            }
            house.crates.insert(room.name.clone(), named);
            if room.pure || room.flat {
                self.inside(room, &folder, &mut house)?;
            }
        }
        house
            .findings
            .extend(circle(&house.crates).map(|it| format!("crates: {it}")));
        Ok(house)
    }

    /// Looks at a room's sources.
    fn inside(&self, room: &Room, folder: &Path, house: &mut House) -> Result<(), WallsError> {
        let sources = sources(&folder.join("src"))?;
        if room.pure {
            let rules = pure::rules(&self.pure.path, &self.pure.r#macro);
            for (path, text) in &sources {
                let place = format!("{}/src/{path}", room.folder);
                house.findings.extend(pure::scan(&place, text, &rules));
            }
        }
        if room.flat {
            let graph = modules::graph(&sources);
            let found = circle(&graph);
            house
                .findings
                .extend(found.map(|it| format!("{}: {it}", room.name)));
            house.modules.insert(room.name.clone(), graph);
        }
        Ok(())
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, WallsError> {
    toml::from_str(text).map_err(|source| WallsError::Parse {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, WallsError> {
    fs::read_to_string(path).map_err(|source| WallsError::Read {
        path: path.to_owned(),
        source,
    })
}

/// The folders of the workspace's crates.
fn members(workspace: &Path) -> Result<Vec<String>, WallsError> {
    let path = workspace.join("Cargo.toml");
    let manifest: toml::Table = parse(&path, &read(&path)?)?;
    let list = manifest.get("workspace").and_then(|it| it.get("members"));
    let list = list.and_then(toml::Value::as_array).into_iter().flatten();
    Ok(list
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect())
}

/// The crates of the workspace that a manifest names for what is built, not for tests.
fn dependencies(path: &Path, names: &BTreeSet<&str>) -> Result<BTreeSet<String>, WallsError> {
    let manifest: toml::Table = parse(path, &read(path)?)?;
    let tables = ["dependencies", "build-dependencies"];
    let tables = tables.iter().filter_map(|it| manifest.get(*it)?.as_table());
    // What only a feature for tests brings in is no part of what is built.
    let built = |(_, how): &(&String, &toml::Value)| how.get("optional").is_none();
    let named = tables.flat_map(|table| table.iter().filter(built).map(|(name, _)| name));
    let own = named.filter(|name| names.contains(name.as_str()));
    Ok(own.cloned().collect())
}

/// The sources beneath a folder that are compiled outside tests, by their path from it.
fn sources(folder: &Path) -> Result<BTreeMap<String, String>, WallsError> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    let failed = |path: &Path, source| WallsError::Read {
        path: path.to_owned(),
        source,
    };
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at).map_err(|error| failed(&at, error))? {
            let path = entry.map_err(|error| failed(&at, error))?.path();
            let name = path.strip_prefix(folder).unwrap_or(&path);
            let name = name.to_string_lossy().into_owned();
            let of_tests = |part: &str| matches!(part, "tests" | "tests.rs" | "samples.rs");
            if name.split('/').any(of_tests) {
                continue;
            }
            if path.is_dir() {
                left.push(path);
            } else if name.ends_with(".rs") {
                found.insert(name, read(&path)?);
            }
        }
    }
    Ok(found)
}

/// A circle in a graph, as its names with arrows, if there is one.
fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    fn walk<'a>(
        at: &'a str,
        graph: &'a BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        if let Some(start) = way.iter().position(|it| *it == at) {
            let round = way[start..].iter().chain([&at]);
            return Some(round.copied().collect::<Vec<_>>().join(" -> "));
        }
        if !done.insert(at) {
            return None;
        }
        way.push(at);
        let found = graph.get(at).into_iter().flatten();
        let found = found
            .map(|next| walk(next, graph, way, done))
            .find(Option::is_some);
        way.pop();
        found.flatten()
    }
    let mut done = BTreeSet::new();
    let mut starts = graph.keys();
    starts.find_map(|start| walk(start, graph, &mut Vec::new(), &mut done))
}

#[cfg(test)]
mod tests;
