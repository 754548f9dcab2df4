//! Each item of both self-audits can be answered with no: an edit of a sound report for
//! each thing that an item looks at, and the items that see it.

use super::*;
use crate::article13;
use crate::capture::Capture;
use crate::gates::GateOutcome;
use crate::guard::{Action, Guard};
use crate::order::Order;
use crate::report::{ActionDone, Weight};
use crate::settings::Settings;

fn report(packet: &str) -> Report {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("in");
    fixtures::write(packet, &input).unwrap();
    let guard = Guard::new(&Settings::of(input, "/nowhere".into()));
    crate::triage(&guard, &Order::parse(&fixtures::order()).unwrap()).unwrap()
}

fn broken(report: &Report) -> String {
    let items = article13::audit(report).into_iter().chain(audit(report));
    let broken: Vec<String> = items.filter(|it| it.is_broken()).map(|it| it.id).collect();
    broken.join(" ")
}

/// The claim's gap is gone, as if no link broke.
fn hold(claim: &mut ClaimReport) {
    claim.outcome = ClaimOutcome::NoGapObserved;
    claim.differing.clear();
    claim.gap = None;
    for link in &mut claim.links {
        (link.outcome, link.reason) = (LinkOutcome::Holds, None);
    }
}

fn log(report: &mut Report, change: fn(&mut Vec<String>)) {
    let read = &mut report.actions.done[0];
    let mut paths = read.paths.clone().unwrap();
    change(&mut paths);
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    *read = ActionDone::of(read.action, &paths);
}

/// A packet, an edit of its report, and the items that are broken by it.
type Row = (&'static str, fn(&mut Report), &'static str);

const ROWS: &[Row] = &[
    (
        "no-gap",
        |it| it.claims[0].evidence[0].weight = Weight::NotCounted,
        "A13.1",
    ),
    ("no-gap", |it| it.items.clear(), "A13.1 A14.2 A14.4"),
    ("local-copy", |it| hold(&mut it.claims[0]), "A13.1 A13.2"),
    (
        "no-gap",
        |it| it.items[0].capture = Capture::Absent,
        "A13.3",
    ),
    (
        "no-gap",
        |it| log(it, |paths| paths.retain(|it| it != "data/packet.json")),
        "A13.4",
    ),
    (
        "no-gap",
        |it| log(it, |paths| paths.push("data/other".to_owned())),
        "A13.4",
    ),
    ("no-gap", |it| drop(it.actions.done.pop()), "A13.4"),
    (
        "no-gap",
        |it| it.actions.done[1] = ActionDone::of(Action::WriteLocalReport, &["a"]),
        "A13.4",
    ),
    (
        "no-evidence",
        |it| hold(&mut it.claims[0]),
        "A13.1 A14.1 A14.2",
    ),
    ("prose-only", |it| hold(&mut it.claims[0]), "A13.1 A14.2"),
    (
        "prose-only",
        |it| it.claims[0].gap = Some(GapReason::StatementOnly),
        "A14.3",
    ),
    (
        "prose-only",
        |it| it.claims[0].links[0].reason = Some(GapReason::ProseOnly),
        "A14.3",
    ),
    ("no-gap", |it| it.items[0].digest = None, "A14.4"),
    (
        "no-gap",
        |it| it.items[0].digest = Some(format!("md5:{}", "0".repeat(32))),
        "A14.4",
    ),
    (
        "no-gap",
        |it| it.bag.verified = vec!["md5".to_owned()],
        "A14.4",
    ),
    (
        "no-gap",
        |it| it.bag.outcome = BagOutcome::NotAccepted,
        "A14.4",
    ),
    (
        "no-gap",
        |it| it.claims[0].scope = "elsewhere".to_owned(),
        "A14.5",
    ),
    ("asks-gating", |it| it.denials.clear(), "A14.5"),
    ("asks-gating", |it| it.gates[10].gaps.clear(), "A14.5"),
    (
        "asks-gating",
        |it| it.denials[0].asked = crate::verdict::Asked::Global,
        "A14.5",
    ),
    (
        "asks-gating",
        |it| it.denials.push(it.denials[0].clone()),
        "A14.5",
    ),
    (
        "asks-gating",
        |it| it.claims.iter_mut().for_each(hold),
        "A14.5",
    ),
    (
        "no-gap",
        |it| it.packet.as_mut().unwrap().scope = "*".to_owned(),
        "A14.5",
    ),
    ("no-gap", |it| it.outcome = Outcome::Gaps, "A14.6"),
    ("no-gap", |it| it.exit = 0, "A14.6"),
    (
        "no-gap",
        |it| it.gates[6].outcome = GateOutcome::Failed,
        "A14.6",
    ),
    (
        "no-gap",
        |it| it.gates[0].outcome = GateOutcome::Failed,
        "A14.6",
    ),
    (
        "fix7",
        |it| it.gates[0].outcome = GateOutcome::Failed,
        "A14.6",
    ),
    ("not-json", |it| it.refusal = None, "A14.6"),
];

#[test]
fn each_item_is_broken_by_what_it_looks_at_and_by_nothing_else() {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for (row, (packet, edit, items)) in ROWS.iter().enumerate() {
        let sound = report(packet);
        assert_eq!(broken(&sound), "", "{packet}");
        let mut edited = sound.clone();
        edit(&mut edited);
        assert_ne!(edited, sound, "row {row}: nothing was edited");
        let observed = broken(&edited);
        if observed != *items {
            wrong.push(format!(
                "row {row}, {packet}: expected {items}, observed {observed}"
            ));
        }
        seen.extend(items.split(' '));
    }
    assert_eq!(wrong, Vec::<String>::new());
    let (thirteen, fourteen) = (
        article13::audit(&report("no-gap")),
        audit(&report("no-gap")),
    );
    let all = thirteen.iter().chain(&fourteen).map(|it| it.id.as_str());
    assert_eq!(seen, all.collect(), "an item that nothing here breaks");
}
