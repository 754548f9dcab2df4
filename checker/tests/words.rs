//! Which of three words a bag has for each reason: `invalid` is what was shown to be
//! wrong with it, `not_accepted` what this program or its host does not take.

use std::collections::BTreeSet;

use checker::report::BagOutcome;
use checker::{Gate, Reason};
use serde_json::Value;

/// Every reason to refuse a bag, and its word.
const WORDS: &[(Reason, BagOutcome)] = {
    use BagOutcome::{Invalid, NotAccepted};
    &[
        (Reason::Unreadable, NotAccepted),
        (Reason::Symlink, Invalid),
        (Reason::NotRegular, Invalid),
        (Reason::HardLink, NotAccepted),
        (Reason::NameNotUtf8, NotAccepted),
        (Reason::PathTooLong, NotAccepted),
        (Reason::TooManyEntries, NotAccepted),
        (Reason::ChangedWhileRead, NotAccepted),
        (Reason::DeclarationMissing, Invalid),
        (Reason::DeclarationSyntax, Invalid),
        (Reason::ByteOrderMark, Invalid),
        (Reason::VersionUnsupported, NotAccepted),
        (Reason::EncodingUnsupported, NotAccepted),
        (Reason::TagFileEncoding, Invalid),
        (Reason::TagFileTooLong, NotAccepted),
        (Reason::PayloadFolderMissing, Invalid),
        (Reason::ManifestMissing, Invalid),
        (Reason::TooManyManifests, NotAccepted),
        (Reason::ManifestSyntax, Invalid),
        (Reason::DigestSyntax, Invalid),
        (Reason::PathAbsolute, Invalid),
        (Reason::PathEscapes, Invalid),
        (Reason::PathSegment, Invalid),
        (Reason::PathOutside, Invalid),
        (Reason::PathEncoding, Invalid),
        (Reason::DuplicateEntry, Invalid),
        (Reason::CaseCollision, NotAccepted),
        (Reason::FetchSyntax, Invalid),
        (Reason::FetchNotAllowed, NotAccepted),
        (Reason::BagInfoSyntax, Invalid),
        (Reason::OxumSyntax, Invalid),
        (Reason::OxumRepeated, Invalid),
        (Reason::TagManifestCoverage, Invalid),
        (Reason::MissingFile, Invalid),
        (Reason::UnlistedFile, Invalid),
        (Reason::ManifestsDisagree, Invalid),
        (Reason::TagFileMissing, Invalid),
        (Reason::OxumMismatch, Invalid),
        (Reason::DigestMismatch, Invalid),
        (Reason::TagDigestMismatch, Invalid),
        (Reason::AlgorithmUnknown, NotAccepted),
        (Reason::ManifestTooWeak, NotAccepted),
    ]
};

#[test]
fn every_reason_has_its_word() {
    let of_bags = Reason::ALL.iter().filter(|it| it.gate() < Gate::G6);
    let listed: Vec<Reason> = WORDS.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(listed, of_bags.copied().collect::<Vec<_>>());
    for (reason, word) in WORDS {
        assert_eq!(BagOutcome::of(Some(*reason)), *word, "{reason}");
    }
    for reason in Reason::ALL.iter().filter(|it| it.gate() == Gate::G6) {
        assert_eq!(BagOutcome::of(Some(*reason)), BagOutcome::Valid, "{reason}");
    }
    assert_eq!(BagOutcome::of(None), BagOutcome::Valid);
}

#[test]
fn the_schema_has_the_same_words() {
    let schema = include_str!("../report.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let reasons = schema.pointer("/oneOf/0/if/properties/refusal/properties/reason/enum");
    let reasons: BTreeSet<String> =
        serde_json::from_value(reasons.expect("reasons").clone()).expect("names");
    let policy = WORDS
        .iter()
        .filter(|(_, it)| *it == BagOutcome::NotAccepted);
    assert_eq!(reasons, policy.map(|(it, _)| it.to_string()).collect());
}
