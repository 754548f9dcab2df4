//! Small bags, each with one thing that RFC 8493 speaks of, and the word for it: what
//! `BAGS.md` says of clauses that no other test shows.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::path::Path;

use checker::{Guard, Order, Settings};
use fixtures::bag::put;
use serde_json::Value;

/// The sha256 of `hello\n`.
const SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

/// A clause and what is tried, the version, the files (`HEX` is the digest of `hello\n`),
/// and the word, the reason or the warnings.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const SOUND: (&str, &str) = ("manifest-sha256.txt", "HEX  data/a\n");
const A: (&str, &str) = ("data/a", "hello\n");

const ROWS: &[Row] = &[
    (
        "2: a folder of tag files",
        "1.0",
        &[A, SOUND, ("tags/deep/note", "x")],
        "valid",
    ),
    (
        "2.1.3: hex in upper case",
        "1.0",
        &[A, ("manifest-sha256.txt", "UPPER  data/a\n")],
        "valid",
    ),
    (
        "2.1.3: tabs and blanks between",
        "1.0",
        &[A, ("manifest-sha256.txt", "HEX\t \tdata/a\n")],
        "valid",
    ),
    (
        "2.1.3: nothing between",
        "1.0",
        &[A, ("manifest-sha256.txt", "HEXdata/a\n")],
        "invalid MANIFEST_SYNTAX",
    ),
    (
        "2.1.3: another separator",
        "1.0",
        &[A, ("manifest-sha256.txt", "HEX  data\\a\n")],
        "invalid PATH_OUTSIDE",
    ),
    (
        "2.1.3: a folder is listed",
        "1.0",
        &[
            ("data/sub/a", "hello\n"),
            ("manifest-sha256.txt", "HEX  data/sub\nHEX  data/sub/a\n"),
        ],
        "invalid MISSING_FILE",
    ),
    (
        "2.1.3: two manifests",
        "1.0",
        &[
            A,
            SOUND,
            (
                "manifest-md5.txt",
                "b1946ac92492d2347c6235b4d2611184  data/a\n",
            ),
        ],
        "valid",
    ),
    (
        "2.1.3: a manifest's name in capitals",
        "1.0",
        &[A, ("MANIFEST-SHA256.TXT", "HEX  data/a\n")],
        "invalid MANIFEST_MISSING",
    ),
    (
        "2.1.3: a manifest that names no algorithm",
        "1.0",
        &[A, SOUND, ("manifest-.txt", "HEX  data/a\n")],
        "valid",
    ),
    (
        "2.2.1: a payload file in a tag manifest",
        "1.0",
        &[A, SOUND, ("tagmanifest-sha256.txt", "HEX  data/a\n")],
        "invalid PATH_OUTSIDE TAG_MANIFEST_COVERAGE",
    ),
    (
        "2.2.2: a label twice, in this order",
        "1.0",
        &[A, SOUND, ("bag-info.txt", "B: 1\nA: 2\nB: 3\n")],
        "valid",
    ),
    (
        "2.2.2: a label that ends in white space",
        "1.0",
        &[A, SOUND, ("bag-info.txt", "A : 2\n")],
        "invalid BAG_INFO_SYNTAX",
    ),
    (
        "2.2.2: the same in 0.97",
        "0.97",
        &[A, SOUND, ("bag-info.txt", "A : 2\n")],
        "valid",
    ),
    (
        "2.2.3: a file that is not here, and in no manifest",
        "1.0",
        &[A, SOUND, ("fetch.txt", "http://a/b 1 data/b\n")],
        "not_accepted FETCH_NOT_ALLOWED",
    ),
    (
        "2.2.3: a file that is here, and in no manifest",
        "1.0",
        &[
            A,
            SOUND,
            ("data/b", "hello\n"),
            ("fetch.txt", "http://a/b 6 data/b\n"),
        ],
        "invalid UNLISTED_FILE FETCH_COMPLETE",
    ),
    (
        "2.2.3: a tag file",
        "1.0",
        &[A, SOUND, ("fetch.txt", "http://a/b 1 bag-info.txt\n")],
        "invalid PATH_OUTSIDE",
    ),
    (
        "2.2.3: no length, and it is here",
        "1.0",
        &[A, SOUND, ("fetch.txt", "http://a/b - data/a\n")],
        "valid FETCH_COMPLETE",
    ),
    (
        "2.2.3: a relative reference",
        "1.0",
        &[A, SOUND, ("fetch.txt", "b 6 data/a\n")],
        "invalid FETCH_SYNTAX",
    ),
    (
        "5.3: a length that is another",
        "1.0",
        &[A, SOUND, ("fetch.txt", "http://a/b 7 data/a\n")],
        "valid FETCH_COMPLETE",
    ),
    (
        "2.3: no line end at the end",
        "1.0",
        &[A, ("manifest-sha256.txt", "HEX  data/a")],
        "valid",
    ),
    (
        "2.3: an empty line",
        "1.0",
        &[A, ("manifest-sha256.txt", "HEX  data/a\n\n")],
        "invalid MANIFEST_SYNTAX",
    ),
    (
        "2.3: a mark in front in UTF-8",
        "1.0",
        &[A, ("manifest-sha256.txt", "\u{feff}HEX  data/a\n")],
        "invalid BYTE_ORDER_MARK",
    ),
    (
        "3: a file of a tag manifest is missing",
        "1.0",
        &[
            A,
            SOUND,
            (
                "tagmanifest-sha256.txt",
                "HEX  note\nMANIFEST  manifest-sha256.txt\n",
            ),
        ],
        "invalid TAG_FILE_MISSING",
    ),
    (
        "3: an empty payload and an empty manifest",
        "1.0",
        &[("data/", ""), ("manifest-sha256.txt", "")],
        "valid",
    ),
    (
        "5.1: a drive letter",
        "1.0",
        &[
            A,
            SOUND,
            (
                "tagmanifest-sha256.txt",
                "HEX  C:/a\nMANIFEST  manifest-sha256.txt\n",
            ),
        ],
        "invalid TAG_FILE_MISSING",
    ),
    (
        "5.1: a home folder",
        "1.0",
        &[
            A,
            SOUND,
            (
                "tagmanifest-sha256.txt",
                "HEX  ~root/a\nMANIFEST  manifest-sha256.txt\n",
            ),
        ],
        "invalid PATH_ABSOLUTE",
    ),
    (
        "6.1.1: two manifests that differ in case",
        "1.0",
        &[A, SOUND, ("manifest-SHA256.txt", "HEX  data/a\n")],
        "not_accepted CASE_COLLISION",
    ),
    (
        "6.1.3: a backslash before the digest",
        "1.0",
        &[A, ("manifest-sha256.txt", "\\HEX  data/a\n")],
        "invalid DIGEST_SYNTAX",
    ),
];

