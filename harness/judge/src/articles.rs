//! The self-audits of Articles 13 and 14, computed again by the judge from the rest of
//! the report: not by the checker's own code, which could be wrong in the same way.

use checker::report::{BagOutcome, Citation, ClaimOutcome, ClaimReport, LinkOutcome, Weight};
use checker::{Action, AuditItem, AuditOutcome, EvidenceClass, GateOutcome, Outcome, Report};
use serde_json::Value;

use super::answer::{Wrong, compare};
use super::words::or_none;

/// The items are the declared ones; each answer is what the rest of the report makes it,
/// and each pointer leads to a place in it.
pub(super) fn audit(report: &Report, article: u8, items: &[String]) -> Option<Wrong> {
    let audit = match article {
        13 => &report.article13,
        _ => &report.article14,
    };
    let ids: Vec<String> = audit.iter().map(|item| item.id.clone()).collect();
    let value = serde_json::to_value(report).unwrap_or_default();
    compare(
        &format!("items of article {article}"),
        or_none(items, " "),
        or_none(&ids, " "),
    )
    .or_else(|| audit.iter().find_map(|item| answer(report, item)))
    .or_else(|| audit.iter().find_map(|item| pointers(&value, item)))
}

fn answer(report: &Report, item: &AuditItem) -> Option<Wrong> {
    let word = |outcome| match outcome {
        AuditOutcome::Holds => "holds",
        AuditOutcome::Broken => "broken",
    };
    let follows = match follows(report, &item.id)? {
        true => AuditOutcome::Holds,
        false => AuditOutcome::Broken,
    };
    compare(
        &format!("answer of {}", item.id),
        word(follows),
        word(item.outcome),
    )
}

/// Whether the report is as an item asks; nothing for an item that nobody knows.
fn follows(report: &Report, id: &str) -> Option<bool> {
    Some(match id {
        "A13.1" => clean(report).all(|claim| {
            let mut counted = counted(claim).peekable();
            counted.peek().is_some() && counted.all(|it| anchors(class(report, it)))
        }),
        "A13.2" => report.claims.iter().all(|claim| {
            let copied = |it: &Citation| class(report, it) == Some(EvidenceClass::Copied);
            !claim.evidence.iter().any(copied) || claim.outcome == ClaimOutcome::Gap
        }),
        "A13.3" => !report.statement.authority && !report.statement.decision,
        "A13.4" => {
            let done: Vec<Action> = report.actions.done.iter().map(|it| it.action).collect();
            done == [Action::ReadPacketItem, Action::WriteLocalReport]
        }
        "A14.1" => {
            let mut bare = report.claims.iter().filter(|it| it.evidence.is_empty());
            bare.all(|claim| claim.outcome == ClaimOutcome::Gap)
        }
        "A14.2" => clean(report).all(|claim| {
            let solid =
                |it: &Citation| class(report, it).is_some_and(|it| it != EvidenceClass::Told);
            claim.evidence.iter().any(solid)
        }),
        "A14.3" => report.claims.iter().all(typed),
        "A14.4" => digests(report),
        "A14.5" => beyond(report),
        "A14.6" => outcome(report),
        _ => return None,
    })
}

/// Each pointer of an item leads somewhere, and there is one.
fn pointers(report: &Value, item: &AuditItem) -> Option<Wrong> {
    let what = format!("evidence of {}", item.id);
    if item.evidence.is_empty() {
        return Some(Wrong::new(what, "a pointer", "none"));
    }
    let mut pointers = item.evidence.iter();
    let lost = pointers.find(|at| report.pointer(at).is_none())?;
    Some(Wrong::new(
        what,
        "pointers to places in the report",
        lost.clone(),
    ))
}

fn clean(report: &Report) -> impl Iterator<Item = &ClaimReport> {
    let claims = report.claims.iter();
    claims.filter(|claim| claim.outcome == ClaimOutcome::NoGapObserved)
}

fn counted(claim: &ClaimReport) -> impl Iterator<Item = &Citation> {
    let citations = claim.evidence.iter();
    citations.filter(|it| it.weight == Weight::Counted)
}

/// The class of a cited item, by its id: not by where the citation says that it stands.
fn class(report: &Report, citation: &Citation) -> Option<EvidenceClass> {
    let mut items = report.items.iter();
    let item = items.find(|item| item.id == citation.item)?;
    Some(item.evidence_class)
}

/// What a claim may rest on: native, governed, or a statement that it asked for.
fn anchors(class: Option<EvidenceClass>) -> bool {
    match class {
        Some(EvidenceClass::Native | EvidenceClass::Governed | EvidenceClass::Stated) => true,
        Some(EvidenceClass::Copied | EvidenceClass::Told) | None => false,
    }
}

/// A gap has one reason, at one link; no gap has none.
fn typed(claim: &ClaimReport) -> bool {
    let broken = |outcome| {
        claim
            .links
            .iter()
            .filter(|it| it.outcome == outcome)
            .count()
    };
    match claim.outcome {
        ClaimOutcome::Gap => claim.gap.is_some() && broken(LinkOutcome::Broken) == 1,
        ClaimOutcome::NoGapObserved => {
            claim.gap.is_none() && broken(LinkOutcome::Holds) == claim.links.len()
        }
    }
}

fn digests(report: &Report) -> bool {
    let hashed = |citation: &Citation| {
        let mut items = report.items.iter();
        items.any(|item| item.id == citation.item && item.digest.is_some())
    };
    let valid = report.bag.outcome == BagOutcome::Valid || report.claims.is_empty();
    valid && clean(report).all(|claim| claim.evidence.iter().all(hashed))
}

/// Neither a gate nor global; whoever asked for that is denied and has a gap.
fn beyond(report: &Report) -> bool {
    let denied = |at: &str| {
        let index = at
            .strip_prefix("/claims/")
            .and_then(|it| it.parse::<usize>().ok());
        let claim = index.and_then(|index| report.claims.get(index));
        claim.is_none_or(|claim| claim.outcome == ClaimOutcome::Gap)
    };
    let none = !report.statement.gate && !report.statement.global;
    none && report.denials.iter().all(|denial| denied(&denial.at))
}

fn outcome(report: &Report) -> bool {
    let failed = report
        .gates
        .iter()
        .any(|it| it.outcome == GateOutcome::Failed);
    let gaps = report
        .claims
        .iter()
        .any(|it| it.outcome == ClaimOutcome::Gap);
    let follows = match (&report.refusal, failed || gaps) {
        (Some(_), _) => Outcome::Refused,
        (None, true) => Outcome::Gaps,
        (None, false) => Outcome::NoGapObserved,
    };
    report.outcome == follows && report.exit == follows.exit()
}
