//! Payload and tag manifests (RFC 8493 §2.1.3, §2.2.1): `digest  path` lines.
//!
//! A manifest writes what it lists into the walked tree, so that completeness
//! both ways is a look at the tree, and nothing is kept of what is not there.

use super::algorithm::{Algorithm, Set};
use super::declaration::{Declaration, Version};
use super::digest::{Digests, is_hex};
use super::path;
use super::tags::Tags;
use super::walk::{FileEntry, Tree, position};
use crate::refusal::{Reason, Refusal};
use crate::wrong::{self, Fault};

/// One bit each in [`FileEntry::listed`].
const MAX_MANIFESTS: usize = 16;

/// What a kind of manifest is called, which paths it may list, and how one that is
/// not there is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    prefix: &'static str,
    rule: PathRule,
    absent: Reason,
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
    /// The first listed file, in the order of reading, that is not there.
    missing: Option<Refusal>,
}

/// Reads every payload manifest into the tree.
pub(super) fn read_payload(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &mut Tree,
) -> Result<Manifests, Refusal> {
    let names = tree.algorithms(PAYLOAD.prefix);
    if names.is_empty() {
        return Err(Refusal::new(Reason::ManifestMissing).expected("manifest-sha256.txt", "none"));
    }
    read(tags, declaration, PAYLOAD, names, &mut tree.payload)
}

/// Reads every tag manifest into the tree. Each lists every payload manifest
/// (RFC 8493 §2.2.1).
pub(super) fn read_tags(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &mut Tree,
) -> Result<Manifests, Refusal> {
    let mut names = tree.algorithms(TAG.prefix);
    if wrong::is(Fault::TagManifestsSkipped) {
        names.clear();
    }
    let manifests = read(tags, declaration, TAG, names, &mut tree.tags)?;
    for payload in tree
        .algorithms(PAYLOAD.prefix)
        .iter()
        .map(|name| file(PAYLOAD, name))
    {
        let listed = tree.tags.iter().find(|file| *file.path == *payload);
        let listed = listed.map_or(0, |file| file.listed);
        for (index, (name, _)) in manifests.algorithms.iter().enumerate() {
            if listed & 1 << index == 0 {
                return Err(Refusal::new(Reason::TagManifestCoverage)
                    .file(&file(TAG, name))
                    .about(&payload));
            }
        }
    }
    Ok(manifests)
}

fn read(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    kind: Kind,
    names: Vec<String>,
    files: &mut [FileEntry],
) -> Result<Manifests, Refusal> {
    if names.len() > MAX_MANIFESTS {
        let refusal =
            Refusal::new(Reason::TooManyManifests).about(&format!("{}*.txt", kind.prefix));
        let most = format!("at most {MAX_MANIFESTS}");
        return Err(refusal.expected(&most, &names.len().to_string()));
    }
    let mut missing = None;
    for (index, algorithm) in names.iter().enumerate() {
        let manifest = file(kind, algorithm);
        let how = (kind, &**algorithm, declaration.version);
        let mut reader = Reader::new(how, &manifest, files, 1 << index);
        tags.lines(&manifest, declaration.encoding, &mut |number, line| {
            reader.take(number, line)
        })?;
        missing = missing.or(reader.missing());
    }
    let known = |name: String| {
        let known = Algorithm::named(&name);
        (name, known)
    };
    Ok(Manifests {
        kind,
        algorithms: names.into_iter().map(known).collect(),
        missing,
    })
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
    pub(super) fn all_there(&mut self) -> Result<(), Refusal> {
        self.missing.take().map_or(Ok(()), Err)
    }

    /// G4: everything listed is there, everything there is listed by every manifest.
    ///
    /// Version 0.97 asked only that some manifest lists a file.
    pub(super) fn complete(
        &mut self,
        payload: &[FileEntry],
        version: Version,
    ) -> Result<(), Refusal> {
        self.all_there()?;
        let all = self.bits(|_| true);
        for file in payload {
            if file.listed == 0 {
                return Err(Refusal::new(Reason::UnlistedFile).file(&file.path));
            }
            if version == Version::V1_0 && file.listed != all {
                return Err(Refusal::new(Reason::ManifestsDisagree).file(&file.path));
            }
        }
        Ok(())
    }

    /// G5, when all that can be checked was: no algorithm is stated that is not known.
    pub(super) fn known(&self) -> Option<Refusal> {
        let first = self.names(false).next()?;
        let names: Vec<&str> = self.names(false).collect();
        let refusal = Refusal::new(Reason::AlgorithmUnknown).file(&file(self.kind, first));
        Some(refusal.expected(&Algorithm::names(), &names.join(", ")))
    }

    /// G5, likewise: of every file a digest is stated that one may rely on.
    pub(super) fn strong(&self, payload: &[FileEntry]) -> Option<Refusal> {
        let strong = self.bits(|it| it.is_some_and(Algorithm::is_strong));
        let names: Vec<&str> = self.names(true).collect();
        let weak = if strong == 0 {
            names.first().map(|first| file(self.kind, first))
        } else {
            let weak = payload.iter().find(|file| file.listed & strong == 0);
            weak.map(|file| file.path.to_string())
        }?;
        let refusal = Refusal::new(Reason::ManifestTooWeak).file(&weak);
        Some(refusal.expected(
            "sha256 or another digest that cannot be forged",
            &names.join(", "),
        ))
    }

    /// The bits of some manifests in [`FileEntry::listed`].
    fn bits(&self, wanted: impl Fn(Option<Algorithm>) -> bool) -> u16 {
        let all = (0..).zip(&self.algorithms);
        let bit = |(index, (_, it)): (u16, &(String, _))| u16::from(wanted(*it)) << index;
        all.map(bit).fold(0, |all, bit| all | bit)
    }
}

