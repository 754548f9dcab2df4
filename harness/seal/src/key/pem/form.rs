//! Keys in other forms: what a file is instead of a PEM block of PKCS#8 or
//! `SubjectPublicKeyInfo`, told by its first bytes.

use std::fmt;

use base64ct::{Base64, Encoding as _};

use super::PemError;
use super::blocks::Block;

/// A form that one command turns into the key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum Form {
    /// A certificate, in PEM.
    Certificate,
    /// A request for a certificate, in PEM.
    Request,
    /// A private key in OpenSSH's own form.
    OpenSsh,
    /// The same, under a passphrase.
    OpenSshEncrypted,
    /// A line of `authorized_keys`, as in `id_ed25519.pub`.
    SshLine,
    /// A public key as RFC 4716 writes it.
    Ssh2,
    /// A private key's PKCS#8 without PEM around it.
    PrivateDer,
    /// A public key's `SubjectPublicKeyInfo` without PEM around it.
    PublicDer,
    /// A certificate without PEM around it.
    CertificateDer,
    /// A PKCS#12 store.
    Pkcs12,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "a certificate",
            Self::Request => "a request for a certificate",
            Self::OpenSsh => "a private key of OpenSSH",
            Self::OpenSshEncrypted => "an encrypted private key of OpenSSH",
            Self::SshLine => "a public key of OpenSSH",
            Self::Ssh2 => "a public key as RFC 4716 writes it",
            Self::PrivateDer => "a private key in DER form",
            Self::PublicDer => "a public key in DER form",
            Self::CertificateDer => "a certificate in DER form",
            Self::Pkcs12 => "a PKCS#12 store",
        })
    }
}

/// The magic of an OpenSSH private key, with its terminating zero.
const OPENSSH: &[u8] = b"openssh-key-v1\0";
const SSH_ED25519: &str = "ssh-ed25519";

/// What a block of this label is, if it is no block of PKCS#8 or of a public key.
pub(super) fn of_block(block: &Block<'_>) -> Option<PemError> {
    match block.label {
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => {
            Some(Form::Certificate.into())
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Some(Form::Request.into()),
        "OPENSSH PRIVATE KEY" => of_openssh(block.bytes()?.strip_prefix(OPENSSH)?),
        _ => None,
    }
}

/// Cipher, key derivation, its options, the number of keys, the first public key.
fn of_openssh(bytes: &[u8]) -> Option<PemError> {
    let (cipher, rest) = string(bytes)?;
    let (_derivation, rest) = string(rest)?;
    let (_options, rest) = string(rest)?;
    let (key, _) = string(rest.get(4..)?)?;
    let algorithm = str::from_utf8(string(key)?.0).ok()?;
    Some(match cipher {
        _ if algorithm != SSH_ED25519 => other(algorithm),
        b"none" => Form::OpenSsh.into(),
        _ => Form::OpenSshEncrypted.into(),
    })
}

/// A string of RFC 4251, section 5: its length in four bytes, and itself.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// What a text without any block is.
pub(super) fn of_text(text: &str) -> Option<PemError> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("---- BEGIN SSH2 PUBLIC KEY ----") {
        return Some(Form::Ssh2.into());
    }
    let mut words = text.split_ascii_whitespace();
    let algorithm = words.next()?;
    let key = Base64::decode_vec(words.next()?).ok()?;
    // The key says its algorithm once more.
    if string(&key)?.0 != algorithm.as_bytes() {
        return None;
    }
    Some(if algorithm == SSH_ED25519 {
        Form::SshLine.into()
    } else {
        other(algorithm)
    })
}

fn other(algorithm: &str) -> PemError {
    PemError::OtherAlgorithm {
        observed: match algorithm {
            "ssh-rsa" => "RSA".to_owned(),
            name if name.starts_with("ecdsa-") => "EC".to_owned(),
            name => super::cut(name),
        },
    }
}

impl From<Form> for PemError {
    fn from(observed: Form) -> Self {
        Self::OtherForm { observed }
    }
}

impl Form {
    /// What these bytes are, if they are DER: a sequence (X.690, 8.9) that is the whole
    /// file.
    ///
    /// ```
    /// use seal::key::pem::Form;
    ///
    /// assert_eq!(Form::of_der(b"-----BEGIN PUBLIC KEY-----"), None);
    /// let spki = [0x30, 5, 0x30, 3, 6, 1, 0];
    /// assert_eq!(Form::of_der(&spki), Some(Form::PublicDer));
    /// ```
    #[must_use]
    pub fn of_der(bytes: &[u8]) -> Option<Self> {
        let inside = sequence(bytes)?;
        match inside {
            // A version comes first in PKCS#8 (0 or 1) and in PKCS#12 (3).
            [2, 1, 3, ..] => Some(Self::Pkcs12),
            [2, 1, _, ..] => Some(Self::PrivateDer),
            // An algorithm: a sequence that begins with an object identifier.
            [0x30, _, 6, ..] => Some(Self::PublicDer),
            [0x30, ..] => Some(Self::CertificateDer),
            _ => None,
        }
    }
}

/// What is in a sequence that fills `bytes`.
fn sequence(bytes: &[u8]) -> Option<&[u8]> {
    let (inside, length) = match bytes {
        [0x30, length @ 0..=0x7f, inside @ ..] => (inside, usize::from(*length)),
        [0x30, 0x81, length, inside @ ..] => (inside, usize::from(*length)),
        [0x30, 0x82, high, low, inside @ ..] => {
            (inside, usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => return None,
    };
    (inside.len() == length).then_some(inside)
}
