//! What is said of a bag beside a verdict: every fault with its place, warnings, the
//! bag's own words; and where version 0.97 has other rules than 1.0.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use checker::report::{BagOutcome, Caution, Report, Warning};
use checker::{Guard, Reason, Refusal, Settings};
use fixtures::bag::{Algorithm, Bag, put, seal_tags};

const MANIFEST: &str = "manifest-sha256.txt";

fn triage(input: &Path) -> Report {
    let guard = Guard::new(&Settings::of(input.into(), "/nowhere".into()));
    checker::triage(&guard, &order()).expect("the self-audit holds")
}

/// A bag of these files, changed, its tag files sealed again.
fn bag(version: &str, names: &[&str], change: impl FnOnce(&Path)) -> Report {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let payload = names.iter().map(|name| (*name, name.as_bytes()));
    let payload = payload.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    let mut bag = Bag::new(payload.collect::<BTreeMap<_, _>>());
    bag.version = version.to_owned();
    bag.write(dir.path()).expect("a bag");
    change(dir.path());
    triage(dir.path())
}

fn sealed(version: &str, names: &[&str], change: impl FnOnce(&Path)) -> Report {
    bag(version, names, |dir| {
        change(dir);
        seal_tags(dir, Algorithm::Sha256).expect("sealed");
    })
}

fn edit(dir: &Path, name: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(dir.join(name)).expect("a text");
    put(dir, name, change(text).as_bytes()).expect("written");
}

/// The first line once more.
fn again(text: String) -> String {
    let first = text.lines().next().expect("a line").to_owned();
    format!("{text}{first}\n")
}

fn faults(report: &Report) -> Vec<(Reason, Option<&str>, Option<u64>)> {
    let faults = report.bag.faults.listed.iter();
    faults
        .map(|it| (it.reason, it.file.as_deref(), it.line))
        .collect()
}

fn cautions(report: &Report) -> Vec<Caution> {
    let warnings = report.bag.warnings.listed.iter();
    warnings.map(|it| it.warning).collect()
}

fn warning(report: &Report) -> &Warning {
    assert_eq!(report.bag.warnings.listed.len(), 1, "{report:?}");
    &report.bag.warnings.listed[0]
}

#[test]
fn a_sound_bag_has_neither_faults_nor_warnings() {
    let report = bag("1.0", &["a"], |_| ());
    assert_eq!(report.bag.outcome, BagOutcome::Valid);
    assert_eq!((faults(&report), cautions(&report)), (vec![], vec![]));
}

#[test]
fn every_fault_of_a_stage_is_listed_with_its_file_and_line() {
    let report = sealed("1.0", &["a", "b", "c", "d"], |dir| {
        edit(dir, MANIFEST, |text| format!("one\n{text}two\n00  ../x\n"));
        edit(dir, "bag-info.txt", |text| text + "no element\n");
    });
    let manifest = Some(MANIFEST);
    assert_eq!(
        faults(&report),
        [
            (Reason::ManifestSyntax, manifest, Some(1)),
            (Reason::ManifestSyntax, manifest, Some(6)),
            (Reason::DigestSyntax, manifest, Some(7)),
            (Reason::BagInfoSyntax, Some("bag-info.txt"), Some(3)),
        ]
    );
    assert_eq!(report.refusal.as_ref(), report.bag.faults.listed.first());

    let report = sealed("1.0", &["a", "b", "c", "d"], |dir| {
        fs::remove_file(dir.join("data/b")).expect("removed");
        fs::remove_file(dir.join("data/d")).expect("removed");
        put(dir, "data/x", b"1").expect("written");
        put(dir, "data/y", b"2").expect("written");
    });
    assert_eq!(
        faults(&report),
        [
            (Reason::MissingFile, manifest, Some(2)),
            (Reason::MissingFile, manifest, Some(4)),
            (Reason::UnlistedFile, Some("data/x"), None),
            (Reason::UnlistedFile, Some("data/y"), None),
        ]
    );
}

