//! Every named packet comes out as it must: outcome, gate, reason.
//!
//! P1 is left out here by calling the library; the program has no such way.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::path::Path;

use checker::report::Report;
use checker::{GapReason as Gap, Gate, GateOutcome, Guard, Outcome, Reason, Settings};

/// What a packet must come out as.
#[derive(Debug, Clone, Copy)]
enum Expected {
    NoGap,
    /// The first gate that fails, and the reason that is found there.
    Gap(Gate, Gap),
    Refused(Reason),
}
use Expected::{Gap as Gaps, NoGap, Refused};

const EXPECTED: &[(&str, Expected)] = &[
    ("fix7", Gaps(Gate::G8, Gap::LocalCopyAsAuthority)),
    ("fix7-twice", Gaps(Gate::G8, Gap::LocalCopyAsAuthority)),
    ("no-gap", NoGap),
    // Nobody interprets the words of a claim.
    ("words-that-ask", NoGap),
    ("old-version", NoGap),
    ("odd-names", NoGap),
    ("other-spelling", NoGap),
    ("utf16-tags", NoGap),
    ("utf16le-tags", NoGap),
    ("latin1-tags", NoGap),
    ("sha512-only", NoGap),
    ("weak-beside-strong", NoGap),
    ("weak-tag-manifest", NoGap),
    ("every-digest", NoGap),
    ("names-of-hashlib", NoGap),
    ("folded-info", NoGap),
    ("empty-folder-inside", NoGap),
    ("normalisation-twins", NoGap),
    ("prose-only", Gaps(Gate::G10, Gap::ProseOnly)),
    ("local-copy", Gaps(Gate::G8, Gap::LocalCopyAsAuthority)),
    (
        "local-copy-beside-native",
        Gaps(Gate::G8, Gap::LocalCopyAsAuthority),
    ),
    ("revision-conflict", Gaps(Gate::G9, Gap::RevisionConflict)),
    (
        "capture-after-export",
        Gaps(Gate::G9, Gap::TimeInconsistent),
    ),
    (
        "derived-before-source",
        Gaps(Gate::G9, Gap::TimeInconsistent),
    ),
    ("no-evidence", Gaps(Gate::G10, Gap::NoEvidence)),
    ("evidence-unknown", Gaps(Gate::G10, Gap::EvidenceMissing)),
    (
        "evidence-file-missing",
        Gaps(Gate::G10, Gap::EvidenceMissing),
    ),
    (
        "provenance-incomplete",
        Gaps(Gate::G7, Gap::ProvenanceIncomplete),
    ),
    ("not-pinned", Gaps(Gate::G7, Gap::NotPinned)),
    ("label-alone", Gaps(Gate::G10, Gap::CaptureMissing)),
    ("relabelled-prose", Gaps(Gate::G8, Gap::AuthorityUnknown)),
    ("key-of-another", Gaps(Gate::G8, Gap::CaptureNotSigned)),
    ("stolen-capture", Gaps(Gate::G8, Gap::CaptureOfAnother)),
    ("restamped", Gaps(Gate::G8, Gap::CaptureDisagrees)),
    ("not-a-capture", Gaps(Gate::G8, Gap::CaptureMalformed)),
    ("another-class", Gaps(Gate::G8, Gap::AuthorityNotForClass)),
    ("enrolment-over", Gaps(Gate::G8, Gap::EnrolmentExpired)),
    ("moving-revision", Gaps(Gate::G7, Gap::NotPinned)),
    ("exported-later", Gaps(Gate::G9, Gap::TimeInconsistent)),
    ("listing-not-json", Gaps(Gate::G10, Gap::ContentNotAsSaid)),
    ("other-value", Gaps(Gate::G10, Gap::ValueDiffers)),
    ("value-of-a-label", Gaps(Gate::G10, Gap::CaptureMissing)),
    ("value-of-stolen", Gaps(Gate::G8, Gap::CaptureOfAnother)),
    ("value-of-prose", Gaps(Gate::G10, Gap::ProseOnly)),
    ("moment-to-come", Gaps(Gate::G7, Gap::NotPinned)),
    ("statement-of-a-branch", Gaps(Gate::G7, Gap::NotPinned)),
    ("value-rounded", Gaps(Gate::G10, Gap::ValueDiffers)),
    ("value-twice", Gaps(Gate::G10, Gap::ValueDiffers)),
    ("value-in-text", Gaps(Gate::G10, Gap::ValueDiffers)),
    ("value-in-long-item", Gaps(Gate::G10, Gap::ValueNotRead)),
    ("long-listing", Gaps(Gate::G10, Gap::ContentNotRead)),
    ("long-capture", Refused(Reason::CaptureTooLong)),
    ("statement-only", Gaps(Gate::G10, Gap::StatementOnly)),
    ("requirement-unmet", Gaps(Gate::G10, Gap::RequirementUnmet)),
    ("circular", Gaps(Gate::G10, Gap::CircularDerivation)),
    ("ring", Gaps(Gate::G10, Gap::CircularDerivation)),
    ("unanchored", Gaps(Gate::G10, Gap::UnanchoredDerivation)),
    ("scope-mismatch", Gaps(Gate::G10, Gap::ScopeMismatch)),
    ("asks-global", Gaps(Gate::G10, Gap::GlobalVerdictDenied)),
    ("asks-gating", Gaps(Gate::G10, Gap::GatingVerdictDenied)),
    ("extra-action", Refused(Reason::ActionDenied)),
    ("no-packet", Refused(Reason::PacketMissing)),
    ("no-claims", Refused(Reason::NoClaims)),
    ("unknown-schema", Refused(Reason::SchemaUnknown)),
    ("unknown-field", Refused(Reason::PacketShape)),
    ("array-for-object", Refused(Reason::PacketShape)),
    ("duplicate-key", Refused(Reason::PacketShape)),
    ("duplicate-id", Refused(Reason::DuplicateId)),
    ("not-json", Refused(Reason::PacketSyntax)),
    ("trailing-json", Refused(Reason::PacketSyntax)),
    ("deep-json", Refused(Reason::PacketShape)),
    ("long-packet", Refused(Reason::PacketTooLong)),
    ("bad-id", Refused(Reason::IdMalformed)),
    ("bad-scope", Refused(Reason::ScopeMalformed)),
    ("many-references", Refused(Reason::TooManyParts)),
    ("references-in-all", Refused(Reason::TooManyParts)),
    ("many-actions", Refused(Reason::TooManyParts)),
    ("bad-time", Refused(Reason::TimeMalformed)),
    ("control-character", Refused(Reason::TextUnsafe)),
    ("item-outside", Refused(Reason::ItemPath)),
    ("item-is-packet", Refused(Reason::ItemPath)),
    ("one-byte-changed", Refused(Reason::DigestMismatch)),
    ("one-byte-added", Refused(Reason::DigestMismatch)),
    ("sha512-changed", Refused(Reason::DigestMismatch)),
    ("unlisted-file", Refused(Reason::UnlistedFile)),
    ("missing-file", Refused(Reason::MissingFile)),
    ("fetch-txt", Refused(Reason::FetchNotAllowed)),
    ("fetch-syntax", Refused(Reason::FetchSyntax)),
    ("symlink", Refused(Reason::Symlink)),
    ("symlink-outside", Refused(Reason::Symlink)),
    ("symlink-folder", Refused(Reason::Symlink)),
    ("symlink-tag", Refused(Reason::Symlink)),
    ("fifo", Refused(Reason::NotRegular)),
    ("socket", Refused(Reason::NotRegular)),
    ("hard-link", Refused(Reason::HardLink)),
    ("hard-link-tag", Refused(Reason::HardLink)),
    ("name-not-utf8", Refused(Reason::NameNotUtf8)),
    ("deep-folders", Refused(Reason::PathTooLong)),
    ("no-declaration", Refused(Reason::DeclarationMissing)),
    ("bom-declaration", Refused(Reason::ByteOrderMark)),
    ("third-line", Refused(Reason::DeclarationSyntax)),
    ("unknown-version", Refused(Reason::VersionUnsupported)),
    ("unknown-encoding", Refused(Reason::EncodingUnsupported)),
    ("no-manifest", Refused(Reason::ManifestMissing)),
    ("md5-only", Refused(Reason::ManifestTooWeak)),
    ("sha1-and-md5", Refused(Reason::ManifestTooWeak)),
    ("md5-only-changed", Refused(Reason::DigestMismatch)),
    ("weak-in-part", Refused(Reason::ManifestTooWeak)),
    ("md5-wrong", Refused(Reason::DigestMismatch)),
    ("blake2-wrong", Refused(Reason::DigestMismatch)),
    ("md5-tag-wrong", Refused(Reason::TagDigestMismatch)),
    ("unknown-algorithm", Refused(Reason::AlgorithmUnknown)),
    ("misspelled-algorithm", Refused(Reason::AlgorithmUnknown)),
    ("unknown-tag-algorithm", Refused(Reason::AlgorithmUnknown)),
    ("manifests-disagree", Refused(Reason::ManifestsDisagree)),
    ("many-manifests", Refused(Reason::TooManyManifests)),
    ("many-tag-manifests", Refused(Reason::TooManyManifests)),
    ("long-line", Refused(Reason::TagFileTooLong)),
    ("path-outside", Refused(Reason::PathOutside)),
    ("manifest-syntax", Refused(Reason::ManifestSyntax)),
    ("short-digest", Refused(Reason::DigestSyntax)),
    ("duplicate-entry", Refused(Reason::DuplicateEntry)),
    ("duplicate-by-dot", Refused(Reason::DuplicateEntry)),
    ("absolute-path", Refused(Reason::PathAbsolute)),
    ("parent-path", Refused(Reason::PathEscapes)),
    ("dot-path", Refused(Reason::PathSegment)),
    ("empty-segment", Refused(Reason::PathSegment)),
    ("home-path", Refused(Reason::PathAbsolute)),
    ("percent-escape", Refused(Reason::PathEncoding)),
    ("not-utf8", Refused(Reason::TagFileEncoding)),
    ("case-collision", Refused(Reason::CaseCollision)),
    ("case-collision-tag", Refused(Reason::CaseCollision)),
    ("oxum-wrong", Refused(Reason::OxumMismatch)),
    ("oxum-bytes", Refused(Reason::OxumMismatch)),
    ("oxum-twice", Refused(Reason::OxumRepeated)),
    ("oxum-syntax", Refused(Reason::OxumSyntax)),
    ("info-syntax", Refused(Reason::BagInfoSyntax)),
    ("info-spacing", Refused(Reason::BagInfoSyntax)),
    ("ascii-tags", Refused(Reason::TagFileEncoding)),
    ("seals-a-seal", Refused(Reason::TagManifestCoverage)),
    ("tag-changed", Refused(Reason::TagDigestMismatch)),
    ("tag-missing", Refused(Reason::TagFileMissing)),
    ("manifest-unsealed", Refused(Reason::TagManifestCoverage)),
    ("data-is-file", Refused(Reason::PayloadFolderMissing)),
    ("no-payload", Refused(Reason::PayloadFolderMissing)),
    ("empty-folder", Refused(Reason::DeclarationMissing)),
];

