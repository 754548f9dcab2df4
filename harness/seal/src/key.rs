//! Ed25519 keys: who signs, in which role, and how a key is called.
//!
//! Owns signing, the strict check of a signature, and key ids. Key files are in
//! [`mod@file`], their PEM form in [`pem`]. It never decides whom to trust.

use std::fmt;

use ed25519_dalek::pkcs8::EncodePublicKey as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::digest::Sha256Digest;

pub mod file;
pub mod pem;

/// What a key is called in an envelope: the SHA-256 of its DER form
/// (`SubjectPublicKeyInfo`, RFC 8410), as 64 lower-case hexadecimal digits:
/// `openssl pkey -pubin -in key.pub.pem -outform DER | sha256sum`.
///
/// It is a name and nothing more: DSSE lets nobody decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Sha256Digest);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// In which role a key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The operator's own key, handed over as a file.
    Operator,
    /// A key made for one run and forgotten: it shows that nothing changed since,
    /// and attests nothing.
    Development,
}

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("failed to draw random bytes from the system")]
pub struct RandomError(#[source] getrandom::Error);

/// A private key. Its bytes are overwritten when it is dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// A new key from the system's random bytes.
    ///
    /// # Errors
    /// [`RandomError`] when the system has none to give.
    pub fn generate() -> Result<Self, RandomError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(RandomError)?;
        Ok(Self::from_seed(&seed))
    }

    /// The key of an RFC 8032 seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message` as it is: pure Ed25519, no hash before it (RFC 8032, 5.1.6).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id())
    }
}

/// A private key and the role it signs in.
#[derive(Debug)]
pub struct Signer {
    key: SecretKey,
    role: Role,
}

impl Signer {
    /// Signs as the operator.
    #[must_use]
    pub fn operator(key: SecretKey) -> Self {
        Self {
            key,
            role: Role::Operator,
        }
    }

    /// Signs with a fresh key that nobody keeps.
    ///
    /// # Errors
    /// [`RandomError`] when the system has no random bytes.
    pub fn development() -> Result<Self, RandomError> {
        Ok(Self {
            key: SecretKey::generate()?,
            role: Role::Development,
        })
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The public half of the key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The key, apart from the role.
    #[must_use]
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Signs as the key does: [`SecretKey::sign`].
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }
}

/// A public key that is not one of the few weak points of the curve.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Why 32 bytes are not a usable public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// The bytes are no point of the curve.
    #[error("the bytes are not a point of the curve")]
    NotAPoint,
    /// The point has a small order: anybody can sign for it.
    #[error("the key is a point of small order, for which anybody can sign")]
    Weak,
}

impl PublicKey {
    /// The key of these 32 bytes (RFC 8032, 5.1.5).
    ///
    /// # Errors
    /// [`PublicKeyError`] when the bytes are no point, or a weak one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::NotAPoint)?;
        if key.is_weak() {
            Err(PublicKeyError::Weak)
        } else {
            Ok(Self(key))
        }
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(Sha256Digest::of(&self.to_der()))
    }

    /// Whether `signature` is this key's over `message`, by the strict reading:
    /// no small-order point, no second spelling of a signature.
    #[must_use]
    pub fn check(&self, message: &[u8], signature: &[u8]) -> SignatureCheck {
        let Ok(signature) = Signature::from_slice(signature) else {
            return SignatureCheck::Refused;
        };
        match self.0.verify_strict(message, &signature) {
            Ok(()) => SignatureCheck::Good,
            Err(_) => SignatureCheck::Refused,
        }
    }

    /// `SubjectPublicKeyInfo`, DER: a fixed prefix and the 32 bytes (RFC 8410, 4).
    fn to_der(&self) -> Vec<u8> {
        match self.0.to_public_key_der() {
            Ok(document) => document.into_vec(),
            Err(error) => unreachable!("44 bytes of fixed shape cannot fail to encode: {error}"),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// What came of checking one signature with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// The key made this signature over these bytes.
    Good,
    /// It did not.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_id_is_the_digest_of_the_der_form() {
        // RFC 8032, 7.1, TEST 1; the prefix is RFC 8410's for Ed25519.
        let bytes: [u8; 32] =
            hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                .unwrap()
                .try_into()
                .unwrap();
        let der = [
            hex::decode("302a300506032b6570032100").unwrap(),
            bytes.to_vec(),
        ]
        .concat();
        let key = PublicKey::from_bytes(&bytes).unwrap();
        assert_eq!(key.id().to_string(), Sha256Digest::of(&der).to_string());
    }

    #[test]
    fn a_signature_holds_for_its_key_and_message_only() {
        let signer = Signer::operator(SecretKey::from_seed(&[7; 32]));
        let signature = signer.sign(b"message");
        assert_eq!(
            signer.public().check(b"message", &signature),
            SignatureCheck::Good
        );
        assert_eq!(
            signer.public().check(b"massage", &signature),
            SignatureCheck::Refused
        );
        assert_eq!(
            signer.public().check(b"message", &signature[..63]),
            SignatureCheck::Refused
        );
        let other = Signer::development().unwrap();
        assert_eq!(
            other.public().check(b"message", &signature),
            SignatureCheck::Refused
        );
        assert_ne!(
            other.public().id(),
            Signer::development().unwrap().public().id()
        );
    }

    #[test]
    fn weak_points_and_what_is_no_point_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(PublicKeyError::Weak));
        let mut beside = [0; 32];
        beside[0] = 2;
        assert_eq!(
            PublicKey::from_bytes(&beside),
            Err(PublicKeyError::NotAPoint)
        );
    }

    #[test]
    fn a_secret_key_does_not_show_itself() {
        let shown = format!("{:?}", Signer::operator(SecretKey::from_seed(&[7; 32])));
        assert!(
            !shown.contains("0707") && !shown.contains("7, 7"),
            "{shown}"
        );
    }
}
