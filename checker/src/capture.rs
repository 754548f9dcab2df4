//! Captures: who shows that an item is what its label says, and whether that is so.
//!
//! A capture is a DSSE envelope (v1.0) around an in-toto statement (v1): its subject is
//! the item's digest, its predicate the item's provenance. It is believed where a key
//! that the order enrols for the authority signed it. What it says in words beyond that
//! is nobody's business here.

use std::collections::BTreeMap;

use base64ct::{Base64, Base64Url, Encoding as _};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::bag::{Bag, Digests};
use crate::evidence::{EvidenceClass, Source};
use crate::gap::GapReason;
use crate::order::{Authority, Order};
use crate::packet::{Envelope, Item, Packet, Provenance, Timestamp};
use crate::wrong::{self, Fault};

/// The payload type of every in-toto statement.
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// The type of every in-toto statement.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What a capture's statement says.
pub const CAPTURE: &str = "tag:proof-of-block,2026:capture/v0.1";

/// What an item's capture came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "outcome", rename_all = "snake_case")]
pub enum Capture {
    /// Its class needs none.
    NotNeeded,
    /// It has none: its label is somebody's word.
    Absent,
    /// It has one, which is not believed.
    Refused {
        /// Why.
        reason: GapReason,
    },
    /// It has one, by an authority that the order enrols.
    Verified {
        /// The id of the key that signed it, as whoever made the key was told.
        key: String,
    },
}

impl Capture {
    /// The class of an item whose label and capture these are.
    pub fn class(&self, source: Source) -> EvidenceClass {
        match (source.class(), self) {
            (class, Self::NotNeeded | Self::Verified { .. }) => class,
            (_, Self::Absent | Self::Refused { .. }) => EvidenceClass::Stated,
        }
    }

    /// Why it does not carry what its label says.
    pub(crate) const fn reason(&self) -> Option<GapReason> {
        match self {
            Self::NotNeeded | Self::Verified { .. } => None,
            Self::Absent => Some(GapReason::CaptureMissing),
            Self::Refused { reason } => Some(*reason),
        }
    }
}

/// What a statement says, of which more may be said (in-toto: what a reader does not
/// know, it passes over).
#[derive(Debug, Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Debug, Deserialize)]
struct Subject {
    digest: Stated,
}

/// Digests by algorithm, none of which is there twice: of two nobody knows which is meant.
#[derive(Debug, Default)]
struct Stated(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Stated;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of digests")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stated, A::Error> {
                let mut stated = Stated::default();
                while let Some((algorithm, hex)) = map.next_entry()? {
                    if stated.0.insert(algorithm, hex).is_some() {
                        return Err(de::Error::custom("expected each algorithm once"));
                    }
                }
                Ok(stated)
            }
        }
        deserializer.deserialize_map(Each)
    }
}

#[derive(Debug, Deserialize)]
struct Predicate {
    source: Source,
    authority: String,
    locator: String,
    revision: String,
    captured_at: Timestamp,
    captured_by: String,
}

/// What the capture of each item comes to, by index.
pub(crate) fn of_items(order: &Order, packet: &Packet, bag: &Bag) -> Vec<Capture> {
    let items = packet.items.iter();
    items
        .map(|item| judge(order, item, bag.digests(&item.path)))
        .collect()
}

/// What the capture of an item comes to; `digests` are those of its file in the bag.
fn judge(order: &Order, item: &Item, digests: Option<&Digests>) -> Capture {
    let source = item.provenance.source;
    if !source.needs_capture() {
        // Only a wrong checker makes an authority of such a one.
        let believed = source.class().is_authority();
        return if believed {
            unseen()
        } else {
            Capture::NotNeeded
        };
    }
    // Of a file that is not there nothing could be captured.
    let (Some(envelope), Some(digests)) = (&item.capture, digests) else {
        return if wrong::is(Fault::LabelsBelieved) {
            unseen()
        } else {
            Capture::Absent
        };
    };
    match verify(order, item, envelope, digests) {
        Ok(key) => Capture::Verified { key },
        Err(reason) if wrong::passes(reason) => unseen(),
        Err(reason) => Capture::Refused { reason },
    }
}

/// What a wrong checker says of a capture that it did not look at.
fn unseen() -> Capture {
    Capture::Verified {
        key: "0".repeat(64),
    }
}

