//! Lines out of a sandbox's standard output: bounded, and never trusted.

use super::{EngineError, MAX_ERRORS, MAX_OUTPUT};

/// Gathers chunks and gives back whole lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pending: Vec<u8>,
    read: usize,
    errors: Vec<u8>,
}

impl Lines {
    /// Takes a chunk of standard output.
    ///
    /// # Errors
    /// [`EngineError::Flood`] once more than [`MAX_OUTPUT`] bytes came.
    pub(super) fn push(&mut self, name: &str, chunk: &[u8]) -> Result<(), EngineError> {
        self.read = self.read.saturating_add(chunk.len());
        if self.read > MAX_OUTPUT {
            return Err(EngineError::Flood {
                name: name.to_owned(),
                limit: MAX_OUTPUT,
            });
        }
        self.pending.extend_from_slice(chunk);
        Ok(())
    }

    /// Takes a chunk of standard error; what is over the bound is dropped.
    pub(super) fn push_error(&mut self, chunk: &[u8]) {
        let room = MAX_ERRORS
            .saturating_sub(self.errors.len())
            .min(chunk.len());
        self.errors.extend_from_slice(&chunk[..room]);
    }

    /// The next whole line, without its newline.
    pub(super) fn next(&mut self) -> Option<String> {
        let end = self.pending.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.pending.drain(..=end).collect();
        Some(text(&line[..end]))
    }

    /// What is left when the stream has ended without a newline.
    pub(super) fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.pending);
        (!rest.is_empty()).then(|| text(&rest))
    }

    /// What was kept of standard error.
    pub(super) fn errors(&self) -> String {
        text(&self.errors)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_come_in_pieces() {
        let mut lines = Lines::default();
        lines.push("x", b"on").unwrap();
        assert_eq!(lines.next(), None);
        lines.push("x", b"e\ntwo\nthr").unwrap();
        assert_eq!(lines.next().as_deref(), Some("one"));
        assert_eq!(lines.next().as_deref(), Some("two"));
        assert_eq!(lines.next(), None);
        assert_eq!(lines.rest().as_deref(), Some("thr"));
        assert_eq!(lines.rest(), None);
    }

    #[test]
    fn a_flood_is_refused() {
        let mut lines = Lines::default();
        let chunk = vec![b'x'; MAX_OUTPUT];
        lines.push("x", &chunk).unwrap();
        assert!(matches!(
            lines.push("x", b"y"),
            Err(EngineError::Flood { .. })
        ));
    }

    #[test]
    fn standard_error_is_cut() {
        let mut lines = Lines::default();
        lines.push_error(&vec![b'e'; MAX_ERRORS + 5]);
        assert_eq!(lines.errors().len(), MAX_ERRORS);
    }
}
