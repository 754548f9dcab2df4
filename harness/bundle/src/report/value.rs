//! A JSON value in words, for people who do not read JSON.

use serde_json::Value;

/// In words: `on`, `none`, `in ro, out rw`.
#[must_use]
pub fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.replace('_', " "),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join("; "),
        Value::Object(fields) if fields.is_empty() => "none".to_owned(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{} {}", name.replace('_', " "), words(value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_has_words() {
        assert_eq!(
            words(&json!({ "/in": "ro", "/out": "rw" })),
            "/in ro, /out rw"
        );
        assert_eq!(
            words(&json!([1, true, [], {}, null])),
            "1; on; none; none; none"
        );
    }
}
