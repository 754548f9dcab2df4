//! Writes JSON in its one canonical form, RFC 8785, for values without fractions.
//!
//! Object keys are sorted by UTF-16 code units, escapes are minimal, nothing is
//! written between tokens. Fractions and integers that a double cannot hold are
//! refused: what this project signs never needs them, and they are where
//! canonical forms go wrong.

use serde::Serialize;
use serde_json::{Number, Value};

/// The largest magnitude every JSON reader agrees on, 2^53 - 1 (RFC 7493, 2.2).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A value has no canonical form here.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value cannot be told as JSON at all.
    #[error("failed to turn the value into JSON")]
    Represent(#[source] serde_json::Error),
    /// A number is a fraction, or beyond 2^53 - 1.
    #[error("expected an integer of at most 2^53 - 1, observed `{number}`")]
    Number {
        /// The number as it would have been written.
        number: String,
    },
}

/// The canonical JSON of `value`, without a final newline.
///
/// # Errors
/// [`CanonicalError`] when `value` holds a number this form refuses, or cannot be
/// told as JSON.
///
/// ```
/// let value = serde_json::json!({ "b": 1, "a": [true] });
/// assert_eq!(seal::canonical::to_bytes(&value)?, br#"{"a":[true],"b":1}"#);
/// # Ok::<(), seal::canonical::CanonicalError>(())
/// ```
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(CanonicalError::Represent)?;
    let mut out = Vec::new();
    write_value(&mut out, &value)?;
    Ok(out)
}

fn write_value(out: &mut Vec<u8>, value: &Value) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text)?,
        Value::Array(items) => write_sequence(out, b"[]", items, write_value)?,
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            write_sequence(out, b"{}", members, |out, (key, value)| {
                write_string(out, key)?;
                out.push(b':');
                write_value(out, value)
            })?;
        }
    }
    Ok(())
}

fn write_sequence<I: IntoIterator>(
    out: &mut Vec<u8>,
    brackets: &[u8; 2],
    items: I,
    mut write: impl FnMut(&mut Vec<u8>, I::Item) -> Result<(), CanonicalError>,
) -> Result<(), CanonicalError> {
    out.push(brackets[0]);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item)?;
    }
    out.push(brackets[1]);
    Ok(())
}

fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<(), CanonicalError> {
    let magnitude = number
        .as_u64()
        .or_else(|| number.as_i64().map(i64::unsigned_abs));
    if magnitude.is_none_or(|magnitude| magnitude > MAX_INTEGER) {
        return Err(CanonicalError::Number {
            number: number.to_string(),
        });
    }
    out.extend_from_slice(number.to_string().as_bytes());
    Ok(())
}

/// `serde_json` escapes exactly what RFC 8785, 3.2.2.2 asks for; the tests hold it to that.
fn write_string(out: &mut Vec<u8>, text: &str) -> Result<(), CanonicalError> {
    serde_json::to_writer(out, text).map_err(CanonicalError::Represent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(to_bytes(value).unwrap()).unwrap()
    }

    /// RFC 8785, 3.2.3: the sorting example.
    #[test]
    fn keys_are_sorted_by_utf_16_code_units() {
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        assert_eq!(
            text(&value),
            concat!(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",",
                "\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",",
                "\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
            )
        );
    }

    /// RFC 8785, 3.2.2: the `string` and `literals` of its example.
    #[test]
    fn strings_and_literals_are_written_as_in_rfc_8785() {
        let value: Value =
            serde_json::from_str(r#"{"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null, true, false]}"#)
                .unwrap();
        assert_eq!(
            text(&value),
            r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn every_control_character_has_its_shortest_escape() {
        let short = ["\\b", "\\t", "\\n", "\\f", "\\r"];
        for code in 0..0x20_u32 {
            let written = text(&json!(char::from_u32(code).unwrap().to_string()));
            let expected = match code {
                8..=10 => short[code as usize - 8].to_owned(),
                12 | 13 => short[code as usize - 9].to_owned(),
                _ => format!("\\u{code:04x}"),
            };
            assert_eq!(written, format!("\"{expected}\""));
        }
        assert_eq!(text(&json!("\u{7f}\u{2028}")), "\"\u{7f}\u{2028}\"");
    }

    #[test]
    fn fractions_and_integers_beyond_2_53_are_refused() {
        for value in [
            json!(0.5),
            json!(1.0),
            json!(1_u64 << 53),
            json!(-(1_i64 << 53)),
            json!(u64::MAX),
        ] {
            assert!(
                matches!(to_bytes(&value), Err(CanonicalError::Number { .. })),
                "{value}"
            );
        }
        assert_eq!(
            text(&json!([MAX_INTEGER, -9_007_199_254_740_991_i64, 0])),
            "[9007199254740991,-9007199254740991,0]"
        );
    }

    proptest! {
        #[test]
        fn any_map_of_strings_comes_back_as_it_was(map: std::collections::BTreeMap<String, String>) {
            let bytes = to_bytes(&map).unwrap();
            prop_assert_eq!(serde_json::from_slice::<std::collections::BTreeMap<String, String>>(&bytes).unwrap(), map);
        }
    }
}