#[test]
fn of_many_faults_the_first_hundred_by_path_are_listed_each_time() {
    let names: Vec<String> = (0..150).map(|it| format!("{it:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let report = bag("1.0", &names, |dir| {
        for name in &names {
            put(dir, &format!("data/{name}"), b"xyz").expect("written");
        }
    });
    let all = &report.bag.faults;
    assert_eq!((all.listed.len(), all.more), (100, 50));
    for (index, fault) in all.listed.iter().enumerate() {
        assert_eq!(fault.reason, Reason::DigestMismatch);
        assert_eq!(fault.file, Some(format!("data/{index:03}")));
    }
}

#[test]
fn a_truncated_file_is_named_beside_the_sum_that_is_wrong() {
    let report = bag("1.0", &["a", "bb"], |dir| {
        put(dir, "data/bb", b"b").expect("written");
    });
    let reasons: Vec<Reason> = faults(&report).iter().map(|it| it.0).collect();
    assert_eq!(reasons, [Reason::OxumMismatch, Reason::DigestMismatch]);
}

#[test]
fn what_is_shown_to_be_wrong_stands_before_what_is_not_taken() {
    let report = sealed("1.0", &["a"], |dir| {
        put(dir, "fetch.txt", b"http://a.invalid/ 1 data/b\n").expect("written");
        edit(dir, "bag-info.txt", |text| text + "no element\n");
    });
    assert_eq!(report.bag.outcome, BagOutcome::Invalid);
    let reasons: Vec<Reason> = faults(&report).iter().map(|it| it.0).collect();
    assert_eq!(reasons, [Reason::BagInfoSyntax, Reason::FetchNotAllowed]);
}

#[test]
fn habits_of_checksum_tools_are_taken_and_said_once_a_manifest() {
    let report = sealed("1.0", &["a", "b", "c"], |dir| {
        edit(dir, MANIFEST, |text| {
            let starred = text.replacen("  data/b", " *data/b", 1);
            starred.replacen("  data/c", " *./data/c", 1)
        });
    });
    assert_eq!(report.bag.outcome, BagOutcome::Valid);
    assert_eq!(
        cautions(&report),
        [Caution::StarBeforePath, Caution::DotSlash]
    );
    let star = &report.bag.warnings.listed[0];
    assert_eq!(star.file.as_deref(), Some(MANIFEST));
    assert_eq!((star.line, star.times), (Some(2), 2));
    assert_eq!(star.about.as_deref(), Some("data/b"));
}

#[test]
fn a_line_repeated_is_a_fault_in_1_0_and_a_warning_in_0_97() {
    let twice = |version| sealed(version, &["a", "b"], |dir| edit(dir, MANIFEST, again));
    assert_eq!(
        faults(&twice("1.0")),
        [(Reason::DuplicateEntry, Some(MANIFEST), Some(3))]
    );
    let old = twice("0.97");
    assert_eq!(old.bag.outcome, BagOutcome::Valid);
    assert_eq!(warning(&old).warning, Caution::RepeatedEntry);
    assert_eq!(warning(&old).line, Some(3));
    // With another digest it is none in either.
    let other = sealed("0.97", &["a"], |dir| {
        edit(dir, MANIFEST, |text| {
            format!("{text}{}  data/a\n", "0".repeat(64))
        });
    });
    assert_eq!(faults(&other)[0].0, Reason::DuplicateEntry);
}

#[test]
fn a_tag_manifest_must_cover_the_manifests_in_1_0_and_should_in_0_97() {
    let uncovered = |version| {
        bag(version, &["a"], |dir| {
            edit(dir, "tagmanifest-sha256.txt", |text| {
                let lines = text.lines().filter(|line| !line.ends_with(MANIFEST));
                lines.map(|line| format!("{line}\n")).collect()
            });
        })
    };
    assert_eq!(faults(&uncovered("1.0"))[0].0, Reason::TagManifestCoverage);
    let old = uncovered("0.97");
    assert_eq!(old.bag.outcome, BagOutcome::Valid);
    let warning = warning(&old);
    assert_eq!(warning.warning, Caution::ManifestNotCovered);
    assert_eq!(warning.about.as_deref(), Some(MANIFEST));
}

