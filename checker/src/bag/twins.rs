//! Names that another file system would take for one, and a file under another spelling.
//!
//! A name in another Unicode normalisation is found and said; one in another letter case
//! is not taken: which of the two is meant differs between systems.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};

use unicode_normalization::UnicodeNormalization;

use super::findings::Findings;
use super::walk::{FileEntry, Tree};
use super::{declaration, fetch, info};
use crate::refusal::{Reason, Refusal};
use crate::report::{Caution, Warning};

/// The folder of the payload, which is there whatever lies in it.
const PAYLOAD: &str = "data";

/// Finds names of the bag that differ in letter case or normalisation only.
///
/// Such a bag is not the same bag everywhere.
pub(super) fn collisions(tree: &Tree, found: &mut Findings) {
    let files = || tree.payload.iter().chain(&tree.tags);
    // No two are the same as they are: of two that collide, one is changed by folding.
    if files().all(|file| is_folded(&file.path)) {
        return;
    }
    let key = |file: &FileEntry| {
        let mut hasher = DefaultHasher::new();
        hasher.write(fold(&file.path).as_bytes());
        hasher.finish()
    };
    let mut keys: Vec<u64> = files().map(key).collect();
    keys.sort_unstable();
    let shared: BTreeSet<u64> = keys
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    folders(tree, found);
    looked_for(tree, found);
    // Equal keys are not yet equal names: a hash can be made to collide.
    let mut known = BTreeMap::new();
    for file in files().filter(|file| shared.contains(&key(file))) {
        let Some(first) = known.insert(fold(&file.path), &file.path) else {
            continue;
        };
        twins(found, first, &file.path);
    }
}

/// Finds folders that another file system would take for one, and files whose name it would
/// take for a folder's.
fn folders(tree: &Tree, found: &mut Findings) {
    let files = || tree.payload.iter().chain(&tree.tags);
    let mut folders = BTreeMap::from([(PAYLOAD.to_owned(), PAYLOAD)]);
    let mut seen = BTreeSet::from([PAYLOAD]);
    for file in files() {
        let mut path = &*file.path;
        while let Some((folder, _)) = path.rsplit_once('/') {
            if !seen.insert(folder) {
                break;
            }
            let first = *folders.entry(fold(folder)).or_insert(folder);
            if first != folder {
                twins(found, &format!("{first}/"), &format!("{folder}/"));
            }
            path = folder;
        }
    }
    for file in files() {
        if let Some(folder) = folders.get(&fold(&file.path)) {
            let twins = Refusal::new(Reason::CaseCollision);
            found.fault(twins.file(&file.path).about(&format!("{folder}/")));
        }
    }
}

/// Finds tag files that another file system would take for one that is looked for and is not
/// here: this reader passes over what is in them, and another would not.
fn looked_for(tree: &Tree, found: &mut Findings) {
    let names = [declaration::FILE, info::FILE, fetch::FILE];
    for name in names {
        if !tree.tags.iter().any(|file| &*file.path == name) {
            let alike = |file: &&FileEntry| fold(&file.path) == name;
            for file in tree.tags.iter().filter(alike) {
                twins(found, name, &file.path);
            }
        }
    }
}

/// Says that two names are one elsewhere: a warning where normalisation alone parts them.
fn twins(found: &mut Findings, first: &str, other: &str) {
    if first.nfc().eq(other.nfc()) {
        let twins = Warning::new(Caution::NormalisationTwins);
        found.warn(twins.file(first).about(other));
    } else {
        let twins = Refusal::new(Reason::CaseCollision);
        found.fault(twins.file(first).about(other));
    }
}

/// Whether a path is its own [`fold`], as is plain to see; the usual case.
fn is_folded(path: &str) -> bool {
    path.bytes().fold(true, |all, byte| {
        all & byte.is_ascii() & !byte.is_ascii_uppercase()
    })
}

/// One form for all spellings that differ in letter case or normalisation (Unicode
/// §3.13, canonical caseless matching); ASCII, the common case, is quick.
fn fold(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    // By way of upper case, so that ß meets SS, and the two small sigmas meet.
    let upper = path.nfd().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfd().collect()
}

