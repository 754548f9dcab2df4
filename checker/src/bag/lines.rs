//! Splits bytes into lines ended by LF, CR or CRLF (RFC 8493 §2.1.1).
//!
//! Bytes come in chunks of any size; a line is bounded, its bytes are not judged.

/// The longest line, in bytes: a path of 4096 bytes, each percent-encoded, and a digest.
pub(super) const MAX_LINE: usize = 16 * 1024;

/// A line is longer than its bound.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong {
    /// The line's number, from 1.
    pub(super) line: u64,
}

/// Splits what is pushed into it.
#[derive(Debug)]
pub(super) struct Lines {
    line: Vec<u8>,
    number: u64,
    after_cr: bool,
    most: usize,
}

impl Lines {
    /// For lines of at most so many bytes.
    pub(super) const fn of(most: usize) -> Self {
        Self {
            line: Vec::new(),
            number: 0,
            after_cr: false,
            most,
        }
    }

    /// Takes the next chunk, and gives each line that it ends.
    pub(super) fn push<E: From<TooLong>>(
        &mut self,
        mut chunk: &[u8],
        each: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(at) = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (before, ended_by, rest) = (&chunk[..at], chunk[at], &chunk[at + 1..]);
            let half_of_crlf = self.after_cr && at == 0 && ended_by == b'\n';
            self.after_cr = ended_by == b'\r';
            chunk = rest;
            if !half_of_crlf {
                self.extend(before)?;
                self.end(each)?;
            }
        }
        self.after_cr &= chunk.is_empty();
        self.extend(chunk).map_err(E::from)
    }

    /// Gives the last line if nothing ended it.
    pub(super) fn finish<E>(
        mut self,
        each: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.line.is_empty() {
            Ok(())
        } else {
            self.end(each)
        }
    }

    /// The number of the line that has not ended yet.
    pub(super) fn current(&self) -> u64 {
        self.number + 1
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + bytes.len() > self.most {
            let line = self.current();
            return Err(TooLong { line });
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end<E>(&mut self, each: &mut impl FnMut(u64, &[u8]) -> Result<(), E>) -> Result<(), E> {
        self.number += 1;
        let ended = each(self.number, &self.line);
        self.line.clear();
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&str]) -> Result<Vec<String>, TooLong> {
        let mut lines = Lines::of(MAX_LINE);
        let mut seen = Vec::new();
        let mut each = |number, line: &[u8]| {
            seen.push(format!("{number}:{}", String::from_utf8_lossy(line)));
            Ok(())
        };
        chunks
            .iter()
            .try_for_each(|chunk| lines.push(chunk.as_bytes(), &mut each))?;
        lines.finish(&mut each)?;
        Ok(seen)
    }

    #[test]
    fn splits_at_lf_cr_and_crlf_wherever_the_chunks_end() {
        for chunks in [
            &["a\r\nb\rc\n\nd"][..],
            &["a\r", "\nb\r", "c\n", "\nd"],
            &["a", "\r", "\n", "b\rc", "\n\n", "d"],
        ] {
            assert_eq!(
                split(chunks).unwrap(),
                ["1:a", "2:b", "3:c", "4:", "5:d"],
                "{chunks:?}"
            );
        }
    }

    #[test]
    fn a_line_feed_after_text_after_a_carriage_return_is_a_line_of_its_own() {
        assert_eq!(split(&["a\r", "b", "\nc"]).unwrap(), ["1:a", "2:b", "3:c"]);
        assert_eq!(split(&["a\r", "", "\nc"]).unwrap(), ["1:a", "2:c"]);
    }

    #[test]
    fn a_line_is_bounded_even_if_it_never_ends() {
        let long = "x".repeat(MAX_LINE);
        assert_eq!(split(&[&long]).unwrap().len(), 1);
        assert_eq!(split(&["a\n", &long, "x"]), Err(TooLong { line: 2 }));
    }
}