#[test]
fn a_file_under_another_normalisation_of_the_name_listed_is_found_and_said() {
    for version in ["1.0", "0.97"] {
        let report = bag(version, &["caf\u{e9}", "x"], |dir| {
            let name = |name: &str| dir.join("data").join(name);
            fs::rename(name("caf\u{e9}"), name("cafe\u{301}")).expect("renamed");
        });
        assert_eq!(report.bag.outcome, BagOutcome::Valid);
        assert_eq!(warning(&report).warning, Caution::NameNormalised);
        assert_eq!(warning(&report).about.as_deref(), Some("data/caf\u{e9}"));
        assert_eq!(warning(&report).line, Some(1));
        let changed = bag(version, &["caf\u{e9}", "x"], |dir| {
            fs::remove_file(dir.join("data/caf\u{e9}")).expect("removed");
            put(dir, "data/cafe\u{301}", b"other").expect("written");
        });
        assert_eq!(faults(&changed)[0].0, Reason::DigestMismatch);
    }
    // It is not taken for two entries that state two digests.
    let twins = bag("1.0", &["caf\u{e9}", "cafe\u{301}"], |dir| {
        fs::remove_file(dir.join("data/cafe\u{301}")).expect("removed");
    });
    assert_eq!(
        faults(&twins),
        [(Reason::MissingFile, Some(MANIFEST), Some(1))]
    );
}

#[test]
fn two_names_that_are_listed_are_two_files_whatever_normalisation_makes_of_them() {
    for version in ["1.0", "0.97"] {
        let both = |text: String| text.replace("caf\u{e9}", "cafe\u{301}") + &text;
        let report = sealed(version, &["caf\u{e9}"], |dir| edit(dir, MANIFEST, both));
        assert_eq!(report.bag.outcome, BagOutcome::Invalid, "{version}");
        let missing = |it: &Refusal| it.reason == Reason::MissingFile;
        assert!(report.bag.faults.listed.iter().any(missing), "{version}");
    }
}

#[test]
fn white_space_about_the_name_of_an_encoding_is_a_fault_of_form() {
    for name in ["UTF-8 ", " UTF-8", "", "UTF -8"] {
        let declared = format!("BagIt-Version: 1.0\nTag-File-Character-Encoding: {name}\n");
        let report = sealed("1.0", &["a"], |dir| {
            put(dir, "bagit.txt", declared.as_bytes()).expect("written");
        });
        assert_eq!(report.bag.outcome, BagOutcome::Invalid, "{name:?}");
        assert_eq!(
            faults(&report),
            [(Reason::DeclarationSyntax, Some("bagit.txt"), Some(2))]
        );
    }
}

#[test]
fn two_names_that_normalisation_makes_one_are_said() {
    let report = bag("1.0", &["caf\u{e9}", "cafe\u{301}"], |_| ());
    assert_eq!(report.bag.outcome, BagOutcome::Valid);
    assert_eq!(warning(&report).warning, Caution::NormalisationTwins);
    assert_eq!(warning(&report).file.as_deref(), Some("data/cafe\u{301}"));
    assert_eq!(warning(&report).about.as_deref(), Some("data/caf\u{e9}"));
}

#[test]
fn a_fetch_txt_whose_files_are_here_is_said_and_one_whose_are_not_is_not_accepted() {
    let fetch = |entry: &str| {
        let line = format!("http://a.invalid/ - {entry}\n");
        sealed("1.0", &["a"], |dir| {
            put(dir, "fetch.txt", line.as_bytes()).expect("written")
        })
    };
    let here = fetch("data/a");
    assert_eq!(here.bag.outcome, BagOutcome::Valid);
    assert_eq!(warning(&here).warning, Caution::FetchComplete);
    let away = fetch("data/b");
    assert_eq!(away.bag.outcome, BagOutcome::NotAccepted);
    assert_eq!(
        faults(&away),
        [(Reason::FetchNotAllowed, Some("fetch.txt"), Some(1))]
    );
    assert_eq!(faults(&fetch("../a"))[0].0, Reason::PathEscapes);
}

