//! The shape of `packet.json`: fields, and nothing beside them.
//!
//! Unknown, missing and doubled fields are refused by serde; an array where an
//! object belongs, which serde's derive would take, is refused by [`Object`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;

use crate::bag::PACKET;
use crate::refusal::{Reason, Refusal};

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Packet {
    pub(super) schema: String,
    pub(super) packet_id: String,
    pub(super) scope: String,
    pub(super) export: Object<Export>,
    pub(super) requested_actions: Vec<String>,
    pub(super) items: Vec<Object<Item>>,
    pub(super) claims: Vec<Object<Claim>>,
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
    pub(super) derived_from: Vec<String>,
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
    pub(super) requires: Vec<String>,
    pub(super) evidence: Vec<String>,
    pub(super) asserted: String,
}

/// A `T` that was written as a JSON object.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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

/// Parses the bytes into the shape.
pub(super) fn parse(bytes: &[u8]) -> Result<Packet, Refusal> {
    let parsed: Result<Object<Packet>, _> = serde_json::from_slice(bytes);
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