fn triage(input: &Path) -> Report {
    let settings = Settings::of(input.into(), input.join("none"));
    checker::triage(&Guard::new(&settings), &order()).expect("the self-audit holds")
}

fn fixture(name: &str) -> Report {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let bag = dir.path().join("bag");
    fixtures::write(name, &bag).expect("the packet can be written");
    triage(&bag)
}

#[test]
fn every_named_packet_has_an_expected_outcome() {
    let expected: Vec<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
    assert_eq!(expected, fixtures::names());
}

#[test]
fn every_named_packet_comes_out_as_expected() {
    let mut wrong = Vec::new();
    for (name, expected) in EXPECTED {
        let report = fixture(name);
        let found = report
            .gates
            .iter()
            .find(|gate| gate.outcome == GateOutcome::Failed);
        let good = match (expected, found) {
            (NoGap, None) => report.outcome == Outcome::NoGapObserved,
            (Gaps(gate, reason), Some(found)) => {
                report.outcome == Outcome::Gaps
                    && found.gate == *gate
                    && found.gaps.iter().any(|finding| finding.reason == *reason)
                    && report.claims.iter().any(|claim| claim.gap == Some(*reason))
            }
            (Refused(reason), Some(found)) => {
                report.outcome == Outcome::Refused
                    && found.gate == reason.gate()
                    && report
                        .refusal
                        .as_ref()
                        .is_some_and(|refusal| refusal.reason == *reason)
            }
            (NoGap, Some(_)) | (Gaps(..) | Refused(_), None) => false,
        };
        if !good {
            wrong.push(format!(
                "{name}: expected {expected:?}, observed {:?} {:?} {found:?}",
                report.outcome, report.refusal
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Reasons without a packet: what they need cannot lie in a folder and wait. Each has
/// a test beside the code that gives it.
const WITHOUT_PACKET: [Reason; 3] = [
    Reason::Unreadable,       // root reads everything; the sandbox's user does not
    Reason::TooManyEntries,   // four million files
    Reason::ChangedWhileRead, // a race
];

#[test]
fn every_reason_to_refuse_has_a_packet_that_is_refused_for_it() {
    let shown = |reason: &Reason| {
        EXPECTED
            .iter()
            .any(|(_, expected)| matches!(expected, Refused(shown) if shown == reason))
    };
    let missing: Vec<&Reason> = Reason::ALL.iter().filter(|reason| !shown(reason)).collect();
    assert_eq!(missing, WITHOUT_PACKET.iter().collect::<Vec<_>>());
}

#[test]
fn every_claim_of_fix7_breaks_where_it_should_or_holds() {
    let report = fixture("fix7");
    let claims: Vec<(&str, Option<Gap>)> = report
        .claims
        .iter()
        .map(|claim| (claim.id.as_str(), claim.gap))
        .collect();
    assert_eq!(
        claims,
        [
            ("runtime-present", None),
            ("sandbox-is-primary", None),
            ("tests-in-scope", None),
            ("index-revision", None),
            ("profile-enforces", Some(Gap::ProseOnly)),
            ("plan-modules", Some(Gap::LocalCopyAsAuthority)),
            ("operator-attested", Some(Gap::NoEvidence)),
        ]
    );
}

/// What the first claim's value was to be, and what stands there.
fn differing(name: &str) -> Vec<(Gap, String, Option<String>)> {
    let all = fixture(name).claims.into_iter().flat_map(|it| it.differing);
    all.map(|it| (it.reason, it.expected, it.observed))
        .collect()
}

#[test]
fn a_value_that_differs_is_told_with_what_stands_there() {
    let one = |expected: &str, observed: Option<&str>| {
        let observed = observed.map(str::to_owned);
        vec![(Gap::ValueDiffers, expected.to_owned(), observed)]
    };
    let text = |text: &str| format!("\"{text}\"");
    let (exited, running) = (text("exited"), text("running"));
    assert_eq!(differing("other-value"), one(&exited, Some(&running)));
    assert_eq!(
        differing("value-rounded"),
        one("9007199254740992", Some("9007199254740993"))
    );
    // It is there twice, or in no JSON: nothing stands there for sure.
    for name in ["value-twice", "value-in-text"] {
        assert_eq!(differing(name).len(), 1, "{name}");
        assert_eq!(differing(name)[0].2, None, "{name}");
    }
    let missing = differing("evidence-unknown");
    assert_eq!(
        missing,
        [(Gap::EvidenceMissing, running, None)],
        "its claim names a value of another item"
    );
    assert_eq!(differing("fix7"), []);
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
