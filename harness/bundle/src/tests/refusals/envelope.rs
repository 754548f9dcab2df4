//! An envelope is not what was sealed, or the key in the bundle is not the signer's.

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Standing, verify_bundle};
use seal::bundle::{SIGNER_FILE, TEST_RESULT_FILE};
use seal::dsse::{Envelope, IN_TOTO, MAX_SIGNATURES};
use seal::statement::attestation::VerdictWord;
use seal::statement::samples::{attestation, subjects};
use seal::statement::{Statement, test_result};

use super::forging::{edit, payload, restate, sign};
use super::*;

/// The error of [`what_is_no_attestation_says_what_it_is`].
pub(super) const STANDINGS: [&str; 1] = ["verify.NotAnAttestation"];

pub(super) const TABLE: &[Refused] = &[
    refused(
        "verify.Envelope.Base64",
        "envelope statement.dsse.json",
        |it| {
            edit(it, STATEMENT_FILE, |it| it["payload"] = "-+".into());
        },
    ),
    refused(
        "verify.Envelope.Base64",
        "envelope statement.dsse.json",
        |it| {
            edit(it, STATEMENT_FILE, |it| {
                it["signatures"][0]["sig"] = "A".into()
            });
        },
    ),
    refused(
        "verify.Envelope.EmptyPayloadType",
        "payload_type statement.dsse.json",
        |it| edit(it, STATEMENT_FILE, |it| it["payloadType"] = "".into()),
    ),
    refused(
        "verify.Envelope.PayloadType",
        "payload_type statement.dsse.json",
        |it| {
            let payload = payload(it, STATEMENT_FILE);
            it.sign(STATEMENT_FILE, payload, "application/json")
                .unwrap();
        },
    ),
    refused(
        "verify.Envelope.NoSignature",
        "no_signature statement.dsse.json",
        |it| {
            edit(it, STATEMENT_FILE, |it| {
                it["signatures"] = Value::Array(Vec::new())
            })
        },
    ),
    refused(
        "verify.Envelope.TooManySignatures",
        "too_many_signatures statement.dsse.json",
        |it| {
            edit(it, STATEMENT_FILE, |it| {
                let one = it["signatures"][0].clone();
                it["signatures"] = vec![one; MAX_SIGNATURES + 1].into();
            });
        },
    ),
    refused(
        "verify.Envelope.Threshold",
        "too_few_keys statement.dsse.json",
        |it| signed_by(it, STATEMENT_FILE, &[&stranger()]),
    ),
    refused(
        "verify.Envelope.Threshold",
        "too_few_keys test-result.dsse.json",
        |it| signed_by(it, TEST_RESULT_FILE, &[&stranger()]),
    ),
    refused(
        "verify.Envelope.StraySignature",
        "stray_signature statement.dsse.json",
        |it| signed_by(it, STATEMENT_FILE, &[it.signer(), &stranger()]),
    ),
    refused(
        "verify.Envelope.KeyIdDiffers",
        "key_id statement.dsse.json",
        |it| {
            let name = stranger().public().id().to_string();
            edit(it, STATEMENT_FILE, |it| {
                it["signatures"][0]["keyid"] = name.into()
            });
        },
    ),
    refused(
        "verify.Envelope.KeyIdDiffers",
        "key_id test-result.dsse.json",
        |it| {
            edit(it, TEST_RESULT_FILE, |it| {
                it["signatures"][0]["keyid"] = Value::Null
            })
        },
    ),
    refused(
        "verify.Envelope.NotCanonical",
        "envelope statement.dsse.json",
        |it| edit(it, STATEMENT_FILE, |it| it["more"] = 1.into()),
    ),
    refused(
        "verify.Envelope.NotCanonical",
        "envelope statement.dsse.json",
        |it| {
            let mut text = fs::read(it.at(STATEMENT_FILE)).unwrap();
            text.push(b'\n');
            fs::write(it.at(STATEMENT_FILE), text).unwrap();
        },
    ),
    refused(
        "verify.SignerDiffers",
        "signer_differs statement.dsse.json",
        |it| {
            let name = stranger().public().id().to_string();
            restate(it, |said| {
                said["predicate"]["signer"]["keyid"] = name.into()
            });
        },
    ),
    refused(
        "verify.TestResultDiffers",
        "test_result_differs test-result.dsse.json",
        |it| {
            // True, and of another run.
            let said = attestation(|_| VerdictWord::Held);
            let held = Statement::new(subjects().list(), said).unwrap();
            let bytes = test_result::of(&held).unwrap().to_bytes().unwrap();
            it.sign(TEST_RESULT_FILE, bytes, IN_TOTO).unwrap();
        },
    ),
    refused(
        "verify.SignerFileDiffers",
        "signer_key signer.pub.pem",
        |it| {
            fs::write(it.at(SIGNER_FILE), stranger().public().to_pem().unwrap()).unwrap();
            sign(it);
        },
    ),
    refused(
        "verify.SignerFileDiffers",
        "signer_key signer.pub.pem",
        |it| {
            let key = fs::read_to_string(it.at(SIGNER_FILE)).unwrap();
            fs::write(it.at(SIGNER_FILE), format!("the reviewer's\n{key}")).unwrap();
            sign(it);
        },
    ),
    refused(
        "verify.SignerFileDiffers",
        "signer_key signer.pub.pem",
        |it| {
            fs::remove_file(it.at(SIGNER_FILE)).unwrap();
            sign(it);
        },
    ),
];

