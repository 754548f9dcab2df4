//! Paths as manifests spell them, made plain or refused.
//!
//! A plain path is relative, has no empty, `.` or `..` segment, and is the one
//! spelling of its file. One leading `./` is dropped, as tools write it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};

use unicode_normalization::UnicodeNormalization;

use super::declaration::Version;
use super::walk::{FileEntry, Tree};
use crate::refusal::{Reason, Refusal};

/// A payload path from a manifest: plain and beneath `data/`.
pub(super) fn payload(raw: &str, version: Version) -> Result<Cow<'_, str>, Reason> {
    let path = plain(raw, version)?;
    if path.starts_with("data/") {
        Ok(path)
    } else {
        Err(Reason::PathOutside)
    }
}

/// A tag file's path from a tag manifest: plain and not beneath `data/`.
pub(super) fn tag(raw: &str, version: Version) -> Result<Cow<'_, str>, Reason> {
    let path = plain(raw, version)?;
    if path == "data" || path.starts_with("data/") {
        Err(Reason::PathOutside)
    } else if path.starts_with("tagmanifest-") {
        Err(Reason::TagManifestCoverage)
    } else {
        Ok(path)
    }
}

/// Whether a path needs nothing done to be plain.
pub(crate) fn is_plain(path: &str) -> bool {
    segments(path).is_ok() && !path.contains('\0')
}

fn plain(raw: &str, version: Version) -> Result<Cow<'_, str>, Reason> {
    let raw = raw.strip_prefix("./").unwrap_or(raw);
    let path = decode(raw, version)?;
    if path.contains('\0') {
        return Err(Reason::PathEncoding);
    }
    segments(&path)?;
    Ok(path)
}

fn segments(path: &str) -> Result<(), Reason> {
    if path.starts_with('/') || path.starts_with('~') {
        return Err(Reason::PathAbsolute);
    }
    path.split('/').try_for_each(|segment| match segment {
        ".." => Err(Reason::PathEscapes),
        "" | "." => Err(Reason::PathSegment),
        _ => Ok(()),
    })
}

/// RFC 8493 §2.1.3: LF, CR and `%` are written `%0A`, `%0D` and `%25`, nothing else is.
///
/// Version 0.97 wrote line ends so and every other `%` as it was: there it stands for itself.
fn decode(raw: &str, version: Version) -> Result<Cow<'_, str>, Reason> {
    if !raw.contains('%') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut path = String::with_capacity(raw.len());
    let mut parts = raw.split('%');
    path.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part.get(..2).map(str::to_ascii_uppercase);
        let (decoded, rest) = match code.as_deref() {
            Some("0A") => ('\n', part.get(2..)),
            Some("0D") => ('\r', part.get(2..)),
            Some(_) | None if version == Version::V0_97 => ('%', Some(part)),
            Some("25") => ('%', part.get(2..)),
            Some(_) | None => return Err(Reason::PathEncoding),
        };
        path.push(decoded);
        path.push_str(rest.unwrap_or_default());
    }
    Ok(Cow::Owned(path))
}

