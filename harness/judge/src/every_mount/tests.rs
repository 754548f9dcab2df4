//! What the answers at the mounts do to a verdict.

use evidence::mounts::Mount;
use evidence::order::blank;
use evidence::plan;
use evidence::record::Subject;
use evidence::view::Seen;
use negatives::wire::{Event, Line};

use super::*;
use crate::samples;

const REFUSED: Outcome = Outcome::Errno(libc::EACCES);

/// The verdict on N18 by this rule, with these mounts and what came of them.
fn judged(mounts: &[(&str, Option<Outcome>)]) -> Verdict {
    let matrix = negatives::matrix::Matrix::builtin().unwrap();
    let case = matrix.case("N18").unwrap();
    let mut orders = plan::orders(case).into_iter();
    let mut record = blank(&orders.find(|order| order.every_mount).unwrap());
    let Subject::Probe { attempts } = &record.subject else {
        panic!("N18 is a row of attempts");
    };
    let hello = Event::Hello {
        case: "N18".to_owned(),
        attempts: u32::try_from(attempts.len() + mounts.len()).unwrap(),
    };
    let mut view = samples::view(&samples::expected(), &record.subject);
    view.mounts = Seen::Seen(mounts.iter().map(|(point, _)| mount(point)).collect());
    record.barrier = Some(view);
    let ends = mounts.iter().filter_map(|(point, outcome)| {
        Some(Event::End {
            id: every_mount::id(point),
            call: None,
            outcome: outcome.clone()?,
        })
    });
    let lines = [hello].into_iter().chain(ends).zip(0..);
    let lines = lines.map(|(event, seq)| Line {
        nonce: String::new(),
        seq,
        event,
    });
    record.lines = lines.collect();
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
        "rule `every-mount`, `N18/the root file system/locked`, writing at `/new`: \
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
