//! Encodings of tag files (RFC 8493 §2.1.1), decoded to UTF-8 as the bytes come.
//!
//! A chunk may end anywhere, inside a character too. What a line is, is not known here.

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
    /// The encoding of a name or alias that IANA lists, in any letter case (RFC 2978 §2.3).
    pub(super) fn named(name: &str) -> Option<Self> {
        let is = |it: &&str| it.eq_ignore_ascii_case(name);
        let mut all = NAMES.iter();
        all.find(|(_, names)| names.iter().any(is))
            .map(|(encoding, _)| *encoding)
    }

    /// The first name of each, for people.
    pub(super) fn names() -> String {
        let names = NAMES.iter().filter_map(|(_, names)| names.first().copied());
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Each encoding with the names of IANA's registry of character sets; `ASCII` alone is
/// none of them, and is written all the same.
const NAMES: &[(Encoding, &[&str])] = &[
    (Encoding::Utf8, &["UTF-8", "csUTF8"]),
    (
        Encoding::Ascii,
        &[
            "US-ASCII",
            "ASCII",
            "iso-ir-6",
            "ANSI_X3.4-1968",
            "ANSI_X3.4-1986",
            "ISO_646.irv:1991",
            "ISO646-US",
            "us",
            "IBM367",
            "cp367",
            "csASCII",
        ],
    ),
    (
        Encoding::Latin1,
        &[
            "ISO-8859-1",
            "ISO_8859-1:1987",
            "iso-ir-100",
            "ISO_8859-1",
            "latin1",
            "l1",
            "IBM819",
            "CP819",
            "csISOLatin1",
        ],
    ),
    (Encoding::Utf16, &["UTF-16", "csUTF16"]),
    (Encoding::Utf16Be, &["UTF-16BE", "csUTF16BE"]),
    (Encoding::Utf16Le, &["UTF-16LE", "csUTF16LE"]),
];

/// The bytes are not text in the declared encoding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotText;

/// Decodes one tag file.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// The first byte of a UTF-16 unit whose second has not come.
    odd: Option<u8>,
    /// The first of two surrogates.
    high: Option<u16>,
}

impl Decoder {
    pub(super) const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            odd: None,
            high: None,
        }
    }

    /// Appends a chunk to `text`, up to the first byte that is not text.
    ///
    /// UTF-8 is passed on as it is: a character is whole when its line is.
    pub(super) fn push(&mut self, chunk: &[u8], text: &mut Vec<u8>) -> Result<(), NotText> {
        match self.encoding {
            Encoding::Utf8 => {
                text.extend_from_slice(chunk);
                Ok(())
            }
            Encoding::Ascii => {
                let plain = chunk.iter().take_while(|byte| byte.is_ascii());
                text.extend(plain);
                chunk.is_ascii().then_some(()).ok_or(NotText)
            }
            Encoding::Latin1 => {
                chunk
                    .iter()
                    .for_each(|byte| append(char::from(*byte), text));
                Ok(())
            }
            Encoding::Utf16 | Encoding::Utf16Be | Encoding::Utf16Le => {
                chunk.iter().try_for_each(|byte| self.utf16(*byte, text))
            }
        }
    }

    /// No character may be left half.
    pub(super) fn finish(&self) -> Result<(), NotText> {
        let whole = self.odd.is_none() && self.high.is_none();
        whole.then_some(()).ok_or(NotText)
    }

    fn utf16(&mut self, byte: u8, text: &mut Vec<u8>) -> Result<(), NotText> {
        let Some(first) = self.odd.take() else {
            self.odd = Some(byte);
            return Ok(());
        };
        let unit = if self.encoding == Encoding::Utf16Le {
            u16::from_le_bytes([first, byte])
        } else {
            u16::from_be_bytes([first, byte])
        };
        // RFC 2781 §4.3: a byte order mark decides, big endian without one.
        if self.encoding == Encoding::Utf16 {
            self.encoding = if unit == 0xfffe {
                Encoding::Utf16Le
            } else {
                Encoding::Utf16Be
            };
            if matches!(unit, 0xfeff | 0xfffe) {
                return Ok(());
            }
        }
        if self.high.is_none() && matches!(unit, 0xd800..=0xdbff) {
            self.high = Some(unit);
            return Ok(());
        }
        for decoded in char::decode_utf16(self.high.take().into_iter().chain([unit])) {
            append(decoded.map_err(|_| NotText)?, text);
        }
        Ok(())
    }
}

