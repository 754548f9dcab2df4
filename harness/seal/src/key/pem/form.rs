//! Keys in other forms: what a file is instead of a PEM block of PKCS#8 or
//! `SubjectPublicKeyInfo`, told by its first bytes.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::blocks::{Block, blocks};
use super::{Half, PemError};

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
    /// The key's 32 bytes and nothing else (RFC 8032, 5.1.5).
    Raw,
}

/// What leaves of a line a block's part alone, for sed(1).
const ALONE: &str = r"s/^.*-----BEGIN/-----BEGIN/; s/\(-----END [A-Z ]*-----\).*/\1/";

/// How a text is written that OpenSSL does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// In UTF-16, with a mark that says in which order.
    Utf16,
    /// The same without a mark, the lower byte first.
    Utf16Le,
    /// The same, the higher byte first.
    Utf16Be,
    /// In lines that a carriage return alone ends.
    Returns,
    /// With a backslash and an `n` in the place of each end of a line.
    Escaped,
    /// All of a block on one line.
    OneLine,
    /// With blanks before the lines that begin and end a block.
    Indented,
    /// With something else before the line that begins it, such as a name and a quote.
    Quoted,
}

impl Text {
    /// How these bytes are written, where it is one of these.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Self::Utf16),
            [b'-', 0, b'-', 0, ..] => Some(Self::Utf16Le),
            [0, b'-', 0, b'-', ..] => Some(Self::Utf16Be),
            _ if bytes.contains(&b'\r') && !bytes.contains(&b'\n') => Some(Self::Returns),
            _ => Self::of_lines(&String::from_utf8_lossy(bytes)),
        }
    }

    /// How a text is written in which a block begins that nothing finds.
    fn of_lines(text: &str) -> Option<Self> {
        let begins = text.lines().find(|line| line.contains("-----BEGIN "))?;
        if !blocks(text).is_empty() {
            None
        } else if begins.contains("\\n") {
            Some(Self::Escaped)
        } else if begins.trim_end().ends_with("-----") && !begins.contains("-----END ") {
            let before = begins.split("-----BEGIN ").next().unwrap_or_default();
            match before.trim() {
                _ if before.is_empty() => None,
                "" => Some(Self::Indented),
                _ => Some(Self::Quoted),
            }
        } else {
            Some(Self::OneLine)
        }
    }

    /// What writes it as it is read, to standard output.
    pub(super) fn converter(self, file: &str) -> String {
        match self {
            Self::Utf16 => format!("iconv -f UTF-16 -t UTF-8 {file}"),
            Self::Utf16Le => format!("iconv -f UTF-16LE -t UTF-8 {file}"),
            Self::Utf16Be => format!("iconv -f UTF-16BE -t UTF-8 {file}"),
            Self::Returns => format!("tr '\\r' '\\n' < {file}"),
            Self::Escaped => format!("printf '%b\\n' \"$(sed '{ALONE}' {file})\""),
            Self::OneLine => {
                format!("sed '{ALONE}; s/-----BEGIN [A-Z ]*-----/&\\n/; s/-----END/\\n&/' {file}")
            }
            Self::Quoted => format!("sed '{ALONE}' {file}"),
            Self::Indented => format!("sed 's/^[[:blank:]]*//' {file}"),
        }
    }
}

/// The half that a block in these bytes says it is, in UTF-16 too.
pub(crate) fn half_of(bytes: &[u8]) -> Half {
    let label = b"PRIVATE KEY-----";
    let plain = bytes.iter().filter(|byte| **byte != 0);
    let plain = Zeroizing::new(plain.copied().collect::<Vec<u8>>());
    if plain.windows(label.len()).any(|it| it == label) {
        Half::Private
    } else {
        Half::Public
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 | Self::Utf16Le | Self::Utf16Be => "text in UTF-16",
            Self::Returns => "lines that a carriage return alone ends",
            Self::Escaped => "a text with `\\n` in the place of the ends of its lines",
            Self::OneLine => "a block on one line",
            Self::Indented => "a block with blanks before its first line",
            Self::Quoted => "a block with something else on its first line",
        })
    }
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
            Self::Raw => "32 bytes, as of a raw key",
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
    /// file, or a key with something behind it.
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
        let (inside, is_whole) = sequence(bytes)?;
        match inside {
            // A version comes first in PKCS#8 (0 or 1) and in PKCS#12 (3).
            [2, 1, 3, ..] => Some(Self::Pkcs12),
            [2, 1, _, ..] => Some(Self::PrivateDer),
            // An algorithm: a sequence that begins with an object identifier.
            [0x30, 5, 6, 3, ..] => Some(Self::PublicDer),
            [0x30, _, 6, ..] if is_whole => Some(Self::PublicDer),
            [0x30, ..] if is_whole => Some(Self::CertificateDer),
            _ => None,
        }
    }
}

/// What is in a sequence, and whether it fills `bytes`.
fn sequence(bytes: &[u8]) -> Option<(&[u8], bool)> {
    let (inside, length) = match bytes {
        [0x30, length @ 0..=0x7f, inside @ ..] => (inside, usize::from(*length)),
        [0x30, 0x81, length, inside @ ..] => (inside, usize::from(*length)),
        [0x30, 0x82, high, low, inside @ ..]
        | [0x30, 0x83, 0, high, low, inside @ ..]
        | [0x30, 0x84, 0, 0, high, low, inside @ ..] => {
            (inside, usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => return None,
    };
    let whole = inside.get(..length)?;
    Some((whole, inside.len() == length))
}
