//! What each item asks, on the reference packet's own report with one thing of it changed.

use super::*;
use crate::samples;

const ITEMS: [&str; 10] = [
    "A13.1", "A13.2", "A13.3", "A13.4", "A14.1", "A14.2", "A14.3", "A14.4", "A14.5", "A14.6",
];

/// The report of the checker on the reference packet, whose claims include a clean one.
fn sound() -> Report {
    let (matrix, expected) = (declared::matrix().unwrap(), samples::expected());
    let case = matrix.case("A1").unwrap();
    let observed = samples::observations(case, &expected.abilities, &expected);
    serde_json::from_str(observed.launches[0].report().unwrap()).unwrap()
}

/// The items that do not follow once `change` was made to the report.
fn broken(change: impl FnOnce(&mut Report)) -> Vec<&'static str> {
    let mut report = sound();
    change(&mut report);
    let items = ITEMS.into_iter();
    items
        .filter(|id| follows(&report, id) == Some(false))
        .collect()
}

/// A clean claim of the report.
fn claim(report: &mut Report) -> &mut ClaimReport {
    let mut claims = report.claims.iter_mut();
    let clean = claims.find(|it| it.outcome == ClaimOutcome::NoGapObserved);
    clean.unwrap()
}

/// Gives all that the clean claim cites this class.
fn cited(report: &mut Report, class: EvidenceClass) {
    let cited: Vec<String> = claim(report)
        .evidence
        .iter()
        .map(|it| it.item.clone())
        .collect();
    let items = report.items.iter_mut().filter(|it| cited.contains(&it.id));
    items.for_each(|item| item.evidence_class = class);
}

#[test]
fn a_sound_report_is_as_every_item_asks_and_an_unknown_item_asks_nothing() {
    let report = sound();
    for id in ITEMS {
        assert_eq!(follows(&report, id), Some(true), "{id}");
    }
    assert_eq!(follows(&report, "A15.1"), None);
}

#[test]
fn a_clean_claim_rests_on_evidence_that_counts() {
    let bare = broken(|report| claim(report).evidence.clear());
    assert_eq!(bare, ["A13.1", "A14.1", "A14.2"]);
    let uncounted = broken(|report| {
        let evidence = claim(report).evidence.iter_mut();
        evidence.for_each(|it| it.weight = Weight::NotCounted);
    });
    assert_eq!(uncounted, ["A13.1"]);
    assert_eq!(
        broken(|it| cited(it, EvidenceClass::Told)),
        ["A13.1", "A14.2"]
    );
    let copied = broken(|it| cited(it, EvidenceClass::Copied));
    assert_eq!(copied, ["A13.1", "A13.2"]);
}

/// Somebody's word is enough for a claim that asked for it, and for no other.
#[test]
fn a_statement_carries_a_claim_that_asked_for_one() {
    let stated = |requires: &[EvidenceClass]| {
        broken(|report| {
            cited(report, EvidenceClass::Stated);
            claim(report).requires = requires.to_vec();
        })
    };
    assert_eq!(stated(&[EvidenceClass::Native]), ["A13.1"]);
    assert_eq!(stated(&[EvidenceClass::Stated]), [""; 0]);
}

#[test]
fn both_actions_are_done_and_the_report_alone_is_written() {
    let changes: [fn(&mut Report); 6] = [
        |it| it.actions.done.truncate(1),
        |it| it.actions.done.swap(0, 1),
        |it| it.actions.done[0].opened = it.bag.payload_files.unwrap() - 1,
        |it| it.actions.done[1].opened = 2,
        |it| it.actions.done[1].paths = Some(vec!["other.json".to_owned()]),
        |it| it.actions.done[1].action = Action::ReadPacketItem,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(broken(change), ["A13.4"], "{at}");
    }
    let exactly = |it: &mut Report| it.actions.done[0].opened = it.bag.payload_files.unwrap();
    assert_eq!(broken(exactly), [""; 0]);
}

#[test]
fn a_broken_link_has_a_reason_and_a_clean_claim_has_no_broken_link() {
    let link = broken(|it| claim(it).links[0].outcome = LinkOutcome::Broken);
    assert_eq!(link, ["A14.3"]);
    let unreached = broken(|it| claim(it).links[0].outcome = LinkOutcome::NotReached);
    assert_eq!(unreached, ["A14.3"]);
}

