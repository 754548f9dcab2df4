//! `bag-info.txt` (RFC 8493 §2.2.2): `Label: value` lines, folded ones, `Payload-Oxum`.
//!
//! Only the Oxum is used; the rest is read for its form.

use super::declaration::{Declaration, Version};
use super::tags::Tags;
use super::walk::{FileEntry, Tree};
use crate::refusal::{Reason, Refusal};

const FILE: &str = "bag-info.txt";
const OXUM: &str = "Payload-Oxum";

/// `Payload-Oxum`: octets and streams, as the bag's maker counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Oxum {
    line: u64,
    bytes: u64,
    files: u64,
}

/// Takes the lines of `bag-info.txt`; keeps none but the Oxum's.
#[derive(Debug)]
pub(super) struct Reader {
    version: Version,
    /// The line the Oxum began on, and its value, unfolded.
    oxum: Option<(u64, String)>,
    /// What a folded line belongs to.
    element: Element,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    None,
    Oxum,
    Other,
}

impl Reader {
    pub(super) const fn new(version: Version) -> Self {
        Self {
            version,
            oxum: None,
            element: Element::None,
        }
    }

    pub(super) fn take(&mut self, number: u64, line: &str) -> Result<(), Refusal> {
        if let Some(folded) = line.strip_prefix([' ', '\t']) {
            return self.fold(number, line, folded.trim());
        }
        let syntax = || syntax(number, line);
        let (label, value) = line.split_once(':').ok_or_else(syntax)?;
        let spaced = label.trim_end() == label && value.starts_with([' ', '\t']);
        let label = label.trim_end();
        // Tools of version 0.97 were not told where white space goes.
        if label.is_empty() || (self.version == Version::V1_0 && !spaced) {
            return Err(syntax());
        }
        self.element = Element::Other;
        if label.eq_ignore_ascii_case(OXUM) {
            if self.oxum.is_some() {
                return Err(Refusal::new(Reason::OxumRepeated).file(FILE).line(number));
            }
            self.oxum = Some((number, value.trim().to_owned()));
            self.element = Element::Oxum;
        }
        Ok(())
    }

    fn fold(&mut self, number: u64, line: &str, folded: &str) -> Result<(), Refusal> {
        match (self.element, &mut self.oxum) {
            (Element::None, _) => Err(syntax(number, line)),
            // Two numbers do not go over two lines, unless one line is empty.
            (Element::Oxum, Some((_, value))) if value.is_empty() => {
                folded.clone_into(value);
                Ok(())
            }
            (Element::Oxum, Some((at, value))) if !folded.is_empty() => Err(malformed(*at, value)),
            (Element::Oxum | Element::Other, _) => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Result<Option<Oxum>, Refusal> {
        let parsed = |(line, value): (u64, String)| {
            Oxum::parse(line, &value).ok_or_else(|| malformed(line, &value))
        };
        self.oxum.map(parsed).transpose()
    }
}

impl Oxum {
    fn parse(line: u64, value: &str) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &str| plain(text).then(|| text.parse().ok()).flatten();
        let (bytes, files) = value.split_once('.')?;
        Some(Self {
            line,
            bytes: number(bytes)?,
            files: number(files)?,
        })
    }
}

/// Reads `bag-info.txt`, if there is one.
pub(super) fn read(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &Tree,
) -> Result<Option<Oxum>, Refusal> {
    if !tree.has_tag(FILE) {
        return Ok(None);
    }
    let mut reader = Reader::new(declaration.version);
    tags.lines(FILE, declaration.encoding, &mut |number, line| {
        reader.take(number, line)
    })?;
    reader.finish()
}

/// G4: as many files as the Oxum says.
pub(super) fn check_count(oxum: Option<&Oxum>, payload: &[FileEntry]) -> Result<(), Refusal> {
    let files = payload.len() as u64;
    oxum.filter(|oxum| oxum.files != files)
        .map_or(Ok(()), |oxum| {
            Err(mismatch(oxum, oxum.files, files, "files"))
        })
}

/// G4: as many bytes as the Oxum says.
pub(super) fn check_bytes(oxum: Option<&Oxum>, bytes: u64) -> Result<(), Refusal> {
    oxum.filter(|oxum| oxum.bytes != bytes)
        .map_or(Ok(()), |oxum| {
            Err(mismatch(oxum, oxum.bytes, bytes, "bytes"))
        })
}

fn mismatch(oxum: &Oxum, expected: u64, observed: u64, of: &str) -> Refusal {
    let refusal = Refusal::new(Reason::OxumMismatch)
        .file(FILE)
        .line(oxum.line);
    refusal.expected(&format!("{expected} {of}"), &format!("{observed} {of}"))
}

fn malformed(line: u64, value: &str) -> Refusal {
    Refusal::new(Reason::OxumSyntax)
        .file(FILE)
        .line(line)
        .expected("bytes.files", value)
}

fn syntax(line: u64, text: &str) -> Refusal {
    Refusal::new(Reason::BagInfoSyntax)
        .file(FILE)
        .line(line)
        .expected("Label: value", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oxum_of(version: Version, lines: &[&str]) -> Result<Option<Oxum>, Reason> {
        let mut reader = Reader::new(version);
        (1..)
            .zip(lines)
            .try_for_each(|(number, line)| reader.take(number, line))
            .and_then(|()| reader.finish())
            .map_err(|refusal| refusal.reason)
    }

    fn oxum(lines: &[&str]) -> Result<Option<Oxum>, Reason> {
        oxum_of(Version::V1_0, lines)
    }

    const fn counted(line: u64) -> Oxum {
        Oxum {
            line,
            bytes: 12,
            files: 3,
        }
    }

    #[test]
    fn reads_an_oxum_in_any_letter_case_and_folded() {
        assert_eq!(oxum(&["payload-oxum:  12.3 "]), Ok(Some(counted(1))));
        let folded = ["A: b", "\tc", "Payload-Oxum: ", "  12.3", " ", "D: e"];
        assert_eq!(oxum(&folded), Ok(Some(counted(3))));
        assert_eq!(
            oxum(&["Contact-Name: a: b", " Payload-Oxum: 1.1"]),
            Ok(None)
        );
    }

    #[test]
    fn refuses_an_oxum_that_is_not_two_numbers() {
        for value in [
            "12",
            "12.",
            ".3",
            "+1.2",
            "1.2.3",
            "1 .2",
            "99999999999999999999.1",
            "-1.1",
            "",
        ] {
            let line = format!("Payload-Oxum: {value}");
            assert_eq!(oxum(&[&line]), Err(Reason::OxumSyntax), "{value}");
        }
        let folded = oxum(&["Payload-Oxum: 12.", " 3"]);
        assert_eq!(folded, Err(Reason::OxumSyntax));
    }

    #[test]
    fn refuses_a_second_oxum() {
        let twice = oxum(&["Payload-Oxum: 1.1", "Payload-Oxum: 1.1"]);
        assert_eq!(twice, Err(Reason::OxumRepeated));
    }

    #[test]
    fn refuses_a_line_that_is_no_element() {
        for line in ["no colon", ": no label", "", " folded onto nothing"] {
            assert_eq!(oxum(&[line]), Err(Reason::BagInfoSyntax), "{line}");
        }
    }

    #[test]
    fn white_space_stands_after_the_colon_and_not_before_it() {
        for line in ["A : b", "A:b", "A:"] {
            assert_eq!(oxum(&[line]), Err(Reason::BagInfoSyntax), "{line}");
            assert_eq!(oxum_of(Version::V0_97, &[line]), Ok(None), "{line}");
        }
    }
}
