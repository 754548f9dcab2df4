//! `fetch.txt` (RFC 8493 §2.2.3): files of the payload that are elsewhere.
//!
//! This program is offline and fetches nothing. A file that is here needs no fetching.

use super::declaration::Declaration;
use super::findings::Findings;
use super::path;
use super::tags::Tags;
use super::twins::Spellings;
use super::walk::{FileEntry, Tree, position};
use crate::refusal::{Reason, Refusal};
use crate::report::{Caution, Warning};

pub(super) const FILE: &str = "fetch.txt";

/// Takes the lines of `fetch.txt`.
pub(super) struct Reader<'a> {
    declaration: Declaration,
    payload: &'a [FileEntry],
    found: &'a mut Findings,
    entries: u64,
    all_here: bool,
    spellings: Option<Spellings>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        declaration: Declaration,
        payload: &'a [FileEntry],
        found: &'a mut Findings,
    ) -> Self {
        Self {
            declaration,
            payload,
            found,
            entries: 0,
            all_here: true,
            spellings: None,
        }
    }

    pub(super) fn take(&mut self, number: u64, line: &str) {
        self.entries += 1;
        if let Err(refusal) = self.entry(line) {
            self.all_here = false;
            self.found.fault(refusal.file(FILE).line(number));
        }
    }

    /// What is left to say when every file named is here.
    pub(super) fn finish(self) {
        if self.all_here {
            let warning = Warning::new(Caution::FetchComplete).file(FILE);
            self.found.warn(warning.times(self.entries.max(1)));
        }
    }

    /// Whether a file is here under another normalisation of its name, as for a manifest.
    fn is_respelled(&mut self, path: &str) -> bool {
        let payload = self.payload;
        let spellings = self.spellings.get_or_insert_with(|| Spellings::of(payload));
        spellings.find(path).is_some()
    }

    /// A URL, a length or `-`, and a path of the payload.
    fn entry(&mut self, line: &str) -> Result<(), Refusal> {
        let blank = |c| c == ' ' || c == '\t';
        let syntax = || Refusal::new(Reason::FetchSyntax).expected("URL length path", line);
        let (url, rest) = line.split_once(blank).ok_or_else(syntax)?;
        let rest = rest.trim_start_matches(blank);
        let (length, rest) = rest.split_once(blank).ok_or_else(syntax)?;
        let raw = rest.trim_start_matches(blank);
        let is_number = !length.is_empty() && length.bytes().all(|it| it.is_ascii_digit());
        if !is_absolute(url) || raw.is_empty() || !(is_number || length == "-") {
            return Err(syntax());
        }
        let path = path::payload(raw, self.declaration.version)
            .map_err(|reason| Refusal::new(reason).about(raw))?;
        let here = position(self.payload, &path).is_some() || self.is_respelled(&path);
        if here {
            Ok(())
        } else {
            Err(Refusal::new(Reason::FetchNotAllowed).about(&path))
        }
    }
}

/// Whether a URL begins with a scheme (RFC 3986 §3.1), so that it says where a file is.
fn is_absolute(url: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let scheme = url.split_once(':').filter(|(_, rest)| !rest.is_empty());
    scheme.is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(letter)
    })
}

/// Reads `fetch.txt`, if there is one.
pub(super) fn read(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
    tree: &Tree,
    found: &mut Findings,
) {
    if !tree.has_tag(FILE) {
        return;
    }
    let mut reader = Reader::new(*declaration, &tree.payload, found);
    let read = tags.lines(FILE, declaration.encoding, &mut |number, line| {
        reader.take(number, line);
        Ok(())
    });
    reader.all_here &= read.is_ok();
    reader.finish();
    read.unwrap_or_else(|refusal| found.fault(refusal));
}

#[cfg(test)]
mod tests {
    use super::super::declaration::Version;
    use super::super::digest::Digests;
    use super::super::encoding::Encoding;
    use super::*;

    fn said(lines: &[&str]) -> (Vec<Reason>, Vec<u64>) {
        let payload = ["data/a b", "data/e\u{301}", "data/x"].map(|path| FileEntry {
            path: path.into(),
            listed: 0,
            digests: Digests::default(),
        });
        let declaration = Declaration {
            version: Version::V1_0,
            encoding: Encoding::Utf8,
        };
        let mut found = Findings::default();
        let mut reader = Reader::new(declaration, &payload, &mut found);
        (1..)
            .zip(lines)
            .for_each(|(at, line)| reader.take(at, line));
        reader.finish();
        let warned = found.said.warnings.listed.iter().map(|it| it.times);
        let warned = warned.collect();
        let faults = found.refused().faults.listed;
        (faults.iter().map(|it| it.reason).collect(), warned)
    }

    #[test]
    fn a_file_that_is_here_needs_no_fetching() {
        let here = [
            "http://a.invalid/x 1 data/x",
            "http://a.invalid/y\t-  data/a b",
        ];
        assert_eq!(said(&here), (vec![], vec![2]));
        assert_eq!(said(&[]), (vec![], vec![1]));
        assert_eq!(said(&["u:v - data/\u{e9}"]), (vec![], vec![1]));
        let away = [here[0], "http://a.invalid/z 1 data/z"];
        assert_eq!(said(&away), (vec![Reason::FetchNotAllowed], vec![]));
    }

    #[test]
    fn a_line_that_is_no_entry_is_a_fault() {
        for line in [
            "",
            "data/x",
            "http://a.invalid/ data/x",
            " 1 data/x",
            "u:v x data/x",
            "u:v 1 ",
            "u 1 data/x",
            "u: 1 data/x",
            "1u:v 1 data/x",
            "u/v:w 1 data/x",
        ] {
            assert_eq!(said(&[line]).0, [Reason::FetchSyntax], "{line}");
        }
        assert_eq!(said(&["u:v - ../x"]).0, [Reason::PathEscapes]);
        assert_eq!(said(&["u:v - bagit.txt"]).0, [Reason::PathOutside]);
    }
}
