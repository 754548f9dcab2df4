//! What is there: every entry of the bag, by kind, before anything is opened.
//!
//! Links, FIFOs, sockets and devices are refused here by their kind alone.
//! What a file holds, and whether anybody lists it, is asked later.

use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::sync::Arc;

use super::digest::Digests;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// The most files and folders in a bag.
const MAX_ENTRIES: usize = 4 * 1024 * 1024;
/// The longest path, in bytes (PATH_MAX, limits.h).
const MAX_PATH: usize = 4096;
/// The most folders a path may have.
const MAX_DEPTH: usize = 64;

/// A payload file, and what the manifests say of it.
#[derive(Debug)]
pub(super) struct PayloadFile {
    /// Its path in the bag, `data/` included.
    pub(super) path: Arc<str>,
    /// Which manifests list it, one bit each.
    pub(super) listed: u8,
    /// The digests listed.
    pub(super) digests: Digests,
}

/// Everything in the bag.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Payload, sorted by path.
    pub(super) payload: Vec<PayloadFile>,
    /// Files outside `data/`, by path.
    pub(super) tags: BTreeSet<String>,
    /// Whether there is a folder `data`.
    pub(super) has_payload_folder: bool,
    entries: usize,
}

/// Walks the bag. The order in which folders list their entries changes nothing.
pub(super) fn walk(guard: &Guard) -> Result<Tree, Refusal> {
    let mut tree = Tree::default();
    let mut worst: Option<Refusal> = None;
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let unreadable = |error| Refusal::unreadable(shown(&folder), &error);
        for entry in guard.list(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            tree.entries += 1;
            if tree.entries > MAX_ENTRIES {
                return Err(Refusal::new(Reason::TooManyEntries).file(shown(&folder)));
            }
            if let Err(refusal) = take(&mut tree, &mut folders, &folder, &entry) {
                worst = Some(first(worst, refusal));
            }
        }
    }
    if let Some(refusal) = worst {
        return Err(refusal);
    }
    tree.payload.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(tree)
}

/// Of two refusals the one whose file sorts first, so that the answer is the same each time.
fn first(worst: Option<Refusal>, refusal: Refusal) -> Refusal {
    match worst {
        Some(worst) if worst.file <= refusal.file => worst,
        Some(_) | None => refusal,
    }
}

fn take(
    tree: &mut Tree,
    folders: &mut Vec<String>,
    folder: &str,
    entry: &DirEntry,
) -> Result<(), Refusal> {
    let name = entry.file_name();
    let lossy = || join(folder, &name.to_string_lossy());
    let Some(name) = name.to_str() else {
        return Err(Refusal::new(Reason::NameNotUtf8).file(&lossy()));
    };
    let path = join(folder, name);
    if path.len() > MAX_PATH || path.split('/').count() > MAX_DEPTH {
        return Err(Refusal::new(Reason::PathTooLong).file(&path));
    }
    let kind = entry
        .file_type()
        .map_err(|error| Refusal::unreadable(&path, &error))?;
    if kind.is_symlink() {
        return Err(Refusal::new(Reason::Symlink).file(&path));
    }
    if kind.is_dir() {
        tree.has_payload_folder |= path == "data";
        folders.push(path);
    } else if !kind.is_file() {
        return Err(Refusal::new(Reason::NotRegular).file(&path));
    } else if path.starts_with("data/") {
        let digests = Digests::default();
        tree.payload.push(PayloadFile {
            path: path.into(),
            listed: 0,
            digests,
        });
    } else {
        tree.tags.insert(path);
    }
    Ok(())
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}
