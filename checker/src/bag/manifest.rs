//! Payload and tag manifests (RFC 8493 §2.1.3, §2.2.1): `digest  path` lines.
//!
//! Payload manifests write what they list into the walked tree, so that
//! completeness both ways is a look at the tree. Digests are compared elsewhere.

use super::declaration::{Declaration, Version};
use super::digest::{Digests, algorithm};
use super::path;
use super::tags::Tags;
use super::walk::{PayloadFile, Tree};
use crate::refusal::{Reason, Refusal};

/// One bit each in [`PayloadFile::listed`].
const MAX_MANIFESTS: usize = 8;
const PAYLOAD: &str = "manifest-";
const TAG: &str = "tagmanifest-";

/// The payload manifests, read.
#[derive(Debug)]
pub(super) struct Manifests {
    /// Each manifest's algorithm, and whether its digests are checked.
    algorithms: Vec<(String, bool)>,
    /// The first listed file, in the order of reading, that is not there.
    missing: Option<Refusal>,
}

/// One line of a tag manifest.
#[derive(Debug)]
pub(super) struct TagEntry {
    manifest: String,
    line: u64,
    path: String,
    digests: Digests,
}

/// Reads every payload manifest into the tree.
pub(super) fn read_payload(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &mut Tree,
) -> Result<Manifests, Refusal> {
    let names = tags.algorithms(PAYLOAD);
    if names.is_empty() {
        return Err(Refusal::new(Reason::ManifestMissing).expected("manifest-sha256.txt", "none"));
    }
    if names.len() > MAX_MANIFESTS {
        return Err(
            Refusal::new(Reason::TooManyManifests).expected("at most 8", &names.len().to_string())
        );
    }
    let strong = |name: &String| algorithm(name).0.is_some();
    if !names.iter().any(strong) {
        let refusal = Refusal::new(Reason::ManifestTooWeak).file(&file(PAYLOAD, &names[0]));
        return Err(refusal.expected("sha256 or sha512", &names.join(", ")));
    }
    let mut missing = None;
    for (index, name) in names.iter().enumerate() {
        let mut reader = PayloadReader {
            tree,
            bit: 1 << index,
            cursor: 0,
            missing: &mut missing,
        };
        let file = file(PAYLOAD, name);
        tags.lines(&file, declaration.encoding, &mut |number, line| {
            let entry = Entry::parse(line, name, declaration.version, path::payload);
            let place = |refusal: Refusal| refusal.file(&file).line(number);
            reader.take(entry.map_err(place)?).map_err(place)
        })?;
    }
    let algorithms = names
        .into_iter()
        .map(|name| (name.clone(), strong(&name)))
        .collect();
    Ok(Manifests {
        algorithms,
        missing,
    })
}

