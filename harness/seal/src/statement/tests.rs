//! Statements: what they say, and every way in which one can contradict itself.

use super::attestation::*;
use super::samples::{attestation, signer, subjects};
use super::test_result::{self, TestResult, TestWord};
use super::*;
use crate::dsse::{Envelope, IN_TOTO, TrustedKeys};
use crate::path::BundlePath;

fn held() -> Attestation {
    attestation(|_| VerdictWord::Held)
}

fn payload(bytes: Vec<u8>) -> VerifiedPayload {
    let envelope = Envelope::sign(IN_TOTO, bytes, &[&signer()]).unwrap();
    envelope
        .verify(&TrustedKeys::one(signer().public()), IN_TOTO)
        .unwrap()
}

fn read(text: &str) -> Result<Statement<Attestation>, StatementError> {
    Statement::read("s", &payload(text.as_bytes().to_vec()))
}

fn text() -> String {
    String::from_utf8(
        Statement::new(subjects().list(), held())
            .unwrap()
            .to_bytes()
            .unwrap(),
    )
    .unwrap()
}

#[test]
fn a_statement_is_read_back_as_it_was_said() {
    let said = Statement::new(subjects().list(), held()).unwrap();
    let heard = read(&text()).unwrap();
    assert_eq!(heard, said);
    assert_eq!(Subjects::from_list(heard.subject()).unwrap(), subjects());
}

#[test]
fn a_statement_keeps_its_written_form() {
    let mut said = attestation(|number| {
        if number == 32 {
            VerdictWord::Inconclusive
        } else {
            VerdictWord::Held
        }
    });
    said.rows.truncate(1);
    said.result = RunResult::of(&said.rows, 1, &[]);
    said.files = vec![FileEntry {
        path: BundlePath::parse("junit.xml").unwrap(),
        sha256: Sha256Digest::of(b"abc"),
        size: 3,
    }];
    let statement = Statement::new(subjects().list(), said).unwrap();
    insta::assert_json_snapshot!(statement);
}

#[test]
fn only_45_rows_that_held_with_nothing_lifted_are_held() {
    let rows = held().rows;
    let word = |rows: &[Row], lifts: &[String]| {
        (
            RunResult::of(rows, 11, lifts).verdict,
            RunResult::of(rows, 11, lifts).exit_code,
        )
    };
    assert_eq!(word(&rows, &[]), (RunVerdict::Held, 0));
    assert_eq!(word(&rows[..44], &[]), (RunVerdict::Incomplete, 4));
    assert_eq!(word(&[], &[]), (RunVerdict::Incomplete, 4));
    assert_eq!(
        word(&rows, &["seccomp".to_owned()]),
        (RunVerdict::Incomplete, 4)
    );
    for verdict in [VerdictWord::Inconclusive, VerdictWord::NotRun] {
        let said = attestation(|number| {
            if number == 45 {
                verdict
            } else {
                VerdictWord::Held
            }
        });
        assert_eq!(word(&said.rows, &[]), (RunVerdict::Incomplete, 4));
        assert_eq!(
            RunResult::of(&said.rows, 11, &[]).complete,
            verdict == VerdictWord::Inconclusive
        );
    }
    let broken = attestation(|number| {
        if number == 1 {
            VerdictWord::Broken
        } else {
            VerdictWord::NotRun
        }
    });
    assert_eq!(word(&broken.rows, &[]), (RunVerdict::Broken, 1));
}

#[test]
fn every_contradiction_in_an_attestation_is_refused() {
    type Change = fn(&mut Attestation);
    let changes: [(&str, Change); 13] = [
        ("schema", |it| it.schema = 1),
        ("run id", |it| it.run.id = "XYZ".into()),
        ("finish", |it| {
            it.run.finished = Instant::parse("2026-01-23T22:51:06Z").unwrap()
        }),
        ("result", |it| it.result.exit_code = 4),
        ("result", |it| it.result.complete = false),
        ("result", |it| it.rows[3].verdict = VerdictWord::NotRun),
        ("result", |it| drop(it.rows.pop())),
        ("by number", |it| it.rows.swap(0, 1)),
        ("by number", |it| it.rows[1] = it.rows[0].clone()),
        ("by number", |it| it.rows[0].id = "N19".into()),
        ("by number", |it| it.rows[44].number = 46),
        ("deferred row", |it| it.deferred = vec!["A1".into()]),
        ("not asserted", |it| it.does_not_assert = vec![" ".into()]),
    ];
    for (expected, change) in changes {
        let mut said = held();
        change(&mut said);
        let error = said.check().expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(matches!(
            Statement::new(subjects().list(), said),
            Err(StatementError::Predicate(_))
        ));
    }
}

