//! What is there: every entry of the bag, by kind, before anything is opened.
//!
//! Links, FIFOs, sockets and devices are refused here by their kind alone.
//! What a file holds, and whether anybody lists it, is asked later.

use std::fs::DirEntry;
use std::sync::Arc;

use super::digest::Digests;
use super::findings::Firsts;
use crate::bounded::Bounded;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// The most files and folders in a bag.
const MAX_ENTRIES: usize = 4 * 1024 * 1024;
/// The longest path, in bytes (PATH_MAX, limits.h).
const MAX_PATH: usize = 4096;
/// The most folders a path may have.
const MAX_DEPTH: usize = 64;

/// A file, and what the manifests of its kind say of it.
#[derive(Debug)]
pub(super) struct FileEntry {
    /// Its path in the bag; a payload file's begins with `data/`.
    pub(super) path: Arc<str>,
    /// Which manifests list it, one bit each.
    pub(super) listed: u16,
    /// The digests listed.
    pub(super) digests: Digests,
}

/// Everything in the bag.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Payload, sorted by path.
    pub(super) payload: Vec<FileEntry>,
    /// Files outside `data/`, sorted by path.
    pub(super) tags: Vec<FileEntry>,
    /// Whether there is a folder `data`.
    pub(super) has_payload_folder: bool,
}

impl Tree {
    /// Whether there is a tag file of this path.
    pub(super) fn has_tag(&self, path: &str) -> bool {
        position(&self.tags, path).is_some()
    }

    /// What stands for the algorithm in the names of the top-level files
    /// `{prefix}{algorithm}.txt`, sorted; whatever it is, it states digests.
    pub(super) fn algorithms(&self, prefix: &str) -> Vec<String> {
        let algorithm = |file: &FileEntry| {
            let algorithm = file.path.strip_prefix(prefix)?.strip_suffix(".txt")?;
            let named = !algorithm.is_empty() && !algorithm.contains('/');
            named.then(|| algorithm.to_owned())
        };
        self.tags.iter().filter_map(algorithm).collect()
    }
}

/// Where the file of this path stands among files sorted by path.
pub(super) fn position(files: &[FileEntry], path: &str) -> Option<usize> {
    files.binary_search_by(|file| (*file.path).cmp(path)).ok()
}

/// Walks the bag, or says what of it is not taken. The order in which folders list their
/// entries changes nothing.
pub(super) fn walk(guard: &Guard) -> Result<Tree, Bounded<Refusal>> {
    at_most(MAX_ENTRIES, guard)
}

fn at_most(max_entries: usize, guard: &Guard) -> Result<Tree, Bounded<Refusal>> {
    let (mut tree, mut entries) = (Tree::default(), 0);
    let mut faults = Firsts::default();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let unreadable = |error| Refusal::unreadable(shown(&folder), &error);
        let listed = match guard.list(&folder) {
            Ok(listed) => listed,
            Err(error) => {
                faults.put((folder.clone(), 0), unreadable(error));
                continue;
            }
        };
        for entry in listed {
            entries += 1;
            if entries > max_entries {
                let mut alone = Bounded::default();
                alone.push(Refusal::new(Reason::TooManyEntries).file(shown(&folder)));
                return Err(alone);
            }
            let taken = entry
                .map_err(unreadable)
                .and_then(|entry| take(&mut tree, &mut folders, &folder, &entry));
            if let Err(refusal) = taken {
                // Two names that are not UTF-8 can be shown as one.
                let file = refusal.file.clone().unwrap_or_default();
                faults.put((file, entries), refusal);
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults.in_order());
    }
    for files in [&mut tree.payload, &mut tree.tags] {
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    Ok(tree)
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
    } else {
        let files = if path.starts_with("data/") {
            &mut tree.payload
        } else {
            &mut tree.tags
        };
        files.push(FileEntry {
            path: path.into(),
            listed: 0,
            digests: Digests::default(),
        });
    }
    Ok(())
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        [folder, "/", name].concat()
    }
}

fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_number_of_entries_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let guard = Guard::new(&Settings::of(dir.path().into(), "/nowhere".into()));
        assert_eq!(at_most(3, &guard).unwrap().tags.len(), 3);
        let faults = at_most(2, &guard).unwrap_err();
        assert_eq!(faults.listed[0].reason, Reason::TooManyEntries);
    }
}
