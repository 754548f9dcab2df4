//! The records of a row that holds, and each way in which the checker's answer to one
//! of its packets is another than the declared one.

use negatives::matrix::Matrix;

use super::super::judge;
use super::*;
use crate::checks::sample::{PACKET_ROW, stand_in};
use crate::record::{Observations, OutputEntry};

const HOSTILE: usize = 0;
const CONTROL: usize = 1;

/// The records of a row as they must be.
fn sound() -> Observations {
    let sample = stand_in::sample();
    sample.row(PACKET_ROW).unwrap().observed.open().unwrap()
}

/// The verdict and its words, once `change` was made to the sound records.
fn judged(change: impl FnOnce(&mut [LaunchRecord])) -> (String, String) {
    let case = Matrix::builtin().unwrap().case(PACKET_ROW).unwrap().clone();
    let mut observed = sound();
    change(&mut observed.launches);
    let verdict = judge(&case, &observed, &stand_in::expected());
    let words = verdict.reason().map(ToString::to_string);
    (verdict.word().to_string(), words.unwrap_or_default())
}

fn assert_falls(word: &str, what: &str, change: impl FnOnce(&mut [LaunchRecord])) {
    let (verdict, words) = judged(change);
    assert_eq!(verdict, word, "{what}: {words}");
    assert!(words.contains(what), "{what}: {words}");
}

#[test]
fn sound_records_hold() {
    assert_eq!(judged(|_| {}), ("held".to_owned(), String::new()));
}

#[test]
fn the_exit_code_is_the_processs_own_and_the_announced_one() {
    assert_falls("broken", "exit code", |it| {
        it[HOSTILE].exit = Exit::Code(5);
    });
    assert_falls("broken", "exit code", |it| {
        it[HOSTILE].announcement = None;
    });
    assert_falls("inconclusive", "exit code", |it| {
        it[CONTROL].exit = Exit::Code(137);
    });
}

#[test]
fn the_answer_to_another_packet_is_not_the_answer_to_this_one() {
    let give = |it: &mut [LaunchRecord], from: usize, to: usize| {
        it[to].exit = it[from].exit.clone();
        it[to].announcement = it[from].announcement.clone();
        it[to].report = it[from].report.clone();
        it[to].output = it[from].output.clone();
    };
    assert_falls("broken", "exit code", |it| give(it, CONTROL, HOSTILE));
    assert_falls("inconclusive", "exit code", |it| give(it, HOSTILE, CONTROL));
}

#[test]
fn a_report_that_is_missing_or_another_than_announced_is_no_answer() {
    assert_falls("broken", "output contract", |it| {
        let report = it[HOSTILE].report.take().unwrap();
        it[HOSTILE].report = Some(report.replace("PROSE_ONLY", "PROSE_OTHER"));
    });
    assert_falls("broken", "output contract", |it| it[HOSTILE].report = None);
}

#[test]
fn the_declared_reason_and_gate_must_be_in_the_report() {
    let case = Matrix::builtin().unwrap().case(PACKET_ROW).unwrap().clone();
    let record = &sound().launches[HOSTILE];
    let mut packet = case.packets[HOSTILE].clone();
    assert_eq!(differs(&case, &packet, record), None);
    packet.reasons.push("ANOTHER".to_owned());
    let reason = differs(&case, &packet, record).unwrap().to_string();
    assert!(reason.contains("ANOTHER"), "{reason}");
    packet.reasons.pop();
    packet.stops_at = Some("G2".to_owned());
    let reason = differs(&case, &packet, record).unwrap().to_string();
    assert!(reason.contains("gate that failed"), "{reason}");
}

#[test]
fn another_program_gives_no_answer() {
    assert_falls("broken", "the programs", |it| {
        let barrier = it[HOSTILE].barrier.as_mut().unwrap();
        barrier.held = crate::witness::Seen::Seen("0".repeat(64));
    });
}

#[test]
fn the_report_must_be_alone_in_the_output() {
    let mut case = Matrix::builtin().unwrap().case(PACKET_ROW).unwrap().clone();
    case.needs = vec![Evidence::OutputFolder];
    let mut record = sound().launches.remove(HOSTILE);
    let report = record
        .announcement
        .as_ref()
        .unwrap()
        .report
        .clone()
        .unwrap();
    let whole = OutputEntry {
        name: report.path.clone(),
        kind: EntryKind::File,
        size: report.bytes,
        sha256: Some(report.sha256),
    };
    let answers = |output: Vec<OutputEntry>, record: &mut LaunchRecord| {
        record.output = output;
        differs(&case, &case.packets[HOSTILE], record)
    };
    assert_eq!(answers(vec![whole.clone()], &mut record), None);
    let other = |name: &str, size| OutputEntry {
        name: name.to_owned(),
        size,
        ..whole.clone()
    };
    let not_alone = vec![whole.clone(), other("more", 1)];
    for output in [
        Vec::new(),
        not_alone,
        vec![other("renamed", whole.size)],
        vec![other(&whole.name, 1)],
    ] {
        let reason = answers(output, &mut record).unwrap().to_string();
        assert!(reason.contains("output folder"), "{reason}");
    }
}
