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
    /// The encoding of an IANA name, in any letter case.
    pub(super) fn named(name: &str) -> Option<Self> {
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
}

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
