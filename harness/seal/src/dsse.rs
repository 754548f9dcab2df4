//! DSSE envelopes (secure-systems-lab/dsse, v1.0.2) with pure Ed25519.
//!
//! Owns the pre-authentication encoding, the envelope's JSON, and the rule that
//! a threshold counts keys, not signatures. It does not look into the payload:
//! who wants its meaning needs a [`VerifiedPayload`] first.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use base64ct::{Base64, Base64Url, Encoding as _};
use serde::{Deserialize, Serialize};

use super::canonical::{self, CanonicalError};
use super::key::{KeyId, PublicKey, SecretKey, SignatureCheck, Signer};
use super::strict_json::{self, JsonError};

mod wanted;

pub use wanted::Wanted;

/// The payload type of every in-toto statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
/// The largest envelope that is read, in bytes.
pub const MAX_ENVELOPE: usize = 16 * 1024 * 1024;
/// The most signatures an envelope may carry.
pub const MAX_SIGNATURES: usize = 16;

/// An envelope could not be made, read or verified.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum DsseError {
    /// The envelope is not strict JSON of the right shape.
    #[error("failed to read the envelope")]
    Json(#[source] JsonError),
    /// The envelope could not be written.
    #[error("failed to write the envelope")]
    Write(#[source] CanonicalError),
    /// A field is not base64, neither standard nor URL-safe, with its padding.
    #[error("expected `{field}` to be padded base64 in one alphabet")]
    Base64 {
        /// The field.
        field: &'static str,
        /// What is wrong.
        #[source]
        source: base64ct::Error,
    },
    /// The payload type is empty.
    #[error("expected a payload type, observed an empty one")]
    EmptyPayloadType,
    /// The payload is of another type.
    #[error("expected payload type `{expected}`, observed `{observed}`")]
    PayloadType {
        /// The type asked for.
        expected: String,
        /// The envelope's, escaped and cut.
        observed: String,
    },
    /// There is nothing to verify.
    #[error("the envelope carries no signature")]
    NoSignature,
    /// There are too many signatures.
    #[error("expected at most {MAX_SIGNATURES} signatures, observed {observed}")]
    TooManySignatures {
        /// How many there are.
        observed: usize,
    },
    /// Too few of the trusted keys signed these bytes.
    #[error("{0}")]
    Threshold(Box<Wanted>),
    /// More keys are wanted than there are.
    #[error(
        "expected a threshold of at most {keys}, the number of distinct keys, observed {threshold}"
    )]
    ThresholdOutOfReach {
        /// The distinct keys.
        keys: usize,
        /// The threshold.
        threshold: usize,
    },
    /// A signature is not by a trusted key over these bytes.
    #[error("signature {index} is not a trusted key's over this payload")]
    StraySignature {
        /// Its place, counted from 1.
        index: usize,
    },
    /// A signature is called by a name that is not its key's.
    #[error("expected signature {index} to carry the key id `{expected}`")]
    KeyIdDiffers {
        /// Its place, counted from 1.
        index: usize,
        /// The id of the key that made it.
        expected: KeyId,
    },
    /// The envelope is not written in its one canonical form.
    #[error("expected the envelope in canonical JSON")]
    NotCanonical,
}

/// An envelope: bytes, their type, and signatures over both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct EnvelopeSignature {
    keyid: Option<String>,
    signature: Vec<u8>,
}

/// The envelope as JSON. Unknown fields are ignored, as DSSE says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
struct WireSignature {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    sig: String,
}

/// The keys somebody trusts, and how many of them must have signed.
#[derive(Debug, Clone)]
pub struct TrustedKeys {
    keys: BTreeMap<KeyId, PublicKey>,
    threshold: NonZeroUsize,
}

impl TrustedKeys {
    /// Trusts `keys`, of which `threshold` distinct ones must sign.
    ///
    /// # Errors
    /// [`DsseError::ThresholdOutOfReach`] when there are fewer distinct keys than that.
    pub fn new(
        keys: impl IntoIterator<Item = PublicKey>,
        threshold: NonZeroUsize,
    ) -> Result<Self, DsseError> {
        let keys: BTreeMap<_, _> = keys.into_iter().map(|key| (key.id(), key)).collect();
        if keys.len() < threshold.get() {
            return Err(DsseError::ThresholdOutOfReach {
                keys: keys.len(),
                threshold: threshold.get(),
            });
        }
        Ok(Self { keys, threshold })
    }

