//! The table of a run on a terminal: a row of each verdict, with and without colour,
//! and what the rows amount to.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a test that fails"
)]

use bundle::report::summary::Summary;
use evidence::Abilities;
use judge::{Adapted, CaseResult, FilterProof, Reason, Verdict};
use negatives::matrix::Matrix;
use verify::terminal::{Color, Terminal};

fn matrix() -> Matrix {
    declared::matrix().unwrap()
}

/// A row with this verdict.
fn row(id: &str, verdict: Verdict) -> CaseResult {
    let matrix = matrix();
    let case = matrix.cases().iter().find(|it| it.id.as_str() == id);
    let case = Adapted::of(case.unwrap(), &Abilities::default());
    CaseResult {
        verdict,
        filters: FilterProof::Attempted,
        millis: 1_234,
        ..CaseResult::not_run(&case, Reason::Interrupted)
    }
}

fn broken() -> CaseResult {
    let reason = Reason::NotRefused {
        launch: "N19/locked".to_owned(),
        attempt: "execve".to_owned(),
        expected: "EPERM".to_owned(),
        observed: "success, and a program that ran long enough for this line to be wrapped"
            .to_owned(),
    };
    row("N19", Verdict::Broken(reason))
}

fn inconclusive() -> CaseResult {
    let reason = Reason::ControlFailed {
        launch: "N11/socket/control".to_owned(),
        attempt: "socket".to_owned(),
        expected: "success".to_owned(),
        observed: "EPERM".to_owned(),
    };
    row("N11", Verdict::Inconclusive(reason))
}

fn inside() -> CaseResult {
    let why = "the outside witness may not read `/proc/PID/limits`: Permission denied";
    CaseResult {
        inside: Some(why.to_owned()),
        ..row("N12", Verdict::Held)
    }
}

/// What a sandbox says must not drive the terminal of whoever reads it.
fn hostile() -> CaseResult {
    let reason = Reason::Trouble {
        launch: "N15/1".to_owned(),
        trouble: "\u{1b}[2Jall rows held\r\n\u{202e}dleh".to_owned(),
    };
    row("N15", Verdict::NotRun(reason))
}

fn every_verdict() -> Vec<CaseResult> {
    vec![
        row("N1", Verdict::Held),
        inside(),
        broken(),
        inconclusive(),
        row("N13", Verdict::NotRun(Reason::EngineLost)),
        hostile(),
    ]
}

/// An escape is written out, so that it can be read in a snapshot.
fn readable(text: &str) -> String {
    text.replace('\u{1b}', "␛")
}

#[test]
fn a_row_of_each_verdict_stands_in_the_table() {
    let (rows, matrix) = (every_verdict(), matrix());
    insta::assert_snapshot!("table", Terminal::plain().rows(&rows, &matrix));
    let coloured = Terminal::stdout(Color::Always).rows(&rows, &matrix);
    insta::assert_snapshot!("table_in_colour", readable(&coloured));
}

#[test]
fn each_verdict_has_its_lines() {
    let matrix = matrix();
    for (name, row) in [
        ("held", row("N1", Verdict::Held)),
        ("held_by_the_inside_alone", inside()),
        ("broken", broken()),
        ("inconclusive", inconclusive()),
        ("not_run", row("N13", Verdict::NotRun(Reason::EngineLost))),
        ("not_run_in_hostile_words", hostile()),
    ] {
        let table = Terminal::plain().rows([&row], &matrix);
        let lines = table.lines().take_while(|it| !it.starts_with("deferred"));
        let lines: Vec<&str> = lines.skip(1).collect();
        insta::assert_snapshot!(format!("row_{name}"), lines.join("\n"));
    }
}

#[test]
fn what_the_rows_amount_to_is_one_line_and_its_notes() {
    let all = matrix()
        .cases()
        .iter()
        .map(|it| row(it.id.as_str(), Verdict::Held))
        .collect();
    let broken = vec![row("N1", Verdict::Held), broken(), inconclusive()];
    for (name, rows, lifts) in [
        ("held", all, &[][..]),
        ("broken", broken, &["seccomp".to_owned()]),
        ("incomplete", vec![inconclusive()], &[]),
    ] {
        let deferred = matrix().deferred().iter().map(|it| it.id.clone()).collect();
        let summary = Summary::of(&rows, deferred, lifts.to_vec());
        let notes = [
            "bundle: attestation/00112233445566ff".to_owned(),
            "a note that is so long that it does not fit into one line of eighty columns, \
             and goes on in the next one"
                .to_owned(),
        ];
        let plain = Terminal::plain().amount(&summary, &notes);
        insta::assert_snapshot!(format!("amounts_to_{name}"), plain);
        let coloured = Terminal::stdout(Color::Always).amount(&summary, &notes);
        insta::assert_snapshot!(format!("amounts_to_{name}_in_colour"), readable(&coloured));
    }
}
