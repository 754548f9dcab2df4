//! Reads JSON that somebody hostile may have written.
//!
//! The whole text is checked before any typed value is made from it: size, depth,
//! UTF-8, no duplicate key at any level, no number beyond 2^53 - 1, nothing after
//! the value (I-JSON, RFC 7493). It knows nothing of what the values mean.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::canonical::MAX_INTEGER;

/// How many arrays and objects may be open at once. `serde_json` stops at 128 itself.
pub const MAX_DEPTH: usize = 127;

/// How much of a hostile key an error repeats, in characters.
const SHOWN_KEY: usize = 64;

/// Where in a text a fault lies, both counted from 1; the column is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The byte within the line.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// A text was refused. Each variant names the file and, where there is one, the place.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum JsonError {
    /// The text is larger than the reader allows.
    #[error("`{file}` is too large: expected at most {limit} bytes, observed {observed}")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit, in bytes.
        limit: usize,
        /// The size, in bytes.
        observed: usize,
    },
    /// The text starts with a byte order mark (RFC 8259, 8.1).
    #[error("`{file}` starts with a byte order mark")]
    ByteOrderMark {
        /// The file.
        file: String,
    },
    /// The text is not UTF-8.
    #[error("`{file}` is not UTF-8 from byte {offset} on")]
    NotUtf8 {
        /// The file.
        file: String,
        /// The first wrong byte, counted from 0.
        offset: usize,
    },
    /// Too many arrays and objects are open at once.
    #[error("`{file}` nests too deeply at {at}: expected at most {MAX_DEPTH} levels")]
    TooDeep {
        /// The file.
        file: String,
        /// Where.
        at: Position,
    },
    /// One object has one key twice.
    #[error("`{file}` has the key `{key}` twice in one object, at {at}")]
    DuplicateKey {
        /// The file.
        file: String,
        /// The key, escaped and cut.
        key: String,
        /// Where.
        at: Position,
    },
    /// A number is beyond what every reader agrees on.
    #[error("`{file}` has a number beyond 2^53 - 1 at {at}")]
    BigNumber {
        /// The file.
        file: String,
        /// Where.
        at: Position,
    },
    /// The text is not JSON, has a lone surrogate, or goes on after its value.
    #[error("failed to parse `{file}`")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, and where.
        #[source]
        source: serde_json::Error,
    },
    /// The text is strict JSON, but not of the expected shape.
    #[error("`{file}` does not have the expected shape")]
    Shape {
        /// The file.
        file: String,
        /// What is wrong, and where.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads a `T` from `bytes`, which errors call `file`, refusing more than `max_bytes`.
///
/// # Errors
/// [`JsonError`], before any `T` is made unless it is [`JsonError::Shape`].
///
/// ```
/// use seal::strict_json::from_slice;
/// use serde_json::Value;
///
/// assert!(from_slice::<Value>("x.json", br#"{"a":1}"#, 100).is_ok());
/// // Two readers would not read these alike.
/// assert!(from_slice::<Value>("x.json", br#"{"a":1,"a":2}"#, 100).is_err());
/// ```
pub fn from_slice<T: DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    max_bytes: usize,
) -> Result<T, JsonError> {
    check(file, bytes, max_bytes)?;
    serde_json::from_slice(bytes).map_err(|source| JsonError::Shape {
        file: file.to_owned(),
        source,
    })
}

fn check(file: &str, bytes: &[u8], limit: usize) -> Result<(), JsonError> {
    let file = file.to_owned();
    if bytes.len() > limit {
        return Err(JsonError::TooLarge {
            file,
            limit,
            observed: bytes.len(),
        });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(JsonError::ByteOrderMark { file });
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(JsonError::NotUtf8 {
            file,
            offset: error.valid_up_to(),
        });
    }
    if let Some(at) = first_too_deep(bytes) {
        return Err(JsonError::TooDeep { file, at });
    }
    let mut fault = None;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { fault: &mut fault }
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    read.map_err(|source| {
        let at = Position {
            line: source.line(),
            column: source.column(),
        };
        match fault {
            Some(Fault::DuplicateKey(key)) => JsonError::DuplicateKey { file, key, at },
            Some(Fault::BigNumber) => JsonError::BigNumber { file, at },
            None => JsonError::Syntax { file, source },
        }
    })
}

/// The bracket that opens one level too many. Wrong JSON may be miscounted; the
/// parser that follows refuses it.
fn first_too_deep(bytes: &[u8]) -> Option<Position> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let before = &bytes[..index];
            let line_start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            return Some(Position {
                line,
                column: index - line_start + 1,
            });
        }
    }
    None
}

/// What `serde_json` itself would let pass.
enum Fault {
    DuplicateKey(String),
    BigNumber,
}

/// Walks a whole value, keeping nothing but the first fault.
struct Strict<'a> {
    fault: &'a mut Option<Fault>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, fault: Fault) -> E {
        *self.fault = Some(fault);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        if value > MAX_INTEGER {
            Err(self.refuse(Fault::BigNumber))
        } else {
            Ok(())
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.visit_u64(value.unsigned_abs())
    }

    /// Integers beyond 64 bits arrive here too.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        let limit = 9_007_199_254_740_991.0;
        if value.abs() > limit {
            Err(self.refuse(Fault::BigNumber))
        } else {
            Ok(())
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items
            .next_element_seed(Strict {
                fault: &mut *self.fault,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if seen.contains(&key) {
                let shown = key
                    .chars()
                    .take(SHOWN_KEY)
                    .flat_map(char::escape_debug)
                    .collect();
                *self.fault = Some(Fault::DuplicateKey(shown));
                return Err(A::Error::custom("refused"));
            }
            seen.insert(key);
            members.next_value_seed(Strict {
                fault: &mut *self.fault,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