/// G5 for tag files: each digest listed is the one observed.
pub(super) fn check_tags(tags: &mut Tags<'_>, files: &[FileEntry]) -> Result<(), Refusal> {
    let listed = |file: &&FileEntry| !file.digests.wanted().is_empty();
    for file in files.iter().filter(listed) {
        let observed = tags.digests(&file.path)?;
        if let Some((expected, observed)) = file.digests.differ(&observed) {
            let refusal = Refusal::new(Reason::TagDigestMismatch).file(&file.path);
            return Err(refusal.expected(&expected, &observed));
        }
    }
    Ok(())
}

struct Entry<'a> {
    digests: Digests,
    path: std::borrow::Cow<'a, str>,
}

type PathRule = for<'a> fn(&'a str, Version) -> Result<std::borrow::Cow<'a, str>, Reason>;

impl<'a> Entry<'a> {
    /// `digest`, white space, `path`; the `*` of a checksum tool's binary mode is dropped.
    fn parse(line: &'a str, name: &str, version: Version, rule: PathRule) -> Result<Self, Refusal> {
        let blank = |c| c == ' ' || c == '\t';
        let syntax =
            || Refusal::new(Reason::ManifestSyntax).expected("digest, white space, path", line);
        let (hex, rest) = line.split_once(blank).ok_or_else(syntax)?;
        // That mode writes one space and the `*`; a name that begins with one has two spaces.
        let rest = match rest.strip_prefix('*') {
            Some(path) => path,
            None => rest.trim_start_matches(blank),
        };
        if rest.is_empty() {
            return Err(syntax());
        }
        let algorithm = Algorithm::named(name);
        let is_digest = !hex.is_empty() && hex.len() % 2 == 0 && is_hex(hex);
        if !is_digest || algorithm.is_some_and(|it| 2 * it.length() != hex.len()) {
            return Err(Refusal::new(Reason::DigestSyntax).expected(&format!("{name} in hex"), hex));
        }
        let mut digests = Digests::default();
        if let Some(algorithm) = algorithm {
            digests.set(algorithm, hex).ok_or_else(syntax)?;
        }
        let path = rule(rest, version).map_err(|reason| Refusal::new(reason).about(rest))?;
        Ok(Self { digests, path })
    }
}

/// Takes the lines of one manifest, and writes what they list into the files.
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
    missing: Option<Refusal>,
}

impl<'a> Reader<'a> {
    /// For the manifest of this name, whose entries are marked with `bit`.
    pub(super) fn new(
        (kind, algorithm, version): (Kind, &'a str, Version),
        manifest: &'a str,
        files: &'a mut [FileEntry],
        bit: u16,
    ) -> Self {
        Self {
            manifest,
            algorithm,
            version,
            kind,
            files,
            bit,
            cursor: 0,
            missing: None,
        }
    }

    /// The first listed file that is not there.
    pub(super) fn missing(self) -> Option<Refusal> {
        self.missing
    }

    pub(super) fn take(&mut self, number: u64, line: &str) -> Result<(), Refusal> {
        let place = |refusal: Refusal| refusal.file(self.manifest).line(number);
        let entry =
            Entry::parse(line, self.algorithm, self.version, self.kind.rule).map_err(place)?;
        let found = self.find(&entry.path);
        let Some(file) = found.and_then(|index| self.files.get_mut(index)) else {
            // For G4, when every line was read for G3; the first is kept.
            let missing = || place(Refusal::new(self.kind.absent).about(&entry.path));
            self.missing.get_or_insert_with(missing);
            return Ok(());
        };
        if file.listed & self.bit != 0 {
            return Err(place(
                Refusal::new(Reason::DuplicateEntry).about(&entry.path),
            ));
        }
        file.listed |= self.bit;
        file.digests.add(entry.digests);
        self.cursor = found.map_or(0, |index| index + 1);
        Ok(())
    }

    fn find(&self, path: &str) -> Option<usize> {
        let next = self.files.get(self.cursor);
        if next.is_some_and(|file| &*file.path == path) {
            return Some(self.cursor);
        }
        position(self.files, path)
    }
}

fn file(kind: Kind, algorithm: &str) -> String {
    format!("{}{algorithm}.txt", kind.prefix)
}