/// The files of a tree whose names normalisation may change, by their normal form.
#[derive(Debug)]
pub(super) struct Spellings(Vec<(String, usize)>);

impl Spellings {
    pub(super) fn of(files: &[FileEntry]) -> Self {
        let beyond = files.iter().enumerate();
        let beyond = beyond.filter(|(_, file)| !file.path.is_ascii());
        let mut all: Vec<(String, usize)> = beyond
            .map(|(index, file)| (file.path.nfc().collect(), index))
            .collect();
        all.sort_unstable();
        Self(all)
    }

    /// The one file whose name has the normal form of this path.
    pub(super) fn find(&self, path: &str) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        let normal: String = path.nfc().collect();
        let from = self.0.partition_point(|(name, _)| *name < normal);
        let mut same = self.0.get(from..)?.iter();
        let mut same = same.by_ref().take_while(|(name, _)| *name == normal);
        let (_, index) = same.next()?;
        same.next().is_none().then_some(*index)
    }
}

#[cfg(test)]
mod tests {
    use super::super::digest::Digests;
    use super::*;

    fn entry(name: &str) -> FileEntry {
        FileEntry {
            path: name.into(),
            listed: 0,
            digests: Digests::default(),
        }
    }

    fn collision(names: &[&str]) -> (Option<Reason>, Option<Caution>) {
        let (payload, tags) = names
            .iter()
            .map(|name| entry(name))
            .partition(|file: &FileEntry| file.path.starts_with("data/"));
        let tree = Tree {
            payload,
            tags,
            ..Tree::default()
        };
        let mut found = Findings::default();
        collisions(&tree, &mut found);
        let warned = found.said.warnings.listed.first().map(|it| it.warning);
        (found.refused().first().map(|it| it.reason), warned)
    }

    #[test]
    fn names_collide_as_another_file_system_would_have_it() {
        let case = (Some(Reason::CaseCollision), None);
        let twins = (None, Some(Caution::NormalisationTwins));
        for (names, expected) in [
            (&["data/a", "data/b"][..], (None, None)),
            (&["data/a", "data/A"], case),
            (&["data/a", "Data/a"], case),
            (&["manifest-sha256.txt", "Manifest-SHA256.txt"], case),
            (&["data/stra\u{df}e", "data/STRASSE"], case),
            (&["data/\u{3b1}\u{3c2}", "data/\u{3b1}\u{3c3}"], case),
            (&["data/a", "data/A/x"], case),
            (&["data/a/b", "data/A/x/y", "data/a/X"], case),
            (&["data/a/b", "data/A/c"], case),
            (&["data/a/b", "data/a/c", "data/B"], (None, None)),
            (&["data/a", "DATA/x"], case),
            (&["DATA/x"], case),
            (&["data/b/a/x", "data/B/a/y"], case),
            (&["Bag-Info.txt"], case),
            (&["FETCH.TXT", "data/a"], case),
            (&["bag-info.txt", "tags/Bag-Info.txt"], (None, None)),
            (&["data/e\u{301}/a", "data/\u{e9}/b"], twins),
            (&["data/\u{e9}", "data/e\u{301}"], twins),
            (&["data/\u{c9}", "data/e\u{301}"], case),
        ] {
            assert_eq!(collision(names), expected, "{names:?}");
        }
    }

    #[test]
    fn every_pair_is_found() {
        let tree = Tree {
            payload: ["data/A", "data/B", "data/a", "data/b"].map(entry).into(),
            ..Tree::default()
        };
        let mut found = Findings::default();
        collisions(&tree, &mut found);
        assert_eq!(found.refused().faults.listed.len(), 2);
    }

    #[test]
    fn a_file_is_found_by_its_normal_form_if_it_is_the_only_one() {
        let files = ["data/a", "data/e\u{301}", "data/\u{212b}", "data/\u{c5}"].map(entry);
        let spellings = Spellings::of(&files);
        assert_eq!(spellings.find("data/\u{e9}"), Some(1));
        assert_eq!(spellings.find("data/e\u{301}"), Some(1));
        assert_eq!(spellings.find("data/A\u{30a}"), None, "two have this form");
        assert_eq!(spellings.find("data/a"), None);
        assert_eq!(Spellings::of(&files[..1]).find("data/a"), None);
    }
}
