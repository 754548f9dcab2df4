//! The lines of one tag file as text: decoded, split, bounded, without a mark in front.
//!
//! What a line says is for whoever is given it.

use super::encoding::{Decoder, Encoding, NotText};
use super::lines::{Lines, MAX_LINE, TooLong};
use crate::refusal::{Reason, Refusal};

/// Is given each line, with its number from 1.
pub(super) type Each<'a> = dyn FnMut(u64, &str) -> Result<(), Refusal> + 'a;

/// Turns the bytes of one tag file into lines.
#[derive(Debug)]
pub(super) struct TextLines<'a> {
    file: &'a str,
    decoder: Decoder,
    lines: Lines,
    text: Vec<u8>,
}

impl<'a> TextLines<'a> {
    /// For the tag file of this name, in this encoding.
    pub(super) fn new(file: &'a str, encoding: Encoding) -> Self {
        Self {
            file,
            decoder: Decoder::new(encoding),
            lines: Lines::of(MAX_LINE),
            text: Vec::new(),
        }
    }

    /// With lines of at most so many bytes.
    pub(super) fn at_most(mut self, bytes: usize) -> Self {
        self.lines = Lines::of(bytes);
        self
    }

    /// Takes the next bytes, wherever they end.
    pub(super) fn push(&mut self, chunk: &[u8], each: &mut Each<'_>) -> Result<(), Refusal> {
        self.text.clear();
        let decoded = self.decoder.push(chunk, &mut self.text);
        self.lines
            .push(&self.text, &mut line(self.file, each))
            .map_err(|fault| fault.refusal(self.file))?;
        decoded.map_err(|NotText| not_text(self.file, self.lines.current()))
    }

    /// Gives the last line if nothing ended it.
    pub(super) fn finish(self, each: &mut Each<'_>) -> Result<(), Refusal> {
        let whole = self.decoder.finish();
        whole.map_err(|NotText| not_text(self.file, self.lines.current()))?;
        self.lines
            .finish(&mut line(self.file, each))
            .map_err(|fault: Fault| fault.refusal(self.file))
    }
}

fn line<'a>(
    file: &'a str,
    each: &'a mut Each<'_>,
) -> impl FnMut(u64, &[u8]) -> Result<(), Fault> + 'a {
    move |number, bytes| {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::Line(not_text(file, number)))?;
        if number == 1 && text.starts_with('\u{feff}') {
            let mark = Refusal::new(Reason::ByteOrderMark).file(file).line(1);
            return Err(Fault::Line(mark));
        }
        each(number, text).map_err(Fault::Line)
    }
}

fn not_text(file: &str, line: u64) -> Refusal {
    Refusal::new(Reason::TagFileEncoding).file(file).line(line)
}

/// Why reading lines stopped.
enum Fault {
    Line(Refusal),
    TooLong(TooLong),
}

impl Fault {
    fn refusal(self, file: &str) -> Refusal {
        match self {
            Self::Line(refusal) => refusal,
            Self::TooLong(TooLong { line }) => {
                Refusal::new(Reason::TagFileTooLong).file(file).line(line)
            }
        }
    }
}

impl From<TooLong> for Fault {
    fn from(fault: TooLong) -> Self {
        Self::TooLong(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(encoding: Encoding, bytes: &[u8]) -> Option<(Reason, Option<u64>)> {
        let mut lines = TextLines::new("x.txt", encoding);
        let each: &mut Each<'_> = &mut |_, _| Ok(());
        let read = lines.push(bytes, each).and_then(|()| lines.finish(each));
        read.err().map(|refusal| (refusal.reason, refusal.line))
    }

    #[test]
    fn a_refusal_says_the_line_in_every_encoding() {
        let not_text = |line| Some((Reason::TagFileEncoding, Some(line)));
        assert_eq!(refusal(Encoding::Utf8, b"a\n\xff\n"), not_text(2));
        assert_eq!(refusal(Encoding::Ascii, b"a\nb\n\xe9"), not_text(3));
        assert_eq!(refusal(Encoding::Utf16Be, b"\0a\0\n\xdc\0"), not_text(2));
        assert_eq!(refusal(Encoding::Utf16Be, b"\0a\0\n\0"), not_text(2));
        assert_eq!(refusal(Encoding::Latin1, b"\xff\n\xff"), None);
    }

    #[test]
    fn a_mark_in_front_is_refused_where_the_encoding_does_not_ask_for_one() {
        let mark = Some((Reason::ByteOrderMark, Some(1)));
        assert_eq!(refusal(Encoding::Utf8, b"\xef\xbb\xbfa"), mark);
        assert_eq!(refusal(Encoding::Utf16Le, b"\xff\xfea\0"), mark);
        assert_eq!(refusal(Encoding::Utf16, b"\xff\xfea\0"), None);
        assert_eq!(refusal(Encoding::Utf16, b"\xff\xfe\xff\xfea\0"), mark);
    }
}