/// The key that signed a capture which is all it must be.
fn verify(
    order: &Order,
    item: &Item,
    envelope: &Envelope,
    digests: &Digests,
) -> Result<String, GapReason> {
    let named = item.provenance.authority.as_deref();
    let authority = named
        .and_then(|name| order.authority(name))
        .ok_or(GapReason::AuthorityUnknown)?;
    let (payload, key) = signed(authority, envelope)?;
    let statement: Statement =
        serde_json::from_slice(&payload).map_err(|_| GapReason::CaptureMalformed)?;
    let typed = envelope.payload_type == IN_TOTO
        && statement.kind == STATEMENT
        && statement.predicate_type == CAPTURE;
    if !typed {
        return Err(GapReason::CaptureMalformed);
    }
    if !of_item(&statement, digests) {
        return Err(GapReason::CaptureOfAnother);
    }
    if !statement.predicate.agrees(&item.provenance) {
        return Err(GapReason::CaptureDisagrees);
    }
    if !authority.classes.contains(&item.provenance.source.class()) {
        return Err(GapReason::AuthorityNotForClass);
    }
    let captured = statement.predicate.captured_at;
    if captured < authority.from || captured > authority.until {
        return Err(GapReason::EnrolmentExpired);
    }
    Ok(key)
}

/// The payload, and which of the authority's keys signed it. A `keyid` is a hint that
/// nobody vouches for: every key is tried.
fn signed(authority: &Authority, envelope: &Envelope) -> Result<(Vec<u8>, String), GapReason> {
    let payload = base64(&envelope.payload).ok_or(GapReason::CaptureMalformed)?;
    let message = pre_authentication(&envelope.payload_type, &payload);
    for signature in &envelope.signatures {
        let signature = base64(signature).ok_or(GapReason::CaptureMalformed)?;
        let mut keys = authority.keys.iter();
        if let Some(key) = keys.find(|key| key.signed(&message, &signature)) {
            return Ok((payload, key.name()));
        }
    }
    Err(GapReason::CaptureNotSigned)
}

/// What is signed of a DSSE envelope: `PAE(type, body)` of its protocol.
fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let lengths = (payload_type.len(), payload.len());
    let head = format!("DSSEv1 {} {payload_type} {} ", lengths.0, lengths.1);
    [head.as_bytes(), payload].concat()
}

/// What base64 in either alphabet says, with its padding: DSSE lets a signer choose.
/// `None` if it is neither.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let standard = Base64::decode_vec(text).ok();
    standard.or_else(|| Base64Url::decode_vec(text).ok())
}

/// Whether one subject is the item: each digest that it states and the bag states as
/// well is the same, and one of them cannot be forged.
fn of_item(statement: &Statement, digests: &Digests) -> bool {
    let is_item = |subject: &Subject| {
        let mut strong = false;
        let same = subject.digest.0.iter().all(|(algorithm, hex)| {
            digests.compare(algorithm, hex).is_none_or(|compared| {
                strong |= compared.strong;
                compared.same
            })
        });
        same && strong
    };
    statement.subject.iter().any(is_item)
}

impl Predicate {
    /// Whether it says of the item what the packet says of it, as far as that says
    /// anything: what it leaves out is another gap.
    fn agrees(&self, said: &Provenance) -> bool {
        let is = |said: &Option<String>, here: &str| said.as_deref().is_none_or(|it| it == here);
        self.source == said.source
            && is(&said.authority, &self.authority)
            && is(&said.locator, &self.locator)
            && is(&said.revision, &self.revision)
            && said.captured_at.is_none_or(|it| it == self.captured_at)
            && is(&said.captured_by, &self.captured_by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_that_is_stated_twice_makes_no_capture() {
        let subject = |text| serde_json::from_str::<Subject>(text).map(|it| it.digest.0.len());
        assert_eq!(
            subject(r#"{"digest":{"sha256":"a","sha512":"b"}}"#).unwrap(),
            2
        );
        assert!(subject(r#"{"digest":{"sha256":"a","sha256":"b"}}"#).is_err());
        assert!(subject(r#"{"digest":{"sha256":"a","\u0073ha256":"a"}}"#).is_err());
    }
}
