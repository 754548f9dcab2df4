//! What the answers at the mounts do to a verdict.

use evidence::mounts::Mount;
use evidence::order::blank;
use evidence::plan;
use evidence::view::Seen;
use negatives::wire::{Event, Line};

use super::*;
use crate::samples;

const REFUSED: Outcome = Outcome::Errno(libc::EACCES);

/// The verdict on N18 by this rule, with these mounts and what came of them.
fn judged(mounts: &[(&str, Option<Outcome>)]) -> Verdict {
    let matrix = declared::matrix().unwrap();
    let case = matrix.case("N18").unwrap();
    let mut orders = plan::orders(case).into_iter();
    let mut record = blank(&orders.find(|order| order.every_mount).unwrap());
    let attempts = record.attempts().to_vec();
    let count = u32::try_from(attempts.len() + mounts.len()).unwrap();
    let hello = Event::Hello {
        case: "N18".to_owned(),
        attempts: count,
    };
    let mut view = samples::view(&samples::expected(), &record.subject);
    view.mounts = Seen::Seen(mounts.iter().map(|(point, _)| mount(point)).collect());
    record.barrier = Some(view);
    record.airlock = Some(samples::ready(""));
    let mut mounts = mounts.to_vec();
    mounts.sort_by_key(|(point, _)| *point);
    let own = attempts.iter().map(|id| (id.clone(), Some(REFUSED)));
    let each = mounts.into_iter();
    let each = own.chain(each.map(|(point, outcome)| (every_mount::id(point), outcome)));
    let ends = each.filter_map(|(id, outcome)| {
        let begin = Event::Begin { id: id.clone() };
        let outcome = outcome?;
        let call = None;
        Some([begin, Event::End { id, call, outcome }])
    });
    let said = [hello].into_iter().chain(ends.flatten());
    let lines = said.chain([Event::Exit { attempts: count }]).zip(0..);
    let lines = lines.map(|(event, seq)| Line {
        nonce: String::new(),
        seq,
        event,
    });
    record.subject.probed_mut().unwrap().lines = lines.collect();
    judge(&Records::new(case, &[record]))
}

fn mount(point: &str) -> Mount {
    Mount {
        root: "/".to_owned(),
        point: point.to_owned(),
        options: Vec::new(),
        kind: if point == "/proc" { "proc" } else { "tmpfs" }.to_owned(),
        source: "tmpfs".to_owned(),
    }
}

#[test]
fn what_is_refused_everywhere_but_in_the_output_holds() {
    let written = Some(Outcome::Returned(3));
    let mounts = [("/", Some(REFUSED)), (OUTPUT, written.clone())];
    assert_eq!(judged(&mounts), Verdict::Held);
    let broken = judged(&[("/new", written.clone()), (OUTPUT, written)]);
    assert_eq!(
        broken.reason().unwrap().to_string(),
        "rule `every-mount`, `N18/locked`, writing at `/new`: \
         expected EACCES, EROFS or EPERM, observed returns 3"
    );
    assert!(matches!(broken, Verdict::Broken(_)));
}

#[test]
fn only_where_no_name_is_taken_is_a_missing_name_a_refusal() {
    let missing = Some(Outcome::Errno(libc::ENOENT));
    let written = Some(Outcome::Returned(3));
    let at = |point| judged(&[(point, missing.clone()), (OUTPUT, written.clone())]);
    assert_eq!(at("/proc"), Verdict::Held);
    assert!(matches!(at("/dev"), Verdict::Broken(_)));
}

#[test]
fn a_mount_that_nobody_answered_for_was_not_run() {
    let written = Some(Outcome::Returned(3));
    let mounts = [("/", Some(REFUSED)), ("/new", None), (OUTPUT, written)];
    assert!(matches!(judged(&mounts), Verdict::NotRun(_)));
}

#[test]
fn an_output_that_cannot_be_written_to_shows_nothing() {
    let mounts = [("/", Some(REFUSED)), (OUTPUT, Some(REFUSED))];
    assert!(matches!(judged(&mounts), Verdict::Inconclusive(_)));
}
