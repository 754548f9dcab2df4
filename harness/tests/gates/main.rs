//! `dispose` and `accept` as people use them: the program itself, keys that OpenSSL
//! made, and bundles that the library seals. No row of those bundles ran, so M5 is not met by
//! them, and M1 to M4 can be; one test attests for real, with bubblewrap.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::Path;

use assert_cmd::assert::Assert;

use seal::key::Signer;

mod desk;
#[path = "../objects/fits.rs"]
mod fits;
mod release;
mod withheld;

use desk::{Desk, harness, verified};

#[test]
fn a_run_that_held_is_accepted_with_the_owners_word_and_not_without() {
    let desk = Desk::new();
    let run = desk.attest();
    for (command, words) in [("verify", &[][..]), ("falsify", &["n19-", "--short"])] {
        let mut line = harness();
        let done = line.arg(command).arg(&run).args(words);
        let done = done.args(["--format", "json"]).assert().code(0);
        fits::object(command, &done.get_output().stdout);
    }
    assert_eq!(desk.unmet(&run), "M1 disposition_absent");
    desk.waive(&run);
    let said = desk.accept(&run).assert().code(0);
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    assert!(said.contains("accepted: 5 of 5 gates met"), "{said}");
    a_check_asks_for_this_sandbox(&desk, &run);
    // The same run, where the owner wants the review.
    fs::remove_file(desk.at("b0.json")).unwrap();
    desk.dispose(&run, "owner.pem", &["--honoured"])
        .assert()
        .code(0);
    assert_eq!(desk.unmet(&run), "M1 reseal_absent");
    desk.reseal(&run, "reviewer.pem").assert().code(0);
    let said = desk.accept(&run).assert().code(0);
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    for line in [
        "having looked at: the matrix, row by row",
        "accepted: 5 of 5 gates met",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

/// Packets are read in the sandbox that was accepted, and in no other.
fn a_check_asks_for_this_sandbox(desk: &Desk, run: &Path) {
    let object = |done: Assert| fits::object("check", &done.get_output().stdout);
    let said = object(desk.check(run).assert().code(4));
    let statement = verified(run).statement_digest().unwrap().to_string();
    assert_eq!(said["accepted"], statement.as_str());
    // What came of it is judged again by whoever has the record.
    let record = Path::new(said["record"].as_str().unwrap());
    let verify = |words: &[&str]| harness().arg("verify").arg(record).args(words).assert();
    let again = verify(&["--format", "json"]).code(0);
    let again = fits::object("verify", &again.get_output().stdout);
    assert_eq!(again["check"]["accepted"], statement.as_str());
    assert_eq!(again["check"]["result"]["gaps"], 1);
    for (command, word) in [("report", None), ("show", Some("N1"))] {
        let mut shown = harness();
        let shown = shown.arg(command).arg(record).args(word).assert().code(2);
        let said = String::from_utf8(shown.get_output().stderr.clone()).unwrap();
        assert!(said.contains("observed the record of a check"), "{said}");
    }
    let report = record.join("launches/1.json");
    let text = fs::read_to_string(&report).unwrap();
    fs::write(&report, text.replacen("no-gap", "no-hap", 1)).unwrap();
    verify(&[]).code(1);
    // Of a bundle that is not accepted nothing follows, and nothing is read.
    let said = object(desk.check(&desk.bundle()).assert().code(3));
    let message = said["message"].as_str().unwrap();
    let expected = "expected a bundle that is accepted, observed: refused: M1 disposition_for";
    assert!(message.contains(expected), "{message}");
    assert_eq!(said["packets"], serde_json::json!([]));
}

#[test]
fn a_review_is_somebody_elses_over_this_bundle_and_never_lies_in_it() {
    let desk = Desk::new();
    let only_rows = "M5 not_all_held";
    desk.dispose(&desk.bundle(), "owner.pem", &["--honoured"])
        .assert()
        .code(0);
    // The operator does not review their own bundle; the owner's word is no review.
    desk.reseal(&desk.bundle(), "operator.pem").assert().code(1);
    assert!(!desk.at("reseal.json").exists());
    desk.reseal(&desk.bundle(), "owner.pem").assert().code(0);
    let unmet = desk.unmet(&desk.bundle());
    assert_eq!(unmet, format!("M1 reseal_refused, {only_rows}"));
    desk.reseal(&desk.bundle(), "reviewer.pem").assert().code(2);
    fs::remove_file(desk.at("reseal.json")).unwrap();
    let other = desk.seal("2222222222222222", &desk.operator());
    desk.reseal(&other, "reviewer.pem").assert().code(0);
    let unmet = desk.unmet(&desk.bundle());
    assert_eq!(
        unmet,
        format!("M1 reseal_for_another_statement, {only_rows}")
    );
    fs::remove_file(desk.at("reseal.json")).unwrap();
    desk.reseal(&desk.bundle(), "reviewer.pem").assert().code(0);
    assert_eq!(desk.unmet(&desk.bundle()), only_rows);
    for words in ["", "  ", "a\u{1b}[2Kb"] {
        let mut command = harness();
        command.arg("reseal").arg(desk.bundle());
        command.args(["--reviewed", words, "--reviewer-key"]);
        command.arg(desk.at("reviewer.pem"));
        let inside = desk.bundle().join("reseal.json");
        command.arg("--reseal").arg(&inside).assert().code(2);
        assert!(!inside.exists(), "{words:?}");
    }
}

#[test]
fn nobody_re_seals_a_bundle_that_says_more_than_it_holds() {
    let desk = Desk::new();
    let forged = desk.forged("\"outcome\":\"not_seen\"", "\"outcome\":\"holds\"");
    desk.reseal(&forged, "reviewer.pem").assert().code(1);
    assert!(!desk.at("reseal.json").exists());
}

#[test]
fn with_the_owners_word_only_the_rows_are_missing() {
    let desk = Desk::new();
    desk.waive(&desk.bundle());
    assert_eq!(desk.unmet(&desk.bundle()), "M5 not_all_held");
    let said = desk.accept(&desk.bundle()).assert().code(1);
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    for line in [
        "M1  met      B0''' is disposed of by the owner, over this bundle, and re-sealed where honoured",
        "M5  not met  the sandbox is provisioned and B4' attested",
        "             expected 45 rows held, observed 0",
        "with this risk: nobody reviewed the design",
        "refused: 4 of 5 gates met",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn without_the_owners_word_b0_is_not_disposed_of() {
    let desk = Desk::new();
    assert_eq!(
        desk.unmet(&desk.bundle()),
        "M1 disposition_absent, M5 not_all_held"
    );
    let done = harness().arg("verify").arg(desk.bundle()).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.contains("B0''' not disposed: not part of this bundle"),
        "{said}"
    );
    let junit = fs::read_to_string(desk.bundle().join("junit.xml")).unwrap();
    assert!(
        junit.contains("B0''' not disposed: not part of this bundle"),
        "{junit}"
    );
}

#[test]
fn a_decision_is_never_chosen_for_the_owner() {
    let desk = Desk::new();
    let lines: [&[&str]; 8] = [
        &[],
        &["--waived"],
        &["--risk", "some"],
        &["--honoured", "--risk", "some"],
        &["--honoured", "--waived", "--risk", "some"],
        &["--waived", "--risk", ""],
        &["--waived", "--risk", "  "],
        &["--waived", "--risk", "a\u{1b}[2Kb"],
    ];
    for words in lines {
        desk.dispose(&desk.bundle(), "owner.pem", words)
            .assert()
            .code(2);
        assert!(!desk.at("b0.json").exists(), "{words:?}");
    }
    let long = "x".repeat(2001);
    desk.dispose(&desk.bundle(), "owner.pem", &["--waived", "--risk", &long])
        .assert()
        .code(2);
    let mut without_key = harness();
    without_key
        .arg("dispose")
        .arg(desk.bundle())
        .args(["--honoured", "--disposition"]);
    without_key.arg(desk.at("b0.json")).assert().code(2);
    assert!(!desk.at("b0.json").exists());
}

#[test]
fn a_disposition_is_never_overwritten_and_never_put_into_the_bundle() {
    let desk = Desk::new();
    desk.waive(&desk.bundle());
    let first = fs::read(desk.at("b0.json")).unwrap();
    desk.dispose(&desk.bundle(), "owner.pem", &["--honoured"])
        .assert()
        .code(2);
    assert_eq!(fs::read(desk.at("b0.json")).unwrap(), first);
    let mut inside = harness();
    inside.arg("dispose").arg(desk.bundle()).arg("--honoured");
    inside.arg("--owner-key").arg(desk.at("owner.pem"));
    inside
        .arg("--disposition")
        .arg(desk.bundle().join("b0.json"))
        .assert()
        .code(2);
    verified(&desk.bundle());
}

#[test]
fn the_operator_does_not_dispose_of_their_own_bundle() {
    let desk = Desk::new();
    desk.dispose(&desk.bundle(), "operator.pem", &["--honoured"])
        .assert()
        .code(1);
    assert!(!desk.at("b0.json").exists());
    // Over another's bundle the operator can sign, and it is not the owner's word.
    let other = desk.seal("2222222222222222", &Signer::development().unwrap());
    desk.dispose(&other, "operator.pem", &["--honoured"])
        .assert()
        .code(0);
    assert_eq!(
        desk.unmet(&other),
        "M1 signed_by_operator, M3 development_key not_enrolled, M5 development_key not_all_held"
    );
}

#[test]
fn a_disposition_counts_for_its_own_bundle_only() {
    let desk = Desk::new();
    let other = desk.seal("2222222222222222", &desk.operator());
    desk.waive(&other);
    let expected = "M1 disposition_for_another_statement, M5 not_all_held";
    assert_eq!(desk.unmet(&desk.bundle()), expected);
    assert_eq!(desk.unmet(&other), "M5 not_all_held");
}

#[test]
fn what_was_not_agreed_or_reviewed_is_named() {
    let desk = Desk::new();
    desk.waive(&desk.bundle());
    let it = *verified(&desk.bundle()).subjects();
    let other = "0".repeat(64);
    for (artifact, expected) in [
        (it.matrix, "M2 another_matrix, M5 not_all_held"),
        (it.image, "M4 another_image, M5 not_all_held"),
        (it.policy, "M4 another_policy, M5 not_all_held"),
        (
            it.probe,
            "M4 another_probe made_with_the_same, M5 not_all_held",
        ),
    ] {
        desk.write_terms(|terms| terms.replace(&artifact.to_string(), &other));
        assert_eq!(desk.unmet(&desk.bundle()), expected);
    }
    let key = |name: &str| fs::read_to_string(desk.at(&format!("{name}.pub.pem"))).unwrap();
    desk.write_terms(|terms| terms.replace(&key("operator"), &key("owner")));
    let expected = "M1 owner_is_operator, M3 not_enrolled, M5 not_all_held";
    assert_eq!(desk.unmet(&desk.bundle()), expected);
}

#[test]
fn terms_that_are_not_strict_are_refused_as_usage() {
    let desk = Desk::new();
    let changes: [fn(String) -> String; 6] = [
        |_| String::new(),
        |terms| terms.replace("schema = 1", "schema = 2"),
        |terms| terms.replace("schema = 1", "schema = 1\nextra = 1"),
        |terms| terms.replace("matrix =", "# matrix ="),
        |terms| terms.replace("BEGIN PUBLIC KEY", "BEGIN PRIVATE KEY"),
        |terms| terms.replace("[[operator]]", "[operator]"),
    ];
    for change in changes {
        desk.write_terms(change);
        desk.accept(&desk.bundle()).assert().code(2);
    }
    fs::remove_file(desk.at("terms.toml")).unwrap();
    desk.accept(&desk.bundle()).assert().code(2);
}

#[test]
fn nothing_of_a_bundle_that_was_changed_counts_or_can_be_disposed_of() {
    let desk = Desk::new();
    desk.waive(&desk.bundle());
    fs::write(desk.bundle().join("junit.xml"), "<testsuites/>").unwrap();
    let all = "M1 bundle_refused, M2 bundle_refused, M3 bundle_refused, M4 bundle_refused, M5 bundle_refused";
    assert_eq!(desk.unmet(&desk.bundle()), all);
    fs::remove_file(desk.at("b0.json")).unwrap();
    desk.dispose(&desk.bundle(), "owner.pem", &["--honoured"])
        .assert()
        .code(1);
    assert!(!desk.at("b0.json").exists());
}

#[test]
fn a_self_audit_that_says_more_than_the_bundle_is_refused() {
    let desk = Desk::new();
    for (from, to, expected) in [
        (
            "\"outcome\":\"not_seen\"",
            "\"outcome\":\"holds\"",
            "self-audit.json`: no-local-copy",
        ),
        (
            "\"looked_at\":45",
            "\"looked_at\":46",
            "self-audit.json`: roll-is-called",
        ),
    ] {
        let path = desk.forged(from, to);
        let done = harness().arg("verify").arg(&path).assert().code(1);
        let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
        assert!(said.contains(expected), "{said}");
    }
}