#[test]
fn what_a_clean_claim_cites_has_a_digest_in_a_valid_bag() {
    let undigested = broken(|it| it.items.iter_mut().for_each(|item| item.digest = None));
    assert_eq!(undigested, ["A14.4"]);
    assert_eq!(broken(|it| it.bag.outcome = BagOutcome::Invalid), ["A14.4"]);
}

/// A scope lies beneath another by whole names: `/a/bc` is not beneath `/a/b`.
#[test]
fn a_clean_claim_lies_within_the_packets_scope() {
    let scope = |beyond: &'static str| {
        broken(move |report| {
            let whole = report.packet.as_ref().unwrap().scope.clone();
            claim(report).scope = whole + beyond;
        })
    };
    assert_eq!(scope(""), [""; 0]);
    assert_eq!(scope("/beneath"), [""; 0]);
    assert_eq!(scope("beside"), ["A14.5"]);
    assert_eq!(broken(|it| claim(it).scope = "/".to_owned()), ["A14.5"]);
}

#[test]
fn the_outcome_is_what_gates_and_claims_make_it() {
    assert_eq!(broken(|it| it.exit += 1), ["A14.6"]);
    assert_eq!(broken(|it| it.outcome = Outcome::Refused), ["A14.6"]);
    let follows = |said: Outcome, change: fn(&mut Report)| {
        let mut report = sound();
        let claims = report.claims.iter_mut();
        claims.for_each(|it| it.outcome = ClaimOutcome::NoGapObserved);
        let gates = report.gates.iter_mut();
        gates.for_each(|it| it.outcome = GateOutcome::Passed);
        change(&mut report);
        (report.outcome, report.exit) = (said, said.exit());
        outcome(&report)
    };
    assert!(follows(Outcome::NoGapObserved, |_| ()));
    assert!(!follows(Outcome::Gaps, |_| ()));
    let gap = |it: &mut Report| it.claims[0].outcome = ClaimOutcome::Gap;
    let gate = |it: &mut Report| it.gates[0].outcome = GateOutcome::Failed;
    for change in [gap, gate] {
        assert!(follows(Outcome::Gaps, change));
        assert!(!follows(Outcome::NoGapObserved, change));
    }
}

/// What is called native or governed is so by a capture; somebody's word needs none.
#[test]
fn a_class_that_a_capture_gives_has_one() {
    let without = |class| {
        broken(|report| {
            cited(report, class);
            let mut items = report.items.iter_mut();
            let item = items.find(|it| it.evidence_class == class).unwrap();
            item.capture = Capture::Absent;
        })
    };
    assert_eq!(without(EvidenceClass::Native), ["A13.3"]);
    assert_eq!(without(EvidenceClass::Governed), ["A13.3"]);
    assert!(!without(EvidenceClass::Stated).contains(&"A13.3"));
}

#[test]
fn an_answer_is_what_follows_and_its_pointers_lead_somewhere() {
    let items = ["A13.1", "A13.2", "A13.3", "A13.4"].map(str::to_owned);
    let wrong = |change: fn(&mut AuditItem)| {
        let mut report = sound();
        change(&mut report.article13[1]);
        audit(&report, 13, &items)
    };
    assert_eq!(wrong(|_| ()), None);
    let turned = wrong(|it| it.outcome = AuditOutcome::Broken);
    assert_eq!(
        turned,
        Some(Wrong::new("answer of A13.2", "holds", "broken"))
    );
    let bare = wrong(|it| it.evidence.clear());
    assert_eq!(
        bare,
        Some(Wrong::new("evidence of A13.2", "a pointer", "none"))
    );
    let lost = wrong(|it| it.evidence.push("/nowhere".to_owned()));
    let places = "pointers to places in the report";
    assert_eq!(
        lost,
        Some(Wrong::new("evidence of A13.2", places, "/nowhere"))
    );
    // The items of one article are not the other's.
    assert!(audit(&sound(), 14, &items).is_some());
}