/// What is reported of a bag of these files.
fn report(dir: &Path, version: &str, files: &[(&str, &str)]) -> Value {
    let write = |path: &str, text: &str| put(dir, path, text.as_bytes()).expect("written");
    let declaration = format!("BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n");
    write("bagit.txt", &declaration);
    let sound = SOUND.1.replace("HEX", SHA256);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(sound.as_bytes());
    let manifest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for (path, text) in files {
        let text = text.replace("UPPER", &SHA256.to_uppercase());
        let text = text.replace("MANIFEST", &manifest).replace("HEX", SHA256);
        match path.strip_suffix('/') {
            Some(folder) => std::fs::create_dir(dir.join(folder)).expect("a folder"),
            None => write(path, &text),
        }
    }
    let guard = Guard::new(&Settings::of(dir.into(), "/nowhere".into()));
    let report = checker::triage(&guard, &Order::default()).expect("the self-audit holds");
    serde_json::to_value(report).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The word of a bag of these files, and what is said of it.
fn observed(version: &str, files: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let report = report(dir.path(), version, files);
    let word = text(&report["bag"]["outcome"]).to_owned();
    let listed = |at: &str, what: &str| {
        let list = report["bag"][at]["listed"].as_array().into_iter().flatten();
        let list = list.filter_map(|it| it[what].as_str());
        list.map(|it| format!(" {it}")).collect::<String>()
    };
    word + &listed("faults", "reason") + &listed("warnings", "warning")
}

#[test]
fn each_clause_has_the_word_that_the_table_says() {
    let mut wrong = Vec::new();
    for (what, version, files, expected) in ROWS {
        let observed = observed(version, files);
        if observed != *expected {
            wrong.push(format!("{what}: expected {expected}, observed {observed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn elements_are_reported_in_their_order_and_each_time() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let info = "B: 1\nA: 2\nB: 3\nb: 1\n";
    let report = report(dir.path(), "1.0", &[A, SOUND, ("bag-info.txt", info)]);
    let listed = report["bag"]["info"]["listed"]
        .as_array()
        .expect("elements");
    let text = |it: &Value| format!("{}: {}\n", text(&it["label"]), text(&it["value"]));
    assert_eq!(listed.iter().map(text).collect::<String>(), info);
}
