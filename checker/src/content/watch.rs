//! What is seen of a file while it is read, in parts: its bytes, if they are to be kept,
//! and whether it is text, however long it is.

/// Watches the bytes of one file.
#[derive(Debug)]
pub(crate) struct Watch {
    kept: Option<Vec<u8>>,
    /// The beginning of a character that the last part ended in: three bytes at most.
    open: Vec<u8>,
    text: bool,
    ascii: bool,
}

impl Watch {
    /// `keep`: whether all bytes are needed when the file was read.
    pub(super) fn new(keep: bool) -> Self {
        Self {
            kept: keep.then(Vec::new),
            open: Vec::new(),
            text: true,
            ascii: true,
        }
    }

    /// The next bytes of the file.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        self.ascii &= bytes.is_ascii();
        let bytes = self.close(bytes);
        if !self.text {
            return;
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            // Without a length the bytes end before the character does.
            self.text = error.error_len().is_none();
            self.open = bytes
                .get(error.valid_up_to()..)
                .unwrap_or_default()
                .to_vec();
        }
    }

    /// Ends the character that the last part began, and gives the bytes behind it.
    fn close<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while self.text && !self.open.is_empty() {
            let Some((next, behind)) = rest.split_first() else {
                return rest;
            };
            self.open.push(*next);
            rest = behind;
            match std::str::from_utf8(&self.open) {
                Ok(_) => self.open.clear(),
                Err(error) => self.text = error.error_len().is_none(),
            }
        }
        rest
    }

    /// All bytes, if they were kept.
    pub(super) fn kept(&self) -> Option<&[u8]> {
        self.kept.as_deref()
    }

    /// Whether all of it was text in UTF-8.
    pub(super) const fn is_text(&self) -> bool {
        self.text && self.open.is_empty()
    }

    /// Whether all of it was ASCII.
    pub(super) const fn is_ascii(&self) -> bool {
        self.ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of bytes that come in parts of this size.
    fn seen(bytes: &[u8], size: usize) -> (bool, bool) {
        let mut watch = Watch::new(false);
        bytes.chunks(size).for_each(|part| watch.take(part));
        (watch.is_text(), watch.is_ascii())
    }

    #[test]
    fn text_is_text_in_whatever_parts_it_comes() {
        let all: String = ('\u{1}'..='\u{ffff}')
            .step_by(7)
            .chain(['\u{10ffff}', 'e'])
            .collect();
        for size in [1, 2, 3, 4, 5, 64, 1 << 20] {
            assert_eq!(seen(all.as_bytes(), size), (true, false));
            assert_eq!(seen(b"plain", size), (true, true));
            assert_eq!(seen(b"", size), (true, true));
            for wrong in [
                &b"a\xff"[..],
                b"\xe9",
                b"\xe2\x82",
                b"\xe2\x82a",
                b"\xc0\x80",
                b"\xed\xa0\x80",
                b"\x80b",
                b"\xf4\x90\x80\x80",
            ] {
                assert!(!seen(wrong, size).0, "{wrong:x?}");
                assert!(!seen(&[b"x\xc3\xa9", wrong].concat(), size).0, "{wrong:x?}");
                assert!(
                    !seen(&[wrong, b" and more text"].concat(), size).0,
                    "{wrong:x?}"
                );
            }
        }
    }
}
