//! A release is what the holder of its key signed, and nothing more or less.

use std::collections::BTreeSet;
use std::fs;

use assert_cmd::assert::Assert;

use crate::desk::{Desk, harness};
use crate::fits;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A release of two files, signed with the owner's key.
fn released() -> Desk {
    let desk = Desk::new();
    let folder = desk.at("release");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("harness-x86_64"), "a program").unwrap();
    fs::write(folder.join("SHA256SUMS"), "its digest").unwrap();
    let done = sign(&desk, "owner.pem", COMMIT).code(0);
    let said = fits::object("release", &done.get_output().stdout);
    assert_eq!(said["files"], 2);
    desk
}

fn sign(desk: &Desk, key: &str, commit: &str) -> Assert {
    let mut command = harness();
    command.arg("release").arg(desk.at("release"));
    command.arg("--key").arg(desk.at(key));
    command
        .args(["--commit", commit, "--format", "json"])
        .assert()
}

/// Every reason against the release, by the key of this name.
fn reasons(desk: &Desk, key: &str) -> Vec<String> {
    let mut command = harness();
    command.arg("release").arg(desk.at("release"));
    command.arg("--public-key").arg(desk.at(key));
    let done = command.args(["--format", "json"]).assert();
    let said = fits::object("release", &done.get_output().stdout);
    let reasons = said["reasons"].as_array().unwrap().iter();
    let reasons: Vec<String> = reasons
        .map(|it| it["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(said["accepted"], reasons.is_empty());
    assert_eq!(said["exit"], i32::from(!reasons.is_empty()));
    reasons
}

#[test]
fn a_release_is_what_was_signed_and_nothing_else() {
    let desk = released();
    let at = |name: &str| desk.at("release").join(name);
    assert_eq!(reasons(&desk, "owner.pub.pem"), Vec::<String>::new());
    assert_eq!(reasons(&desk, "operator.pub.pem"), ["provenance"]);
    fs::write(at("harness-x86_64"), "another program").unwrap();
    assert_eq!(reasons(&desk, "owner.pub.pem"), ["changed"]);
    fs::rename(at("harness-x86_64"), at("harness-aarch64")).unwrap();
    assert_eq!(reasons(&desk, "owner.pub.pem"), ["missing", "unsigned"]);
    fs::remove_file(at("harness-aarch64")).unwrap();
    fs::write(at("harness-x86_64"), "a program").unwrap();
    let signed = fs::read_to_string(at("provenance.dsse.json")).unwrap();
    fs::write(at("provenance.dsse.json"), signed.replacen('a', "b", 1)).unwrap();
    assert_eq!(reasons(&desk, "owner.pub.pem"), ["provenance"]);
}

#[test]
fn a_release_is_signed_once_and_of_a_commit() {
    let desk = released();
    sign(&desk, "owner.pem", COMMIT).code(2);
    fs::remove_file(desk.at("release").join("provenance.dsse.json")).unwrap();
    for commit in ["HEAD", "0123", &COMMIT.to_uppercase()] {
        sign(&desk, "owner.pem", commit).code(2);
    }
    let mut neither = harness();
    neither
        .arg("release")
        .arg(desk.at("release"))
        .assert()
        .code(2);
    // Without provenance there is nothing to hold the files against.
    let mut command = harness();
    command.arg("release").arg(desk.at("release"));
    command.arg("--public-key").arg(desk.at("owner.pub.pem"));
    command.assert().code(2);
}

/// The row of the table of releases, as `ci/release` puts it together of what the program
/// says of itself.
fn row() -> String {
    let said = |word: &[&str]| {
        let done = harness().args(word).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let (version, digests) = (said(&["--version", "--verbose"]), said(&["digests"]));
    let says = |name: &str| {
        let mut lines = version.lines();
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap().to_owned()
    };
    let programs = digests.lines().filter(|line| {
        let name = line.split(' ').next().unwrap();
        ["target", "checker", "airlock", "probe", "image"].contains(&name)
    });
    let programs: Vec<&str> = programs.collect();
    format!(
        "[[release]]\nversion = \"{}\"\ncommit = \"{COMMIT}\"\nschema = {}\n\
         matrix = \"{}\"\npolicy = \"{}\"\ncoverage = {}\nrecords = {}\n[[release.programs]]\n{}\n",
        env!("CARGO_PKG_VERSION"),
        says("schema"),
        says("matrix"),
        says("policy"),
        says("coverage"),
        says("records"),
        programs.join("\n")
    )
}

/// What later releases know it by is what it is: nobody signs for another row.
#[test]
fn a_release_that_brings_a_row_of_the_table_brings_its_own() {
    let desk = released();
    let (at, own) = (desk.at("release").join("release.toml"), row());
    fs::remove_file(desk.at("release").join("provenance.dsse.json")).unwrap();
    let matrix = own.lines().find(|line| line.starts_with("matrix")).unwrap();
    let policy = own.lines().find(|line| line.starts_with("policy")).unwrap();
    let image = own.lines().find(|line| line.starts_with("image")).unwrap();
    let none = "0".repeat(64);
    for (from, to, other) in [
        (env!("CARGO_PKG_VERSION"), "99.0.0", "another `version`"),
        (COMMIT, &"c".repeat(40), "another `commit`"),
        ("schema = ", "schema = 1", "another `schema`"),
        (matrix, &format!("matrix = \"{none}\""), "another `matrix`"),
        (policy, &format!("policy = \"{none}\""), "another `policy`"),
        ("rows = ", "rows = 1", "another `coverage`"),
        ("check = ", "check = 9", "another `records`"),
        (image, &format!("image = \"{none}\""), "another `programs`"),
        ("[[release]]", "", "failed to parse the table of releases"),
    ] {
        assert!(own.contains(from), "{from}");
        fs::write(&at, own.replacen(from, to, 1)).unwrap();
        let done = sign(&desk, "owner.pem", COMMIT).code(2);
        let said = fits::object("release", &done.get_output().stdout);
        let why = said["message"].as_str().unwrap();
        assert!(why.contains(other), "{other}: {why}");
    }
    let other = own.replacen(env!("CARGO_PKG_VERSION"), "99.0.0", 1);
    fs::write(&at, own.clone() + &other).unwrap();
    let done = sign(&desk, "owner.pem", COMMIT).code(2);
    let said = fits::object("release", &done.get_output().stdout);
    assert!(said["message"].as_str().unwrap().contains("2 releases"));
    fs::write(&at, &own).unwrap();
    sign(&desk, "owner.pem", COMMIT).code(0);
    assert_eq!(reasons(&desk, "owner.pub.pem"), Vec::<String>::new());
}

/// The page names what is tried of a release for arm64, and nothing else.
#[test]
fn the_page_names_what_is_compared_under_emulation() {
    let script = include_str!("../../../ci/release-arm64");
    let compared = script.lines().filter_map(|line| {
        let (_, words) = line.trim_start().strip_prefix("same ")?.split_once(' ')?;
        let word = words.split(' ').next()?;
        // The verifier's command may be left out.
        let named = word.bytes().all(|it| it.is_ascii_lowercase());
        Some(if named { word } else { "verify" })
    });
    let page = include_str!("../../../ATTESTATION.md").replace('\n', " ");
    let (_, section) = page.split_once(" ## On arm64 ").unwrap();
    let (_, named) = section.split_once("what it says here: ").unwrap();
    let (named, _) = named.split_once(" of a release").unwrap();
    let named = named.split('`').skip(1).step_by(2);
    assert_eq!(
        named.collect::<BTreeSet<_>>(),
        compared.collect::<BTreeSet<_>>()
    );
}
