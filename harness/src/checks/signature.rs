//! N28: no signature, another's, one over another payload type, a development key
//! where an operator's is asked for.

use std::fs;
use std::num::NonZeroUsize;

use base64ct::{Base64, Encoding as _};
use bundle::forgery::{BELIEVED, Fault, Specimen, outcome};
use bundle::sample::Sample;
use ed25519_dalek::{SigningKey, ed25519};
use seal::bundle::verify::Anchor;
use seal::bundle::{ENVELOPES, SIGNER_FILE, STATEMENT_FILE};
use seal::canonical;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys, pae};
use seal::key::{SecretKey, Signer};
use serde_json::Value;
use sha2::{Digest as _, Sha512};

use super::BundleCheck;

const OTHER_TYPE: &str = "application/vnd.other+json";

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck::new("operator", |sample| {
        outcome(|| attested(&Specimen::seal(sample)?))
    }),
    BundleCheck::new("two-of-two", |sample| {
        outcome(|| two_of_two(sample, &[0, 1]))
    }),
    BundleCheck::new("no-signature", |sample| {
        outcome(|| {
            edited(sample, |envelope| {
                envelope["signatures"] = Value::Array(Vec::new());
            })
        })
    }),
    BundleCheck::new("wrong-key", |sample| {
        outcome(|| {
            let other = TrustedKeys::one(SecretKey::generate()?.public());
            Ok(Specimen::seal(sample)?.came_with(&Anchor::Keys(other)))
        })
    }),
    BundleCheck::new("borrowed-signature", |sample| outcome(|| borrowed(sample))),
    BundleCheck::new("other-payload-type", |sample| {
        outcome(|| signed_as_another_type(sample, OTHER_TYPE))
    }),
    BundleCheck::new("hidden-payload-type", |sample| {
        outcome(|| signed_as_another_type(sample, IN_TOTO))
    }),
    BundleCheck::new("development-key", |sample| {
        outcome(|| attested(&Specimen::seal_with(sample, Signer::development()?)?))
    }),
    BundleCheck::new("other-key-named", |sample| {
        outcome(|| {
            let (specimen, other) = (Specimen::seal(sample)?, SecretKey::generate()?);
            specimen.forge(|said, _| said.signer.keyid = other.public().id())?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("other-key-inside", |sample| {
        outcome(|| {
            let (specimen, other) = (Specimen::seal(sample)?, SecretKey::generate()?);
            fs::write(specimen.at(SIGNER_FILE), other.public().to_pem()?)?;
            specimen.forge(|_, _| {})?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("other-key-id", |sample| {
        outcome(|| {
            let other = SecretKey::generate()?.public().id().to_string();
            edited(sample, |envelope| {
                envelope["signatures"][0]["keyid"] = other.into()
            })
        })
    }),
    BundleCheck::new("stranger-beside", |sample| {
        outcome(|| {
            let (specimen, other) = (Specimen::seal(sample)?, SecretKey::generate()?);
            let keys = [specimen.signer().key(), &other];
            let signed = Envelope::sign_with(IN_TOTO, payload(&specimen)?, &keys)?;
            fs::write(specimen.at(STATEMENT_FILE), signed.to_json()?)?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("ed25519ph", |sample| outcome(|| prehashed(sample))),
    BundleCheck::new("one-key-twice", |sample| {
        outcome(|| two_of_two(sample, &[0, 0]))
    }),
];

/// What comes of asking for an operator's attestation.
fn attested(specimen: &Specimen) -> Result<String, Fault> {
    let believed = match bundle::believe(specimen.path(), &specimen.anchor()) {
        Ok(believed) => believed,
        Err(_) => return Ok(specimen.came()),
    };
    Ok(match believed.bundle.require_attestation() {
        Ok(()) => BELIEVED.to_owned(),
        Err(error) => format!("refused: {}: {}", error.file(), error.code()),
    })
}

/// What comes of the statement's envelope after a change of its JSON.
fn edited(sample: &Sample, edit: impl FnOnce(&mut Value)) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let mut envelope: Value = serde_json::from_slice(&fs::read(specimen.at(STATEMENT_FILE))?)?;
    edit(&mut envelope);
    fs::write(specimen.at(STATEMENT_FILE), canonical::to_bytes(&envelope)?)?;
    Ok(specimen.came())
}

fn borrowed(sample: &Sample) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let [mut statement, result] = envelopes(&specimen)?;
    statement["signatures"] = result["signatures"].clone();
    fs::write(
        specimen.at(STATEMENT_FILE),
        canonical::to_bytes(&statement)?,
    )?;
    Ok(specimen.came())
}

fn signed_as_another_type(sample: &Sample, named: &str) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    specimen.sign(STATEMENT_FILE, payload(&specimen)?, OTHER_TYPE)?;
    let [mut statement, _] = envelopes(&specimen)?;
    statement["payloadType"] = named.into();
    fs::write(
        specimen.at(STATEMENT_FILE),
        canonical::to_bytes(&statement)?,
    )?;
    Ok(specimen.came())
}

fn prehashed(sample: &Sample) -> Result<String, Fault> {
    let seed = [9; 32];
    let signer = Signer::operator(SecretKey::from_seed(&seed));
    let specimen = Specimen::seal_with(sample, signer)?;
    let message = Sha512::new_with_prefix(pae(IN_TOTO, &payload(&specimen)?));
    let signature: ed25519::Signature =
        SigningKey::from_bytes(&seed).sign_prehashed(message, None)?;
    let [mut statement, _] = envelopes(&specimen)?;
    statement["signatures"][0]["sig"] = Base64::encode_string(&signature.to_bytes()).into();
    fs::write(
        specimen.at(STATEMENT_FILE),
        canonical::to_bytes(&statement)?,
    )?;
    Ok(specimen.came())
}

/// Both envelopes signed by these of two keys, where two must sign.
fn two_of_two(sample: &Sample, signing: &[usize]) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let second = Signer::operator(SecretKey::generate()?);
    let both = [specimen.signer(), &second];
    let signers: Vec<&Signer> = signing.iter().map(|index| both[*index]).collect();
    for (file, envelope) in ENVELOPES.iter().zip(envelopes(&specimen)?) {
        let payload = Base64::decode_vec(envelope["payload"].as_str().unwrap_or_default())?;
        let signed = Envelope::sign(IN_TOTO, payload, &signers)?;
        fs::write(specimen.at(file), signed.to_json()?)?;
    }
    let two = NonZeroUsize::MIN.saturating_add(1);
    let keys = TrustedKeys::new(both.map(Signer::public), two)?;
    Ok(specimen.came_with(&Anchor::Keys(keys)))
}

fn envelopes(specimen: &Specimen) -> Result<[Value; 2], Fault> {
    let read = |file: &str| -> Result<Value, Fault> {
        Ok(serde_json::from_slice(&fs::read(specimen.at(file))?)?)
    };
    let [statement, result] = ENVELOPES;
    Ok([read(statement)?, read(result)?])
}

fn payload(specimen: &Specimen) -> Result<Vec<u8>, Fault> {
    let [statement, _] = envelopes(specimen)?;
    Ok(Base64::decode_vec(
        statement["payload"].as_str().unwrap_or_default(),
    )?)
}
