//! Tag files from bytes, for the fuzz targets: what a line says must not hang on
//! where the chunks of its file end, and no spelling of a path leaves the bag.

use super::declaration::{self, Version};
use super::digest::Digests;
use super::encoding::Encoding;
use super::findings::Findings;
use super::text::TextLines;
use super::walk::FileEntry;
use super::{info, listing, manifest, path};
use crate::refusal::Refusal;

const ENCODINGS: [Encoding; 6] = [
    Encoding::Utf8,
    Encoding::Ascii,
    Encoding::Latin1,
    Encoding::Utf16,
    Encoding::Utf16Be,
    Encoding::Utf16Le,
];
const ALGORITHMS: [&str; 4] = ["sha256", "sha3_512", "md5", "blake3"];
const FILES: [&str; 5] = ["bag-info.txt", "data/%", "data/a\nb", "data/x", "x/y"];

/// A tag file: two bytes choose how it is read, the rest is its content.
///
/// # Panics
/// Reading it in chunks comes to something else than reading it whole, or a path
/// it lists is not plain.
pub fn tag_file(bytes: &[u8]) {
    let [how, chunk, content @ ..] = bytes else {
        return;
    };
    let whole = read(*how, content, content.len().max(1));
    let split = read(*how, content, usize::from(*chunk).max(1));
    assert_eq!(whole, split, "chunks of {chunk} bytes");
    if let Ok(text) = std::str::from_utf8(content) {
        text.lines().for_each(plain);
    }
}

/// A path that is taken is plain, lies where its kind belongs, and has a spelling.
fn plain(raw: &str) {
    for version in [Version::V0_97, Version::V1_0] {
        if let Ok(path) = path::payload(raw, version) {
            assert!(path::is_plain(&path) && path.starts_with("data/"), "{raw}");
        }
        if let Ok(path) = path::tag(raw, version) {
            assert!(path::is_plain(&path) && !path.starts_with("data/"), "{raw}");
        }
    }
    if let Ok(path) = path::payload(raw, Version::V1_0) {
        let spelled = path
            .replace('%', "%25")
            .replace('\n', "%0A")
            .replace('\r', "%0D");
        assert_eq!(
            path::payload(&spelled, Version::V1_0).as_deref(),
            Ok(&*path)
        );
    }
}

/// What comes of the content, as text.
fn read(how: u8, content: &[u8], chunk: usize) -> Result<String, Refusal> {
    let encoding = ENCODINGS[usize::from(how >> 3) % ENCODINGS.len()];
    let algorithm = ALGORITHMS[usize::from(how >> 6)];
    let version = [Version::V0_97, Version::V1_0][usize::from(how >> 2 & 1)];
    let lines = |each: &mut super::text::Each<'_>| {
        let mut lines = TextLines::new("x.txt", encoding);
        content
            .chunks(chunk)
            .try_for_each(|chunk| lines.push(chunk, each))?;
        lines.finish(each)
    };
    let mut found = Findings::default();
    let read = match how & 3 {
        0 => {
            let mut reader = declaration::Reader::default();
            lines(&mut |number, line| reader.take(number, line))?;
            format!("{:?}", reader.finish()?)
        }
        1 => {
            let mut reader = info::Reader::new(version, &mut found);
            lines(&mut |number, line| {
                reader.take(number, line);
                Ok(())
            })?;
            format!("{:?}", reader.finish())
        }
        kind => {
            let kind = [manifest::PAYLOAD, manifest::TAG][usize::from(kind & 1)];
            listed((kind, algorithm, version), &lines, &mut found)?
        }
    };
    Ok(format!("{read} {found:?}"))
}

/// Gives the lines of the content to whoever takes them.
type Lines<'a> = dyn Fn(&mut super::text::Each<'_>) -> Result<(), Refusal> + 'a;

/// What the content lists as a manifest.
fn listed(
    how: (manifest::Kind, &str, Version),
    lines: &Lines<'_>,
    found: &mut Findings,
) -> Result<String, Refusal> {
    let mut files = FILES.map(|path| FileEntry {
        path: path.into(),
        listed: 0,
        digests: Digests::default(),
    });
    let mut reader = listing::Reader::new(how, "x.txt", &mut files, 1, found);
    lines(&mut |number, line| {
        reader.take(number, line);
        Ok(())
    })?;
    let missing = reader.finish();
    Ok(format!("{missing:?} {files:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_file_is_read_whichever_way_it_is_to_be() {
        for how in 0..=u8::MAX {
            for content in [
                &b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"[..],
                b"Payload-Oxum: 1.1\r\n folded\r",
                b"00ff  data/x\n00ff *./data/%25\r\n",
            ] {
                tag_file(&[&[how, 3], content].concat());
            }
        }
    }
}