    /// Trusts one key.
    #[must_use]
    pub fn one(key: PublicKey) -> Self {
        Self {
            keys: BTreeMap::from([(key.id(), key)]),
            threshold: NonZeroUsize::MIN,
        }
    }

    /// The trusted key of this name.
    #[must_use]
    pub fn get(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys.get(&id)
    }

    fn maker_of(&self, message: &[u8], signature: &[u8]) -> Option<KeyId> {
        let by = |key: &PublicKey| key.check(message, signature) == SignatureCheck::Good;
        self.keys.iter().find(|(_, key)| by(key)).map(|(id, _)| *id)
    }
}

/// A payload whose signatures were checked. There is no other way to get one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPayload {
    bytes: Vec<u8>,
    signed_by: BTreeSet<KeyId>,
}

impl VerifiedPayload {
    /// Exactly the bytes that were verified.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The trusted keys that signed them.
    #[must_use]
    pub fn signed_by(&self) -> &BTreeSet<KeyId> {
        &self.signed_by
    }
}

/// What is signed: `DSSEv1 LEN(type) type LEN(body) body`, lengths in bytes.
///
/// ```
/// assert_eq!(seal::dsse::pae("t", b"body"), b"DSSEv1 1 t 4 body");
/// ```
#[must_use]
pub fn pae(payload_type: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

impl Envelope {
    /// Signs `payload` with each of `signers`.
    ///
    /// # Errors
    /// [`DsseError::EmptyPayloadType`], [`DsseError::NoSignature`] without a signer,
    /// [`DsseError::TooManySignatures`].
    pub fn sign(
        payload_type: &str,
        payload: Vec<u8>,
        signers: &[&Signer],
    ) -> Result<Self, DsseError> {
        let keys: Vec<&SecretKey> = signers.iter().map(|signer| signer.key()).collect();
        Self::sign_with(payload_type, payload, &keys)
    }

    /// Signs `payload` with each of `keys`, whose roles the payload says.
    ///
    /// # Errors
    /// As [`Envelope::sign`].
    pub fn sign_with(
        payload_type: &str,
        payload: Vec<u8>,
        keys: &[&SecretKey],
    ) -> Result<Self, DsseError> {
        if payload_type.is_empty() {
            return Err(DsseError::EmptyPayloadType);
        }
        let message = pae(payload_type, &payload);
        let signatures: Vec<_> = keys
            .iter()
            .map(|key| EnvelopeSignature {
                keyid: Some(key.public().id().to_string()),
                signature: key.sign(&message).to_vec(),
            })
            .collect();
        expect_bounded(signatures.len())?;
        Ok(Self {
            payload_type: payload_type.to_owned(),
            payload,
            signatures,
        })
    }

    /// Reads an envelope, which errors call `file`, without believing any of it.
    ///
    /// # Errors
    /// [`DsseError`] when it is too large, not strict JSON, or not an envelope.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, DsseError> {
        let wire: Wire =
            strict_json::from_slice(file, bytes, MAX_ENVELOPE).map_err(DsseError::Json)?;
        expect_bounded(wire.signatures.len())?;
        let signatures = wire.signatures.into_iter().map(|signature| {
            // An empty key id and none are the same thing (DSSE, protocol, "keyid").
            let keyid = signature.keyid.filter(|keyid| !keyid.is_empty());
            Ok(EnvelopeSignature {
                keyid,
                signature: decode("sig", &signature.sig)?,
            })
        });
        Ok(Self {
            payload_type: wire.payload_type,
            payload: decode("payload", &wire.payload)?,
            signatures: signatures.collect::<Result<_, DsseError>>()?,
        })
    }

    /// The envelope as canonical JSON, standard base64.
    ///
    /// # Errors
    /// [`DsseError::Write`] when the encoder refuses, which it has no reason to.
    pub fn to_json(&self) -> Result<Vec<u8>, DsseError> {
        let signatures = self.signatures.iter().map(|signature| WireSignature {
            keyid: signature.keyid.clone(),
            sig: Base64::encode_string(&signature.signature),
        });
        let wire = Wire {
            payload: Base64::encode_string(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: signatures.collect(),
        };
        canonical::to_bytes(&wire).map_err(DsseError::Write)
    }

    /// Verifies as DSSE says: every signature is tried with every trusted key,
    /// whatever it calls itself, and strangers' signatures are passed over.
    ///
    /// # Errors
    /// [`DsseError::PayloadType`] for another type than `expected_type`,
    /// [`DsseError::Threshold`] when too few trusted keys signed.
    pub fn verify(
        &self,
        trusted: &TrustedKeys,
        expected_type: &str,
    ) -> Result<VerifiedPayload, DsseError> {
        self.expect_type(expected_type)?;
        let message = pae(&self.payload_type, &self.payload);
        let made = self
            .signatures
            .iter()
            .filter_map(|one| trusted.maker_of(&message, &one.signature));
        let signed_by: BTreeSet<KeyId> = made.collect();
        let threshold = trusted.threshold.get();
        if signed_by.len() < threshold {
            return Err(DsseError::Threshold(Box::new(Wanted {
                keys: trusted.keys.keys().copied().collect(),
                threshold,
                good: signed_by.into_iter().collect(),
                names: self.signatures.iter().map(|it| it.keyid.clone()).collect(),
            })));
        }
        Ok(VerifiedPayload {
            bytes: self.payload.clone(),
            signed_by,
        })
    }

    /// Verifies a file of which every byte must be vouched for: besides
    /// [`Envelope::verify`], each signature is a trusted key's, carries that key's
    /// id, and the file is the envelope's canonical form.
    ///
    /// # Errors
    /// Those of [`Envelope::parse`] and [`Envelope::verify`], and
    /// [`DsseError::StraySignature`], [`DsseError::KeyIdDiffers`], [`DsseError::NotCanonical`].
    pub fn open(
        file: &str,
        bytes: &[u8],
        trusted: &TrustedKeys,
        expected_type: &str,
    ) -> Result<VerifiedPayload, DsseError> {
        let envelope = Self::parse(file, bytes)?;
        let payload = envelope.verify(trusted, expected_type)?;
        let message = pae(&envelope.payload_type, &envelope.payload);
        for (one, index) in envelope.signatures.iter().zip(1..) {
            let expected = trusted
                .maker_of(&message, &one.signature)
                .ok_or(DsseError::StraySignature { index })?;
            if one.keyid.as_deref() != Some(expected.to_string().as_str()) {
                return Err(DsseError::KeyIdDiffers { index, expected });
            }
        }
        if envelope.to_json()? != bytes {
            return Err(DsseError::NotCanonical);
        }
        Ok(payload)
    }

    fn expect_type(&self, expected: &str) -> Result<(), DsseError> {
        if self.payload_type.is_empty() || expected.is_empty() {
            return Err(DsseError::EmptyPayloadType);
        }
        if self.payload_type != expected {
            return Err(DsseError::PayloadType {
                expected: expected.to_owned(),
                observed: wanted::shown(&self.payload_type),
            });
        }
        Ok(())
    }
}

fn expect_bounded(signatures: usize) -> Result<(), DsseError> {
    match signatures {
        0 => Err(DsseError::NoSignature),
        observed if observed > MAX_SIGNATURES => Err(DsseError::TooManySignatures { observed }),
        _ => Ok(()),
    }
}

/// Either alphabet, as DSSE asks, but not both in one text.
fn decode(field: &'static str, text: &str) -> Result<Vec<u8>, DsseError> {
    let url_safe = text.contains(['-', '_']);
    let decoded = if url_safe {
        Base64Url::decode_vec(text)
    } else {
        Base64::decode_vec(text)
    };
    decoded.map_err(|source| DsseError::Base64 { field, source })
}

#[cfg(test)]
mod tests;
