//! `bag-info.txt` (RFC 8493 §2.2.2): `Label: value` lines, folded ones, `Payload-Oxum`.
//!
//! The Oxum is used; of the other elements the first are kept for the report, as text
//! that can be shown. What they say is the bag's word and nobody's here.

use super::declaration::{Declaration, Version};
use super::findings::Findings;
use super::tags::Tags;
use super::walk::{FileEntry, Tree};
use crate::refusal::{Reason, Refusal};
use crate::report::{Caution, Element, Warning};

pub(super) const FILE: &str = "bag-info.txt";
/// The longest line, in bytes: a value need not be folded, however long it is.
pub(super) const MAX_LINE: usize = 16 * 1024 * 1024;
const OXUM: &str = "Payload-Oxum";
const PROFILE: &str = "BagIt-Profile-Identifier";
/// The elements that should not be repeated.
const ONCE: [&str; 3] = ["Bagging-Date", "Bag-Size", "Bag-Count"];

/// `Payload-Oxum`: octets and streams, as the bag's maker counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Oxum {
    line: u64,
    bytes: u64,
    files: u64,
}

/// Takes the lines of `bag-info.txt`.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    version: Version,
    found: &'a mut Findings,
    /// The line the Oxum began on, and its value, unfolded.
    oxum: Option<(u64, String)>,
    /// What a folded line belongs to.
    element: Option<Element>,
    seen: [bool; ONCE.len()],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(version: Version, found: &'a mut Findings) -> Self {
        Self {
            version,
            found,
            oxum: None,
            element: None,
            seen: [false; ONCE.len()],
        }
    }

    pub(super) fn take(&mut self, number: u64, line: &str) {
        let taken = match line.strip_prefix([' ', '\t']) {
            Some(folded) => self.fold(number, line, folded.trim()),
            None => self.begin(number, line),
        };
        taken.unwrap_or_else(|refusal| self.found.fault(refusal));
    }

    fn begin(&mut self, number: u64, line: &str) -> Result<(), Refusal> {
        self.end();
        let syntax = || syntax(number, line);
        let (label, value) = line.split_once(':').ok_or_else(syntax)?;
        let spaced = label.trim_end() == label && value.starts_with([' ', '\t']);
        let label = label.trim_end();
        // Tools of version 0.97 were not told where white space goes.
        if label.is_empty() || (self.version == Version::V1_0 && !spaced) {
            return Err(syntax());
        }
        self.element = Some(Element::new(label, value.trim()));
        if label.eq_ignore_ascii_case(OXUM) {
            if self.oxum.is_some() {
                return Err(Refusal::new(Reason::OxumRepeated).file(FILE).line(number));
            }
            self.oxum = Some((number, value.trim().to_owned()));
        }
        let once = ONCE.iter().position(|it| it.eq_ignore_ascii_case(label));
        let seen = once.and_then(|at| self.seen.get_mut(at));
        if seen.is_some_and(|seen| std::mem::replace(seen, true)) {
            let warning = Warning::new(Caution::LabelRepeated).file(FILE);
            self.found.warn(warning.line(number).about(label));
        }
        Ok(())
    }

    fn fold(&mut self, number: u64, line: &str, folded: &str) -> Result<(), Refusal> {
        let Some(element) = &mut self.element else {
            return Err(syntax(number, line));
        };
        element.unfold(folded);
        let oxum = element.label.eq_ignore_ascii_case(OXUM);
        match self.oxum.as_mut().filter(|_| oxum) {
            // Two numbers do not go over two lines, unless one line is empty.
            Some((_, value)) if value.is_empty() => {
                folded.clone_into(value);
                Ok(())
            }
            Some((at, value)) if !folded.is_empty() => Err(malformed(*at, value)),
            Some(_) | None => Ok(()),
        }
    }

    /// The element that was read is whole.
    fn end(&mut self) {
        let Some(element) = self.element.take() else {
            return;
        };
        let said = &mut self.found.said;
        if element.label.eq_ignore_ascii_case(PROFILE) {
            said.profile.get_or_insert_with(|| element.value.clone());
        }
        said.info.push(element);
    }

    pub(super) fn finish(mut self) -> Option<Oxum> {
        self.end();
        let (line, value) = self.oxum?;
        let oxum = Oxum::parse(line, &value);
        if oxum.is_none() {
            self.found.fault(malformed(line, &value));
        }
        oxum
    }
}

impl Oxum {
    fn parse(line: u64, value: &str) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What is beyond all files on earth has its form all the same, and is no bag's count.
        let number = |text: &str| plain(text).then(|| text.parse().unwrap_or(u64::MAX));
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
    found: &mut Findings,
) -> Option<Oxum> {
    if !tree.has_tag(FILE) {
        return None;
    }
    let mut reader = Reader::new(declaration.version, found);
    let read = tags.lines(FILE, declaration.encoding, &mut |number, line| {
        reader.take(number, line);
        Ok(())
    });
    let oxum = reader.finish();
    read.unwrap_or_else(|refusal| found.fault(refusal));
    oxum
}

