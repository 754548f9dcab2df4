//! Observations put away until somebody asks for them: what is kept of a row that has
//! its verdict, so that a long run's memory does not grow with its rows.

use std::io::{self, Read, Write};
use std::sync::Arc;

use lz4_flex::frame::{FrameDecoder, FrameEncoder};

use super::Observations;

/// A row's observations, as JSON in an LZ4 frame. A clone shares them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Packed(Option<Arc<[u8]>>);

/// What was put away is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// It does not decompress.
    #[error("failed to decompress a row's observations")]
    Decompress(#[source] io::Error),
    /// It is not of this form.
    #[error("failed to read a row's observations again")]
    Read(#[source] serde_json::Error),
}

impl Packed {
    /// Puts observations away. Where nothing was observed there is nothing to keep.
    #[must_use]
    pub fn of(observed: &Observations) -> Self {
        if *observed == Observations::default() {
            return Self::default();
        }
        // Piece by piece: the whole text of a long row is megabytes.
        Self::framed(|frame| Ok(serde_json::to_writer(frame, observed)?))
    }

    /// Puts away what is written as JSON already.
    pub(crate) fn of_json(json: &[u8]) -> Self {
        Self::framed(|frame| frame.write_all(json))
    }

    /// Writing to memory does not fail, and strings, numbers and maps by string always
    /// serialise. Should that ever be otherwise, opening it says so.
    fn framed(write: impl FnOnce(&mut FrameEncoder<Vec<u8>>) -> io::Result<()>) -> Self {
        let mut frame = FrameEncoder::new(Vec::new());
        let written = write(&mut frame).and_then(|()| frame.finish().map_err(io::Error::from));
        Self(Some(written.unwrap_or_default().into()))
    }

    /// Nothing was observed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The observations.
    ///
    /// # Errors
    /// They are not what was put away.
    pub fn open(&self) -> Result<Observations, PackedError> {
        let Some(packed) = &self.0 else {
            return Ok(Observations::default());
        };
        let mut json = Vec::new();
        FrameDecoder::new(&**packed)
            .read_to_end(&mut json)
            .map_err(PackedError::Decompress)?;
        serde_json::from_slice(&json).map_err(PackedError::Read)
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.0.as_ref().map_or(0, |packed| packed.len());
        write!(out, "Packed({bytes} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CheckRecord;

    fn observed(words: &str) -> Observations {
        let check = CheckRecord {
            id: "names-std-net".to_owned(),
            hostile: true,
            subject: words.to_owned(),
            expected: "refused".to_owned(),
            observed: "refused".to_owned(),
        };
        let checks = vec![check; 100];
        Observations {
            launches: Vec::new(),
            checks,
        }
    }

    #[test]
    fn what_is_put_away_comes_back_and_takes_less_room() {
        let observed = observed("a tree that names `std::net`");
        let packed = Packed::of(&observed);
        assert_eq!(packed.open().unwrap(), observed);
        assert!(packed.0.unwrap().len() * 10 < serde_json::to_vec(&observed).unwrap().len());
    }

    #[test]
    fn nothing_is_not_the_same_as_something() {
        assert!(Packed::of(&Observations::default()).is_empty());
        assert_eq!(Packed::default().open().unwrap(), Observations::default());
        assert!(!Packed::of(&observed("")).is_empty());
    }

    #[test]
    fn what_cannot_be_opened_is_an_error_and_not_nothing() {
        let broken = Packed::of_json(b"");
        assert!(matches!(broken.open(), Err(PackedError::Read(_))));
        let mut cut = Packed::of(&observed("")).0.unwrap().to_vec();
        cut.truncate(20);
        let cut = Packed(Some(cut.into()));
        assert!(matches!(cut.open(), Err(PackedError::Decompress(_))));
    }
}
