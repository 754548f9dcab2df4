//! Observations put away until somebody asks for them: what is kept of a row that has
//! its verdict, so that a long run's memory does not grow with its rows.

use std::io::{Error, Read};
use std::sync::Arc;

use lz4_flex::frame::{FrameDecoder, FrameEncoder};

use super::{Filters, Observations, UnknownFilter};

/// A row's observations, as JSON. A clone shares them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Packed(Form);

#[derive(Clone, Default, PartialEq, Eq)]
enum Form {
    /// Nothing was observed.
    #[default]
    Nothing,
    /// As a bundle has it: what lies in memory as a file is not compressed first, and its
    /// filters lie in another.
    Plain(Arc<[u8]>, Arc<Filters>),
    /// In an LZ4 frame.
    Frame(Arc<[u8]>),
}

/// What was put away is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// It does not decompress.
    #[error("failed to decompress a row's observations")]
    Decompress(#[source] Error),
    /// It is not of this form.
    #[error("failed to read a row's observations again")]
    Read(#[source] serde_json::Error),
    /// It names a filter that is not there.
    #[error("failed to find a filter of a row's observations again")]
    Filter(#[source] UnknownFilter),
}

impl Packed {
    /// Puts observations away. Where nothing was observed there is nothing to keep.
    #[must_use]
    pub fn of(observed: &Observations) -> Self {
        if *observed == Observations::default() {
            return Self::default();
        }
        // Piece by piece: the whole text of a long row is megabytes. Writing to memory
        // does not fail, and strings, numbers and maps by string always serialise;
        // should that ever be otherwise, opening it says so.
        let mut frame = FrameEncoder::new(Vec::new());
        let written = serde_json::to_writer(&mut frame, observed).map_err(Error::from);
        let framed = written.and_then(|()| frame.finish().map_err(Error::from));
        Self(Form::Frame(framed.unwrap_or_default().into()))
    }

    /// The same of what is written as JSON already, with the filters that it names.
    #[must_use]
    pub fn of_json(json: Arc<[u8]>, filters: Arc<Filters>) -> Self {
        Self(Form::Plain(json, filters))
    }

    /// Nothing was observed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == Form::Nothing
    }

    /// The observations.
    ///
    /// # Errors
    /// They are not what was put away.
    pub fn open(&self) -> Result<Observations, PackedError> {
        let read = |json: &[u8]| serde_json::from_slice(json).map_err(PackedError::Read);
        match &self.0 {
            Form::Nothing => Ok(Observations::default()),
            Form::Plain(json, filters) => {
                let mut observed: Observations = read(json)?;
                observed.read_back(filters).map_err(PackedError::Filter)?;
                Ok(observed)
            }
            Form::Frame(frame) => {
                let mut json = Vec::new();
                FrameDecoder::new(&**frame)
                    .read_to_end(&mut json)
                    .map_err(PackedError::Decompress)?;
                read(&json)
            }
        }
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = match &self.0 {
            Form::Nothing => 0,
            Form::Plain(bytes, _) | Form::Frame(bytes) => bytes.len(),
        };
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
        let json = serde_json::to_vec(&observed).unwrap();
        let packed = Packed::of(&observed);
        assert_eq!(packed.open().unwrap(), observed);
        assert!(framed(&packed).len() * 10 < json.len());
        assert_eq!(plain(&json).open().unwrap(), observed);
    }

    #[test]
    fn nothing_is_not_the_same_as_something() {
        assert!(Packed::of(&Observations::default()).is_empty());
        assert_eq!(Packed::default().open().unwrap(), Observations::default());
        assert!(!Packed::of(&observed("")).is_empty());
    }

    #[test]
    fn what_cannot_be_opened_is_an_error_and_not_nothing() {
        for nothing in [plain(b""), Packed(Form::Frame(Arc::from([])))] {
            assert!(matches!(nothing.open(), Err(PackedError::Read(_))));
        }
        let cut = Arc::from(&framed(&Packed::of(&observed("")))[..20]);
        let cut = Packed(Form::Frame(cut));
        assert!(matches!(cut.open(), Err(PackedError::Decompress(_))));
    }

    fn plain(json: &[u8]) -> Packed {
        Packed::of_json(json.into(), Arc::default())
    }

    fn framed(packed: &Packed) -> &[u8] {
        let Packed(Form::Frame(frame)) = packed else {
            panic!("expected a frame, observed {packed:?}");
        };
        frame
    }
}
