//! A report in lines: what each kind of finding is shown as.

use checker::{Guard, Settings};

use super::*;

fn shown(fixture: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write(fixture, &input).unwrap();
    let output = "/nowhere".into();
    let order = checker::Order::parse(&fixtures::order()).unwrap();
    lines(&checker::triage(&Guard::new(&Settings::of(input, output)), &order).unwrap())
}

#[test]
fn a_report_with_gaps_names_them_and_says_what_it_is_not() {
    let shown = shown("fix7");
    for line in [
        "outcome  gaps (exit 4)",
        "gates    G1 outside, G2 yes, G3 yes, G4 yes, G5 yes, G6 yes, G7 yes, G8 NO, G9 yes, \
         G10 NO, G11 yes, G12 outside",
        "  G10: does each claim's Article 14 chain hold? no",
        "claim    profile-enforces: gap PROSE_ONLY",
        "  rests on session-notes, which cannot carry it",
    ] {
        assert!(shown.lines().any(|it| it == line), "{line}\n{shown}");
    }
    assert!(
        shown.ends_with("No gap observed is not a permission.\n"),
        "{shown}"
    );
}

#[test]
fn a_value_that_differs_is_shown_beside_what_stands_there() {
    for (fixture, line) in [
        (
            "other-value",
            "  at docker-listing#/0/state expected \"exited\", observed \"running\"",
        ),
        (
            "value-rounded",
            "  at docker-listing#/0/n expected 9007199254740992, observed 9007199254740993",
        ),
        (
            "value-in-text",
            "observed nothing that can be read for sure",
        ),
        ("evidence-unknown", "observed EVIDENCE_MISSING"),
    ] {
        let shown = shown(fixture);
        assert!(
            shown.lines().any(|it| it.ends_with(line)),
            "{line}\n{shown}"
        );
    }
}

#[test]
fn a_refused_packet_says_where_and_why() {
    let shown = shown("one-byte-changed");
    assert!(shown.contains("refused  DIGEST_MISMATCH: data/"), "{shown}");
    assert!(
        shown.contains("bag      invalid: its payload was not counted\n"),
        "{shown}"
    );
}

#[test]
fn a_bag_that_is_not_accepted_names_what_was_checked_and_what_was_not() {
    let weak = shown("md5-only");
    for line in [
        "bag      not_accepted: 8 payload files, 11114 bytes",
        "digests  md5: each one checked",
        "refused  MANIFEST_TOO_WEAK: manifest-md5.txt",
        "  G5: do all digests stated match, none unknown, not only weak ones? no",
    ] {
        assert!(weak.lines().any(|it| it == line), "{line}\n{weak}");
    }
    let unknown = shown("unknown-algorithm");
    for line in [
        "digests  sha256: each one checked",
        "digests  whirlpool: unknown, NOT checked",
        "refused  ALGORITHM_UNKNOWN: manifest-whirlpool.txt",
    ] {
        assert!(unknown.lines().any(|it| it == line), "{line}\n{unknown}");
    }
}

#[test]
fn every_fault_and_warning_has_a_line_with_its_place() {
    let twins = shown("normalisation-twins");
    let line =
        "warning  NORMALISATION_TWINS: data/evidence/cafe\u{301}.txt (data/evidence/caf\u{e9}.txt)";
    assert!(twins.lines().any(|it| it == line), "{twins}");
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write("no-gap", &input).unwrap();
    let manifest = input.join("manifest-sha256.txt");
    let listed = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(manifest, format!("{listed}one\n{}", "two\n".repeat(120))).unwrap();
    let profile = "BagIt-Profile-Identifier: urn:a:b\nX: a\u{1b}[2Jb\n";
    std::fs::write(input.join("bag-info.txt"), profile).unwrap();
    let output = "/nowhere".into();
    let order = checker::Order::default();
    let report = checker::triage(&Guard::new(&Settings::of(input, output)), &order).unwrap();
    let shown = lines(&report);
    for line in [
        "profile  urn:a:b",
        "info     X: a\u{fffd}[2Jb",
        "refused  MANIFEST_SYNTAX: manifest-sha256.txt:7",
        "fault    MANIFEST_SYNTAX: manifest-sha256.txt:8",
        "  and 21 more",
    ] {
        assert!(shown.lines().any(|it| it == line), "{line}\n{shown}");
    }
}

#[test]
fn a_packets_words_cannot_drive_a_terminal() {
    assert_eq!(cut("a\u{1b}[2J\nb"), "a\u{241b}[2J\u{240a}b");
    assert_eq!(cut(&"x".repeat(200)).chars().count(), MAX_WORDS + 1);
}