impl Manifests {
    /// The algorithms whose digests are checked, or those that are not.
    pub(super) fn names(&self, checked: bool) -> Vec<String> {
        let of_kind = |(_, strong): &&(String, bool)| *strong == checked;
        self.algorithms
            .iter()
            .filter(of_kind)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// G4: everything listed is there, everything there is listed by every manifest.
    ///
    /// Version 0.97 asked only that some manifest lists a file; here it must be one
    /// whose digests are checked.
    pub(super) fn complete(
        &mut self,
        payload: &[PayloadFile],
        version: Version,
    ) -> Result<(), Refusal> {
        if let Some(missing) = self.missing.take() {
            return Err(missing);
        }
        let bits = |wanted: &dyn Fn(bool) -> bool| {
            let bit =
                |(index, (_, strong)): (usize, &(String, bool))| u8::from(wanted(*strong)) << index;
            self.algorithms
                .iter()
                .enumerate()
                .map(bit)
                .fold(0, |all, bit| all | bit)
        };
        let (all, strong) = (bits(&|_| true), bits(&|strong| strong));
        for file in payload {
            let enough = match version {
                Version::V1_0 => file.listed == all,
                Version::V0_97 => file.listed & strong != 0,
            };
            if file.listed == 0 {
                return Err(Refusal::new(Reason::UnlistedFile).file(&file.path));
            }
            if !enough {
                return Err(Refusal::new(Reason::ManifestsDisagree).file(&file.path));
            }
        }
        Ok(())
    }
}

/// Reads every tag manifest's lines.
pub(super) fn read_tags(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
) -> Result<Vec<TagEntry>, Refusal> {
    let mut entries: Vec<TagEntry> = Vec::new();
    for name in tags.algorithms(TAG) {
        let (manifest, start) = (file(TAG, &name), entries.len());
        let mut seen = std::collections::BTreeSet::new();
        tags.lines(&manifest, declaration.encoding, &mut |line, text| {
            let place = |refusal: Refusal| refusal.file(&manifest).line(line);
            let entry = Entry::parse(text, &name, declaration.version, path::tag).map_err(place)?;
            let path = entry.path.into_owned();
            if path.starts_with(TAG) {
                return Err(place(
                    Refusal::new(Reason::TagManifestCoverage).about(&path),
                ));
            }
            if !seen.insert(path.clone()) {
                return Err(place(Refusal::new(Reason::DuplicateEntry).about(&path)));
            }
            entries.push(TagEntry {
                manifest: manifest.clone(),
                line,
                path,
                digests: entry.digests,
            });
            Ok(())
        })?;
        let listed = entries.get(start..).unwrap_or_default();
        covers_manifests(tags, &manifest, listed)?;
    }
    Ok(entries)
}

/// RFC 8493 §2.2.1: a tag manifest lists every payload manifest.
fn covers_manifests(tags: &Tags<'_>, manifest: &str, listed: &[TagEntry]) -> Result<(), Refusal> {
    for name in tags.algorithms(PAYLOAD) {
        let payload = file(PAYLOAD, &name);
        if !listed.iter().any(|entry| entry.path == payload) {
            return Err(Refusal::new(Reason::TagManifestCoverage)
                .file(manifest)
                .about(&payload));
        }
    }
    Ok(())
}

/// G4 for tag files: everything listed is there.
pub(super) fn tags_present(tags: &Tags<'_>, entries: &[TagEntry]) -> Result<(), Refusal> {
    let Some(absent) = entries.iter().find(|entry| !tags.has(&entry.path)) else {
        return Ok(());
    };
    Err(Refusal::new(Reason::TagFileMissing)
        .file(&absent.manifest)
        .line(absent.line)
        .about(&absent.path))
}

/// G5 for tag files: each digest listed is the one observed.
pub(super) fn check_tags(tags: &mut Tags<'_>, entries: &[TagEntry]) -> Result<(), Refusal> {
    for entry in entries {
        let observed = tags.digests(&entry.path)?;
        if let Some((expected, observed)) = entry.digests.differ(&observed) {
            let refusal = Refusal::new(Reason::TagDigestMismatch).file(&entry.path);
            return Err(refusal
                .about(&entry.manifest)
                .expected(&expected, &observed));
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
    /// `digest`, white space, `path`; md5sum's `*` before a payload path is dropped.
    fn parse(line: &'a str, name: &str, version: Version, rule: PathRule) -> Result<Self, Refusal> {
        let blank = |c| c == ' ' || c == '\t';
        let syntax =
            || Refusal::new(Reason::ManifestSyntax).expected("digest, white space, path", line);
        let (hex, rest) = line.split_once(blank).ok_or_else(syntax)?;
        let rest = rest.trim_start_matches(blank);
        let rest = if rest.starts_with("*data/") || rest.starts_with("*./data/") {
            &rest[1..]
        } else {
            rest
        };
        if rest.is_empty() {
            return Err(syntax());
        }
        let (algorithm, length) = algorithm(name);
        let is_hex = !hex.is_empty()
            && hex.len() % 2 == 0
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || length.is_some_and(|length| length != hex.len()) {
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

/// Writes entries into the tree.
struct PayloadReader<'a> {
    tree: &'a mut Tree,
    bit: u8,
    /// Where the next entry stands if the manifest is sorted as the tree is.
    cursor: usize,
    missing: &'a mut Option<Refusal>,
}

impl PayloadReader<'_> {
    fn take(&mut self, entry: Entry<'_>) -> Result<(), Refusal> {
        let Some(index) = self.find(&entry.path) else {
            let refusal = Refusal::new(Reason::MissingFile).about(&entry.path);
            return self.missed(refusal);
        };
        self.cursor = index + 1;
        let Some(file) = self.tree.payload.get_mut(index) else {
            return Ok(());
        };
        if file.listed & self.bit != 0 {
            return Err(Refusal::new(Reason::DuplicateEntry).about(&entry.path));
        }
        file.listed |= self.bit;
        file.digests.add(entry.digests);
        Ok(())
    }

    /// Missing files are for G4, after every line was read for G3; the first is kept.
    #[expect(clippy::unnecessary_wraps, reason = "the last word of `take`")]
    fn missed(&mut self, refusal: Refusal) -> Result<(), Refusal> {
        self.missing.get_or_insert(refusal);
        Ok(())
    }

    fn find(&self, path: &str) -> Option<usize> {
        let next = self.tree.payload.get(self.cursor);
        if next.is_some_and(|file| &*file.path == path) {
            return Some(self.cursor);
        }
        self.tree
            .payload
            .binary_search_by(|file| (*file.path).cmp(path))
            .ok()
    }
}

fn file(prefix: &str, algorithm: &str) -> String {
    format!("{prefix}{algorithm}.txt")
}