/// G4: as many files as the Oxum says.
pub(super) fn check_count(oxum: Option<&Oxum>, payload: &[FileEntry], found: &mut Findings) {
    let files = payload.len() as u64;
    if let Some(oxum) = oxum.filter(|oxum| oxum.files != files) {
        found.fault(mismatch(oxum, oxum.files, files, "files"));
    }
}

/// G4: as many bytes as the Oxum says.
pub(super) fn check_bytes(oxum: Option<&Oxum>, bytes: u64, found: &mut Findings) {
    if let Some(oxum) = oxum.filter(|oxum| oxum.bytes != bytes) {
        found.fault(mismatch(oxum, oxum.bytes, bytes, "bytes"));
    }
}

fn mismatch(oxum: &Oxum, expected: u64, observed: u64, of: &str) -> Refusal {
    let refusal = Refusal::new(Reason::OxumMismatch)
        .file(FILE)
        .line(oxum.line);
    let or_more = if expected == u64::MAX { " or more" } else { "" };
    refusal.expected(
        &format!("{expected}{or_more} {of}"),
        &format!("{observed} {of}"),
    )
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

    fn read(version: Version, lines: &[&str]) -> (Option<Oxum>, Findings) {
        let mut found = Findings::default();
        let mut reader = Reader::new(version, &mut found);
        (1..)
            .zip(lines)
            .for_each(|(at, line)| reader.take(at, line));
        (reader.finish(), found)
    }

    fn oxum_of(version: Version, lines: &[&str]) -> Result<Option<Oxum>, Reason> {
        let (oxum, found) = read(version, lines);
        found
            .refused()
            .first()
            .map_or(Ok(oxum), |it| Err(it.reason))
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
        for value in ["12", "12.", ".3", "+1.2", "1.2.3", "1 .2", "-1.1", ""] {
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

    #[test]
    fn every_malformed_line_is_a_fault() {
        let (_, found) = read(Version::V1_0, &["no colon", "A: b", "", "Payload-Oxum: x"]);
        let faults = found.refused().faults.listed;
        let lines: Vec<Option<u64>> = faults.iter().map(|it| it.line).collect();
        assert_eq!(lines, [Some(1), Some(3), Some(4)]);
    }

    #[test]
    fn what_should_not_be_repeated_is_said_and_what_may_be_is_not() {
        let lines = [
            "Bag-Size: 1",
            "bag-size: 2",
            "BAG-SIZE: 3",
            "Contact-Name: A",
            "Contact-Name: B",
        ];
        let (_, found) = read(Version::V1_0, &lines);
        let warned = &found.said.warnings.listed;
        let lines: Vec<Option<u64>> = warned.iter().map(|it| it.line).collect();
        assert_eq!(lines, [Some(2), Some(3)]);
        assert_eq!(warned[0].about.as_deref(), Some("bag-size"));
    }

    #[test]
    fn elements_are_kept_unfolded_bounded_and_as_text_that_can_be_shown() {
        let long = "x".repeat(100_000);
        let first = format!("A: {long}");
        let lines = [
            &first,
            "B:  one ",
            "  two",
            "\tthree",
            "BagIt-Profile-Identifier: u\u{202e}:p",
        ];
        let (_, found) = read(Version::V1_0, &lines);
        let info = &found.said.info.listed;
        assert_eq!(info[0].value.chars().count(), Element::MOST);
        assert_eq!((&*info[1].label, &*info[1].value), ("B", "one two three"));
        assert_eq!(found.said.profile.as_deref(), Some("u\u{fffd}:p"));
        let many: Vec<String> = (0..150).map(|it| format!("L{it}: {it}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let (_, found) = read(Version::V1_0, &many);
        assert_eq!(
            (found.said.info.listed.len(), found.said.info.more),
            (100, 50)
        );
    }

    #[test]
    fn a_count_beyond_all_numbers_is_no_fault_of_form_and_fits_no_bag() {
        let long = format!("Payload-Oxum: {}.3", "9".repeat(30));
        let read = oxum(&[&long]).unwrap().unwrap();
        let mut found = Findings::default();
        check_count(Some(&read), &[], &mut found);
        check_bytes(Some(&read), 12, &mut found);
        let faults = found.take_faults().listed;
        let told = |it: &Refusal| (it.reason, it.expected.clone(), it.observed.clone());
        let words = |bytes: &str| Some(bytes.to_owned());
        let all = words("18446744073709551615 or more bytes");
        assert_eq!(
            faults.iter().map(told).collect::<Vec<_>>(),
            [
                (Reason::OxumMismatch, words("3 files"), words("0 files")),
                (Reason::OxumMismatch, all, words("12 bytes")),
            ]
        );
    }
}
