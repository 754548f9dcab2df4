//! The PEM forms of Ed25519 keys: PKCS#8 for private ones, SPKI for public ones.
//!
//! Reads what OpenSSL 3 reads as PEM (PKCS#8 v1), and v2, and writes v1, because OpenSSL
//! 3.0 refuses v2. Whatever else a user may hand over by mistake is told apart by name,
//! with the command that turns it into what was asked for. It touches no file.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::spki::{self, SubjectPublicKeyInfoRef};
use ed25519_dalek::pkcs8::{
    self, Document, EncodePrivateKey as _, EncodePublicKey as _, KeypairBytes, ObjectIdentifier,
    PrivateKeyInfoRef, PublicKeyBytes, SecretDocument,
};
use zeroize::Zeroizing;

use super::{PublicKey, PublicKeyError, SecretKey};
use blocks::{Block, blocks};

mod ber;
mod blocks;
mod form;
mod hint;

pub(crate) use form::half_of;
pub use form::{Form, Text};
pub(crate) use hint::{another, named};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";

/// Which half of a key pair was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The private one.
    Private,
    /// The public one.
    Public,
}

impl Half {
    /// What stands behind `BEGIN`.
    fn label(self) -> &'static str {
        match self {
            Self::Private => PRIVATE,
            Self::Public => PUBLIC,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Private => Self::Public,
            Self::Public => Self::Private,
        }
    }
}

impl std::fmt::Display for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Private => "private",
            Self::Public => "public",
        })
    }
}

/// A text is not the key that was asked for.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum PemError {
    /// There is nothing in it.
    #[error("expected a key in PEM form, observed nothing")]
    Empty,
    /// There is no `-----BEGIN` line in it.
    #[error("expected a key in PEM form, observed something else")]
    NotPem,
    /// The private key is protected by a passphrase.
    #[error("expected an unencrypted private key, observed an encrypted one")]
    Encrypted,
    /// The other half of a pair.
    #[error("expected a {expected} key, observed a {observed} one")]
    OtherHalf {
        /// What was asked for.
        expected: Half,
        /// What was found.
        observed: Half,
    },
    /// The key is of another kind.
    #[error("expected an Ed25519 key, observed `{observed}`")]
    OtherAlgorithm {
        /// The algorithm's name, or its object identifier.
        observed: String,
    },
    /// The PEM block is something else.
    #[error("expected a PEM block `{expected}`, observed `{observed}`")]
    OtherBlock {
        /// The label asked for.
        expected: &'static str,
        /// The label found, escaped and cut.
        observed: String,
    },
    /// A key in a form that is not read, or something that holds a key.
    #[error("expected a key in PEM form, observed {observed}")]
    OtherForm {
        /// The form.
        observed: Form,
    },
    /// Text that a program converts into what is read.
    #[error("expected a key in PEM form, observed {observed}")]
    OtherText {
        /// How it is written.
        observed: Text,
        /// Which half it seems to be.
        half: Half,
    },
    /// There are more keys than one.
    #[error("expected one {half} key, observed several")]
    Several {
        /// The half that was asked for.
        half: Half,
    },
    /// The block has no end, or is no base64.
    #[error("expected a PEM block with its end and base64 in between")]
    Damaged,
    /// The private key's encoding is damaged.
    #[error("failed to decode the private key")]
    Private(#[source] pkcs8::Error),
    /// The public key's encoding is damaged.
    #[error("failed to decode the public key")]
    Public(#[source] spki::Error),
    /// The public key must not be used.
    #[error("expected a usable public key")]
    Unusable(#[source] PublicKeyError),
}

/// Reads a private key: PKCS#8 v1 or v2 (RFC 5208, RFC 5958, RFC 8410).
///
/// # Errors
/// [`PemError`], which says what the text is instead.
pub fn read_private(text: &str) -> Result<SecretKey, PemError> {
    private_of(&block(text, Half::Private)?)
}

fn private_of(block: &Block<'_>) -> Result<SecretKey, PemError> {
    let bytes = block.bytes().ok_or(PemError::Damaged)?;
    let bytes = ber::as_der(&bytes).unwrap_or(bytes);
    let document =
        SecretDocument::try_from(&**bytes).map_err(|error| PemError::Private(error.into()))?;
    let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(PemError::Private)?;
    expect_ed25519(info.algorithm.oid)?;
    let pair = KeypairBytes::try_from(info).map_err(PemError::Private)?;
    SigningKey::try_from(pair)
        .map(SecretKey)
        .map_err(PemError::Private)
}

/// Reads a public key: `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7; RFC 8410).
///
/// # Errors
/// [`PemError`], which says what the text is instead.
///
/// ```
/// use seal::key::{SecretKey, pem::read_public};
///
/// let key = SecretKey::generate()?.public();
/// assert_eq!(read_public(&key.to_pem()?)?.id(), key.id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_public(text: &str) -> Result<PublicKey, PemError> {
    public_of(&block(text, Half::Public)?)
}

fn public_of(block: &Block<'_>) -> Result<PublicKey, PemError> {
    let bytes = block.bytes().ok_or(PemError::Damaged)?;
    let bytes = ber::as_der(&bytes).unwrap_or(bytes);
    let document = Document::try_from(&**bytes).map_err(|error| PemError::Public(error.into()))?;
    let info = SubjectPublicKeyInfoRef::try_from(document.as_bytes()).map_err(PemError::Public)?;
    expect_ed25519(info.algorithm.oid)?;
    let bytes = PublicKeyBytes::try_from(info).map_err(PemError::Public)?;
    PublicKey::from_bytes(&bytes.to_bytes()).map_err(PemError::Unusable)
}

impl SecretKey {
    /// PKCS#8 v1, PEM, as OpenSSL writes it: v2 would also carry the public key,
    /// and OpenSSL 3.0 does not read that.
    ///
    /// # Errors
    /// [`PemError::Private`] when the encoder refuses, which it has no reason to.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, PemError> {
        let pair = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        pair.to_pkcs8_pem(LineEnding::LF).map_err(PemError::Private)
    }
}

