//! The self-audits of Articles 13 and 14, computed again by the judge from the rest of
//! the report: not by the checker's own code, which could be wrong in the same way.

use checker::report::{
    BagOutcome, Citation, ClaimOutcome, ClaimReport, ItemReport, LinkOutcome, LinkReport, Weight,
};
use checker::{
    Action, AuditItem, AuditOutcome, Capture, EvidenceClass, GateOutcome, Outcome, REPORT_FILE,
    Report,
};
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
            counted.peek().is_some() && counted.all(|it| carries(claim, class(report, it)))
        }),
        "A13.2" => report.claims.iter().all(|claim| {
            let copied = |it: &Citation| class(report, it) == Some(EvidenceClass::Copied);
            !claim.evidence.iter().any(copied) || claim.outcome == ClaimOutcome::Gap
        }),
        "A13.3" => report.items.iter().all(shown),
        "A13.4" => read_and_written(report),
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
fn carries(claim: &ClaimReport, class: Option<EvidenceClass>) -> bool {
    match class {
        Some(EvidenceClass::Native | EvidenceClass::Governed) => true,
        Some(EvidenceClass::Stated) => claim.requires.contains(&EvidenceClass::Stated),
        Some(EvidenceClass::Copied | EvidenceClass::Told) | None => false,
    }
}

/// What is native or governed has a capture that was verified.
fn shown(item: &ItemReport) -> bool {
    match item.evidence_class {
        EvidenceClass::Native | EvidenceClass::Governed => {
            matches!(item.capture, Capture::Verified { .. })
        }
        EvidenceClass::Stated | EvidenceClass::Copied | EvidenceClass::Told => true,
    }
}

/// The two actions: every payload file was opened, and the report alone was written.
fn read_and_written(report: &Report) -> bool {
    let [read, written] = report.actions.done.as_slice() else {
        return false;
    };
    let payload = report.bag.payload_files.unwrap_or_default();
    let alone = written.paths.as_deref() == Some(&[REPORT_FILE.to_owned()]) && written.opened == 1;
    read.action == Action::ReadPacketItem
        && read.opened >= payload
        && written.action == Action::WriteLocalReport
        && alone
}

/// A broken link has a reason and no other link has one; the first is the gap's.
fn typed(claim: &ClaimReport) -> bool {
    let fits = |link: &LinkReport| (link.outcome == LinkOutcome::Broken) == link.reason.is_some();
    let first = claim.links.iter().find_map(|link| link.reason);
    let holds = claim
        .links
        .iter()
        .all(|it| it.outcome == LinkOutcome::Holds);
    let outcome = match claim.outcome {
        ClaimOutcome::Gap => claim.gap.is_some(),
        ClaimOutcome::NoGapObserved => holds,
    };
    outcome && claim.gap == first && claim.links.iter().all(fits)
}

fn digests(report: &Report) -> bool {
    let hashed = |citation: &Citation| {
        let mut items = report.items.iter();
        items.any(|item| item.id == citation.item && item.digest.is_some())
    };
    let valid = report.bag.outcome == BagOutcome::Valid || report.claims.is_empty();
    valid && clean(report).all(|claim| claim.evidence.iter().all(hashed))
}

/// What has no gap lies within the packet's scope; whoever asked for more has a gap.
fn beyond(report: &Report) -> bool {
    let denied = |at: &str| {
        let index = at
            .strip_prefix("/claims/")
            .and_then(|it| it.parse::<usize>().ok());
        let claim = index.and_then(|index| report.claims.get(index));
        claim.is_none_or(|claim| claim.outcome == ClaimOutcome::Gap)
    };
    let whole = report.packet.as_ref().map(|it| it.scope.as_str());
    let within = |claim: &ClaimReport| {
        let rest = whole.and_then(|whole| claim.scope.strip_prefix(whole));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    clean(report).all(within) && report.denials.iter().all(|denial| denied(&denial.at))
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

#[cfg(test)]
mod tests;
