//! What is said of each text that is no key and of each key file that is none, with
//! what to do about it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use strum::VariantNames as _;

use super::*;
use crate::key::file::KeyFileError;

/// A text, with its causes, and the hint beneath it.
fn said(error: &dyn std::error::Error, hint: Option<&str>) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text.push_str(&format!(": {it}"));
        cause = it.source();
    }
    let hint = hint.map(|it| format!("  hint: {it}\n")).unwrap_or_default();
    format!("{text}\n{hint}")
}

fn block(label: &str, body: &str) -> String {
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn public(bytes: [u8; 32]) -> String {
    let key = PublicKeyBytes(bytes);
    key.to_public_key_pem(LineEnding::LF).unwrap()
}

/// What was handed over, and what is said of it.
fn mistakes() -> Vec<(&'static str, Option<PemError>)> {
    let private = SecretKey::from_seed(&[7; 32]).to_pem().unwrap();
    let identity = std::array::from_fn(|at| u8::from(at == 0));
    let off_the_curve = std::array::from_fn(|at| if at == 0 { 2 } else { 0 });
    vec![
        ("nothing", read_public("\n").err()),
        ("prose", read_public("ssh-ed25519 AAAA").err()),
        (
            "an encrypted key",
            read_private(&block("ENCRYPTED PRIVATE KEY", "AA==")).err(),
        ),
        ("the private half", read_public(&private).err()),
        ("the public half", read_private(&public([9; 32])).err()),
        (
            "a key of RSA",
            read_private(&block("RSA PRIVATE KEY", "AA==")).err(),
        ),
        (
            "a certificate",
            read_public(&block("CERTIFICATE", "AA==")).err(),
        ),
        (
            "a damaged private key",
            read_private(&block("PRIVATE KEY", "AA==")).err(),
        ),
        (
            "a damaged public key",
            read_public(&block("PUBLIC KEY", "AA==")).err(),
        ),
        ("a weak key", read_public(&public(identity)).err()),
        (
            "no point of the curve",
            read_public(&public(off_the_curve)).err(),
        ),
    ]
}

#[test]
fn each_text_that_is_no_key_is_named() {
    let (mut text, mut named) = (String::new(), BTreeSet::new());
    for (what, error) in mistakes() {
        let error = error.unwrap();
        text.push_str(&format!("{what}: {}", said(&error, error.hint())));
        named.insert(<&str>::from(error));
    }
    insta::assert_snapshot!("no_key", text);
    assert_eq!(named, PemError::VARIANTS.iter().copied().collect());
}

#[test]
fn each_key_file_that_is_none_is_named_with_what_to_do() {
    let path = || PathBuf::from("operator.pem");
    let source = || io::Error::from(io::ErrorKind::PermissionDenied);
    let errors = [
        KeyFileError::Open {
            path: path(),
            source: source(),
        },
        KeyFileError::NotRegular { path: path() },
        KeyFileError::Exposed {
            path: path(),
            mode: 0o644,
        },
        KeyFileError::TooLarge { path: path() },
        KeyFileError::Read {
            path: path(),
            source: source(),
        },
        KeyFileError::Parse {
            path: path(),
            source: PemError::Empty,
        },
        KeyFileError::Parse {
            path: path(),
            source: PemError::Encrypted,
        },
        KeyFileError::Exists { path: path() },
        KeyFileError::Create {
            path: path(),
            source: source(),
        },
        KeyFileError::Write {
            path: path(),
            source: source(),
        },
    ];
    let texts = errors
        .iter()
        .map(|it| format!("{}: {}", variant(it), said(it, it.hint().as_deref())));
    insta::assert_snapshot!("no_key_file", texts.collect::<String>());
}

/// A variant that is added is asked for here.
fn variant(error: &KeyFileError) -> &'static str {
    match error {
        KeyFileError::Open { .. } => "Open",
        KeyFileError::NotRegular { .. } => "NotRegular",
        KeyFileError::Exposed { .. } => "Exposed",
        KeyFileError::TooLarge { .. } => "TooLarge",
        KeyFileError::Read { .. } => "Read",
        KeyFileError::Parse { .. } => "Parse",
        KeyFileError::Exists { .. } => "Exists",
        KeyFileError::Create { .. } => "Create",
        KeyFileError::Write { .. } => "Write",
    }
}
