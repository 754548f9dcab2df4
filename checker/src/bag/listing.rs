//! Takes the lines of one manifest, and writes what they list into the files.
//!
//! A file under another normalisation of its name is taken when the whole manifest was
//! read and nothing else claims it.

use std::collections::BTreeMap;

use super::declaration::Version;
use super::digest::Digests;
use super::entry::Entry;
use super::findings::Findings;
use super::manifest::Kind;
use super::twins::Spellings;
use super::walk::{FileEntry, position};
use crate::bounded::Bounded;
use crate::refusal::{Reason, Refusal};
use crate::report::{Caution, Warning};

/// Reads one manifest.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    manifest: &'a str,
    algorithm: &'a str,
    version: Version,
    kind: Kind,
    files: &'a mut [FileEntry],
    bit: u16,
    /// Where the next entry stands if the manifest is sorted as the files are.
    cursor: usize,
    found: &'a mut Findings,
    missing: Bounded<Refusal>,
    starred: Tally,
    dotted: Tally,
    repeated: Tally,
    spellings: Option<Spellings>,
    /// What is listed under another spelling, by the place of its file.
    spelled: BTreeMap<usize, Spelled>,
}

/// Lines that have one thing in common: the first, and how many there are.
#[derive(Debug, Default)]
struct Tally {
    first: Option<(u64, String)>,
    times: u64,
}

/// An entry whose file is there under another normalisation of its name.
#[derive(Debug)]
struct Spelled {
    line: u64,
    path: String,
    digests: Digests,
}

impl Tally {
    fn count(&mut self, line: u64, path: &str) {
        self.times += 1;
        self.first.get_or_insert_with(|| (line, path.to_owned()));
    }

    fn warning(self, caution: Caution, manifest: &str) -> Option<Warning> {
        let (line, path) = self.first?;
        let warning = Warning::new(caution).file(manifest).line(line);
        Some(warning.about(&path).times(self.times))
    }
}

impl<'a> Reader<'a> {
    /// For the manifest of this name, whose entries are marked with `bit`.
    pub(super) fn new(
        (kind, algorithm, version): (Kind, &'a str, Version),
        manifest: &'a str,
        files: &'a mut [FileEntry],
        bit: u16,
        found: &'a mut Findings,
    ) -> Self {
        Self {
            manifest,
            algorithm,
            version,
            kind,
            files,
            bit,
            cursor: 0,
            found,
            missing: Bounded::default(),
            starred: Tally::default(),
            dotted: Tally::default(),
            repeated: Tally::default(),
            spellings: None,
            spelled: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, number: u64, line: &str) {
        match Entry::parse(line, self.algorithm, self.version, self.kind.rule) {
            Ok(entry) => self.list(number, entry),
            Err(refusal) => {
                let refusal = refusal.file(self.manifest).line(number);
                self.found.fault(refusal);
            }
        }
    }

    /// The listed files that are not there, for G4.
    pub(super) fn finish(mut self) -> Bounded<Refusal> {
        for (index, entry) in std::mem::take(&mut self.spelled) {
            self.respell(index, entry);
        }
        for (tally, caution) in [
            (self.starred, Caution::StarBeforePath),
            (self.dotted, Caution::DotSlash),
            (self.repeated, Caution::RepeatedEntry),
        ] {
            let warning = tally.warning(caution, self.manifest);
            warning.into_iter().for_each(|it| self.found.warn(it));
        }
        self.missing
    }

    fn list(&mut self, number: u64, entry: Entry<'_>) {
        if entry.starred {
            self.starred.count(number, &entry.path);
        }
        if entry.dotted {
            self.dotted.count(number, &entry.path);
        }
        let found = self.find(&entry.path);
        let Some(file) = found.and_then(|index| self.files.get_mut(index)) else {
            return self.not_there(number, entry);
        };
        if file.listed & self.bit != 0 {
            // RFC 8493 §2.1.3 forbids it; the drafts before did not.
            if self.version == Version::V0_97 && file.digests.state(&entry.digests) {
                self.repeated.count(number, &entry.path);
            } else {
                let twice = Refusal::new(Reason::DuplicateEntry).about(&entry.path);
                self.found.fault(twice.file(self.manifest).line(number));
            }
            return;
        }
        file.listed |= self.bit;
        file.digests.add(entry.digests);
        self.cursor = found.map_or(0, |index| index + 1);
    }

    fn find(&self, path: &str) -> Option<usize> {
        let next = self.files.get(self.cursor);
        if next.is_some_and(|file| &*file.path == path) {
            return Some(self.cursor);
        }
        position(self.files, path)
    }

    /// Looks for the file under another spelling of its name.
    fn not_there(&mut self, line: u64, entry: Entry<'_>) {
        let spellings = match &self.spellings {
            Some(spellings) => spellings,
            None => self.spellings.insert(Spellings::of(self.files)),
        };
        let index = spellings.find(&entry.path);
        match index.filter(|index| !self.spelled.contains_key(index)) {
            Some(index) => {
                let (path, digests) = (entry.path.into_owned(), entry.digests);
                let spelled = Spelled {
                    line,
                    path,
                    digests,
                };
                self.spelled.insert(index, spelled);
            }
            None => self.miss(line, &entry.path),
        }
    }

    /// Takes the file for the entry, unless the manifest states something else of it.
    fn respell(&mut self, index: usize, entry: Spelled) {
        let Some(file) = self.files.get_mut(index) else {
            return;
        };
        // Two entries are two files, and this one is there for the other.
        if file.listed & self.bit != 0 {
            return self.miss(entry.line, &entry.path);
        }
        file.listed |= self.bit;
        file.digests.add(entry.digests);
        let warning = Warning::new(Caution::NameNormalised).file(self.manifest);
        self.found.warn(warning.line(entry.line).about(&entry.path));
    }

    fn miss(&mut self, line: u64, path: &str) {
        let absent = Refusal::new(self.kind.absent).about(path);
        self.missing.push(absent.file(self.manifest).line(line));
    }
}
