//! What a path in a file means: its parts, with the names that `use` items gave
//! replaced by what they stand for.
//!
//! Scopes are not told apart: a name that stands for something anywhere in the file
//! is taken to stand for it everywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::super::rules::{Entry, Rules};

/// How often a name may stand for another before it is given up.
const MAX_DEPTH: usize = 8;

/// The names a file's `use` items give.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, BTreeSet<Vec<String>>>);

/// What a path is, by the rules.
#[derive(Debug)]
pub(super) enum Standing<'r> {
    /// Nothing is said of it.
    Free,
    /// An exception beneath a denied path.
    Excepted(&'r Entry),
    /// Denied; with its full name.
    Denied(&'r Entry, String),
}

impl Names {
    /// A name that stands for a path.
    pub(super) fn give(&mut self, name: &str, path: &[String]) {
        self.0
            .entry(name.to_owned())
            .or_default()
            .insert(path.to_vec());
    }

    /// Everything a path can mean, itself included.
    pub(super) fn meanings(&self, path: &[String]) -> BTreeSet<Vec<String>> {
        let mut meanings = BTreeSet::from([path.to_vec()]);
        for _ in 0..MAX_DEPTH {
            let more: Vec<Vec<String>> = meanings.iter().flat_map(|path| self.step(path)).collect();
            let before = meanings.len();
            meanings.extend(more);
            if meanings.len() == before {
                break;
            }
        }
        meanings
    }

    fn step(&self, path: &[String]) -> Vec<Vec<String>> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let stands_for = self.0.get(first).into_iter().flatten();
        // `use std::net::TcpStream;` gives a name to itself: no step further.
        let other = stands_for.filter(|full| full.first() != Some(first) || full.len() > 1);
        other
            .map(|full| [full.as_slice(), rest].concat())
            .filter(|it| it.len() < 64)
            .collect()
    }

    /// What the rules say of a path.
    pub(super) fn standing<'r>(&self, path: &[String], rules: &'r Rules) -> Standing<'r> {
        let mut standing = Standing::Free;
        for meaning in self.meanings(path) {
            match judge(&meaning, rules) {
                Standing::Free => {}
                Standing::Excepted(entry) => standing = Standing::Excepted(entry),
                denied @ Standing::Denied(..) => return denied,
            }
        }
        standing
    }

    /// The denied path that a path leads to, if it is one above it.
    pub(super) fn above_denied<'r>(&self, path: &[String], rules: &'r Rules) -> Option<&'r Entry> {
        let meanings = self.meanings(path);
        let denied = rules.path.deny.iter();
        denied.into_iter().find(|entry| {
            let parts: Vec<&str> = entry.name.split("::").collect();
            meanings
                .iter()
                .any(|path| parts.len() > path.len() && starts_with(&parts, path))
        })
    }
}

fn judge<'r>(path: &[String], rules: &'r Rules) -> Standing<'r> {
    let beneath = |entry: &&Entry| {
        let mut own = path.iter();
        let mut parts = entry.name.split("::");
        parts.all(|part| own.next().is_some_and(|it| it == part))
    };
    if let Some(entry) = rules.path.allow.iter().find(beneath) {
        return Standing::Excepted(entry);
    }
    let driver = |entry: &&Entry| {
        path.first()
            .is_some_and(|first| *first == entry.name.replace('-', "_"))
    };
    let denied = rules.path.deny.iter().find(beneath);
    let denied = denied.or_else(|| {
        rules
            .dependency
            .deny
            .iter()
            .find(driver)
            .filter(|_| path.len() > 1)
    });
    denied.map_or(Standing::Free, |entry| {
        Standing::Denied(entry, path.join("::"))
    })
}

fn starts_with(parts: &[&str], path: &[String]) -> bool {
    !path.is_empty() && path.iter().zip(parts).all(|(one, two)| one == two)
}
