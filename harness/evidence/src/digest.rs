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

#[cfg(test)]
mod tests {
    /// The example of FIPS 180-4, so that it is SHA-256 and no other digest.
    #[test]
    fn the_digest_is_the_standards() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::sha256(b"abc"), digest);
    }
}
