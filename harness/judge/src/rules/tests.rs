//! The table of `hindrance.rs`, cell by cell, on the sound records of a row of packets;
//! and each way in which an answer is another than the declared one.

use checker::Outcome;
use evidence::Exit;
use evidence::record::{LaunchRecord, Observations};

use crate::samples::{self, PACKET_ROW};
use crate::{Adapted, Verdict, judge};

const HOSTILE: usize = 0;
const CONTROL: usize = 1;

/// The records of a row as they must be.
fn sound() -> Observations {
    let matrix = declared::matrix().unwrap();
    let row = samples::result(matrix.case(PACKET_ROW).unwrap(), &samples::expected());
    row.observed.open().unwrap()
}

fn verdict(observed: &Observations) -> Verdict {
    let expected = samples::expected();
    let matrix = declared::matrix().unwrap();
    let case = Adapted::of(matrix.case(PACKET_ROW).unwrap(), &expected.abilities);
    judge(&case, observed, &expected)
}

/// The row falls so, in these words, once `change` was made to its sound records.
fn assert_falls(word: &str, what: &str, change: impl FnOnce(&mut [LaunchRecord])) {
    let mut observed = sound();
    change(&mut observed.launches);
    let verdict = verdict(&observed);
    let words = verdict.reason().map(ToString::to_string);
    let words = words.unwrap_or_default();
    assert_eq!(verdict.word().to_string(), word, "{what}: {words}");
    assert!(words.contains(what), "{what}: {words}");
}

fn ended(record: &mut LaunchRecord, outcome: Outcome, reason: &str) {
    record.exit = Exit::Code(outcome.exit().into());
    record.subject.checked_mut().unwrap().report = None;
    let said = record
        .subject
        .checked_mut()
        .unwrap()
        .announcement
        .as_mut()
        .unwrap();
    said.outcome = outcome;
    said.exit = outcome.exit();
    said.report = None;
    said.reason = Some(reason.to_owned());
}

#[test]
fn sound_records_hold() {
    assert_eq!(verdict(&sound()), Verdict::Held);
}

#[test]
fn a_launch_without_a_record_is_not_run() {
    let mut observed = sound();
    observed.launches.remove(CONTROL);
    assert!(matches!(verdict(&observed), Verdict::NotRun(_)));
}

#[test]
fn instruments_that_failed_prove_nothing() {
    assert_falls("inconclusive", "lost the connection", |it| {
        it[HOSTILE].trouble = Some("lost the connection".to_owned());
    });
}

#[test]
fn the_last_words_of_who_was_launched_are_quoted() {
    let last = "lost; its last words: launcher: execvp /airlock: Permission denied";
    assert_falls("inconclusive", last, |it| {
        it[HOSTILE].trouble = Some("lost".to_owned());
        it[HOSTILE].errors = "begun\nlauncher: execvp /airlock: Permission denied\n\n".to_owned();
    });
    assert_falls(
        "inconclusive",
        &format!("words: {}", "x".repeat(300)),
        |it| {
            it[HOSTILE].trouble = Some("lost".to_owned());
            it[HOSTILE].errors = "x".repeat(5000);
        },
    );
}

#[test]
fn a_checker_that_blocked_itself_was_kept_from_working() {
    assert_falls("inconclusive", "blocked: routes", |it| {
        ended(&mut it[HOSTILE], Outcome::Blocked, "routes");
    });
}

#[test]
fn a_checker_that_says_blocked_and_ends_otherwise_is_broken() {
    assert_falls("broken", "rule `exit`", |it| {
        ended(&mut it[HOSTILE], Outcome::Blocked, "routes");
        it[HOSTILE].exit = Exit::Code(4);
    });
}

#[test]
fn no_announcement_is_no_answer_unless_it_ended_with_0() {
    assert_falls("inconclusive", "no announcement, exit code 137", |it| {
        it[CONTROL].exit = Exit::Code(137);
        it[CONTROL].subject.checked_mut().unwrap().announcement = None;
    });
    assert_falls("broken", "rule `exit`", |it| {
        it[CONTROL].exit = Exit::Code(0);
        it[CONTROL].subject.checked_mut().unwrap().announcement = None;
    });
}

#[test]
fn a_full_disk_is_in_the_way_and_another_fault_is_the_checkers() {
    for errno in ["5", "28", "122"] {
        let why = format!("failed to write the partial report (os error {errno})");
        assert_falls("inconclusive", &why, |it| {
            ended(&mut it[HOSTILE], Outcome::InternalError, &why);
        });
    }
    assert_falls("broken", "rule `exit`", |it| {
        let why = "expected the self-audit to hold, observed `A13.1` broken";
        ended(&mut it[HOSTILE], Outcome::InternalError, why);
    });
}

#[test]
fn an_input_that_cannot_be_read_is_in_the_way() {
    assert_falls("inconclusive", "unreadable input: `data/x`", |it| {
        let mut report: serde_json::Value =
            serde_json::from_str(it[HOSTILE].report().unwrap()).unwrap();
        report["refusal"] = serde_json::json!({
            "reason": "UNREADABLE", "file": "data/x", "line": null, "about": null,
            "expected": "readable", "observed": "permission denied",
        });
        ended(&mut it[HOSTILE], Outcome::Refused, "UNREADABLE");
        it[HOSTILE].subject.checked_mut().unwrap().report = Some(report.to_string());
    });
}

#[test]
fn a_wrong_answer_is_broken_whether_the_packet_is_hostile_or_not() {
    let give = |it: &mut [LaunchRecord], from: usize, to: usize| {
        it[to].exit = it[from].exit.clone();
        let said = it[from].subject.checked().unwrap().clone();
        let to = it[to].subject.checked_mut().unwrap();
        (to.announcement, to.report) = (said.announcement, said.report);
    };
    assert_falls("broken", "rule `exit`", |it| give(it, CONTROL, HOSTILE));
    assert_falls("broken", "rule `exit`", |it| give(it, HOSTILE, CONTROL));
    assert_falls("broken", "rule `exit`", |it| {
        it[CONTROL].exit = Exit::Code(0);
    });
}

#[test]
fn a_report_that_is_missing_or_another_than_announced_is_broken() {
    assert_falls("broken", "rule `reasons`", |it| {
        let report = it[HOSTILE]
            .subject
            .checked_mut()
            .unwrap()
            .report
            .take()
            .unwrap();
        it[HOSTILE].subject.checked_mut().unwrap().report =
            Some(report.replace("PROSE_ONLY", "NO_EVIDENCE"));
    });
    assert_falls("broken", "rule `reasons`", |it| {
        it[HOSTILE].subject.checked_mut().unwrap().report = None
    });
}

#[test]
fn another_program_gives_no_answer() {
    assert_falls("broken", "the programs", |it| {
        let barrier = it[HOSTILE].barrier.as_mut().unwrap();
        barrier.held = evidence::view::Seen::Seen("0".repeat(64));
    });
}

#[test]
fn what_was_let_through_is_not_hidden_by_what_failed_before_it() {
    assert_falls("broken", "rule `exit`", |it| {
        it[HOSTILE].trouble = Some("lost".to_owned());
        it[CONTROL].exit = Exit::Code(4);
    });
}
