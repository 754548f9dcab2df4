//! What a record must say of its launch before anything in it counts: the airlock's word,
//! and the whole of a probe's.

use evidence::Exit;
use evidence::order::blank;
use evidence::plan;

use negatives::wire::{EXEC_HELLO, Event, Line, Outcome};
use seccomp::plan::AirlockStatus;

use super::*;
use crate::samples::ready;

const NONCE: &str = "0123";

/// The launch of N12 in which several attempts are made, as it must be: what the row
/// says of it once `change` was made.
fn refused(change: impl FnOnce(&mut LaunchRecord)) -> String {
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N12").unwrap();
    let several = |order: &Order| {
        let subject = order.task.subject();
        let many = subject.probed().is_some_and(|it| it.attempts.len() > 2);
        many && !order.lifts.contains(&negatives::matrix::Lift::Sandbox)
    };
    let order = plan::orders(case).into_iter().find(several).unwrap();
    let mut record = blank(&order);
    record.nonce = NONCE.to_owned();
    record.lifts = order.lifts.iter().map(ToString::to_string).collect();
    record.airlock = Some(ready(NONCE));
    record.exit = Exit::Code(0);
    let ids = record.attempts().to_vec();
    let count = u32::try_from(ids.len()).unwrap();
    let hello = Event::Hello {
        case: record.case.clone(),
        attempts: count,
    };
    let each = ids.iter().flat_map(|id| [begin(id), end(id)]);
    let events = [hello].into_iter().chain(each);
    say(&mut record, events.chain([Event::Exit { attempts: count }]));
    change(&mut record);
    let launches = [record];
    let records = Records::new(case, &launches);
    match records.get(&order.id) {
        Ok(_) => "nothing".to_owned(),
        Err(Verdict::NotRun(reason)) => {
            assert_eq!(reason.rule(), Some("launch"));
            reason.to_string()
        }
        Err(other) => panic!("{}", other.word()),
    }
}

fn begin(id: &str) -> Event {
    Event::Begin { id: id.to_owned() }
}

fn end(id: &str) -> Event {
    Event::End {
        id: id.to_owned(),
        call: None,
        outcome: Outcome::Absent,
    }
}

/// These lines, numbered as they should be.
fn say(record: &mut LaunchRecord, events: impl IntoIterator<Item = Event>) {
    let lines = (0..).zip(events).map(|(seq, event)| Line {
        nonce: NONCE.to_owned(),
        seq,
        event,
    });
    record.subject.probed_mut().unwrap().lines = lines.collect();
}

/// Changes what was said, and numbers it afresh.
fn change(record: &mut LaunchRecord, edit: impl FnOnce(&mut Vec<Event>)) {
    let mut events = record
        .subject
        .probed_mut()
        .unwrap()
        .lines
        .drain(..)
        .map(|line| line.event)
        .collect();
    edit(&mut events);
    say(record, events);
}

#[track_caller]
fn assert_refused(words: &str, edit: impl FnOnce(&mut Vec<Event>)) {
    let reason = refused(|record| change(record, edit));
    assert!(reason.contains(words), "{words}: {reason}");
}

#[test]
fn what_the_probe_said_is_whole() {
    assert_eq!(refused(|_| {}), "nothing");
}

#[test]
fn a_line_that_is_doubled_unplanned_missing_or_elsewhere_is_refused() {
    assert_refused("observed `end of ", |it| it.insert(3, it[2].clone()));
    assert_refused(", a second time`", |it| it.insert(3, it[2].clone()));
    assert_refused("observed `end of other, which is not planned`", |it| {
        it.insert(3, end("other"));
    });
    assert_refused("observed `begin of other, which is not planned`", |it| {
        it.insert(3, begin("other"));
    });
    assert_refused("expected `exit after ", |it| drop(it.pop()));
    assert_refused("observed `no more lines`", |it| it.truncate(2));
    assert_refused("observed `no more lines`", Vec::clear);
    assert_refused("expected `begin of ", |it| drop(it.remove(1)));
    assert_refused("expected `end of ", |it| drop(it.remove(2)));
    assert_refused("expected `begin of ", |it| it.swap(1, 3));
    assert_refused("expected `hello of N12 with ", |it| drop(it.remove(0)));
    assert_refused("expected `no line after the exit`", |it| {
        it.push(it[0].clone());
    });
    assert_refused("expected `no line after the exit`", |it| {
        it.extend(it.last().cloned());
    });
    assert_refused("observed `exit after 77 attempts`", |it| {
        let last = it.len() - 1;
        it[last] = Event::Exit { attempts: 77 };
    });
}

#[test]
fn a_probe_that_a_signal_ended_said_all_that_it_could() {
    let died = |edit: fn(&mut Vec<Event>), exit| {
        refused(|record| {
            change(record, edit);
            record.exit = Exit::Code(exit);
        })
    };
    assert_eq!(died(|it| it.truncate(2), 128 + 31), "nothing");
    let none = "observed `no more lines`";
    assert!(died(|it| it.truncate(2), 1).contains(none));
    assert!(died(|it| it.truncate(3), 128 + 31).contains(none));
    assert!(died(|it| it.truncate(1), 128 + 31).contains(none));
    let doubled = died(
        |it| {
            it.truncate(3);
            it.push(it[1].clone());
        },
        128 + 31,
    );
    assert!(doubled.contains(", a second time"), "{doubled}");
}

#[test]
fn an_attempt_that_became_another_program_is_the_last() {
    let became = |count, more: bool| {
        refused(|record| {
            change(record, |it| {
                it.truncate(3);
                let Event::End { outcome, .. } = &mut it[2] else {
                    panic!("the third line is an end");
                };
                *outcome = Outcome::Found(EXEC_HELLO.to_owned());
                it.push(Event::Exit { attempts: count });
                it.extend(more.then(|| it[1].clone()));
            });
        })
    };
    assert_eq!(became(1, false), "nothing");
    assert!(became(2, false).contains("expected `exit after 1 attempts`"));
    assert!(became(1, true).contains("expected `no line after the exit`"));
}

#[test]
fn without_the_airlocks_word_nothing_is_believed() {
    let said = |airlock: Option<AirlockStatus>| refused(|record| record.airlock = airlock);
    assert!(said(None).contains("airlock's word: expected `ready`, observed `none`"));
    assert!(said(Some(ready("4567"))).contains("airlock's nonce"));
    let failed = said(Some(AirlockStatus::Failed {
        nonce: NONCE.to_owned(),
        step: "load the filter".to_owned(),
        errno: 22,
    }));
    assert!(failed.contains("observed `failed to load the filter (errno 22)`"));
}

/// Whatever its rules look at: a row each launch of which lacks the airlock's word is
/// never held, and a launch outside of any sandbox needs none.
#[test]
fn every_row_needs_the_airlocks_word_in_every_sandbox() {
    let matrix = declared::matrix().unwrap();
    for case in matrix.cases() {
        for order in plan::orders(case) {
            let mut record = blank(&order);
            record.lifts = order.lifts.iter().map(ToString::to_string).collect();
            let outside = matches!(order.task, Task::BareProbe(_) | Task::Bare { .. });
            let refused = airlock::was_ready(&record, &order);
            assert_eq!(refused.is_ok(), outside, "{}", order.id);
            record.airlock = Some(ready(""));
            let refused = airlock::was_ready(&record, &order);
            assert_eq!(refused.is_ok(), !outside, "{}", order.id);
        }
    }
}
