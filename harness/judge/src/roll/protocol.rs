//! The probe's lines, whole: `hello`, for each attempt of the plan `begin` and `end`, and
//! `exit`; in this order, none missing, none doubled, none besides (`negatives::wire`).
//!
//! Two things end it early. An attempt that the probe did not survive leaves its `begin`
//! last, and a signal in the exit code. One that made the probe another program leaves
//! its `end` and an `exit` that counts the attempts up to it.

use evidence::order::Order;
use evidence::plan::every_mount;
use evidence::record::LaunchRecord;
use negatives::wire::{EXEC_HELLO, Event, Outcome};

use crate::verdict::Reason;
use crate::words;

/// What is due where the probe has said all.
const NO_MORE: &str = "no line after the exit";

/// Holds a probe's lines against the launch's number and its plan.
pub(super) fn is_whole(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    numbered(record)?;
    let attempts = attempts(record, planned);
    let due = due(record, &attempts);
    let said: Vec<String> = events(record).map(words::event).collect();
    let same = due.iter().zip(&said).take_while(|(due, said)| due == said);
    let at = same.count();
    if at == said.len() && (at == due.len() || was_ended(record)) {
        return Ok(());
    }
    let expected = due.get(at).map_or(NO_MORE, String::as_str);
    let observed = record.lines().get(at).map_or_else(
        || "no more lines".to_owned(),
        |line| observed(&line.event, &said[..at], &attempts),
    );
    Err(mismatch(record, "probe's lines", expected, &observed))
}

/// Each line repeats the launch's nonce, and they count up without a gap.
fn numbered(record: &LaunchRecord) -> Result<(), Reason> {
    for (expected, line) in (0_u32..).zip(record.lines()) {
        if line.nonce != record.nonce {
            return Err(mismatch(record, "nonce", &record.nonce, &line.nonce));
        }
        if line.seq != expected {
            let (expected, observed) = (expected.to_string(), line.seq.to_string());
            let what = "sequence number";
            return Err(mismatch(record, what, &expected, &observed));
        }
    }
    Ok(())
}

/// The ids of the attempts, in order: those of the row, and one at each mount that the
/// plan got at the barrier.
fn attempts(record: &LaunchRecord, planned: &Order) -> Vec<String> {
    let barrier = record.barrier.iter().filter(|_| planned.every_mount);
    let points = barrier.flat_map(|view| every_mount::points(view));
    let own = record.attempts().iter().cloned();
    own.chain(points.map(every_mount::id)).collect()
}

/// The lines that there must be, in words.
fn due(record: &LaunchRecord, attempts: &[String]) -> Vec<String> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let made = became_another(record).unwrap_or(attempts.len());
    let hello = Event::Hello {
        case: record.case.clone(),
        attempts: count(attempts.len()),
    };
    let made = &attempts[..made.min(attempts.len())];
    let exit = Event::Exit {
        attempts: count(made.len()),
    };
    let each = made
        .iter()
        .flat_map(|id| [words::begin(id), words::end(id)]);
    let first = [words::event(&hello)].into_iter();
    first.chain(each).chain([words::event(&exit)]).collect()
}

/// How many attempts were made when one made the probe another program, which says so
/// and ends.
fn became_another(record: &LaunchRecord) -> Option<usize> {
    let events: Vec<&Event> = events(record).collect();
    let mut pairs = events.windows(2);
    let at = pairs.position(|pair| match pair {
        [Event::End { outcome, .. }, Event::Exit { .. }] => {
            matches!(outcome, Outcome::Found(what) if what == EXEC_HELLO)
        }
        [_, _] | [..] => false,
    });
    at.map(|at| at / 2)
}

/// Whether a signal ended the probe in the attempt that it announced last.
fn was_ended(record: &LaunchRecord) -> bool {
    let last = events(record).last();
    matches!(last, Some(Event::Begin { .. })) && record.exit.signal().is_some()
}

/// A line that is not due, and what is strange about it where that can be said.
fn observed(event: &Event, before: &[String], attempts: &[String]) -> String {
    let words = words::event(event);
    match event {
        Event::Begin { id } | Event::End { id, .. } if !attempts.contains(id) => {
            format!("{words}, which is not planned")
        }
        Event::Hello { .. } | Event::Begin { .. } | Event::End { .. } | Event::Exit { .. } => {
            let again = before.contains(&words);
            words + if again { ", a second time" } else { "" }
        }
    }
}

fn events(record: &LaunchRecord) -> impl Iterator<Item = &Event> {
    record.lines().iter().map(|line| &line.event)
}

fn mismatch(record: &LaunchRecord, what: &'static str, expected: &str, observed: &str) -> Reason {
    Reason::Mismatched {
        launch: record.id.clone(),
        what,
        expected: expected.to_owned(),
        observed: observed.to_owned(),
    }
}
