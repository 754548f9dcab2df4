//! `packet.schema.json` and the reader of packets say the same.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::sync::LazyLock;

use checker::{Reason, read_packet};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What a schema cannot ask: that ids are each there once, that a path leads nowhere else,
/// that a day exists, that nothing hides in a text, and what all parts come to together.
const BEYOND: [Reason; 5] = [
    Reason::DuplicateId,
    Reason::ItemPath,
    Reason::TimeMalformed,
    Reason::TextUnsafe,
    Reason::TooManyParts,
];

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value =
        serde_json::from_str(include_str!("../packet.schema.json")).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("valid against its meta-schema");
    jsonschema::draft202012::new(&schema).expect("the schema is a schema")
});

/// The packet of a fixture, where it is JSON.
fn packet(name: &str) -> Option<Value> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fixtures::write(name, &dir.path().join("in")).expect("a packet");
    let text = std::fs::read_to_string(dir.path().join("in/data/packet.json")).ok()?;
    // One key twice is no JSON value, and deep nesting none that is read here.
    let twice = text.matches("\"scope\": \"tool-kiem-thu\",").count() > 0;
    serde_json::from_str(&text).ok().filter(|_| !twice)
}

#[test]
fn what_the_reader_takes_the_schema_takes_and_what_it_refuses_is_refused() {
    let (mut taken, mut refused) = (0, 0);
    for name in fixtures::names() {
        let Some(packet) = packet(name) else { continue };
        let valid = VALIDATOR.is_valid(&packet);
        let read = read_packet(&serde_json::to_vec(&packet).expect("JSON"));
        match read {
            Ok(()) => {
                assert!(valid, "{name}: read, and not of the schema");
                taken += 1;
            }
            Err(refusal) if BEYOND.contains(&refusal.reason) => {}
            Err(refusal) => {
                assert!(!valid, "{name}: {refusal:?}, and of the schema");
                refused += 1;
            }
        }
    }
    assert!(
        taken > 100 && refused >= 8,
        "{taken} taken, {refused} refused"
    );
}

