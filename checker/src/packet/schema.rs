//! `packet.schema.json`, made from the table of objects in [`super::wire`] and from what
//! each kind of text may be. For tests: the published file must be the one made here.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::SCHEMA;
use super::plain::{
    Id, ItemPath, MAX_CAPTURE, MAX_ID, MAX_POINTER, MAX_TEXT, Moment, Opaque, Payload, Pointer,
    Said, SaidMoment, SchemaName, ScopeText, Text,
};
use super::wire::{List, Object, Packet};
use super::words::{Word, Words};
use crate::bag::PACKET;
use crate::scope::MAX_SCOPE;
use crate::text::INVISIBLE;

/// What objects and texts are called, and what they are.
pub(super) type Defs = Map<String, Value>;

/// What the schema says of a type.
pub(super) trait Shape {
    /// Whether a field of it must be there.
    const REQUIRED: bool = true;
    fn shape(defs: &mut Defs) -> Value;
}

/// An object of the table.
pub(super) trait Fields {
    const NAME: &'static str;
    const SAYS: &'static str;
    fn fields(defs: &mut Defs) -> Vec<Field>;
}

/// One of its fields.
pub(super) struct Field {
    name: &'static str,
    required: bool,
    shape: Value,
}

impl Field {
    pub(super) fn of<T: Shape>(name: &'static str, says: &str, defs: &mut Defs) -> Self {
        let mut shape = T::shape(defs);
        if let (false, Some(shape)) = (says.is_empty(), shape.as_object_mut()) {
            shape.insert("description".to_owned(), json!(says.trim()));
        }
        Self {
            name,
            required: T::REQUIRED,
            shape,
        }
    }
}

fn object<T: Fields>(defs: &mut Defs) -> Value {
    let fields = T::fields(defs);
    let required = fields.iter().filter(|it| it.required);
    let mut required: Vec<&str> = required.map(|it| it.name).collect();
    required.sort_unstable();
    let properties = fields
        .iter()
        .map(|it| (it.name.to_owned(), it.shape.clone()));
    json!({
        "description": T::SAYS.trim(),
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties.collect::<Map<_, _>>(),
    })
}

/// A reference to what is said once.
fn named(name: &str, defs: &mut Defs, what: impl FnOnce(&mut Defs) -> Value) -> Value {
    let what = what(defs);
    defs.insert(name.to_owned(), what);
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn or(shape: Value, other: Value) -> Value {
    json!({ "anyOf": [shape, other] })
}

impl<T: Fields> Shape for Object<T> {
    fn shape(defs: &mut Defs) -> Value {
        named(&T::NAME.to_lowercase(), defs, object::<T>)
    }
}

impl<T: Shape, const MAX: usize, const MIN: usize> Shape for List<T, MAX, MIN> {
    fn shape(defs: &mut Defs) -> Value {
        let items = T::shape(defs);
        let mut shape = json!({ "type": "array", "maxItems": MAX, "items": items });
        if MIN > 0 {
            shape["minItems"] = json!(MIN);
        }
        shape
    }
}

impl<T: Shape> Shape for Option<T> {
    const REQUIRED: bool = false;
    fn shape(defs: &mut Defs) -> Value {
        or(T::shape(defs), json!({ "type": "null" }))
    }
}

impl<T: Words> Shape for Word<T> {
    fn shape(_: &mut Defs) -> Value {
        let words = T::ALL.iter().map(|(word, _)| *word);
        json!({ "enum": words.collect::<Vec<_>>() })
    }
}

macro_rules! shapes {
    ($($kind:ty: |$defs:pat_param| $shape:expr,)+) => {$(
        impl Shape for $kind {
            fn shape($defs: &mut Defs) -> Value {
                $shape
            }
        }
    )+};
}

/// One segment of a scope, which is neither `.` nor `..`.
const SEGMENT: &str = r"(\*|(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)";
const MOMENT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]\
                      ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?\
                      ([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
/// Nothing comes after it. `$` is not that everywhere: before a last line feed it fits, too.
const END: &str = "(?![\\s\\S])";

/// A text of `least` characters or more in which none hides.
fn seen(least: usize) -> Value {
    let listed = INVISIBLE
        .iter()
        .map(|it| format!("{}-{}", it.start(), it.end()));
    let hidden: String = listed.collect();
    // White space alone says nothing.
    let something = if least > 0 { "(?=\\s*\\S)" } else { "" };
    json!({
        "type": "string", "minLength": least, "maxLength": MAX_TEXT,
        "pattern": format!("^{something}[^\u{0}-\u{1f}\u{7f}-\u{9f}{hidden}]*{END}"),
    })
}

shapes! {
    SchemaName: |_| json!({ "const": SCHEMA }),
    Id: |defs| named("id", defs, |_| json!({
        "type": "string", "pattern": format!("^[A-Za-z0-9._-]{{1,{MAX_ID}}}{END}"),
    })),
    Text: |defs| named("text", defs, |_| seen(1)),
    Said: |defs| named("said", defs, |_| or(seen(0), json!({
        "type": "string", "maxLength": MAX_TEXT, "pattern": format!("^\\s*{END}"),
    }))),
    Moment: |defs| named("time", defs, |_| json!({
        "description": "A moment as RFC 3339 writes it, of a day that exists; the second 60 of a leap second is not taken.",
        "type": "string", "pattern": format!("{MOMENT}{END}"),
    })),
    SaidMoment: |defs| or(Moment::shape(defs), json!({ "const": "" })),
    ScopeText: |defs| named("scope", defs, |_| json!({
        "type": "string", "maxLength": MAX_SCOPE, "pattern": format!("^{SEGMENT}(/{SEGMENT})*{END}"),
    })),
    ItemPath: |_| json!({
        "type": "string",
        "pattern": format!("^(?!{}{END})data(/(?!\\.{{1,2}}(/|{END}))[^/\u{0}]+)+{END}", PACKET.replace('.', "\\.")),
    }),
    Pointer: |_| json!({
        "type": "string", "pattern": format!("^(/([^/~]|~[01])*)+{END}"),
        "maxLength": MAX_POINTER,
    }),
    Payload: |_| json!({ "type": "string", "maxLength": MAX_CAPTURE }),
    Opaque: |_| json!({ "type": "string" }),
    Box<RawValue>: |_| json!(true),
}

fn schema() -> Value {
    let mut defs = Defs::new();
    let Value::Object(packet) = object::<Packet>(&mut defs) else {
        unreachable!("an object");
    };
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "tag:proof-of-block,2026:packet/v1",
        "title": "data/packet.json",
        "$defs": defs,
    });
    let mut schema = head.as_object().cloned().unwrap_or_default();
    schema.extend(packet);
    Value::Object(schema)
}

/// With `PACKET_SCHEMA=write` in the environment the file is written first.
#[test]
fn the_published_schema_is_the_one_made_from_the_types() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/packet.schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("PACKET_SCHEMA").is_some_and(|it| it == "write") {
        std::fs::write(file, &made).unwrap();
    }
    let published = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        published, made,
        "after a change of a packet's types: PACKET_SCHEMA=write cargo nextest run -p checker \
         -E 'test(published_schema)'"
    );
}
