//! Paths as manifests spell them, made plain or refused.
//!
//! A plain path is relative, has no empty, `.` or `..` segment, and is the one
//! spelling of its file. One leading `./` is dropped, as tools write it.

use std::borrow::Cow;

use super::declaration::Version;
use crate::refusal::Reason;

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
            payload("data/50%off%é%25%0a", Version::V0_97).unwrap(),
            "data/50%off%é%25\n"
        );
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