#[test]
fn a_name_of_hashlib_that_is_not_normalised_is_said() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fixtures::write("names-of-hashlib", &dir.path().join("bag")).expect("a packet");
    let report = triage(&dir.path().join("bag"));
    let said: Vec<&str> = report
        .bag
        .warnings
        .listed
        .iter()
        .filter(|it| it.warning == Caution::AlgorithmSpelling)
        .filter_map(|it| it.about.as_deref())
        .collect();
    assert_eq!(said, ["sha3256", "sha3256"]);
}

#[test]
fn a_name_that_is_not_normalised_is_told_the_one_that_is() {
    let report = sealed("1.0", &["a"], |dir| {
        fs::copy(dir.join(MANIFEST), dir.join("manifest-SHA-512.txt")).expect("copied");
    });
    let Refusal {
        reason, expected, ..
    } = report.refusal.expect("a refusal");
    assert_eq!(reason, Reason::AlgorithmUnknown);
    assert_eq!(expected.as_deref(), Some("sha512"));
}

#[test]
fn a_value_of_bag_info_is_as_long_as_it_is() {
    let long = |length: usize| {
        sealed("1.0", &["a"], |dir| {
            let line = format!("External-Description: {}\n", "x".repeat(length));
            edit(dir, "bag-info.txt", |text| text + &line);
        })
    };
    assert_eq!(long(1_000_000).bag.outcome, BagOutcome::Valid);
    let beyond = long(16 * 1024 * 1024);
    assert_eq!(beyond.bag.outcome, BagOutcome::NotAccepted);
    assert_eq!(faults(&beyond)[0].0, Reason::TagFileTooLong);
}

#[test]
fn an_encoding_has_its_aliases() {
    for (name, bytes) in [("l1", &b"caf\xe9"[..]), ("csUTF8", "caf\u{e9}".as_bytes())] {
        let report = sealed("1.0", &["a"], |dir| {
            let declared = format!("BagIt-Version: 1.0\nTag-File-Character-Encoding: {name}\n");
            put(dir, "bagit.txt", declared.as_bytes()).expect("written");
            let line = [b"Contact-Name: ", bytes, b"\n"].concat();
            put(dir, "bag-info.txt", &line).expect("written");
        });
        assert_eq!(report.bag.outcome, BagOutcome::Valid, "{name}");
        assert_eq!(report.bag.info.listed[0].value, "caf\u{e9}");
    }
}

#[test]
fn the_bags_own_words_are_in_the_report_and_its_profile() {
    let report = sealed("1.0", &["a"], |dir| {
        let more = "BagIt-Profile-Identifier: https://a.invalid/profile\nX: one\n  two\n";
        edit(dir, "bag-info.txt", |text| text + more);
    });
    let said = report.bag.info.listed.iter();
    let said: Vec<(&str, &str)> = said.map(|it| (&*it.label, &*it.value)).collect();
    assert_eq!(
        said,
        [
            ("Payload-Oxum", "1.1"),
            ("Source-Organization", "Proof of Block"),
            ("BagIt-Profile-Identifier", "https://a.invalid/profile"),
            ("X", "one two"),
        ]
    );
    assert_eq!(
        report.bag.profile.as_deref(),
        Some("https://a.invalid/profile")
    );
}

#[test]
fn an_element_that_should_stand_once_and_does_not_is_said() {
    let report = sealed("1.0", &["a"], |dir| {
        let twice = "Bagging-Date: 2026-01-01\nBagging-Date: 2026-01-02\n";
        edit(dir, "bag-info.txt", |text| text + twice);
    });
    assert_eq!(warning(&report).warning, Caution::LabelRepeated);
    assert_eq!(warning(&report).line, Some(4));
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
