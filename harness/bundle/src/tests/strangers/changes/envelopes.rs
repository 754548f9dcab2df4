//! Each envelope changed alone, by somebody who has no key.

use seal::bundle::{ENVELOPES, STATEMENT_FILE, TEST_RESULT_FILE};
use seal::key::{SecretKey, Signer};
use seal::statement::attestation::VerdictWord;

use super::{Change, Desk};
use crate::forgery::Specimen;
use crate::sample::stand_in;

/// In an envelope's text, what stands in the middle becomes what stands on the right.
const EDITS: [(&str, &str, &str); 13] = [
    (
        "payload, its first byte",
        "{\"payload\":\"e",
        "{\"payload\":\"f",
    ),
    (
        "payload, none",
        "{\"payload\":\"",
        "{\"payload\":\"\",\"was\":\"",
    ),
    (
        "payload, before it another",
        "{\"payload\":\"",
        "{\"payload\":\"e30=\",\"payload\":\"",
    ),
    (
        "payload, behind it another",
        "\",\"payloadType",
        "\",\"payload\":\"e30=\",\"payloadType",
    ),
    ("type, another", "in-toto+json", "in-toto+jsom"),
    (
        "type, another behind it",
        "\"signatures\"",
        "\"payloadType\":\"x\",\"signatures\"",
    ),
    (
        "type, none",
        "\"payloadType\":\"application/vnd.in-toto+json\",",
        "",
    ),
    ("key id, another", "\"keyid\":\"", "\"keyid\":\"0"),
    ("key id, none", "\"keyid\":\"", "\"was\":\""),
    (
        "signature, none",
        "\"signatures\":[",
        "\"signatures\":[],\"was\":[",
    ),
    (
        "signature, one before it",
        "\"signatures\":[",
        "\"signatures\":[{\"keyid\":\"\",\"sig\":\"e30=\"},",
    ),
    (
        "signature, one in it",
        "\"sig\":\"",
        "\"sig\":\"e30=\",\"sig\":\"",
    ),
    ("a space", ",\"signatures\"", ", \"signatures\""),
];

/// How many of an envelope's bytes are changed, evenly over all of it.
const BYTES: usize = 12;

/// Each envelope changed, and exchanged for another by the same key.
pub(in super::super) fn envelopes(desk: &Desk) -> Vec<Change> {
    let mut changes = exchanged();
    for file in ENVELOPES {
        let whole = String::from_utf8(desk.file(file).to_vec()).unwrap();
        for (what, bytes) in changed(&whole) {
            assert_ne!(whole.as_bytes(), bytes, "{what}");
            let make = move |desk: &Desk| desk.write(file, &bytes);
            let what = format!("{file}, {what}");
            changes.push(Change::new(what, &format!("{file}: "), make));
        }
    }
    changes
}

fn changed(whole: &str) -> Vec<(String, Vec<u8>)> {
    let edits = EDITS.iter().map(|(what, from, to)| {
        let changed = whole.replacen(from, to, 1);
        ((*what).to_owned(), changed.into_bytes())
    });
    let bytes = (0..whole.len()).step_by(whole.len() / BYTES).map(|at| {
        let mut changed = whole.as_bytes().to_vec();
        changed[at] ^= 1;
        (format!("byte {at}"), changed)
    });
    let payload = whole.find("\",\"payloadType").unwrap();
    let signature = whole.rfind("\"}]}").unwrap();
    // Without its last four characters, which is still base64.
    let shorter = |end: usize| [&whole[..end - 4], &whole[end..]].concat();
    let others = [
        ("payload, shorter", shorter(payload).into_bytes()),
        ("signature, shorter", shorter(signature).into_bytes()),
        ("nothing", Vec::new()),
        (
            "a line's end behind it",
            [whole, "\n"].concat().into_bytes(),
        ),
        ("NUL behind it", [whole, "\0"].concat().into_bytes()),
        ("twice", [whole, "\n", whole].concat().into_bytes()),
    ];
    let others = others.map(|(what, bytes)| (what.to_owned(), bytes));
    edits.chain(bytes).chain(others).collect()
}

/// Good envelopes by the right key, of which one is not of this bundle.
fn exchanged() -> Vec<Change> {
    let signer = || Signer::operator(SecretKey::from_seed(&[7; 32]));
    let later = Specimen::seal_with(&stand_in::sample().of_another_run(), signer()).unwrap();
    let later = std::fs::read(later.at(STATEMENT_FILE)).unwrap();
    let failed = Specimen::seal_with(&stand_in::sample(), signer()).unwrap();
    let broken = failed.forge(|said, _| {
        let mut rows = said.rows.iter_mut();
        let held = rows.find(|row| row.verdict == VerdictWord::Held);
        held.unwrap().verdict = VerdictWord::Broken;
    });
    broken.unwrap();
    let failed = std::fs::read(failed.at(TEST_RESULT_FILE)).unwrap();
    let expected = "statement.dsse.json: expected a sandbox attestation";
    let differs = "test-result.dsse.json: expected what the statement says";
    vec![
        Change::new("envelopes exchanged for each other", expected, |desk| {
            desk.write(STATEMENT_FILE, desk.file(TEST_RESULT_FILE));
            desk.write(TEST_RESULT_FILE, desk.file(STATEMENT_FILE));
        }),
        Change::new("the test result twice", expected, |desk| {
            desk.write(STATEMENT_FILE, desk.file(TEST_RESULT_FILE));
        }),
        Change::new("the statement twice", differs, |desk| {
            desk.write(TEST_RESULT_FILE, desk.file(STATEMENT_FILE));
        }),
        Change::new("another bundle's test result", differs, move |desk| {
            desk.write(TEST_RESULT_FILE, &failed);
        }),
        // It lists that bundle's files: the first that differs is named.
        Change::new(
            "another bundle's statement",
            "junit.xml: not the file",
            move |desk| {
                desk.write(STATEMENT_FILE, &later);
            },
        ),
    ]
}
