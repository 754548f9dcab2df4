//! Whatever digest a bag states is checked, under every name it may have; what cannot be
//! checked, or only be forged, is named and not accepted.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use checker::report::{BagOutcome, BagReport, Report};
use checker::{Gate, GateOutcome, Guard, Outcome, Reason, Settings};
use fixtures::bag::{Algorithm, Bag, put, seal_tags};

/// The names that bagit.py writes, by Python's `hashlib`.
const HASHLIB: &[(&str, &str)] = &[
    ("sha3224", "sha3_224"),
    ("sha3256", "sha3_256"),
    ("sha3384", "sha3_384"),
    ("sha3512", "sha3_512"),
    ("blake2b512", "blake2b"),
    ("blake2s256", "blake2s"),
];

fn triage(input: &Path) -> Report {
    let guard = Guard::new(&Settings::of(input.into(), "/nowhere".into()));
    checker::triage(&guard, &order()).expect("the self-audit holds")
}

fn fixture(name: &str) -> Report {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fixtures::write(name, &dir.path().join("bag")).expect("a packet");
    triage(&dir.path().join("bag"))
}

fn reason(report: &Report) -> Option<Reason> {
    report.refusal.as_ref().map(|refusal| refusal.reason)
}

/// A bag of two files with these manifests; it is valid and holds no packet.
fn bag(dir: &Path, algorithms: &[Algorithm]) {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let mut bag = Bag::new(BTreeMap::from([file("a", "one"), file("b", "two")]));
    bag.algorithms = algorithms.to_vec();
    bag.write(dir).expect("a bag");
}

/// Changes the first digit of a digest in a manifest, and seals what covers the manifest.
fn misstate(dir: &Path, manifest: &str) {
    let text = fs::read_to_string(dir.join(manifest)).expect("a manifest");
    let digit = if text.starts_with('0') { "1" } else { "0" };
    put(dir, manifest, format!("{digit}{}", &text[1..]).as_bytes()).expect("written");
}

#[test]
fn every_algorithm_beside_a_right_sha256_is_checked_in_both_kinds_of_manifest() {
    for algorithm in Algorithm::ALL {
        let (folder, name) = (tempfile::tempdir().expect("a folder"), algorithm.name());
        let dir = folder.path();
        let all = if *algorithm == Algorithm::Sha256 {
            vec![Algorithm::Sha512, Algorithm::Sha256]
        } else {
            vec![Algorithm::Sha256, *algorithm]
        };
        bag(dir, &all);
        let sound = triage(dir);
        assert_eq!(sound.bag.outcome, BagOutcome::Valid, "{name}");
        assert!(sound.bag.verified.contains(&name.to_owned()), "{name}");

        misstate(dir, &format!("tagmanifest-{name}.txt"));
        assert_eq!(
            reason(&triage(dir)),
            Some(Reason::TagDigestMismatch),
            "{name}"
        );

        misstate(dir, &format!("manifest-{name}.txt"));
        all.iter()
            .for_each(|it| seal_tags(dir, *it).expect("sealed"));
        let wrong = triage(dir);
        assert_eq!(reason(&wrong), Some(Reason::DigestMismatch), "{name}");
        assert_eq!(wrong.bag.outcome, BagOutcome::Invalid);
        let refusal = wrong.refusal.expect("a refusal");
        for said in [refusal.expected, refusal.observed] {
            let said = said.expect("a digest");
            assert!(
                said.starts_with(&format!("{name}:")) && !said.contains(' '),
                "{said}"
            );
        }
    }
}

