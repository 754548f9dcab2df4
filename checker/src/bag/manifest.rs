//! Payload and tag manifests (RFC 8493 §2.1.3, §2.2.1): which there are, and what all of
//! them together come to.
//!
//! A manifest writes what it lists into the walked tree ([`super::listing`]), so that
//! completeness both ways is a look at the tree.

use super::algorithm::{Algorithm, Set, is_normalised, normalised};
use super::declaration::{Declaration, Version};
use super::entry::PathRule;
use super::findings::Findings;
use super::listing::Reader;
use super::path;
use super::tags::Tags;
use super::walk::{FileEntry, Tree};
use crate::bounded::Bounded;
use crate::refusal::{Reason, Refusal};
use crate::report::{Caution, Warning};
use crate::wrong::{self, Fault};

/// One bit each in [`FileEntry::listed`].
const MAX_MANIFESTS: usize = 16;

/// What a kind of manifest is called, which paths it may list, and how one that is
/// not there is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    prefix: &'static str,
    pub(super) rule: PathRule,
    pub(super) absent: Reason,
}

pub(super) const PAYLOAD: Kind = Kind {
    prefix: "manifest-",
    rule: path::payload,
    absent: Reason::MissingFile,
};
pub(super) const TAG: Kind = Kind {
    prefix: "tagmanifest-",
    rule: path::tag,
    absent: Reason::TagFileMissing,
};

/// The manifests of one kind, read.
#[derive(Debug)]
pub(super) struct Manifests {
    kind: Kind,
    /// Each manifest's algorithm by its name there; `None` if it is not known.
    algorithms: Vec<(String, Option<Algorithm>)>,
    /// The listed files, in the order of reading, that are not there.
    missing: Bounded<Refusal>,
}

/// Reads every payload manifest into the tree.
pub(super) fn read_payload(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &mut Tree,
    found: &mut Findings,
) -> Manifests {
    let names = tree.algorithms(PAYLOAD.prefix);
    if names.is_empty() {
        let none = Refusal::new(Reason::ManifestMissing);
        found.fault(none.expected("manifest-sha256.txt", "none"));
    }
    read(
        tags,
        declaration,
        (PAYLOAD, names),
        &mut tree.payload,
        found,
    )
}

/// Reads every tag manifest into the tree. Each lists every payload manifest
/// (RFC 8493 §2.2.1); in version 0.97 it should.
pub(super) fn read_tags(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &mut Tree,
    found: &mut Findings,
) -> Manifests {
    let mut names = tree.algorithms(TAG.prefix);
    if wrong::is(Fault::TagManifestsSkipped) {
        names.clear();
    }
    let manifests = read(tags, declaration, (TAG, names), &mut tree.tags, found);
    let payload = tree.algorithms(PAYLOAD.prefix);
    for payload in payload.iter().map(|name| file(PAYLOAD, name)) {
        let listed = tree.tags.iter().find(|file| *file.path == *payload);
        let listed = listed.map_or(0, |file| file.listed);
        for (index, (name, _)) in manifests.algorithms.iter().enumerate() {
            if listed & 1 << index == 0 {
                uncovered(declaration.version, &file(TAG, name), &payload, found);
            }
        }
    }
    manifests
}

fn uncovered(version: Version, seal: &str, payload: &str, found: &mut Findings) {
    if version == Version::V1_0 {
        let refusal = Refusal::new(Reason::TagManifestCoverage);
        found.fault(refusal.file(seal).about(payload));
    } else {
        let warning = Warning::new(Caution::ManifestNotCovered);
        found.warn(warning.file(seal).about(payload));
    }
}

fn read(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    (kind, names): (Kind, Vec<String>),
    files: &mut [FileEntry],
    found: &mut Findings,
) -> Manifests {
    let mut manifests = Manifests {
        kind,
        algorithms: Vec::new(),
        missing: Bounded::default(),
    };
    if names.len() > MAX_MANIFESTS {
        let refusal =
            Refusal::new(Reason::TooManyManifests).about(&format!("{}*.txt", kind.prefix));
        let most = format!("at most {MAX_MANIFESTS}");
        found.fault(refusal.expected(&most, &names.len().to_string()));
        return manifests;
    }
    for (index, name) in names.into_iter().enumerate() {
        let manifest = file(kind, &name);
        let how = (kind, &*name, declaration.version);
        let mut reader = Reader::new(how, &manifest, files, 1 << index, found);
        let whole = tags.lines(&manifest, declaration.encoding, &mut |number, line| {
            reader.take(number, line);
            Ok(())
        });
        manifests.missing.extend(reader.finish());
        whole.unwrap_or_else(|refusal| found.fault(refusal));
        let known = Algorithm::named(&name);
        if known.is_some() && !is_normalised(&name) {
            let warning = Warning::new(Caution::AlgorithmSpelling).file(&manifest);
            found.warn(warning.about(&normalised(&name)));
        }
        manifests.algorithms.push((name, known));
    }
    manifests
}

