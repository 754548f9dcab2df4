//! Statements that the right key signed, and that no reader may take for good: the
//! commands must not read them otherwise than a strict reader does.

use seal::bundle::{STATEMENT_FILE, TEST_RESULT_FILE};
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};

use super::{Change, Desk};

/// What is said of a forged statement.
const NOT_JSON: &str = "statement.dsse.json: its payload is not canonical JSON";
const NOT_IT: &str = "statement.dsse.json: expected a sandbox attestation";
const NOT_LISTED: &str = "statement.dsse.json: its list of files is not understood";
const DIFFERS: &str = "test-result.dsse.json: expected what the statement says";

/// In the statement, what stands in the middle becomes what stands on the right.
const EDITS: [(&str, &str, &str); 30] = [
    (NOT_JSON, "\"files\":[", "\"files\":[],\"files\":["),
    (NOT_JSON, "\"files\":[", "\"f\\u0069les\":[],\"files\":["),
    (
        NOT_JSON,
        "\"path\":\"junit.xml\"",
        "\"path\":\"engine.json\",\"path\":\"junit.xml\"",
    ),
    (NOT_JSON, "\"host\":{", "\"host\":{\"kernel\":\"x\","),
    (
        NOT_JSON,
        "\"predicateType\":",
        "\"predicateType\":\"x\",\"predicateType\":",
    ),
    (NOT_JSON, "\"files\":[", " \"files\":["),
    (NOT_JSON, "\"files\":[", "\n\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\" [],\"files\":["),
    (NOT_JSON, "\"files\":[", "\"files\":[,"),
    (NOT_JSON, "\"files\":[", "\"a\":[1 2],\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\":[},\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\":\"\t\",\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\":\"\0\",\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\":\"\\/\",\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a b\":1,\"files\":["),
    (NOT_JSON, "\"files\":[", "\"a\":nil,\"files\":["),
    (NOT_JSON, "{\"_type\"", "[{\"_type\""),
    (NOT_JSON, "{\"_type\"", "{}{\"_type\""),
    (
        NOT_IT,
        "in-toto.io/Statement/v1",
        "in-toto.io/Statement/v0.1",
    ),
    (NOT_IT, "sandbox-attestation/v1", "sandbox-attestation/v2"),
    (NOT_IT, "\"keyid\":\"", "\"keyid\":\"0"),
    (NOT_IT, "\"role\":\"operator\"", "\"role\":\"owner\""),
    (
        NOT_LISTED,
        "\"path\":\"junit.xml\"",
        "\"path\":\"junit.xml\\\"\"",
    ),
    (
        NOT_LISTED,
        "\"path\":\"junit.xml\"",
        "\"path\":\"junit.xml\\n\"",
    ),
    (NOT_LISTED, "\"path\":\"junit.xml\",", ""),
    (
        NOT_LISTED,
        "\"path\":\"junit.xml\"",
        "\"path\":[\"junit.xml\"]",
    ),
    (
        "/junit.xml: missing",
        "\"path\":\"junit.xml\"",
        "\"path\":\"/junit.xml\"",
    ),
    (
        "../junit.xml: missing",
        "\"path\":\"junit.xml\"",
        "\"path\":\"../junit.xml\"",
    ),
    (DIFFERS, "\"verdict\":\"held\"}", "\"verdict\":\"broken\"}"),
    (
        DIFFERS,
        "\"verdict\":\"incomplete\"",
        "\"verdict\":\"fine\"",
    ),
];

/// Added fields, which a later release may bring, and texts that are hard to read.
const UNDERSTOOD: [(&str, &str); 3] = [
    (
        "\"predicate\":{",
        "\"predicate\":{\"a\":{\"b-c\":[1,-2,{},[],null,true,false,\"\\\"files\\\":[ü\\\\\\u001f\\n\"]},",
    ),
    (
        "\"verdict\":\"held\"}",
        "\"verdict\":\"held\",\"zeal\":{\"path\":\"x\",\"sha256\":\"y\"}}",
    ),
    (
        "\"path\":\"junit.xml\"",
        "\"mode\":\"0644\",\"path\":\"junit.xml\",\"rows\":[{\"path\":1}]",
    ),
];