impl PublicKey {
    /// `SubjectPublicKeyInfo`, PEM.
    ///
    /// # Errors
    /// [`PemError::Public`] when the encoder refuses, which it has no reason to.
    pub fn to_pem(&self) -> Result<String, PemError> {
        self.0
            .to_public_key_pem(LineEnding::LF)
            .map_err(PemError::Public)
    }
}

/// The block of the half that was asked for, if there is one alone: of two nobody knows
/// which is meant. Else what there is instead.
fn block(text: &str, half: Half) -> Result<Block<'_>, PemError> {
    if text.trim().is_empty() {
        return Err(PemError::Empty);
    }
    let (mut found, mut first) = (None, None);
    for block in blocks(text) {
        if block.label != half.label() {
            first.get_or_insert_with(|| instead(&block, half));
        } else if found.replace(block).is_some() {
            return Err(PemError::Several { half });
        }
    }
    if let Some(block) = found {
        return Ok(block);
    }
    Err(first.unwrap_or_else(|| form::of_text(text).unwrap_or(PemError::NotPem)))
}

/// What a block is that was not asked for.
fn instead(block: &Block<'_>, asked: Half) -> PemError {
    let algorithm = |name: &str| PemError::OtherAlgorithm {
        observed: name.to_owned(),
    };
    match block.label {
        PRIVATE | PUBLIC => other_half(block, asked),
        "ENCRYPTED PRIVATE KEY" => PemError::Encrypted,
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => algorithm("RSA"),
        "EC PRIVATE KEY" | "EC PARAMETERS" => algorithm("EC"),
        "DSA PRIVATE KEY" | "DSA PARAMETERS" => algorithm("DSA"),
        label => form::of_block(block).unwrap_or_else(|| PemError::OtherBlock {
            expected: asked.label(),
            observed: cut(label),
        }),
    }
}

/// A pair of another algorithm has no half that would do.
fn other_half(block: &Block<'_>, expected: Half) -> PemError {
    let observed = expected.other();
    let read = match observed {
        Half::Private => private_of(block).map(drop),
        Half::Public => public_of(block).map(drop),
    };
    match read {
        Err(other @ PemError::OtherAlgorithm { .. }) => other,
        Ok(()) | Err(_) => PemError::OtherHalf { expected, observed },
    }
}

/// The beginning of a text that somebody else chose, escaped.
fn cut(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

fn expect_ed25519(oid: ObjectIdentifier) -> Result<(), PemError> {
    if oid == ED25519 {
        return Ok(());
    }
    let observed = match oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => "RSA".to_owned(),
        "1.2.840.10045.2.1" => "EC".to_owned(),
        "1.3.101.110" => "X25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        other => other.to_owned(),
    };
    Err(PemError::OtherAlgorithm { observed })
}

#[cfg(test)]
mod tests;
