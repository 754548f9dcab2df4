//! What it says of reasons, bounds and the words of a report, against who says them.

use checker::{Gate, Reason};
use serde_json::Value;
use verify::code::Code;

use super::{builtin, means, page};

/// Whether a bag is invalid for a reason, or not accepted, stands in the reason's words.
#[test]
fn what_a_reason_says_of_the_bag_is_what_the_checker_says() {
    for reason in Reason::ALL {
        let bag = match (reason.gate(), reason.is_policy()) {
            (Gate::G6, _) => "though its bag may be valid",
            (_, true) => "and its bag is not accepted",
            (_, false) => "and its bag is invalid",
        };
        let begins = format!("The packet is refused, {bag}: ");
        let means = means(&reason.to_string());
        assert!(means.starts_with(&begins), "{reason}: {means}");
    }
}

/// A bound: the words that say it, the constants that make it, and where they are. Whoever
/// changes one finds here what else says it.
const BOUNDS: [(&str, &str, &str, u64); 23] = [
    (
        "TOO_MANY_ENTRIES",
        "4,194,304 files",
        "bag/walk.rs: MAX_ENTRIES",
        4_194_304,
    ),
    ("PATH_TOO_LONG", "4096 bytes", "bag/walk.rs: MAX_PATH", 4096),
    ("PATH_TOO_LONG", "64 folders", "bag/walk.rs: MAX_DEPTH", 64),
    (
        "TAG_FILE_TOO_LONG",
        "1 GiB",
        "bag/tags.rs: MAX_TAG_FILE",
        1 << 30,
    ),
    (
        "TAG_FILE_TOO_LONG",
        "16 MiB",
        "bag/info.rs: MAX_LINE",
        16 << 20,
    ),
    (
        "TAG_FILE_TOO_LONG",
        "16 KiB",
        "bag/lines.rs: MAX_LINE",
        16 << 10,
    ),
    (
        "TOO_MANY_MANIFESTS",
        "sixteen",
        "bag/manifest.rs: MAX_MANIFESTS",
        16,
    ),
    (
        "PACKET_TOO_LONG",
        "16 MiB",
        "bag/payload.rs: MAX_PACKET",
        16 << 20,
    ),
    (
        "TEXT_UNSAFE",
        "4096 characters",
        "packet/plain.rs: MAX_TEXT",
        4096,
    ),
    ("ID_MALFORMED", "1 to 64", "packet/plain.rs: MAX_ID", 64),
    ("SCOPE_MALFORMED", "256 bytes", "scope.rs: MAX_SCOPE", 256),
    (
        "CAPTURE_TOO_LONG",
        "64 KiB",
        "packet/plain.rs: MAX_CAPTURE",
        64 << 10,
    ),
    (
        "TOO_MANY_PARTS",
        "10,000 items or claims",
        "packet.rs: MAX_PARTS",
        10_000,
    ),
    (
        "TOO_MANY_PARTS",
        "256 references",
        "packet.rs: MAX_REFERENCES",
        256,
    ),
    ("TOO_MANY_PARTS", "64 values", "packet.rs: MAX_VALUES", 64),
    (
        "TOO_MANY_PARTS",
        "50,000 references in all",
        "packet.rs: MAX_ALL_REFERENCES",
        50_000,
    ),
    (
        "TOO_MANY_PARTS",
        "16 signatures",
        "packet.rs: MAX_SIGNATURES",
        16,
    ),
    (
        "VALUE_NOT_READ",
        "1 MiB",
        "content.rs: MAX_SEARCHED",
        1 << 20,
    ),
    (
        "CONTENT_NOT_READ",
        "16 MiB",
        "content.rs: MAX_JSON",
        16 << 20,
    ),
    (
        "ARCHIVE_TOO_MANY_ENTRIES",
        "4,194,304 files",
        "bag/walk.rs: MAX_ENTRIES",
        4_194_304,
    ),
    (
        "ARCHIVE_PATH_TOO_LONG",
        "4096 bytes",
        "bag/walk.rs: MAX_PATH",
        4096,
    ),
    (
        "ARCHIVE_PATH_TOO_LONG",
        "64 folders",
        "bag/walk.rs: MAX_DEPTH",
        64,
    ),
    ("not_read", "16 MiB", "content.rs: MAX_JSON", 16 << 20),
];

#[test]
fn every_bound_that_it_says_is_the_checkers() {
    for (word, words, at, bound) in BOUNDS {
        assert!(means(word).contains(words), "{word}: {words}");
        let (file, name) = at.split_once(": ").unwrap();
        let source = page(&format!("checker/src/{file}"));
        let mut lines = source.lines();
        let line = lines.find(|line| line.contains(&format!("const {name}: ")));
        let value = line.and_then(|line| line.split_once(" = "));
        let value = value.unwrap_or_else(|| panic!("{at}")).1;
        let factors = value.trim_end_matches(';').split(" * ");
        let product: u64 = factors
            .map(|it| it.replace('_', "").parse::<u64>().unwrap())
            .product();
        assert_eq!(product, bound, "{word}, {at}");
    }
}

/// What a report says in words of a closed list is a question somebody has.
#[test]
fn every_word_of_a_report_is_there() {
    let schema: Value = serde_json::from_str(&page("checker/report.schema.json")).unwrap();
    let glossary = builtin();
    let mut seen = 0;
    for place in [
        "/properties/outcome/enum",
        "/$defs/bag/properties/outcome/enum",
        "/$defs/gate/properties/outcome/enum",
        "/$defs/item/properties/content/enum",
        "/$defs/item/properties/source/enum",
        "/$defs/item/properties/evidence_class/enum",
        "/$defs/item/properties/provenance/enum",
        "/$defs/item/properties/derivation/enum",
        "/$defs/capture/oneOf/0/properties/outcome/enum",
        "/$defs/claim/properties/outcome/enum",
        "/$defs/link/properties/outcome/enum",
        "/$defs/link/properties/link/enum",
        "/$defs/citation/properties/weight/enum",
    ] {
        for word in schema.pointer(place).unwrap().as_array().unwrap() {
            let word = word.as_str().unwrap();
            assert!(glossary.find(word).is_some(), "{place}: {word}");
            seen += 1;
        }
    }
    assert!(seen > 45, "{seen}");
}

#[test]
fn every_code_of_a_check_and_word_about_a_report_is_there() {
    let glossary = builtin();
    for code in [
        Code::NoGapObserved,
        Code::GapsFound,
        Code::PacketRefused,
        Code::TimedOut,
        Code::Stalled,
    ] {
        assert!(glossary.find(code.word()).is_some(), "{}", code.word());
    }
    for word in [
        "asserted",
        "warning",
        "verified",
        "denied",
        "gating",
        "captured_at",
        "captured_by",
        "differing",
        "unusable",
        "git",
        "digest",
        "number",
        "moment",
        "key id",
    ] {
        assert!(glossary.find(word).is_some(), "{word}");
    }
}