/// What a good envelope says.
fn payload(desk: &Desk, file: &str) -> String {
    let envelope = Envelope::parse(file, desk.file(file)).unwrap();
    let keys = TrustedKeys::one(desk.specimen.signer().public());
    let payload = envelope.verify(&keys, IN_TOTO).unwrap();
    String::from_utf8(payload.bytes().to_vec()).unwrap()
}

fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn signed(what: &str, names: &str, file: &'static str, text: String) -> Change {
    signed_as(what, names, file, text, IN_TOTO)
}

fn signed_as(
    what: &str,
    names: &str,
    file: &'static str,
    text: String,
    kind: &'static str,
) -> Change {
    Change::new(what, names, move |desk| {
        let sign = desk.specimen.sign(file, text.clone().into_bytes(), kind);
        sign.unwrap();
    })
}

/// Both statements signed again, with something else in them.
pub(in super::super) fn forged(desk: &Desk) -> Vec<Change> {
    let said = payload(desk, STATEMENT_FILE);
    let mut changes = relisted(&said);
    changes.extend(EDITS.iter().map(|(names, from, to)| {
        let what = format!("{from:?} made {to:?}");
        signed(&what, names, STATEMENT_FILE, edited(&said, from, to))
    }));
    for (what, most) in [
        ("cut short", said.len() - 1),
        ("half", said.len() / 2),
        ("empty", 0),
    ] {
        changes.push(signed(
            what,
            NOT_JSON,
            STATEMENT_FILE,
            said[..most].to_owned(),
        ));
    }
    let result = payload(desk, TEST_RESULT_FILE);
    let more = edited(&result, "\"passedTests\":[", "\"passedTests\":[\"A1\",");
    let another_kind = "statement.dsse.json: expected an in-toto payload";
    changes.extend([
        signed(
            "the result spaced",
            DIFFERS,
            TEST_RESULT_FILE,
            edited(&result, ",", ", "),
        ),
        signed("one more passed", DIFFERS, TEST_RESULT_FILE, more),
        signed_as(
            "of another kind",
            another_kind,
            STATEMENT_FILE,
            said,
            "application/json",
        ),
    ]);
    changes
}

/// The statement with another list of files: in the entry of `junit.xml`, what is in
/// the middle becomes what is on the right.
fn relisted(said: &str) -> Vec<Change> {
    let (_, list) = said.split_once("\"files\":[").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let mut entries = list.split_inclusive("},");
    let entry = entries.find(|one| one.contains("\"junit.xml\"")).unwrap();
    let (_, digest) = entry.split_once("\"sha256\":\"").unwrap();
    let (digest, _) = digest.split_once('"').unwrap();
    let itself = entry.to_owned() + &edited(entry, "junit.xml", STATEMENT_FILE);
    let lists = [
        ("junit.xml: a file too many", entry, String::new()),
        ("junit.xml: missing", entry, entry.repeat(2)),
        ("statement.dsse.json: missing", entry, itself),
        ("JUNIT.xml: missing", "junit.xml", "JUNIT.xml".to_owned()),
        (NOT_LISTED, "\"sha256\":", "\"md5\":".to_owned()),
        (NOT_LISTED, digest, digest.to_uppercase()),
        (NOT_LISTED, digest, digest[1..].to_owned()),
        ("junit.xml: not the file", digest, "0".repeat(64)),
    ];
    let lists = lists.into_iter().map(|(names, from, to)| {
        let changed = edited(entry, from, &to);
        (names, edited(said, entry, &changed))
    });
    let none = ("engine.json: a file too many", edited(said, list, ""));
    lists
        .chain([none])
        .map(|(names, said)| {
            let what = format!("listed otherwise, {names}");
            signed(&what, names, STATEMENT_FILE, said)
        })
        .collect()
}

/// Puts a statement there that has more in it than this release writes.
pub(in super::super) fn understood(desk: &Desk) {
    let said = payload(desk, STATEMENT_FILE);
    let said = UNDERSTOOD
        .iter()
        .fold(said, |said, (from, to)| edited(&said, from, to));
    (signed("", "", STATEMENT_FILE, said).make)(desk);
}
