//! Canonical JSON (RFC 8785) of values without fractions.
//!
//! One value, one sequence of bytes: keys sorted by their UTF-16 units, no white
//! space, the shortest escapes. Numbers are integers that a double holds exactly.

use serde::Serialize;
use serde_json::Value;

/// A value has no canonical form here.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// It is not JSON at all.
    #[error("failed to make JSON of the report")]
    Json(#[source] serde_json::Error),
    /// A number with a fraction, or beyond 2^53 - 1 (RFC 7493 §2.2).
    #[error("expected an integer below 2^53, observed `{0}`")]
    Number(serde_json::Number),
}

/// The largest integer a double and its neighbours hold apart.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The canonical bytes of a value.
///
/// # Errors
/// [`CanonicalError`] for what has no canonical form here.
///
/// ```
/// let value = serde_json::json!({ "b": 1, "a": null });
/// assert_eq!(checker::canonical(&value)?, br#"{"a":null,"b":1}"#);
/// # Ok::<(), checker::CanonicalError>(())
/// ```
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(CanonicalError::Json)?;
    let mut bytes = Vec::new();
    write(&value, &mut bytes)?;
    Ok(bytes)
}

fn write(value: &Value, bytes: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Null => bytes.extend_from_slice(b"null"),
        Value::Bool(true) => bytes.extend_from_slice(b"true"),
        Value::Bool(false) => bytes.extend_from_slice(b"false"),
        Value::Number(number) => {
            let magnitude = number
                .as_u64()
                .or_else(|| number.as_i64().map(i64::unsigned_abs));
            if magnitude.is_none_or(|magnitude| magnitude > MAX_INTEGER) {
                return Err(CanonicalError::Number(number.clone()));
            }
            bytes.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => string(text, bytes)?,
        Value::Array(values) => list(values.iter(), (b'[', b']'), bytes, write)?,
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            list(
                fields.into_iter(),
                (b'{', b'}'),
                bytes,
                |(name, value), bytes| {
                    string(name, bytes)?;
                    bytes.push(b':');
                    write(value, bytes)
                },
            )?;
        }
    }
    Ok(())
}

fn list<T>(
    values: impl Iterator<Item = T>,
    (open, close): (u8, u8),
    bytes: &mut Vec<u8>,
    each: impl Fn(T, &mut Vec<u8>) -> Result<(), CanonicalError>,
) -> Result<(), CanonicalError> {
    bytes.push(open);
    for (index, value) in values.enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        each(value, bytes)?;
    }
    bytes.push(close);
    Ok(())
}

/// serde_json's escapes are RFC 8785's: two-letter ones where they exist, `\u00xx` in lower case else.
fn string(text: &str, bytes: &mut Vec<u8>) -> Result<(), CanonicalError> {
    serde_json::to_writer(bytes, text).map_err(CanonicalError::Json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        String::from_utf8(canonical(value).unwrap()).unwrap()
    }

    #[test]
    fn sorts_keys_by_utf16_units_as_in_the_rfc() {
        // RFC 8785 §3.2.3: U+1F600 (as surrogates) sorts before U+FB33.
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let keys = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(text(&value), keys);
    }

    #[test]
    fn escapes_as_in_the_rfc() {
        // RFC 8785 §3.2.2.2.
        assert_eq!(
            text(&json!("\u{20ac}$\u{f}\nA'B\"\\\"/\u{8}\u{c}\t\r\u{7f}")),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\"/\\b\\f\\t\\r\u{7f}\""
        );
    }

    #[test]
    fn refuses_numbers_that_a_double_does_not_hold() {
        assert!(canonical(&json!(9_007_199_254_740_991_u64)).is_ok());
        assert!(canonical(&json!(-9_007_199_254_740_991_i64)).is_ok());
        assert!(canonical(&json!(9_007_199_254_740_992_u64)).is_err());
        assert!(canonical(&json!(1.5)).is_err());
    }
}
