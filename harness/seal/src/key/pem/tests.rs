//! Keys as OpenSSL writes them, and what users hand over by mistake.
//!
//! The texts are made by `openssl` while the test runs: without it these tests
//! fail, they are never skipped.

use std::process::{Command, Stdio};

use super::*;
use crate::key::{SignatureCheck, Signer};

mod forms;
mod names;
mod texts;

/// What `openssl` writes to its standard output, given `input`.
fn openssl(arguments: &str, input: &str) -> String {
    use std::io::Write as _;
    let mut child = Command::new("openssl")
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl not found: it is needed to test against");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_pair_made_by_openssl_is_read_and_its_halves_belong_together() {
    let private = openssl("genpkey -algorithm ed25519", "");
    let public = openssl("pkey -pubout", &private);
    let key = read_private(&private).unwrap();
    assert_eq!(read_public(&public).unwrap(), key.public());
}

#[test]
fn what_is_written_is_what_openssl_writes() {
    let private = openssl("genpkey -algorithm ed25519", "");
    let key = read_private(&private).unwrap();
    assert_eq!(*key.to_pem().unwrap(), private);
    assert_eq!(
        key.public().to_pem().unwrap(),
        openssl("pkey -pubout", &private)
    );
}

#[test]
fn a_private_key_of_version_2_is_read_and_its_two_halves_must_agree() {
    let secret = SecretKey::from_seed(&[7; 32]);
    let other = SecretKey::from_seed(&[8; 32]);
    let pem_of = |public: &SecretKey| {
        let pair = KeypairBytes {
            secret_key: [7; 32],
            public_key: Some(PublicKeyBytes(public.0.verifying_key().to_bytes())),
        };
        pair.to_pkcs8_pem(LineEnding::LF).unwrap()
    };
    assert_eq!(
        read_private(&pem_of(&secret)).unwrap().public(),
        secret.public()
    );
    assert!(matches!(
        read_private(&pem_of(&other)),
        Err(PemError::Private(_))
    ));
}

#[test]
fn a_key_that_was_read_signs_for_its_public_half() {
    let private = openssl("genpkey -algorithm ed25519", "");
    let signer = Signer::operator(read_private(&private).unwrap());
    let public = read_public(&openssl("pkey -pubout", &private)).unwrap();
    assert_eq!(public.check(b"m", &signer.sign(b"m")), SignatureCheck::Good);
}

#[test]
fn every_key_handed_over_by_mistake_is_named() {
    let ed25519 = openssl("genpkey -algorithm ed25519", "");
    let rsa = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "");
    let ec = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "");
    let told = |text: &str| read_private(text).unwrap_err().to_string();
    assert_eq!(
        told(&openssl("pkey -pubout", &ed25519)),
        "expected a private key, observed a public one"
    );
    assert_eq!(
        told(&openssl("pkey -aes256 -passout pass:x", &ed25519)),
        "expected an unencrypted private key, observed an encrypted one"
    );
    for (name, text) in [
        ("RSA", rsa.clone()),
        ("RSA", openssl("rsa -traditional", &rsa)),
        ("EC", ec.clone()),
        ("EC", openssl("ecparam -name prime256v1 -genkey", "")),
        ("X25519", openssl("genpkey -algorithm X25519", "")),
        ("Ed448", openssl("genpkey -algorithm Ed448", "")),
    ] {
        assert_eq!(
            told(&text),
            format!("expected an Ed25519 key, observed `{name}`")
        );
    }
    let public = |text: &str| read_public(text).unwrap_err().to_string();
    assert_eq!(
        public(&ed25519),
        "expected a public key, observed a private one"
    );
}

#[test]
fn damaged_texts_are_refused_without_panic() {
    let private = SecretKey::from_seed(&[7; 32]).to_pem().unwrap();
    let block = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    assert!(matches!(read_private(" \n"), Err(PemError::Empty)));
    assert!(matches!(
        read_private("ssh-ed25519 AAAA no key"),
        Err(PemError::NotPem)
    ));
    assert!(matches!(
        read_private(block),
        Err(PemError::OtherForm {
            observed: Form::Certificate
        })
    ));
    for end in 28..private.len() - 1 {
        assert!(read_private(&private[..end]).is_err(), "cut at {end}");
    }
    for index in 28..private.find("\n-----END").unwrap() {
        let mut bytes = private.as_bytes().to_vec();
        bytes[index] = b'!';
        assert!(
            read_private(std::str::from_utf8(&bytes).unwrap()).is_err(),
            "byte {index}"
        );
    }
}

#[test]
fn a_weak_public_key_is_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let text = PublicKeyBytes(identity)
        .to_public_key_pem(LineEnding::LF)
        .unwrap();
    assert!(matches!(
        read_public(&text),
        Err(PemError::Unusable(PublicKeyError::Weak))
    ));
}

/// Neither half of such a pair would do, so it does not matter which it is.
#[test]
fn a_pair_of_another_algorithm_is_named_whichever_half_it_is() {
    for (name, algorithm) in [
        ("RSA", "RSA -pkeyopt rsa_keygen_bits:1024"),
        ("EC", "EC -pkeyopt ec_paramgen_curve:P-256"),
        ("X25519", "X25519"),
    ] {
        let private = openssl(&format!("genpkey -algorithm {algorithm}"), "");
        let public = openssl("pkey -pubout", &private);
        let expected = format!("expected an Ed25519 key, observed `{name}`");
        for text in [&private, &public] {
            assert_eq!(read_private(text).unwrap_err().to_string(), expected);
            assert_eq!(read_public(text).unwrap_err().to_string(), expected);
        }
    }
}