/// Refuses two paths that another file system would take for one.
///
/// Such a bag is not the same bag everywhere (RFC 8493 §6.1.4 warns of both).
pub(super) fn collisions(tree: &Tree) -> Result<(), Refusal> {
    let files = || tree.payload.iter().chain(&tree.tags);
    // No two are the same as they are: of two that collide, one is changed by folding.
    if files().all(|file| is_folded(&file.path)) {
        return Ok(());
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
    // Equal keys are not yet equal names: a hash can be made to collide.
    let mut known = BTreeMap::new();
    let mut twins = files().filter(|file| shared.contains(&key(file)));
    let Some((first, second)) =
        twins.find_map(|file| Some((known.insert(fold(&file.path), &file.path)?, &file.path)))
    else {
        return Ok(());
    };
    let reason = if first.nfc().eq(second.nfc()) {
        Reason::NormalisationCollision
    } else {
        Reason::CaseCollision
    };
    Err(Refusal::new(reason).file(first).about(second))
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

#[cfg(test)]
mod tests {
    use super::super::digest::Digests;
    use super::*;

    #[test]
    fn a_path_is_refused_for_how_it_is_spelled() {
        let spellings = [
            ("/data/x", Reason::PathAbsolute),
            ("~/data/x", Reason::PathAbsolute),
            ("data/../x", Reason::PathEscapes),
            ("../data/x", Reason::PathEscapes),
            ("data/./x", Reason::PathSegment),
            ("data//x", Reason::PathSegment),
            ("data/", Reason::PathSegment),
            ("././data/x", Reason::PathSegment),
            ("", Reason::PathSegment),
            ("data", Reason::PathOutside),
            ("Data/x", Reason::PathOutside),
            ("data\\x", Reason::PathOutside),
            ("C:/data/x", Reason::PathOutside),
            ("data/%2e%2e/x", Reason::PathEncoding),
            ("data/x%", Reason::PathEncoding),
            ("data/\0", Reason::PathEncoding),
        ];
        for (raw, reason) in spellings {
            assert_eq!(payload(raw, Version::V1_0), Err(reason), "{raw:?}");
        }
    }

    #[test]
    fn a_decoded_line_end_or_percent_is_part_of_the_name() {
        assert_eq!(
            payload("./data/a%0Ab%0dc%25d", Version::V1_0).unwrap(),
            "data/a\nb\rc%d"
        );
    }

    #[test]
    fn decoding_happens_once() {
        assert_eq!(
            payload("data/%252e%252e", Version::V1_0).unwrap(),
            "data/%2e%2e"
        );
    }

    #[test]
    fn version_0_97_leaves_other_percents_alone() {
        assert_eq!(
            payload("data/50%off%é%25%0a", Version::V0_97).unwrap(),
            "data/50%off%é%25\n"
        );
    }

    fn collision(names: &[&str]) -> Option<Reason> {
        let entry = |name: &&str| FileEntry {
            path: (*name).into(),
            listed: 0,
            digests: Digests::default(),
        };
        let (payload, tags) = names
            .iter()
            .map(entry)
            .partition(|file: &FileEntry| file.path.starts_with("data/"));
        let tree = Tree {
            payload,
            tags,
            ..Tree::default()
        };
        collisions(&tree).err().map(|refusal| refusal.reason)
    }

    #[test]
    fn names_collide_as_another_file_system_would_have_it() {
        for (names, reason) in [
            (&["data/a", "data/b"][..], None),
            (&["data/a", "data/A"], Some(Reason::CaseCollision)),
            (&["data/a", "Data/a"], Some(Reason::CaseCollision)),
            (
                &["manifest-sha256.txt", "Manifest-SHA256.txt"],
                Some(Reason::CaseCollision),
            ),
            (
                &["data/stra\u{df}e", "data/STRASSE"],
                Some(Reason::CaseCollision),
            ),
            (
                &["data/\u{3b1}\u{3c2}", "data/\u{3b1}\u{3c3}"],
                Some(Reason::CaseCollision),
            ),
            (
                &["data/\u{e9}", "data/e\u{301}"],
                Some(Reason::NormalisationCollision),
            ),
            (
                &["data/\u{c9}", "data/e\u{301}"],
                Some(Reason::CaseCollision),
            ),
        ] {
            assert_eq!(collision(names), reason, "{names:?}");
        }
    }

    #[test]
    fn a_tag_path_is_not_beneath_the_payload() {
        assert_eq!(tag("data/x", Version::V1_0), Err(Reason::PathOutside));
        assert_eq!(
            tag("./tagmanifest-md5.txt", Version::V1_0),
            Err(Reason::TagManifestCoverage)
        );
        assert_eq!(tag("meta/x.txt", Version::V1_0).unwrap(), "meta/x.txt");
    }
}
