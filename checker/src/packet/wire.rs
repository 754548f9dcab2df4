//! The shape of `packet.json`: fields, and nothing beside them.
//!
//! One table of the objects: the reader's types are made from it, and in tests
//! `packet.schema.json` is. Unknown, missing and doubled fields are refused by serde; an
//! array where an object belongs, which serde's derive would take, by [`Object`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use super::plain::{
    Id, ItemPath, Moment, Opaque, Payload, Pointer, Said, SaidMoment, SchemaName, ScopeText, Text,
};
use super::words::Word;
use super::{Asserted, MAX_PARTS, MAX_REFERENCES, MAX_SIGNATURES, MAX_VALUES};
use crate::bag::PACKET;
use crate::evidence::{EvidenceClass, Source};
use crate::guard::Action;
use crate::refusal::{Reason, Refusal};
use crate::wrong::{self, Fault};

/// Objects, each with its fields; `as` is how the packet spells one that is named otherwise
/// here. A comment is what the schema says of it.
macro_rules! objects {
    ($(
        $(#[doc = $says:literal])+
        $object:ident {
            $($(#[doc = $about:literal])* $field:ident $(as $spelled:literal)?: $kind:ty,)+
        }
    )+) => {$(
        $(#[doc = $says])+
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $object {
            $($(#[doc = $about])* $(#[serde(rename = $spelled)])? pub(super) $field: $kind,)+
        }

        #[cfg(test)]
        impl super::schema::Fields for $object {
            const NAME: &'static str = stringify!($object);
            const SAYS: &'static str = concat!($($says),+);
            fn fields(defs: &mut super::schema::Defs) -> Vec<super::schema::Field> {
                vec![$(super::schema::Field::of::<$kind>(
                    [$($spelled,)? stringify!($field)][0],
                    concat!($($about),*),
                    defs,
                ),)+]
            }
        }
    )+};
}

objects! {
    /// An evidence packet: items, where each comes from, and claims that rest on them.
    Packet {
        schema: SchemaName,
        packet_id: Id,
        /// What the packet speaks of; a claim lies within it.
        scope: ScopeText,
        export: Object<Export>,
        /// What is asked of the checker.
        requested_actions: List<Word<Action>, MAX_PARTS>,
        items: List<Object<Item>, MAX_PARTS>,
        claims: List<Object<Claim>, MAX_PARTS, 1>,
    }

    /// By what the packet was made, and when.
    Export {
        tool: Text,
        version: Text,
        exported_at: Moment,
    }

    /// A piece of evidence.
    Item {
        id: Id,
        /// Its file in the bag.
        path: ItemPath,
        /// What the file is. It is held to it where that is JSON of up to 16 MiB, or text
        /// in UTF-8 or ASCII.
        media_type: Text,
        provenance: Object<Provenance>,
        /// Items of this packet that it was made from.
        derived_from: List<Id, MAX_REFERENCES>,
        /// What shows its provenance; without one, its label is somebody's word.
        capture: Option<Object<Envelope>>,
    }

    /// Where an item comes from. What is not said is a gap, and no fault of form.
    Provenance {
        source: Word<Source>,
        /// Who vouches for it.
        authority: Option<Said>,
        /// Where the authority has it.
        locator: Option<Said>,
        /// Which state of it: a git object, a digest, a number or a moment, as the
        /// authority is enrolled.
        revision: Option<Said>,
        captured_at: Option<SaidMoment>,
        /// By which tool.
        captured_by: Option<Said>,
    }

    /// A DSSE envelope (v1.0) around an in-toto statement whose predicate is
    /// tag:proof-of-block,2026:capture/v0.1.
    Envelope {
        payload_type as "payloadType": Text,
        payload: Payload,
        signatures: List<Object<Signature>, MAX_SIGNATURES>,
    }

    /// By whom an envelope was signed, and how.
    Signature {
        /// A hint that nobody vouches for: every enrolled key is tried.
        _keyid as "keyid": Option<Opaque>,
        sig: Opaque,
    }

    /// A claim.
    Claim {
        id: Id,
        /// Its words, which no machine interprets.
        statement: Text,
        scope: ScopeText,
        /// Classes of evidence that it must have.
        requires: List<Word<EvidenceClass>, MAX_REFERENCES>,
        /// The items that it rests on.
        evidence: List<Id, MAX_REFERENCES>,
        /// What it asks for: a triage; or a global or a gating verdict, which are denied.
        asserted: Word<Asserted>,
        /// What stands where in its evidence; compared.
        values: Option<List<Object<Value>, MAX_VALUES>>,
    }

    /// What stands at a place of an item that is JSON of up to 1 MiB. Numbers are the same
    /// if their values are, digit by digit.
    Value {
        item: Id,
        pointer: Pointer,
        value: Box<RawValue>,
    }
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

/// A list that keeps at most `MAX` values, however many were written, and must have `MIN`.
#[derive(Debug)]
pub(super) struct List<T, const MAX: usize, const MIN: usize = 0> {
    values: Vec<T>,
    more: bool,
}

impl<T, const MAX: usize, const MIN: usize> List<T, MAX, MIN> {
    /// The values; `None` if there were more than are kept.
    pub(super) fn within(self) -> Option<Vec<T>> {
        (!self.more).then_some(self.values)
    }

    /// Whether there are fewer than there must be.
    pub(super) fn lacks(&self) -> bool {
        self.values.len() < MIN
    }

    /// How many are kept.
    pub(super) fn kept(&self) -> usize {
        self.values.len()
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize, const MIN: usize> Deserialize<'de>
    for List<T, MAX, MIN>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor::<T, MAX, MIN>(PhantomData))
    }
}

struct ListVisitor<T, const MAX: usize, const MIN: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize, const MIN: usize> Visitor<'de>
    for ListVisitor<T, MAX, MIN>
{
    type Value = List<T, MAX, MIN>;

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
    parsed
        .map(|Object(packet)| packet)
        .map_err(|error| refusal(bytes, &error))
}

fn refusal(bytes: &[u8], error: &serde_json::Error) -> Refusal {
    let reason = match error.classify() {
        Category::Data => Reason::PacketShape,
        Category::Syntax | Category::Eof | Category::Io => Reason::PacketSyntax,
    };
    let refusal = Refusal::new(reason)
        .file(PACKET)
        .line(error.line() as u64)
        .expected("packet.json as in its schema", &error.to_string());
    match place(bytes).filter(|_| error.is_data()) {
        Some(pointer) => refusal.about(&pointer),
        None => refusal,
    }
}

/// Where the first value is that has not the shape it must have, as a JSON pointer
/// (RFC 6901): a field that must not be there, or the object that lacks one. It is looked
/// for only when there is one; `None` for the whole.
fn place(bytes: &[u8]) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read: Result<Object<Packet>, _> = serde_path_to_error::deserialize(&mut json);
    let error = read.err()?;
    let token = |segment: &Segment| match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => "?".to_owned(),
    };
    let pointer: String = error
        .path()
        .iter()
        .map(|segment| format!("/{}", token(segment)))
        .collect();
    (!pointer.is_empty()).then_some(pointer)
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
        let list = |text| serde_json::from_str::<List<u8, 2, 1>>(text);
        assert_eq!(list("[1, 2]").unwrap().within(), Some(vec![1, 2]));
        let long = list("[1, 2, 3, 4]").unwrap();
        assert_eq!((long.kept(), long.within()), (2, None));
        assert!(list("[]").unwrap().lacks() && !list("[1]").unwrap().lacks());
        assert!(list("[1, 2, 3").is_err() && list("{}").is_err());
    }

    #[test]
    fn a_refusal_says_the_line() {
        let error = parse(b"{\n\n  \"surprise\": 1}").unwrap_err();
        assert_eq!((error.reason, error.line), (Reason::PacketShape, Some(3)));
    }

    #[test]
    fn a_refusal_says_the_place() {
        let packet = |items: &str| {
            let text = format!(r#"{{"packet_id":"p","items":{items}}}"#);
            let refusal = parse(text.as_bytes()).unwrap_err();
            (refusal.reason, refusal.about)
        };
        for (items, place) in [
            (r#"[{"id": 7}]"#, Some("/items/0/id")),
            (
                r#"[{"id":"a","path":"b","x/y~":1}]"#,
                Some("/items/0/x~1y~0"),
            ),
            (r#"[{"id":"a"}]"#, Some("/items/0")),
            (
                r#"[{"id":"a","provenance":[]}]"#,
                Some("/items/0/provenance"),
            ),
            (r#"[{"id":"a","id":"b"}]"#, Some("/items/0")),
            (r#""""#, Some("/items")),
            ("[]", None),
        ] {
            let place = place.map(str::to_owned);
            assert_eq!(packet(items), (Reason::PacketShape, place), "{items}");
        }
        assert_eq!(packet("[").1, None);
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
