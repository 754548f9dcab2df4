//! JSON as it is written: numbers digit by digit, and names that are there twice.
//!
//! `serde_json::Value` holds a number as a double, so that two that differ can be one, and
//! of two fields of one name it keeps the last. Here a value is found and compared without
//! either. What cannot be read for sure (a name that is there twice, half a surrogate pair)
//! is equal to nothing, and neither is what holds it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Values within values that are looked at; `serde_json` reads no deeper either.
const MAX_DEPTH: usize = 128;

/// A value, and how it is written.
#[derive(Debug)]
pub(crate) struct Json<'a> {
    text: &'a str,
    is: Is<'a>,
}

#[derive(Debug)]
enum Is<'a> {
    /// `null`, `true` or `false`.
    Word,
    Number(Decimal),
    Text(String),
    List(Vec<Json<'a>>),
    Object {
        fields: BTreeMap<String, Json<'a>>,
        /// Whether each of its names is text: else it says something that is not here.
        whole: bool,
    },
    /// Something that cannot be read for sure, or that lies too deep.
    Unsure,
}

/// Whether a text points at a part of a JSON document (RFC 6901, section 3): it begins with
/// `/`, and each `~` in it is of a `~0` or a `~1`.
///
/// ```
/// assert!(checker::is_pointer("/a~1b/~0/"));
/// assert!(!checker::is_pointer("/~2") && !checker::is_pointer("/a~"));
/// ```
#[must_use]
pub fn is_pointer(text: &str) -> bool {
    let mut escapes = text.split('~').skip(1);
    text.starts_with('/') && escapes.all(|it| it.starts_with(['0', '1']))
}

/// Whether these bytes are JSON of which every name and value is read for sure, so that it
/// is the same as itself.
///
/// ```
/// assert!(checker::is_sure_json(br#"{"a": 1e400}"#));
/// assert!(!checker::is_sure_json(br#"{"a": 1, "a": 1}"#));
/// ```
#[must_use]
pub fn is_sure(bytes: &[u8]) -> bool {
    Json::parse(bytes).is_some_and(|it| it.says(&it))
}

/// Whether these bytes are JSON (RFC 8259), however deep or large its values are.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

impl<'a> Json<'a> {
    /// What these bytes say; `None` if they are not JSON.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let raw: &RawValue = serde_json::from_slice(bytes).ok()?;
        Some(Self::read(raw, MAX_DEPTH))
    }

    /// As it is written; `None` if it cannot be read for sure.
    pub(crate) fn text(&self) -> Option<&'a str> {
        let sure = !matches!(self.is, Is::Unsure);
        sure.then_some(self.text)
    }

    fn read(raw: &'a RawValue, depth: usize) -> Self {
        let text = raw.get();
        let is = Is::known(text, depth).unwrap_or(Is::Unsure);
        Self { text, is }
    }

    /// What stands where a JSON pointer (RFC 6901) points.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Self> {
        let mut here = self;
        for token in pointer.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            here = match &here.is {
                Is::Object { fields, .. } => fields.get(&name)?,
                Is::List(values) => values.get(index(&name)?)?,
                Is::Word | Is::Number(_) | Is::Text(_) | Is::Unsure => return None,
            };
        }
        Some(here)
    }

    /// Whether both say the same, and for sure.
    pub(crate) fn says(&self, other: &Self) -> bool {
        match (&self.is, &other.is) {
            (Is::Word, Is::Word) => self.text == other.text,
            (Is::Text(a), Is::Text(b)) => a == b,
            (Is::Number(a), Is::Number(b)) => a == b && a.exponent.is_some(),
            (Is::List(a), Is::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says(b))
            }
            (
                Is::Object { fields: a, whole },
                Is::Object {
                    fields: b,
                    whole: other,
                },
            ) => {
                let same =
                    |(a, b): ((&String, &Self), (&String, &Self))| a.0 == b.0 && a.1.says(b.1);
                *whole && *other && a.len() == b.len() && a.iter().zip(b).all(same)
            }
            _ => false,
        }
    }
}

impl<'a> Is<'a> {
    /// `text` is one value without white space about it.
    fn known(text: &'a str, depth: usize) -> Option<Self> {
        let beneath = || depth.checked_sub(1);
        Some(match text.as_bytes().first()? {
            b'{' => {
                let depth = beneath()?;
                let Fields(fields) = serde_json::from_str(text).ok()?;
                let (mut object, mut whole) = (BTreeMap::new(), true);
                for (name, value) in fields {
                    let Ok(name) = serde_json::from_str::<String>(name.get()) else {
                        whole = false;
                        continue;
                    };
                    let value = Json::read(value, depth);
                    if let Some(twice) = object.insert(name.clone(), value) {
                        let is = Self::Unsure;
                        object.insert(name, Json { is, ..twice });
                    }
                }
                Self::Object {
                    fields: object,
                    whole,
                }
            }
            b'[' => {
                let depth = beneath()?;
                let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                let values = values.into_iter();
                Self::List(values.map(|it| Json::read(it, depth)).collect())
            }
            b'"' => Self::Text(serde_json::from_str(text).ok()?),
            b'-' | b'0'..=b'9' => Self::Number(Decimal::read(text)),
            _ => Self::Word,
        })
    }
}

