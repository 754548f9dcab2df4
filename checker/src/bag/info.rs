//! `bag-info.txt` (RFC 8493 §2.2.2): `Label: value` lines, folded ones, `Payload-Oxum`.
//!
//! Only the Oxum is used; the rest is read for its form.

use super::declaration::Declaration;
use super::tags::Tags;
use super::walk::PayloadFile;
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

/// Reads `bag-info.txt`, if there is one.
pub(super) fn read(
    tags: &mut Tags<'_>,
    declaration: &Declaration,
) -> Result<Option<Oxum>, Refusal> {
    let (mut oxum, mut element) = (None, None::<(u64, String)>);
    if !tags.has(FILE) {
        return Ok(None);
    }
    tags.lines(FILE, declaration.encoding, &mut |number, line| {
        match (&mut element, line.strip_prefix([' ', '\t'])) {
            (Some((_, text)), Some(folded)) => {
                text.push(' ');
                text.push_str(folded.trim());
            }
            (None, Some(_)) => return Err(syntax(number, line)),
            (before, None) => {
                take(before.replace((number, line.to_owned())), &mut oxum)?;
            }
        }
        Ok(())
    })?;
    take(element, &mut oxum)?;
    Ok(oxum)
}

/// Takes one element, unfolded.
fn take(element: Option<(u64, String)>, oxum: &mut Option<Oxum>) -> Result<(), Refusal> {
    let Some((line, text)) = element else {
        return Ok(());
    };
    let (label, value) = text.split_once(':').ok_or_else(|| syntax(line, &text))?;
    let label = label.trim_end();
    if label.is_empty() {
        return Err(syntax(line, &text));
    }
    if !label.eq_ignore_ascii_case(OXUM) {
        return Ok(());
    }
    if oxum.is_some() {
        return Err(Refusal::new(Reason::OxumRepeated).file(FILE).line(line));
    }
    let malformed = || {
        Refusal::new(Reason::OxumSyntax)
            .file(FILE)
            .line(line)
            .expected("bytes.files", value)
    };
    let (bytes, files) = value.trim().split_once('.').ok_or_else(malformed)?;
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain {
            digits.parse().map_err(|_| malformed())
        } else {
            Err(malformed())
        }
    };
    *oxum = Some(Oxum {
        line,
        bytes: number(bytes)?,
        files: number(files)?,
    });
    Ok(())
}

/// G4: as many files as the Oxum says.
pub(super) fn check_count(oxum: Option<&Oxum>, payload: &[PayloadFile]) -> Result<(), Refusal> {
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

fn syntax(line: u64, text: &str) -> Refusal {
    Refusal::new(Reason::BagInfoSyntax)
        .file(FILE)
        .line(line)
        .expected("Label: value", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oxum(text: &str) -> Result<Option<Oxum>, Reason> {
        let mut oxum = None;
        take(Some((7, text.to_owned())), &mut oxum)
            .map(|()| oxum)
            .map_err(|refusal| refusal.reason)
    }

    #[test]
    fn reads_an_oxum_in_any_letter_case() {
        assert_eq!(
            oxum("payload-oxum:  12.3 "),
            Ok(Some(Oxum {
                line: 7,
                bytes: 12,
                files: 3
            }))
        );
        assert_eq!(oxum("Contact-Name: a: b"), Ok(None));
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
        ] {
            assert_eq!(
                oxum(&format!("Payload-Oxum: {value}")),
                Err(Reason::OxumSyntax),
                "{value}"
            );
        }
    }

    #[test]
    fn refuses_a_line_without_a_label() {
        assert_eq!(oxum("no colon"), Err(Reason::BagInfoSyntax));
        assert_eq!(oxum(": no label"), Err(Reason::BagInfoSyntax));
    }
}