/// Every value of a packet replaced by others: what the schema refuses, the reader does.
#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let (validator, sound) = (&*VALIDATOR, packet("fix7").expect("JSON"));
    let mut places = Vec::new();
    gather(&sound, "", &mut places);
    let others = [
        json!(null),
        json!(7),
        json!("x y"),
        json!([]),
        json!({}),
        json!(""),
    ];
    let (mut refused, mut wrong) = (0, Vec::new());
    for at in places {
        for other in &others {
            let mut changed = sound.clone();
            *changed.pointer_mut(&at).expect("a place") = other.clone();
            if validator.is_valid(&changed) {
                continue;
            }
            refused += 1;
            if read_packet(&serde_json::to_vec(&changed).expect("JSON")).is_ok() {
                wrong.push(format!("{at}: {other}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(refused > 500, "{refused} changes were refused");
}

/// Texts that a pattern can ask for are asked for: an editor tells its user before a checker
/// does.
#[test]
fn texts_that_the_reader_refuses_are_not_of_the_schema() {
    let beyond = "a".repeat(4097);
    let most = "\u{e9}".repeat(4096);
    for (at, text, good) in [
        ("/claims/0/statement", "two\nlines", false),
        ("/claims/0/statement", "turned \u{202e} round", false),
        ("/claims/0/statement", "a tag \u{e0041}", false),
        ("/claims/0/statement", &beyond, false),
        ("/claims/0/statement", &most, true),
        ("/claims/0/statement", "\u{4e2d}\u{1f600}", true),
        ("/items/0/path", "data/a/../x", false),
        ("/items/0/path", "data//x", false),
        ("/items/0/path", "data/x/", false),
        ("/items/0/path", "data/packet.json", false),
        ("/items/0/path", "data/.../packet.json", true),
        ("/items/0/path", "data/packet.json.txt", true),
        ("/items/0/id", "id\n", false),
        ("/scope", "a/b\n", false),
        ("/export/exported_at", "2026-06-09T24:00:00Z", false),
        ("/export/exported_at", "2026-06-09T23:59:60Z", false),
        ("/export/exported_at", "2026-13-09T23:59:59Z", false),
        ("/export/exported_at", "2026-06-09T23:59:59Z\n", false),
        ("/export/exported_at", "2026-06-09T23:59:59.5+05:45", true),
        ("/items/0/provenance/locator", " ", true),
        ("/items/0/provenance/locator", "a\u{7f}", false),
    ] {
        both_say(at, text, good);
    }
}

#[test]
fn a_pointer_and_what_hides_are_asked_for_alike() {
    for (at, text, good) in [
        ("/claims/0/values/0/pointer", "/~2", false),
        ("/claims/0/values/0/pointer", "/a~", false),
        ("/claims/0/values/0/pointer", "a", false),
        ("/claims/0/values/0/pointer", "", false),
        ("/claims/0/values/0/pointer", "/a~1b/~0//\n", true),
        ("/claims/0/statement", "a blank \u{2800}", false),
        ("/claims/0/statement", "a mark \u{1d173}", false),
    ] {
        both_say(at, text, good);
    }
}

/// The schema and the reader, of a sound packet in which one text is this.
fn both_say(at: &str, text: &str, good: bool) {
    let mut changed = packet("fix7").expect("JSON");
    *changed.pointer_mut(at).expect("a place") = json!(text);
    let read = read_packet(&serde_json::to_vec(&changed).expect("JSON")).is_ok();
    assert_eq!(
        (VALIDATOR.is_valid(&changed), read),
        (good, good),
        "{at}: {text:?}"
    );
}

fn gather(value: &Value, at: &str, places: &mut Vec<String>) {
    if !at.is_empty() {
        places.push(at.to_owned());
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(item, &format!("{at}/{index}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                gather(field, &format!("{at}/{name}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the schema takes a packet, and whether the reader does: `None` where it refuses
/// for what no schema can ask.
fn verdicts(packet: &Value, validator: &Validator) -> (bool, Option<bool>) {
    let read = match read_packet(&serde_json::to_vec(packet).expect("JSON")) {
        Ok(()) => Some(true),
        Err(refusal) if BEYOND.contains(&refusal.reason) => None,
        Err(_) => Some(false),
    };
    (validator.is_valid(packet), read)
}

/// The reference packet with every field that a packet can have.
static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    let mut whole = packet("fix7").expect("JSON");
    let item = &mut whole["items"][0];
    assert!(item["provenance"]["captured_by"].is_string());
    item["capture"]["signatures"][0]["keyid"] = json!("a hint");
    let id = item["id"].clone();
    whole["claims"][0]["values"] = json!([{ "item": id, "pointer": "/0", "value": null }]);
    whole
});

#[test]
fn each_field_is_asked_for_by_both_or_by_neither() {
    let (validator, whole) = (&*VALIDATOR, &*WHOLE);
    assert_eq!(verdicts(whole, validator), (true, Some(true)));
    let mut places = vec![String::new()];
    gather(whole, "", &mut places);
    let (mut required, mut optional) = (0, 0);
    for at in places {
        let Some(object) = whole.pointer(&at).and_then(Value::as_object) else {
            continue;
        };
        let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut changed = whole.clone();
            let object = changed.pointer_mut(&at).expect("a place");
            change(object.as_object_mut().expect("an object"));
            verdicts(&changed, validator)
        };
        let more = changed(&|it| drop(it.insert("surprise".to_owned(), json!(1))));
        assert_eq!(more, (false, Some(false)), "{at}: a field more");
        for field in object.keys() {
            let (schema, reader) = changed(&|it| drop(it.remove(field)));
            assert_eq!(Some(schema), reader, "{at}/{field}: left out");
            let null = changed(&|it| drop(it.insert(field.clone(), json!(null))));
            assert_eq!(Some(null.0), null.1, "{at}/{field}: null");
            required += usize::from(!schema);
            optional += usize::from(schema);
        }
    }
    assert!(required > 50 && optional > 20, "{required}, {optional}");
}

/// The lists of a packet, and the most that each may have.
const LISTS: [(&str, usize); 8] = [
    ("/requested_actions", 10_000),
    ("/items", 10_000),
    ("/claims", 10_000),
    ("/items/0/derived_from", 256),
    ("/items/0/capture/signatures", 16),
    ("/claims/0/requires", 256),
    ("/claims/0/evidence", 256),
    ("/claims/0/values", 64),
];

#[test]
fn each_list_is_as_long_for_both() {
    let (validator, whole) = (&*VALIDATOR, &*WHOLE);
    for (at, most) in LISTS {
        let first = whole.pointer(at).expect(at)[0].clone();
        let first = if first.is_null() { json!("a") } else { first };
        for (length, fits) in [
            (0, at != "/claims"),
            (1, true),
            (most, true),
            (most + 1, false),
        ] {
            let mut changed = whole.clone();
            let each = |index: usize| {
                let mut it = first.clone();
                if it.get("id").is_some() {
                    it["id"] = json!(format!("id-{index}"));
                }
                it
            };
            *changed.pointer_mut(at).expect(at) = (0..length).map(each).collect();
            let bytes = serde_json::to_vec(&changed).expect("JSON");
            let read = read_packet(&bytes).map_err(|it| (it.reason, it.about));
            assert_eq!(validator.is_valid(&changed), fits, "{at}: {length}");
            assert_eq!(read.is_ok(), fits, "{at}: {length}: {read:?}");
        }
    }
}

/// Places of texts, each with what its longest is.
const TEXTS: [(&str, usize); 9] = [
    ("/packet_id", 64),
    ("/scope", 256),
    ("/export/tool", 4096),
    ("/items/0/media_type", 4096),
    ("/items/0/provenance/locator", 4096),
    ("/items/0/capture/payload", 65_536),
    ("/items/0/capture/payloadType", 4096),
    ("/claims/0/statement", 4096),
    ("/claims/0/values/0/pointer", 4096),
];

#[test]
fn each_text_is_as_long_for_both() {
    let (validator, whole) = (&*VALIDATOR, &*WHOLE);
    for (at, most) in TEXTS {
        for (length, fits) in [(most, true), (most + 1, false)] {
            let mut changed = whole.clone();
            let text = format!("/{}", "a".repeat(length - 1));
            let text = if at == "/claims/0/values/0/pointer" {
                text
            } else {
                text.replace('/', "a")
            };
            *changed.pointer_mut(at).expect(at) = json!(text);
            let read = read_packet(&serde_json::to_vec(&changed).expect("JSON"));
            assert_eq!(validator.is_valid(&changed), fits, "{at}: {length}");
            assert_eq!(read.is_ok(), fits, "{at}: {length}: {read:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_a_text_is_both_take_it_or_neither(
        word in "[aA0._*/ -]{0,8}|[a-z]{1,3}(/[a-z.*]{1,3}){0,3}",
        time in "[12][0-9]{3}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{0,10})?([Zz]|[+-][0-2][0-9]:[0-6][0-9]|)",
    ) {
        let (validator, whole) = (&*VALIDATOR, &*WHOLE);
        for (at, text) in [
            ("/packet_id", &word),
            ("/scope", &word),
            ("/claims/0/scope", &word),
            ("/claims/0/values/0/pointer", &word),
            ("/items/0/path", &word),
            ("/items/0/provenance/source", &word),
            ("/export/exported_at", &time),
            ("/items/0/provenance/captured_at", &time),
        ] {
            let mut changed = whole.clone();
            *changed.pointer_mut(at).expect(at) = json!(text);
            let (schema, reader) = verdicts(&changed, validator);
            assert!(reader.is_none_or(|reader| reader == schema), "{at}: {text}");
        }
    }
}

#[test]
fn an_error_of_a_word_lists_the_words_there_are() {
    for (at, words) in [
        (
            "/items/0/provenance/source",
            "kb_document, pg_named_query, native_listing, operator_statement",
        ),
        ("/claims/0/requires/0", "native, governed or stated"),
        ("/claims/0/asserted", "supported, all_clear or may_deploy"),
        (
            "/requested_actions/0",
            "READ_PACKET_ITEM or WRITE_LOCAL_REPORT",
        ),
    ] {
        let mut packet = packet("fix7").expect("JSON");
        *packet.pointer_mut(at).expect("a place") = json!("another");
        let refusal = read_packet(&serde_json::to_vec(&packet).expect("JSON")).expect_err(at);
        let expected = refusal.expected.expect("what was expected");
        assert!(expected.contains(words), "{at}: {expected}");
        assert_eq!(refusal.observed.as_deref(), Some("another"), "{at}");
    }
}
