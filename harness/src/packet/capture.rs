//! Captures as people make them: an in-toto statement in a DSSE envelope, signed by an
//! authority's key.

use checker::{CAPTURE, base64};
use evidence::digest::sha256;
use evidence::error::chain;
use seal::dsse::{Envelope, IN_TOTO};
use seal::key::SecretKey;
use seal::statement::STATEMENT;
use seal::strict_json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use verify::Failure;

/// What a capture says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// Of what kind the source is.
    pub source: String,
    /// Who had it.
    pub authority: String,
    /// Where.
    pub locator: String,
    /// Which state of it.
    pub revision: String,
    /// When it was captured.
    pub captured_at: String,
    /// By which tool.
    pub captured_by: String,
}

/// What was read out of a capture; nobody looked at its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// What it says.
    pub predicate: Predicate,
    /// The sha256 of the file that it is of.
    pub sha256: String,
}

/// Signs that these bytes are what the predicate says.
///
/// # Errors
/// The envelope cannot be made, which nothing here gives a reason for.
pub fn make(predicate: &Predicate, bytes: &[u8], key: &SecretKey) -> Result<Value, Failure> {
    let statement = json!({
        "_type": STATEMENT,
        "subject": [{
            "name": predicate.locator,
            "digest": {
                "sha256": sha256(bytes),
                "sha512": hex::encode(Sha512::digest(bytes)),
            },
        }],
        "predicateType": CAPTURE,
        "predicate": predicate,
    });
    let payload = statement.to_string().into_bytes();
    let envelope = Envelope::sign_with(IN_TOTO, payload, &[key]).map_err(Failure::internal)?;
    let text = envelope.to_json().map_err(Failure::internal)?;
    serde_json::from_slice(&text).map_err(Failure::internal)
}

/// What a capture says, whoever signed it.
///
/// # Errors
/// It is no capture.
pub fn decoded(envelope: &Value) -> Result<Captured, Failure> {
    #[derive(Deserialize)]
    struct Statement {
        subject: Vec<Subject>,
        #[serde(rename = "predicateType")]
        predicate_type: String,
        predicate: Predicate,
    }
    #[derive(Deserialize)]
    struct Subject {
        digest: std::collections::BTreeMap<String, String>,
    }
    let failed = |why: String| {
        let hint = "give the file that `harness packet capture` printed";
        Failure::unusable(format!("expected a capture, observed {why}"), hint)
    };
    let payload = envelope["payload"].as_str().unwrap_or_default();
    let payload =
        base64(payload).ok_or_else(|| failed("a payload that is no base64".to_owned()))?;
    let statement: Statement = strict_json::from_slice("the payload", &payload, payload.len())
        .map_err(|error| failed(chain(&error)))?;
    if statement.predicate_type != CAPTURE {
        return Err(failed(format!(
            "a statement of `{}`",
            statement.predicate_type
        )));
    }
    let subject = statement.subject.first();
    let sha256 = subject.and_then(|it| it.digest.get("sha256")).cloned();
    Ok(Captured {
        predicate: statement.predicate,
        sha256: sha256.ok_or_else(|| failed("no sha256 of a subject".to_owned()))?,
    })
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64Url, Encoding as _};
    use seal::key::SecretKey;

    use super::*;

    /// DSSE lets a signer choose, and so does the checker.
    #[test]
    fn a_capture_is_read_in_either_alphabet() {
        let predicate = Predicate {
            source: "native_listing".to_owned(),
            authority: "registry".to_owned(),
            locator: "???>>>~~~".to_owned(),
            revision: "7".to_owned(),
            captured_at: "2026-11-30T00:00:00Z".to_owned(),
            captured_by: "a tool".to_owned(),
        };
        let key = SecretKey::generate().unwrap();
        let made = make(&predicate, b"[]", &key).unwrap();
        let standard = made["payload"].as_str().unwrap();
        assert!(standard.contains(['+', '/']), "{standard}");
        let url = Base64Url::encode_string(&base64(standard).unwrap());
        let other = json!({ "payload": url });
        let read = decoded(&other).unwrap();
        assert_eq!(read, decoded(&made).unwrap());
        assert_eq!(read.predicate, predicate);
        let twice = br#"{"subject":[{"digest":{"sha256":"a","sha256":"b"}}]}"#;
        let twice = json!({ "payload": Base64Url::encode_string(twice) });
        let twice = format!("{:?}", decoded(&twice).unwrap_err());
        assert!(twice.contains("has the key `sha256` twice"), "{twice}");
        let neither = decoded(&json!({ "payload": "a+b_" })).unwrap_err();
        assert!(format!("{neither:?}").contains("no base64"), "{neither:?}");
    }
}
