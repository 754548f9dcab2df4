//! Digests, as records and images have them.

use sha2::{Digest as _, Sha256};

/// Lower-case hex SHA-256.
///
/// ```
/// assert!(evidence::digest::sha256(b"abc").starts_with("ba7816bf"));
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Lower-case hex SHA-256 of each program in the image.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramDigests {
    /// Of the airlock.
    pub airlock: String,
    /// Of the subject.
    pub checker: String,
    /// Of the probe.
    pub probe: String,
}
