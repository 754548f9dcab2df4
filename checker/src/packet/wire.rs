//! The shape of `packet.json`: fields, and nothing beside them.
//!
//! Unknown, missing and doubled fields are refused by serde; an array where an
//! object belongs, which serde's derive would take, is refused by [`Object`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::{MAX_PARTS, MAX_REFERENCES, MAX_SIGNATURES, MAX_VALUES};
use crate::bag::PACKET;
use crate::refusal::{Reason, Refusal};
use crate::wrong::{self, Fault};

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Packet {
    pub(super) schema: String,
    pub(super) packet_id: String,
    pub(super) scope: String,
    pub(super) export: Object<Export>,
    pub(super) requested_actions: List<String, MAX_PARTS>,
    pub(super) items: List<Object<Item>, MAX_PARTS>,
    pub(super) claims: List<Object<Claim>, MAX_PARTS>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    pub(super) tool: String,
    pub(super) version: String,
    pub(super) exported_at: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) media_type: String,
    pub(super) provenance: Object<Provenance>,
    pub(super) derived_from: List<String, MAX_REFERENCES>,
    /// A DSSE envelope; without it, the source is somebody's word.
    pub(super) capture: Option<Object<Envelope>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    #[serde(rename = "payloadType")]
    pub(super) payload_type: String,
    pub(super) payload: String,
    pub(super) signatures: List<Object<Signature>, MAX_SIGNATURES>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signature {
    #[serde(rename = "keyid", default)]
    _keyid: Option<String>,
    pub(super) sig: String,
}

/// All but the source may be left out or null: that is a gap, not a fault of form.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provenance {
    pub(super) source: String,
    pub(super) authority: Option<String>,
    pub(super) locator: Option<String>,
    pub(super) revision: Option<String>,
    pub(super) captured_at: Option<String>,
    pub(super) captured_by: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim {
    pub(super) id: String,
    pub(super) statement: String,
    pub(super) scope: String,
    pub(super) requires: List<String, MAX_REFERENCES>,
    pub(super) evidence: List<String, MAX_REFERENCES>,
    pub(super) asserted: String,
    /// What is found at places of its evidence; none if left out.
    pub(super) values: Option<List<Object<Value>, MAX_VALUES>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Value {
    pub(super) item: String,
    pub(super) pointer: String,
    pub(super) value: serde_json::Value,
}

/// A `T` that was written as a JSON object.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if wrong::is(Fault::TakesArraysForObjects) {
            return T::deserialize(deserializer).map(Object);
        }
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A list that keeps at most `MAX` values, however many were written.
#[derive(Debug)]
pub(super) struct List<T, const MAX: usize> {
    values: Vec<T>,
    more: bool,
}

impl<T, const MAX: usize> List<T, MAX> {
    /// The values; `None` if there were more than are kept.
    pub(super) fn within(self) -> Option<Vec<T>> {
        (!self.more).then_some(self.values)
    }

    /// How many are kept.
    pub(super) fn kept(&self) -> usize {
        self.values.len()
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
    type Value = List<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < MAX {
            let Some(value) = seq.next_element()? else {
                let more = false;
                return Ok(List { values, more });
            };
            values.push(value);
        }
        let more = seq.next_element::<IgnoredAny>()?.is_some();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List { values, more })
    }
}

/// Parses the bytes into the shape.
pub(super) fn parse(bytes: &[u8]) -> Result<Packet, Refusal> {
    let parsed: Result<Object<Packet>, _> = serde_json::from_slice(bytes);
    #[cfg(feature = "wrong")]
    let parsed =
        parsed.or_else(|error| serde_json::from_slice(&wrong::acts::carelessly(bytes, &error)));
    parsed.map(|Object(packet)| packet).map_err(|error| {
        let reason = match error.classify() {
            Category::Data => Reason::PacketShape,
            Category::Syntax | Category::Eof | Category::Io => Reason::PacketSyntax,
        };
        let line = error.line() as u64;
        let observed = error.to_string();
        Refusal::new(reason)
            .file(PACKET)
            .line(line)
            .expected("packet.json as in its schema", &observed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_not_an_object_even_if_its_values_would_fit() {
        let error = parse(br#"["s", "p", "x", ["t", "v", "e"], [], [], []]"#).unwrap_err();
        assert_eq!(error.reason, Reason::PacketShape);
        let nested = br#"{"schema":"","packet_id":"","scope":"","export":["t","v","e"]}"#;
        assert_eq!(parse(nested).unwrap_err().reason, Reason::PacketShape);
    }

    #[test]
    fn a_list_keeps_no_more_than_it_may_and_says_so() {
        let list = |text| serde_json::from_str::<List<u8, 2>>(text);
        assert_eq!(list("[1, 2]").unwrap().within(), Some(vec![1, 2]));
        let long = list("[1, 2, 3, 4]").unwrap();
        assert_eq!((long.kept(), long.within()), (2, None));
        assert!(list("[1, 2, 3").is_err() && list("{}").is_err());
    }

    #[test]
    fn a_refusal_says_the_line() {
        let error = parse(b"{\n\n  \"surprise\": 1}").unwrap_err();
        assert_eq!((error.reason, error.line), (Reason::PacketShape, Some(3)));
    }

    #[test]
    fn what_is_not_utf8_or_begins_with_a_byte_order_mark_is_not_json() {
        for bytes in [&b"\xef\xbb\xbf{}"[..], b"{\"\xff\": 1}", b"", b"{} {}"] {
            let reason = parse(bytes).unwrap_err().reason;
            assert!(
                matches!(reason, Reason::PacketSyntax | Reason::PacketShape),
                "{bytes:?}"
            );
        }
    }
}