/// Read with the key that the bundle brings, which is here none.
pub(super) const EMBEDDED: &[Refused] = &[
    refused(
        "verify.SignerFile.Empty",
        "signer_key signer.pub.pem",
        |it| {
            bring(it, "\n");
        },
    ),
    refused(
        "verify.SignerFile.NotPem",
        "signer_key signer.pub.pem",
        |it| {
            bring(it, "key");
        },
    ),
    refused(
        "verify.SignerFile.NotPem",
        "signer_key signer.pub.pem",
        |it| {
            fs::write(it.at(SIGNER_FILE), [0xff]).unwrap();
        },
    ),
    refused(
        "verify.SignerFile.OtherHalf",
        "signer_key signer.pub.pem",
        |it| {
            bring(it, &it.signer().key().to_pem().unwrap());
        },
    ),
    refused(
        "verify.SignerFile.OtherAlgorithm",
        "signer_key signer.pub.pem",
        |it| {
            // The same point, called X25519 (RFC 8410, 3).
            let pem = it.signer().public().to_pem().unwrap();
            bring(it, &pem.replace("MCowBQYDK2VwAyEA", "MCowBQYDK2VuAyEA"));
        },
    ),
    refused(
        "verify.SignerFile.OtherBlock",
        "signer_key signer.pub.pem",
        |it| {
            let pem = it.signer().public().to_pem().unwrap();
            bring(it, &pem.replace("PUBLIC KEY", "PGP MESSAGE"));
        },
    ),
    refused(
        "verify.SignerFile.OtherForm",
        "signer_key signer.pub.pem",
        |it| {
            let pem = it.signer().public().to_pem().unwrap();
            bring(it, &pem.replace("PUBLIC KEY", "CERTIFICATE"));
        },
    ),
    refused(
        "verify.SignerFile.Damaged",
        "signer_key signer.pub.pem",
        |it| {
            let pem = it.signer().public().to_pem().unwrap();
            bring(it, &pem.replace("-----END", ""));
        },
    ),
    refused(
        "verify.SignerFile.Several",
        "signer_key signer.pub.pem",
        |it| bring(it, &it.signer().public().to_pem().unwrap().repeat(2)),
    ),
    refused(
        "verify.SignerFile.Public",
        "signer_key signer.pub.pem",
        |it| {
            let pem = it.signer().public().to_pem().unwrap();
            bring(it, &pem.replace("MCow", "MDow"));
        },
    ),
    refused(
        "verify.SignerFile.Unusable",
        "signer_key signer.pub.pem",
        |it| {
            bring(it, &neutral_point());
        },
    ),
];

fn bring(specimen: &Specimen, text: &str) {
    fs::write(specimen.at(SIGNER_FILE), text).unwrap();
}

/// A key with which everybody signs everything (RFC 8032, 5.1.3: y = 1).
fn neutral_point() -> String {
    use ed25519_dalek::pkcs8::PublicKeyBytes;
    use ed25519_dalek::pkcs8::spki::EncodePublicKey as _;
    let mut point = [0; 32];
    point[0] = 1;
    let key = PublicKeyBytes(point);
    key.to_public_key_pem(LineEnding::LF).unwrap()
}

fn stranger() -> Signer {
    Signer::operator(SecretKey::from_seed(&[42; 32]))
}

fn signed_by(specimen: &Specimen, file: &str, signers: &[&Signer]) {
    let payload = payload(specimen, file);
    let envelope = Envelope::sign(IN_TOTO, payload, signers).unwrap();
    fs::write(specimen.at(file), envelope.to_json().unwrap()).unwrap();
}

#[test]
fn what_is_no_attestation_says_what_it_is() {
    let sample = sample();
    let operator = Specimen::seal(sample).unwrap();
    let development = Specimen::seal_with(sample, Signer::development().unwrap()).unwrap();
    let lifted = Specimen::seal(sample).unwrap();
    lifted
        .forge(|said, _| said.lifts = vec!["network".to_owned()])
        .unwrap();
    let shard = Specimen::seal(&statement::shard_sample()).unwrap();
    let asked = [
        (&operator, operator.anchor(), None),
        (&operator, Anchor::Embedded, Some(Standing::UnknownSigner)),
        (
            &development,
            development.anchor(),
            Some(Standing::Development),
        ),
        (&lifted, lifted.anchor(), Some(Standing::Lifted)),
        (&shard, shard.anchor(), Some(Standing::Shard)),
    ];
    for (specimen, anchor, expected) in asked {
        let folder = BundleFolder::open(specimen.path()).unwrap();
        let bundle = verify_bundle(&folder, &anchor).unwrap();
        let came = bundle.require_attestation().err();
        let expected = expected.map(|observed| {
            let error = VerifyError::NotAnAttestation { observed };
            format!("{error}: {} {}", error.code(), error.file())
        });
        let came = came.map(|error| {
            assert_eq!(format!("verify.{}", error.name()), STANDINGS[0]);
            format!("{error}: {} {}", error.code(), error.file())
        });
        assert_eq!(came, expected);
    }
}
