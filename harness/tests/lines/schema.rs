//! The published JSON Schemas of what is expected and of what is printed.

use super::*;

fn schema(text: &str) -> jsonschema::Validator {
    jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap()
}

/// Of a line in which acts are closed in several ways, with a preset by its name, sealed.
#[test]
fn what_is_printed_fits_its_schema_and_nothing_else_does() {
    let schema = fits::schema("audit");
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let line = [
        "bwrap",
        "--unshare-all",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
    ];
    let line = if has("bwrap") { &line[..] } else { &["env"] };
    let flags = ["--format", "json", "--expect", "agent", "--record"];
    let printed = audited(work.path(), &flags, line);
    assert_eq!(
        code(&printed),
        1,
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    let good: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(fits::faults(&schema, &good), Vec::<String>::new());
    assert_eq!(good["expected"]["unix-path"], "broken");
    let edits: [fn(&mut Value); 4] = [
        |it| it["approved"] = true.into(),
        |it| it["findings"][0]["verdict"] = "fine".into(),
        |it| it["expected"]["unix-path"] = "passed".into(),
        |it| drop(it.as_object_mut().unwrap().remove("record")),
    ];
    for edit in edits {
        let mut value = good.clone();
        edit(&mut value);
        assert!(!schema.is_valid(&value), "{value}");
    }
}

/// A file is one for the schema as it is for the program, but for names that only the
/// program knows.
#[test]
fn what_is_expected_fits_its_schema_where_it_is_read() {
    let schema = schema(include_str!("../../expectation.schema.json"));
    let texts = [
        "preset = \"agent\"",
        "preset = \"container\"",
        "preset = \"grader\"",
        "preset = \"checker\"",
        "preset = \"angel\"",
        "deny = [\"U4\", \"mounts\"]\nexcept = [\"tcp-loopback\"]\nwork = [\"U3\"]",
        "deny = \"U4\"",
        "deny = [\"U4\"]\nallow = []",
        "deny = [4]",
    ];
    for text in texts {
        let value: Value = toml::from_str(text).unwrap();
        let read = audit::expectation::Expectation::parse(text);
        assert_eq!(schema.is_valid(&value), read.is_ok(), "{text}: {read:?}");
    }
}