fn append(character: char, text: &mut Vec<u8>) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes in chunks of each size, which must not change the text.
    fn decode(encoding: Encoding, bytes: &[u8]) -> Result<String, NotText> {
        let in_chunks = |size| {
            let (mut decoder, mut text) = (Decoder::new(encoding), Vec::new());
            bytes
                .chunks(size)
                .try_for_each(|chunk| decoder.push(chunk, &mut text))?;
            decoder.finish()?;
            Ok(String::from_utf8(text).unwrap())
        };
        let whole = in_chunks(bytes.len().max(1));
        assert!((1..5).all(|size| in_chunks(size) == whole), "{bytes:?}");
        whole
    }

    fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn an_encoding_has_every_name_that_iana_lists_and_no_other() {
        for (name, encoding) in [
            ("utf-8", Encoding::Utf8),
            ("CSutf8", Encoding::Utf8),
            ("Latin1", Encoding::Latin1),
            ("iso_8859-1:1987", Encoding::Latin1),
            ("ansi_x3.4-1968", Encoding::Ascii),
            ("CSUTF16le", Encoding::Utf16Le),
        ] {
            assert_eq!(Encoding::named(name), Some(encoding), "{name}");
        }
        for name in [
            "utf8",
            "UTF-9",
            "latin-1",
            "windows-1252",
            "ISO-8859-15",
            "",
        ] {
            assert_eq!(Encoding::named(name), None, "{name}");
        }
        let names: Vec<&&str> = NAMES.iter().flat_map(|(_, names)| *names).collect();
        assert_eq!(names.len(), 28, "aliases of six encodings");
    }

    #[test]
    fn decodes_each_encoding_it_names() {
        let text = "a\u{e9}\u{1f600}\n";
        let (le, be) = (units(text, u16::to_le_bytes), units(text, u16::to_be_bytes));
        assert_eq!(decode(Encoding::Utf8, text.as_bytes()).unwrap(), text);
        assert_eq!(decode(Encoding::Utf16Le, &le).unwrap(), text);
        assert_eq!(decode(Encoding::Utf16Be, &be).unwrap(), text);
        assert_eq!(decode(Encoding::Utf16, &be).unwrap(), text);
        let marked = |mark: [u8; 2], rest: &[u8]| [&mark[..], rest].concat();
        let (le, be) = (marked([0xff, 0xfe], &le), marked([0xfe, 0xff], &be));
        assert_eq!(decode(Encoding::Utf16, &le).unwrap(), text);
        assert_eq!(decode(Encoding::Utf16, &be).unwrap(), text);
        assert_eq!(decode(Encoding::Latin1, &[0x61, 0xe9]).unwrap(), "a\u{e9}");
        assert_eq!(decode(Encoding::Ascii, b"a\n").unwrap(), "a\n");
    }

    #[test]
    fn refuses_what_is_not_text_in_the_encoding() {
        for (encoding, bytes) in [
            (Encoding::Ascii, &[0xe9][..]),
            (Encoding::Utf16, &[0]),
            (Encoding::Utf16Le, &[0x00, 0xd8]),
            (Encoding::Utf16Le, &[0x00, 0xdc]),
            (Encoding::Utf16Be, &[0xd8, 0x00, 0x00, 0x61]),
        ] {
            assert_eq!(decode(encoding, bytes), Err(NotText), "{bytes:?}");
        }
    }
}
