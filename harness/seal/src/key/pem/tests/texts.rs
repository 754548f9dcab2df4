//! What is said of each text that is no key and of each key file that is none, with
//! what to do about it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

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

/// RFC 8032's first key, as ssh-keygen(1) writes it.
const SSH_LINE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea me";

/// Texts without a key in a block of their own, and what is said of each.
fn no_keys() -> Vec<(&'static str, Option<PemError>)> {
    vec![
        ("nothing", read_public("\n").err()),
        ("prose", read_public("dear reader").err()),
        ("a line of OpenSSH's", read_public(SSH_LINE).err()),
        (
            "text in UTF-16",
            Some(PemError::OtherText {
                observed: Text::Utf16,
                half: Half::Public,
            }),
        ),
        (
            "a block on one line",
            read_public("-----BEGIN PRIVATE KEY----- MC4CAQAw -----END PRIVATE KEY-----").err(),
        ),
        (
            "a block of something else",
            read_public(&block("PGP PUBLIC KEY BLOCK", "AA==")).err(),
        ),
        (
            "a block without an end",
            read_public("-----BEGIN PUBLIC KEY-----\nAA==\n").err(),
        ),
    ]
}

/// Keys that were not asked for, or must not be used.
fn wrong_keys() -> Vec<(&'static str, Option<PemError>)> {
    let private = SecretKey::from_seed(&[7; 32]).to_pem().unwrap();
    let identity = std::array::from_fn(|at| u8::from(at == 0));
    let off_the_curve = std::array::from_fn(|at| if at == 0 { 2 } else { 0 });
    vec![
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
        (
            "two public keys",
            read_public(&[public([9; 32]), public(identity)].concat()).err(),
        ),
        (
            "two private keys",
            read_private(&block("PRIVATE KEY", "AA==").repeat(2)).err(),
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
    for (what, error) in no_keys().into_iter().chain(wrong_keys()) {
        let error = error.unwrap();
        let half = if what.contains("private") || what.contains("encrypted") {
            Half::Private
        } else {
            Half::Public
        };
        let hint = error.hint(half, Path::new("a.key"));
        text.push_str(&format!("{what}: {}", said(&error, hint.as_deref())));
        named.insert(<&str>::from(error));
    }
    insta::assert_snapshot!("no_key", text);
    assert_eq!(named, PemError::VARIANTS.iter().copied().collect());
}

#[test]
fn each_key_file_that_is_none_is_named_with_what_to_do() {
    let path = || PathBuf::from("operator.pem");
    let source = || io::Error::from(io::ErrorKind::PermissionDenied);
    let parsed = |source| KeyFileError::Parse {
        path: path(),
        half: Half::Private,
        source,
    };
    let none = || io::Error::from(io::ErrorKind::NotFound);
    let open = |source| KeyFileError::Open {
        path: path(),
        half: Half::Private,
        source,
    };
    let errors = [
        open(source()),
        open(none()),
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
        parsed(PemError::Empty),
        parsed(PemError::Encrypted),
        KeyFileError::Exists { path: path() },
        KeyFileError::Create {
            path: PathBuf::from("keys/operator.pem"),
            source: none(),
        },
        KeyFileError::Write {
            path: path(),
            source: source(),
        },
    ];
    let text = |it| format!("{}: {}", variant(it), said(it, it.hint().as_deref()));
    insta::assert_snapshot!("no_key_file", errors.iter().map(text).collect::<String>());
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