#[test]
fn a_manifest_under_the_name_of_hashlib_is_checked() {
    for (name, hashlib) in HASHLIB {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        let algorithm = Algorithm::ALL.iter().find(|it| it.name() == *name);
        let algorithm = *algorithm.expect("an algorithm of the fixtures");
        bag(dir, &[algorithm]);
        for kind in ["manifest", "tagmanifest"] {
            let path = |name: &str| dir.join(format!("{kind}-{name}.txt"));
            fs::rename(path(name), path(hashlib)).expect("renamed");
            seal_tags(dir, algorithm).expect("sealed");
        }
        let sealed = format!("tagmanifest-{name}.txt");
        let renamed = format!("tagmanifest-{hashlib}.txt");
        fs::rename(dir.join(sealed), dir.join(&renamed)).expect("renamed");
        assert_eq!(triage(dir).bag.verified, [*hashlib]);
        misstate(dir, &renamed);
        assert_eq!(
            reason(&triage(dir)),
            Some(Reason::TagDigestMismatch),
            "{hashlib}"
        );
        put(dir, "data/a", b"One").expect("written");
        assert_eq!(
            reason(&triage(dir)),
            Some(Reason::DigestMismatch),
            "{hashlib}"
        );
    }
}

#[test]
fn what_only_can_be_forged_is_a_third_word_and_says_what_was_checked() {
    for (name, verified) in [
        ("md5-only", &["md5"][..]),
        ("sha1-and-md5", &["md5", "sha1"]),
        ("weak-in-part", &["md5", "sha256"]),
    ] {
        let report = fixture(name);
        assert_eq!(reason(&report), Some(Reason::ManifestTooWeak), "{name}");
        assert_eq!((report.outcome, report.exit), (Outcome::Refused, 6));
        assert_eq!(report.bag.outcome, BagOutcome::NotAccepted);
        assert_eq!(report.bag.verified, verified);
        assert_eq!(report.bag.payload_files, Some(8));
        gates(&report);
    }
    assert_eq!(fixture("md5-only-changed").bag.outcome, BagOutcome::Invalid);
}

#[test]
fn an_algorithm_that_is_unknown_is_named_and_the_bag_is_not_accepted() {
    for (name, unknown, manifest) in [
        ("unknown-algorithm", "whirlpool", "manifest-whirlpool.txt"),
        ("misspelled-algorithm", "sha-256", "manifest-sha-256.txt"),
        ("unknown-tag-algorithm", "tiger", "tagmanifest-tiger.txt"),
    ] {
        let report = fixture(name);
        assert_eq!(report.bag.outcome, BagOutcome::NotAccepted);
        assert_eq!(report.bag.unverified, [unknown]);
        gates(&report);
        let refusal = report.refusal.expect("a refusal");
        assert_eq!(refusal.reason, Reason::AlgorithmUnknown);
        assert_eq!(refusal.file.as_deref(), Some(manifest));
        assert_eq!(refusal.observed.as_deref(), Some(unknown));
    }
}

/// G5 is the one that failed.
fn gates(report: &Report) {
    for gate in [Gate::G2, Gate::G3, Gate::G4] {
        assert_eq!(report.gates[gate as usize].outcome, GateOutcome::Passed);
    }
    let g5 = &report.gates[Gate::G5 as usize];
    assert_eq!(g5.outcome, GateOutcome::Failed);
    assert_eq!(g5.refused, reason(report));
}

#[test]
fn a_name_in_any_characters_states_an_algorithm() {
    for name in [
        "SHA256",
        "sha3-256",
        "sha 256",
        "\u{3c3}256",
        "sha256.old",
        "sha512_256",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        bag(folder.path(), &[Algorithm::Sha512]);
        let tag = format!("tagmanifest-{name}.txt");
        put(folder.path(), &tag, b"00  manifest-sha512.txt\n").expect("written");
        assert_eq!(triage(folder.path()).bag.unverified, [name]);
    }
}

#[test]
fn a_wrong_digest_is_said_before_an_unknown_algorithm() {
    let folder = tempfile::tempdir().expect("a folder");
    bag(folder.path(), &[Algorithm::Sha256]);
    put(
        folder.path(),
        "tagmanifest-tiger.txt",
        b"00  manifest-sha256.txt\n",
    )
    .expect("written");
    put(folder.path(), "data/a", b"One").expect("written");
    let report = triage(folder.path());
    assert_eq!(reason(&report), Some(Reason::DigestMismatch));
    let BagReport {
        outcome,
        verified,
        unverified,
        ..
    } = report.bag;
    assert_eq!(outcome, BagOutcome::Invalid);
    assert!(verified.is_empty() && unverified.is_empty());
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
