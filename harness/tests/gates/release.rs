//! A release is what the holder of its key signed, and nothing more or less.

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
