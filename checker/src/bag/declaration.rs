//! `bagit.txt` (RFC 8493 §2.1.1): the version, and the encoding of other tag files.
//!
//! Exactly two lines, in UTF-8, without a byte order mark.

use super::tags::Tags;
use crate::refusal::{Reason, Refusal};

const FILE: &str = "bagit.txt";

/// The versions read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// BagIt 0.97, the drafts before the RFC; what most tools still write.
    V0_97,
    /// BagIt 1.0, RFC 8493.
    V1_0,
}

impl Version {
    /// As it is declared.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::V0_97 => "0.97",
            Self::V1_0 => "1.0",
        }
    }
}

/// The encodings a bag may declare for its tag files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Utf16,
    Utf16Be,
    Utf16Le,
}

impl Encoding {
    /// The encoding of an IANA name, in any letter case.
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Some(Self::Utf8),
            "US-ASCII" | "ASCII" => Some(Self::Ascii),
            "ISO-8859-1" => Some(Self::Latin1),
            "UTF-16" => Some(Self::Utf16),
            "UTF-16BE" => Some(Self::Utf16Be),
            "UTF-16LE" => Some(Self::Utf16Le),
            _ => None,
        }
    }

    /// The text of a whole tag file; `None` if it is not in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Self::Ascii if bytes.is_ascii() => String::from_utf8(bytes.to_vec()).ok(),
            Self::Ascii => None,
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes),
            // RFC 2781 §4.3: a byte order mark decides, big endian without one.
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] | rest => utf16(rest, u16::from_be_bytes),
            },
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    if rest.is_empty() {
        String::from_utf16(&units).ok()
    } else {
        None
    }
}

/// What `bagit.txt` declares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    pub(super) version: Version,
    pub(super) encoding: Encoding,
}

/// Reads the declaration, and sees that there is a payload folder.
pub(super) fn read(tags: &mut Tags<'_>) -> Result<Declaration, Refusal> {
    if !tags.has(FILE) {
        return Err(Refusal::new(Reason::DeclarationMissing).file(FILE));
    }
    let (mut version, mut encoding) = (None, None);
    tags.lines(FILE, Encoding::Utf8, &mut |number, line| {
        let at = |reason| Refusal::new(reason).file(FILE).line(number);
        let value = |label| {
            line.strip_prefix(label)
                .ok_or_else(|| at(Reason::DeclarationSyntax).expected(label, line))
        };
        match number {
            1 => {
                version =
                    Some(version_of(value("BagIt-Version: ")?).ok_or_else(|| {
                        at(Reason::VersionUnsupported).expected("1.0 or 0.97", line)
                    })?)
            }
            2 => {
                encoding = Some(
                    Encoding::named(value("Tag-File-Character-Encoding: ")?)
                        .ok_or_else(|| at(Reason::EncodingUnsupported).expected("UTF-8", line))?,
                )
            }
            _ => return Err(at(Reason::DeclarationSyntax).expected("two lines", line)),
        }
        Ok(())
    })?;
    let (Some(version), Some(encoding)) = (version, encoding) else {
        return Err(Refusal::new(Reason::DeclarationSyntax)
            .file(FILE)
            .expected("two lines", "fewer"));
    };
    if !tags.has_payload_folder {
        return Err(Refusal::new(Reason::PayloadFolderMissing).file("data"));
    }
    Ok(Declaration { version, encoding })
}

fn version_of(text: &str) -> Option<Version> {
    [Version::V0_97, Version::V1_0]
        .into_iter()
        .find(|version| version.as_str() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_each_encoding_it_names() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| {
            text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
        };
        let le = utf16("é", u16::to_le_bytes);
        let be = utf16("é", u16::to_be_bytes);
        assert_eq!(Encoding::Utf16Le.decode(&le).unwrap(), "é");
        assert_eq!(Encoding::Utf16Be.decode(&be).unwrap(), "é");
        assert_eq!(
            Encoding::Utf16
                .decode(&[&[0xff, 0xfe][..], &le].concat())
                .unwrap(),
            "é"
        );
        assert_eq!(
            Encoding::Utf16
                .decode(&[&[0xfe, 0xff][..], &be].concat())
                .unwrap(),
            "é"
        );
        assert_eq!(Encoding::Latin1.decode(&[0xe9]).unwrap(), "é");
        assert_eq!(Encoding::Ascii.decode(&[0xe9]), None);
        assert_eq!(Encoding::Utf16.decode(&[0]), None);
        assert_eq!(Encoding::Utf16Le.decode(&[0x00, 0xd8]), None);
    }
}
