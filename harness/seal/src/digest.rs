//! A SHA-256 digest as a value that can only be well formed.
//!
//! Owns its one spelling: 64 lower-case hexadecimal digits, as in-toto's digest
//! sets and OCI image ids write it. It knows nothing of what was hashed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest (FIPS 180-4), written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Digest([u8; 32]);

/// A text was not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 lower-case hexadecimal digits, observed {length} bytes that are not that")]
pub struct DigestError {
    length: usize,
}

impl Sha256Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads the one accepted spelling.
    ///
    /// # Errors
    /// [`DigestError`] for any other length, an upper-case digit or a prefix.
    ///
    /// ```
    /// use seal::digest::Sha256Digest;
    ///
    /// let digest = Sha256Digest::of(b"abc");
    /// assert_eq!(Sha256Digest::parse(&digest.to_string())?, digest);
    /// assert!(Sha256Digest::parse("abc").is_err());
    /// # Ok::<(), seal::digest::DigestError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let refused = DigestError { length: text.len() };
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| refused)?;
        Ok(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{self}")
    }
}

impl TryFrom<String> for Sha256Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Sha256Digest> for String {
    fn from(digest: Sha256Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_digest_of_abc_is_the_one_in_fips_180() {
        assert_eq!(Sha256Digest::of(b"abc").to_string(), ABC);
        assert_eq!(Sha256Digest::parse(ABC), Ok(Sha256Digest::of(b"abc")));
    }

    #[test]
    fn any_other_spelling_of_a_digest_is_refused() {
        for text in [
            "",
            &ABC[1..],
            &ABC.to_uppercase(),
            &format!("sha256:{ABC}"),
            &format!("{}g", &ABC[1..]),
        ] {
            assert!(Sha256Digest::parse(text).is_err(), "{text}");
        }
    }
}