#[test]
fn mutants_must_add_up_and_files_must_be_in_order() {
    let entry = |path| FileEntry {
        path: BundlePath::parse(path).unwrap(),
        sha256: Sha256Digest::of(b""),
        size: 0,
    };
    let mut said = held();
    said.mutants = Some(Mutants {
        total: 3,
        killed: 2,
        survivors: vec![],
    });
    assert!(matches!(said.check(), Err(PredicateError::Mutants { .. })));
    said.mutants = Some(Mutants {
        total: 3,
        killed: 2,
        survivors: vec!["net".into()],
    });
    assert_eq!(said.check(), Ok(()));
    for paths in [["b", "a"], ["a", "a"]] {
        said.files = paths.map(entry).to_vec();
        assert!(matches!(said.check(), Err(PredicateError::Files { .. })));
    }
}

#[test]
fn another_type_another_encoding_or_another_field_is_not_read() {
    let replaced = |from: &str, to: &str| {
        assert!(text().contains(from), "{from}");
        read(&text().replacen(from, to, 1)).unwrap_err()
    };
    assert!(matches!(
        replaced("Statement/v1", "Statement/v2"),
        StatementError::Type { .. }
    ));
    assert!(matches!(
        replaced("attestation/v1", "attestation/v9"),
        StatementError::PredicateType { .. }
    ));
    assert!(matches!(
        replaced("\"lifts\":[]", "\"lifts\": []"),
        StatementError::NotCanonical
    ));
    assert!(matches!(
        replaced("\"mutants\":null,", ""),
        StatementError::NotCanonical
    ));
    assert!(matches!(
        replaced("\"lifts\":[]", "\"lifts\":[],\"more\":1"),
        StatementError::Json(JsonError::Shape { .. })
    ));
    assert!(matches!(
        replaced("\"lifts\":[]", "\"lifts\":[],\"lifts\":[]"),
        StatementError::Json(JsonError::DuplicateKey { .. })
    ));
}

#[test]
fn subjects_are_exactly_six_in_order() {
    let list = subjects().list();
    let mut swapped = list.clone();
    swapped.swap(0, 1);
    for wrong in [&list[..5], &swapped, &[]] {
        assert!(matches!(
            Subjects::from_list(wrong),
            Err(StatementError::Subjects { .. })
        ));
    }
}

/// The test result of a run in which only the row `number` is not `others`.
fn result_of(number: u32, verdict: VerdictWord, others: VerdictWord) -> Statement<TestResult> {
    let said = attestation(|it| if it == number { verdict } else { others });
    test_result::of(&Statement::new(subjects().list(), said).unwrap()).unwrap()
}

#[test]
fn the_test_result_says_passed_only_when_all_held() {
    let passed = result_of(1, VerdictWord::Held, VerdictWord::Held);
    assert_eq!(
        (
            passed.predicate().result,
            passed.predicate().passed_tests.len()
        ),
        (TestWord::Passed, 45)
    );
    assert_eq!(passed.subject().len(), 4);
    assert_eq!(
        passed
            .predicate()
            .configuration
            .iter()
            .map(|it| it.name.as_str())
            .collect::<Vec<_>>(),
        ["policy", "matrix"]
    );
    let warned = result_of(9, VerdictWord::NotRun, VerdictWord::Held);
    assert_eq!(
        (warned.predicate().result, &*warned.predicate().warned_tests),
        (TestWord::Warned, &["A9".to_owned()][..])
    );
    let failed = result_of(32, VerdictWord::Broken, VerdictWord::NotRun);
    assert_eq!(
        (failed.predicate().result, &*failed.predicate().failed_tests),
        (TestWord::Failed, &["N19".to_owned()][..])
    );
}
