//! Paths as manifests spell them, made plain or refused.
//!
//! A plain path is relative, has no empty, `.` or `..` segment, and is the one
//! spelling of its file. One leading `./` is dropped, as tools write it.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::declaration::Version;
use super::walk::PayloadFile;
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
/// Tools of version 0.97 left other `%` as they were, so there they stand for themselves.
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
            Some("25") => ('%', part.get(2..)),
            Some(_) | None if version == Version::V0_97 => ('%', Some(part)),
            Some(_) | None => return Err(Reason::PathEncoding),
        };
        path.push(decoded);
        path.push_str(rest.unwrap_or_default());
    }
    Ok(Cow::Owned(path))
}

/// Refuses two payload paths that another file system would take for one.
///
/// Such a bag is not the same bag everywhere (RFC 8493 §6.1.4 warns of both).
pub(super) fn collisions(payload: &[PayloadFile]) -> Result<(), Refusal> {
    let mut folds: Vec<(u64, u32)> = Vec::with_capacity(payload.len());
    for (index, file) in payload.iter().enumerate() {
        let index = u32::try_from(index).map_err(|_| Refusal::new(Reason::TooManyEntries))?;
        let mut hasher = DefaultHasher::new();
        hasher.write(fold(&file.path).as_bytes());
        folds.push((hasher.finish(), index));
    }
    folds.sort_unstable();
    let mut worst: Option<(&str, &str)> = None;
    for pair in folds.windows(2) {
        let &[(one, a), (two, b)] = pair else {
            continue;
        };
        let (Some(a), Some(b)) = (payload.get(a as usize), payload.get(b as usize)) else {
            continue;
        };
        if one == two && fold(&a.path) == fold(&b.path) {
            let found = (&*a.path, &*b.path);
            worst = Some(worst.map_or(found, |worst| worst.min(found)));
        }
    }
    let Some((a, b)) = worst else { return Ok(()) };
    let same = a.nfc().eq(b.nfc());
    let reason = if same {
        Reason::NormalisationCollision
    } else {
        Reason::CaseCollision
    };
    Err(Refusal::new(reason).file(a).about(b))
}

/// Lower case of the composed form; ASCII, the common case, is quick.
fn fold(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    let lower = path.to_lowercase();
    match is_nfc_quick(lower.chars()) {
        IsNormalized::Yes => lower,
        IsNormalized::No | IsNormalized::Maybe => lower.nfc().collect(),
    }
}

#[cfg(test)]
mod tests {
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
            payload("data/50%off%é", Version::V0_97).unwrap(),
            "data/50%off%é"
        );
    }

    #[test]
    fn a_tag_path_is_not_beneath_the_payload() {
        assert_eq!(tag("data/x", Version::V1_0), Err(Reason::PathOutside));
        assert_eq!(tag("meta/x.txt", Version::V1_0).unwrap(), "meta/x.txt");
    }
}
