//! What the strict reader refuses, with the place it names.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;

fn read(text: &str) -> Result<Value, JsonError> {
    from_slice("f.json", text.as_bytes(), 1 << 20)
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    a: u8,
    b: Option<String>,
}

#[test]
fn a_well_formed_text_becomes_its_type() {
    let pair: Pair = from_slice("f.json", b" {\"a\": 7, \"b\": \"\\ud83d\\ude00\"}\n", 64).unwrap();
    assert_eq!(
        pair,
        Pair {
            a: 7,
            b: Some("\u{1f600}".into())
        }
    );
}

#[test]
fn a_duplicate_key_is_refused_at_every_level_and_named() {
    for text in [
        r#"{"k":1,"k":1}"#,
        r#"[0,{"x":{"k":1,"y":2,"k":null}}]"#,
        r#"{"k":1,"\u006b":2}"#,
    ] {
        let error = read(text).unwrap_err();
        assert!(
            matches!(&error, JsonError::DuplicateKey { key, .. } if key == "k"),
            "{text}: {error}"
        );
    }
    assert_eq!(
        read(r#"[{"a":{"k":1}},{"a":{"k":1}}]"#).unwrap()[1]["a"]["k"],
        1
    );
}

#[test]
fn an_error_names_the_file_and_the_place() {
    let error = read("{\n  \"k\": 1,\n  \"k\": 2\n}")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "`f.json` has the key `k` twice in one object, at line 3 column 5"
    );
}

#[test]
fn a_hostile_key_is_repeated_escaped_and_cut() {
    let key = format!("\\u001b[31m{}", "x".repeat(500));
    let error = read(&format!(r#"{{"{key}":1,"{key}":2}}"#))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\\u{1b}[31m") && error.len() < 200,
        "{error}"
    );
}

#[test]
fn nesting_is_refused_exactly_beyond_the_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    let error = read(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(
        matches!(
            error,
            JsonError::TooDeep {
                at: Position {
                    line: 1,
                    column: 128
                },
                ..
            }
        ),
        "{error}"
    );
    let brackets_in_a_string = format!("[\"\\\"{}\"]", "[".repeat(500));
    assert!(read(&brackets_in_a_string).is_ok());
    assert!(matches!(
        read(&"{\"a\":".repeat(100_000)),
        Err(JsonError::TooDeep { .. })
    ));
}

#[test]
fn numbers_beyond_2_53_are_refused() {
    for text in [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551616",
        "[{\"a\":1e300}]",
    ] {
        assert!(
            matches!(read(text), Err(JsonError::BigNumber { .. })),
            "{text}"
        );
    }
    for text in ["9007199254740991", "-9007199254740991", "0.5"] {
        assert!(read(text).is_ok(), "{text}");
    }
}

#[test]
fn lone_surrogates_are_refused_in_values_and_keys() {
    for text in [
        r#""\ud800""#,
        r#""\udc00""#,
        r#"{"\ud800":1}"#,
        r#"["\ud800\u0041"]"#,
    ] {
        assert!(
            matches!(read(text), Err(JsonError::Syntax { .. })),
            "{text}"
        );
    }
}

#[test]
fn whatever_is_not_one_json_value_is_refused() {
    for text in [
        "",
        " ",
        "1 2",
        "{} {}",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "NaN",
        "// c\n1",
        "\"a\nb\"",
        "01",
        "+1",
    ] {
        assert!(
            matches!(read(text), Err(JsonError::Syntax { .. })),
            "{text:?}"
        );
    }
}

#[test]
fn a_byte_order_mark_and_bytes_that_are_not_utf_8_are_refused() {
    assert!(matches!(
        read("\u{feff}1"),
        Err(JsonError::ByteOrderMark { .. })
    ));
    let error = from_slice::<Value>("f.json", b"\"ab\xff\"", 64).unwrap_err();
    assert!(
        matches!(error, JsonError::NotUtf8 { offset: 3, .. }),
        "{error}"
    );
}

#[test]
fn a_text_one_byte_too_long_is_refused() {
    assert!(from_slice::<Value>("f.json", b"\"abcd\"", 6).is_ok());
    let error = from_slice::<Value>("f.json", b"\"abcde\"", 6).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`f.json` is too large: expected at most 6 bytes, observed 7"
    );
}

#[test]
fn an_unknown_field_is_a_wrong_shape() {
    let error = from_slice::<Pair>("f.json", br#"{"a":1,"c":2}"#, 64).unwrap_err();
    assert!(matches!(error, JsonError::Shape { .. }), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        if from_slice::<Value>("f.json", &bytes, 1 << 16).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }
}