/// The index of a list's value: digits, the first of which is 0 only alone (RFC 6901 §4).
fn index(name: &str) -> Option<usize> {
    let plain =
        name.bytes().all(|it| it.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    name.parse().ok().filter(|_| plain)
}

/// The fields of an object in their order, every name as it is written.
struct Fields<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// A number, of whatever size: its sign, its digits without zeros at either end, and the
/// power of ten of the last. So 1, 1.0 and 10e-1 are one, and two that differ in the
/// hundredth digit are two.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    digits: String,
    /// `None` if it is beyond all use; then no two are the same.
    exponent: Option<i64>,
}

impl Decimal {
    /// `text` is a number as JSON writes it.
    fn read(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0');
        let zeros = all.len() - all.trim_end_matches('0').len();
        let length = |count: usize| i64::try_from(count).ok();
        let exponent = || {
            let power: i64 = power.parse().ok()?;
            power
                .checked_sub(length(fraction.len())?)?
                .checked_add(length(zeros)?)
        };
        let is_zero = digits.is_empty();
        Self {
            negative: negative && !is_zero,
            digits: digits.to_owned(),
            exponent: if is_zero { Some(0) } else { exponent() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::parse(text.as_bytes()).unwrap()
    }

    fn same(a: &str, b: &str) -> bool {
        json(a).says(&json(b))
    }

    #[test]
    fn numbers_are_the_same_if_their_values_are() {
        for (a, b) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("100", "1E+2"),
            ("0.1", "1e-1"),
            ("-0", "0"),
            ("0e9", "0.0"),
            ("1200.50", "12.005e2"),
            ("12345678901234567890123", "12345678901234567890123.0"),
            ("1e999", "10e998"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("1", "-1"),
            ("1", "10"),
            ("0.1", "0.10000000000000000001"),
            ("1", "\"1\""),
            ("0", "null"),
            ("12345678901234567890123", "12345678901234567899999"),
            ("9007199254740993", "9007199254740992"),
            ("1e99999999999999999999", "1e99999999999999999998"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn values_are_the_same_in_any_order_of_fields() {
        assert!(same(
            r#"{"a": [1, {"b": null}], "c": "\u00e9"}"#,
            "{\"c\":\"\u{e9}\",\"a\":[1.0,{\"b\":null}]}"
        ));
        for (a, b) in [
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            ("true", "false"),
        ] {
            assert!(!same(a, b) && same(a, a) && same(b, b), "{a} {b}");
        }
    }

    #[test]
    fn what_cannot_be_read_for_sure_is_equal_to_nothing() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"["\ud800"]"#,
            r#"{"b":{"a":1,"\u0061":1}}"#,
            r#"{"read":true,"\ud800admin":true}"#,
        ] {
            assert!(!same(text, text) && !is_sure(text.as_bytes()), "{text}");
        }
        let hidden = r#"{"read":true,"\ud800admin":true}"#;
        let seen = r#"{"read":true}"#;
        assert!(!same(hidden, seen) && !same(seen, hidden) && same(seen, seen));
        let beside = json(r#"{"b": 1, "a": "\ud800", "\udfff": 1, "c": 1e999, "d": 1, "d": 1}"#);
        assert!(
            beside.at("/b").unwrap().says(&json("1")),
            "what is beside it is read"
        );
        let twice = beside.at("/d").unwrap();
        assert!(!twice.says(&json("1")) && twice.text().is_none());
        assert_eq!(beside.at("/c").unwrap().text(), Some("1e999"));
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        assert!(!same(&deep, &deep), "and nothing is read without end");
        for text in [
            "",
            "{",
            "[1,]",
            "\u{feff}1",
            "{\"a\":}",
            "01",
            "1 2",
            "{\"a\":\"\u{1}\"}",
        ] {
            assert!(Json::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(
            Json::parse(b"{\"a\":\"\xe9\"}").is_none(),
            "bytes that are no text"
        );
        assert!(!is_json(b"{\"a\":\"\xe9\"}") && is_json(deep.as_bytes()) && is_json(b" 1e999 "));
    }

    #[test]
    fn a_pointer_is_followed_as_its_rfc_has_it() {
        let json = json(r#"{"a/b": {"m~n": [7, 8]}, "": 1, "01": 2, "l": [5], "~1": 3}"#);
        let at = |pointer| {
            json.at(pointer).and_then(|it| match &it.is {
                Is::Number(number) => number.digits.parse::<u8>().ok(),
                Is::Word | Is::Text(_) | Is::List(_) | Is::Object { .. } | Is::Unsure => None,
            })
        };
        for (pointer, expected) in [
            ("/a~1b/m~0n/1", Some(8)),
            ("/", Some(1)),
            ("/01", Some(2)),
            ("/l/0", Some(5)),
            ("/~01", Some(3)),
            ("/l/00", None),
            ("/l/-", None),
            ("/l/1", None),
            ("/l/+0", None),
            ("/a", None),
            ("/l/0/x", None),
        ] {
            assert_eq!(at(pointer), expected, "{pointer}");
        }
    }
}
