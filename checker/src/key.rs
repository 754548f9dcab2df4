//! Ed25519 public keys of authorities, as an order carries them: 64 hexadecimal digits.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::bag::{hex, sha256_hex, unhex};

/// What stands before the 32 bytes in a `SubjectPublicKeyInfo` (RFC 8410, section 4).
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A key whose signatures are believed.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolledKey(VerifyingKey);

impl EnrolledKey {
    /// The key of these 32 bytes (RFC 8032, section 5.1.2); `None` if they are no point
    /// of the curve, or one whose signatures anybody could make.
    pub fn of(bytes: &[u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// Its 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// How a report names it: the sha256 of its `SubjectPublicKeyInfo`, as whoever made it
    /// was told, and as OpenSSL has it.
    pub fn name(&self) -> String {
        sha256_hex(&[&SPKI[..], self.0.as_bytes()].concat())
    }

    /// Whether it made this signature of the message. One message has one signature that
    /// is taken (`verify_strict`).
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for EnrolledKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolledKey({})", hex(self.0.as_bytes()))
    }
}

impl Serialize for EnrolledKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(self.0.as_bytes()))
    }
}

impl<'de> Deserialize<'de> for EnrolledKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        let key = unhex(&text, &mut bytes).and_then(|()| Self::of(&bytes));
        key.ok_or_else(|| de::Error::custom("expected an Ed25519 public key in 64 hex digits"))
    }
}
