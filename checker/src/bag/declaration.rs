//! `bagit.txt` (RFC 8493 §2.1.1): the version, and the encoding of other tag files.
//!
//! Exactly two lines, in UTF-8, without a byte order mark.

use super::encoding::Encoding;
use super::tags::Tags;
use super::walk::Tree;
use crate::refusal::{Reason, Refusal};

pub(super) const FILE: &str = "bagit.txt";

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

/// What `bagit.txt` declares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    pub(super) version: Version,
    pub(super) encoding: Encoding,
}

/// Takes the lines of `bagit.txt`.
#[derive(Debug, Default)]
pub(super) struct Reader {
    version: Option<Version>,
    encoding: Option<Encoding>,
}

impl Reader {
    pub(super) fn take(&mut self, number: u64, line: &str) -> Result<(), Refusal> {
        let at = |reason| Refusal::new(reason).file(FILE).line(number);
        let value = |label| {
            line.strip_prefix(label)
                .ok_or_else(|| at(Reason::DeclarationSyntax).expected(label, line))
        };
        match number {
            1 => {
                let text = value("BagIt-Version: ")?;
                let refused = || {
                    let reason = if is_version(text) {
                        Reason::VersionUnsupported
                    } else {
                        Reason::DeclarationSyntax
                    };
                    at(reason).expected("1.0 or 0.97", line)
                };
                self.version = Some(version_of(text).ok_or_else(refused)?);
            }
            2 => {
                let name = value("Tag-File-Character-Encoding: ")?;
                if name.is_empty() || name.contains(char::is_whitespace) {
                    return Err(at(Reason::DeclarationSyntax).expected("one name", line));
                }
                let refused = || at(Reason::EncodingUnsupported).expected(&Encoding::names(), line);
                self.encoding = Some(Encoding::named(name).ok_or_else(refused)?);
            }
            _ => return Err(at(Reason::DeclarationSyntax).expected("two lines", line)),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Declaration, Refusal> {
        let (Some(version), Some(encoding)) = (self.version, self.encoding) else {
            return Err(Refusal::new(Reason::DeclarationSyntax)
                .file(FILE)
                .expected("two lines", "fewer"));
        };
        Ok(Declaration { version, encoding })
    }
}

/// Reads the declaration, and sees that there is a payload folder.
pub(super) fn read(tags: &mut Tags<'_>, tree: &Tree) -> Result<Declaration, Refusal> {
    if !tree.has_tag(FILE) {
        return Err(Refusal::new(Reason::DeclarationMissing).file(FILE));
    }
    let mut reader = Reader::default();
    tags.lines(FILE, Encoding::Utf8, &mut |number, line| {
        reader.take(number, line)
    })?;
    let declaration = reader.finish()?;
    if !tree.has_payload_folder {
        return Err(Refusal::new(Reason::PayloadFolderMissing).file("data"));
    }
    Ok(declaration)
}

fn version_of(text: &str) -> Option<Version> {
    [Version::V0_97, Version::V1_0]
        .into_iter()
        .find(|version| version.as_str() == text)
}

/// Whether it is two numbers and a dot, as every version is (RFC 8493 §2.1.1).
fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.split_once('.');
    parts.is_some_and(|(major, minor)| number(major) && number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(version: &str) -> Option<Reason> {
        let taken = Reader::default().take(1, &format!("BagIt-Version: {version}"));
        taken.err().map(|refusal| refusal.reason)
    }

    #[test]
    fn a_version_that_is_not_read_is_not_a_version_that_is_none() {
        for version in ["0.93", "0.96", "2.0", "1.00", "10.97"] {
            assert_eq!(
                reason(version),
                Some(Reason::VersionUnsupported),
                "{version}"
            );
        }
        for version in [".97", "1.", "1", "1.0 ", " 1.0", "1.0.0", "one", "+1.0"] {
            assert_eq!(
                reason(version),
                Some(Reason::DeclarationSyntax),
                "{version}"
            );
        }
        assert_eq!((reason("0.97"), reason("1.0")), (None, None));
    }
}