/// What the tag manifests of this bag state of tag files.
pub(super) fn wanted_of_tags(tree: &Tree) -> Set {
    let names = tree.algorithms(TAG.prefix);
    names
        .iter()
        .filter_map(|name| Algorithm::named(name))
        .collect()
}

impl Manifests {
    /// The names of the algorithms that are known, or of those that are not.
    pub(super) fn names(&self, known: bool) -> impl Iterator<Item = &str> {
        let of_kind = move |(_, it): &&(String, Option<Algorithm>)| it.is_some() == known;
        let all = self.algorithms.iter().filter(of_kind);
        all.map(|(name, _)| name.as_str())
    }

    /// G4: everything listed is there.
    pub(super) fn all_there(&mut self, found: &mut Findings) {
        found.faults(std::mem::take(&mut self.missing));
    }

    /// G4: everything listed is there, everything there is listed by every manifest.
    ///
    /// Version 0.97 asked only that some manifest lists a file.
    pub(super) fn complete(
        &mut self,
        payload: &[FileEntry],
        version: Version,
        found: &mut Findings,
    ) {
        self.all_there(found);
        let all = self.bits(|_| true);
        for file in payload {
            if file.listed == 0 {
                found.fault(Refusal::new(Reason::UnlistedFile).file(&file.path));
            } else if version == Version::V1_0 && file.listed != all {
                let disagree = Refusal::new(Reason::ManifestsDisagree).file(&file.path);
                found.fault(disagree.about(&self.without(file)));
            }
        }
    }

    /// The manifests that do not list this file.
    fn without(&self, of: &FileEntry) -> String {
        let all = self.algorithms.iter().enumerate();
        let without = all.filter(|(index, _)| of.listed & 1 << index == 0);
        let names: Vec<String> = without
            .map(|(_, (name, _))| file(self.kind, name))
            .collect();
        names.join(", ")
    }

    /// G5, when all that can be checked was: no algorithm is stated that is not known.
    pub(super) fn known(&self, found: &mut Findings) {
        for name in self.names(false) {
            let right = normalised(name);
            let expected = match Algorithm::named(&right) {
                // RFC 8493 §2.4 asks for the name without what normalisation takes away.
                Some(_) => right,
                None => Algorithm::names(),
            };
            let refusal = Refusal::new(Reason::AlgorithmUnknown).file(&file(self.kind, name));
            found.fault(refusal.expected(&expected, name));
        }
    }

    /// G5, likewise: of every file a digest is stated that one may rely on.
    pub(super) fn strong(&self, payload: &[FileEntry], found: &mut Findings) {
        let strong = self.bits(|it| it.is_some_and(Algorithm::is_strong));
        let names: Vec<&str> = self.names(true).collect();
        let weak = |path: &str| {
            let expected = "sha256 or another digest that cannot be forged";
            let refusal = Refusal::new(Reason::ManifestTooWeak).file(path);
            refusal.expected(expected, &names.join(", "))
        };
        if strong == 0 {
            let first = names.first().map(|first| file(self.kind, first));
            first.iter().for_each(|first| found.fault(weak(first)));
        } else {
            let all = payload.iter().filter(|file| file.listed & strong == 0);
            all.for_each(|file| found.fault(weak(&file.path)));
        }
    }

    /// The bits of some manifests in [`FileEntry::listed`].
    fn bits(&self, wanted: impl Fn(Option<Algorithm>) -> bool) -> u16 {
        let all = (0..).zip(&self.algorithms);
        let bit = |(index, (_, it)): (u16, &(String, _))| u16::from(wanted(*it)) << index;
        all.map(bit).fold(0, |all, bit| all | bit)
    }
}

/// G5 for tag files: each digest listed is the one observed.
pub(super) fn check_tags(tags: &mut Tags<'_>, files: &[FileEntry], found: &mut Findings) {
    let listed = |file: &&FileEntry| !file.digests.wanted().is_empty();
    for file in files.iter().filter(listed) {
        match tags.digests(&file.path) {
            Err(refusal) => found.fault(refusal),
            Ok(observed) => {
                if let Some((expected, observed)) = file.digests.differ(&observed) {
                    let refusal = Refusal::new(Reason::TagDigestMismatch).file(&file.path);
                    found.fault(refusal.expected(&expected, &observed));
                }
            }
        }
    }
}

fn file(kind: Kind, algorithm: &str) -> String {
    format!("{}{algorithm}.txt", kind.prefix)
}
