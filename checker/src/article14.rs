//! Article 14 self-audit: evidence behind every word, and no fake green.
//!
//! Looks at the finished report only, not at the rules that made it, and
//! points at the places it looked at.

use std::collections::BTreeSet;

use crate::adequacy::Link;
use crate::article13::{AuditItem, cited, class, or, without_gap};
use crate::bag::Algorithm;
use crate::evidence::EvidenceClass;
use crate::gap::GapReason;
use crate::gates::Gate;
use crate::outcome::Outcome;
use crate::report::{BagOutcome, Citation, ClaimOutcome, ClaimReport, LinkOutcome, Report};
use crate::scope::Scope;

/// Audits the report against Article 14.
pub(crate) fn audit(report: &Report) -> Vec<AuditItem> {
    vec![
        no_fake_green(report),
        no_prose_only(report),
        gaps_are_typed(report),
        digests_behind(report),
        no_verdict_beyond(report),
        outcome_follows(report),
    ]
}

/// A claim without evidence has a gap, whatever the packet asserts of it.
fn no_fake_green(report: &Report) -> AuditItem {
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, claim) in report
        .claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.evidence.is_empty())
    {
        good &= claim.outcome == ClaimOutcome::Gap;
        evidence.push(format!("/claims/{index}/gap"));
    }
    AuditItem::new(
        "A14.1",
        "is no claim without evidence free of a gap?",
        good,
        or(evidence, "/claims"),
    )
}

/// A claim without a gap has evidence that is not prose.
fn no_prose_only(report: &Report) -> AuditItem {
    let told = |citation: &Citation| {
        class(report, citation).is_none_or(|class| class == EvidenceClass::Told)
    };
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, claim) in without_gap(report) {
        good &= !claim.evidence.iter().all(told);
        evidence.push(format!("/claims/{index}/evidence"));
    }
    AuditItem::new(
        "A14.2",
        "does no claim without a gap rest on prose only?",
        good,
        or(evidence, "/claims"),
    )
}

/// Each broken link has a reason of the closed list, and the first one's is the gap's.
fn gaps_are_typed(report: &Report) -> AuditItem {
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, claim) in report.claims.iter().enumerate() {
        let mut broken = claim
            .links
            .iter()
            .filter(|link| link.outcome == LinkOutcome::Broken);
        let typed = claim
            .links
            .iter()
            .all(|link| (link.outcome == LinkOutcome::Broken) == link.reason.is_some());
        let first = broken.next().and_then(|link| link.reason);
        good &= typed && claim.gap == first;
        good &= match claim.outcome {
            ClaimOutcome::Gap => claim.gap.is_some(),
            ClaimOutcome::NoGapObserved => claim
                .links
                .iter()
                .all(|link| link.outcome == LinkOutcome::Holds),
        };
        evidence.push(format!("/claims/{index}/links"));
    }
    AuditItem::new(
        "A14.3",
        "has every broken link a typed reason, and every gap that of the first?",
        good,
        or(evidence, "/claims"),
    )
}

/// Evidence of a claim without a gap has a digest that cannot be forged, by an algorithm
/// whose every digest was checked, in a valid bag.
fn digests_behind(report: &Report) -> AuditItem {
    let verified = report.bag.verified.iter();
    let verified: Vec<Algorithm> = verified.filter_map(|it| Algorithm::named(it)).collect();
    let checked = |digest: &str| {
        let algorithm = digest.split(':').next().and_then(Algorithm::named);
        algorithm.is_some_and(|it| it.is_strong() && verified.contains(&it))
    };
    let hashed = |citation: &Citation| {
        let digest = cited(report, citation).and_then(|item| item.digest.as_ref());
        digest.is_some_and(|all| all.split(' ').any(checked))
    };
    let mut good = report.claims.is_empty() || report.bag.outcome == BagOutcome::Valid;
    let mut evidence = vec![format!("/gates/{}", Gate::G5 as usize)];
    for (index, claim) in without_gap(report) {
        good &= claim.evidence.iter().all(hashed);
        let items = claim
            .evidence
            .iter()
            .filter_map(|citation| citation.at.as_ref());
        evidence.extend(items.map(|at| format!("{at}/digest")));
        evidence.push(format!("/claims/{index}/evidence"));
    }
    evidence.sort();
    evidence.dedup();
    AuditItem::new(
        "A14.4",
        "is the evidence behind every claim without a gap digest-true?",
        good,
        evidence,
    )
}

/// A claim without a gap is within the packet's scope; who asked for more is denied it, in
/// the list as in the chain and at the gate, and has a gap.
fn no_verdict_beyond(report: &Report) -> AuditItem {
    let scope = |text: &str| Scope::parse(text);
    let whole = report.packet.as_ref().and_then(|it| scope(&it.scope));
    let mut evidence = vec![
        "/denials".to_owned(),
        format!("/gates/{}", Gate::G11 as usize),
    ];
    let mut good = denials_follow(report);
    for (index, claim) in without_gap(report) {
        let part = scope(&claim.scope);
        good &= matches!((&whole, part), (Some(whole), Some(part)) if whole.covers(&part));
        evidence.push(format!("/claims/{index}/scope"));
    }
    AuditItem::new(
        "A14.5",
        "is nothing said beyond the packet's scope, and every verdict that was asked for denied?",
        good,
        evidence,
    )
}

/// Whether the denials are those that G11 found, each to a claim that has a gap or to the
/// packet's own scope, and none is left out that a claim's last link or a scope gives away.
fn denials_follow(report: &Report) -> bool {
    let at_claim = |index: usize| format!("/claims/{index}");
    let denials = report.denials.iter();
    let denied: BTreeSet<(&str, GapReason)> = denials
        .map(|it| (it.at.as_str(), it.asked.reason()))
        .collect();
    let gates = report.gates.get(Gate::G11 as usize);
    let found = gates.iter().flat_map(|gate| &gate.gaps);
    let found: BTreeSet<_> = found.map(|it| (it.at.as_str(), it.reason)).collect();
    let of = |at: &str| denied.iter().any(|(denied, _)| *denied == at);
    let is_global = |text: &str| Scope::parse(text).is_some_and(|scope| scope.is_global());
    let claim = |(index, claim): (usize, &ClaimReport)| {
        let at = at_claim(index);
        let mut links = claim.links.iter();
        let asked = links.find(|it| it.link == Link::Verdict);
        let asked = asked.and_then(|link| link.reason);
        asked.is_none_or(|reason| denied.contains(&(at.as_str(), reason)))
            && (!is_global(&claim.scope) || of(&at))
            && (claim.outcome == ClaimOutcome::Gap || !of(&at))
    };
    let packet = report.packet.as_ref();
    let global = packet.is_some_and(|it| is_global(&it.scope));
    let places = report.claims.len() + usize::from(global);
    denied == found
        && denied.len() == report.denials.len()
        && report.denials.len() <= places
        && global == of("/packet/scope")
        && report.claims.iter().enumerate().all(claim)
}

/// The outcome is what the claims, the gates and the refusal make it; nothing is said of a
/// packet if P1 did not hold.
fn outcome_follows(report: &Report) -> AuditItem {
    let gap = report
        .claims
        .iter()
        .any(|claim| claim.outcome == ClaimOutcome::Gap);
    let failed = report.gates.iter().any(|gate| gate.outcome.stops());
    let triaged = report.refusal.is_none() && !report.claims.is_empty();
    let good = match report.outcome {
        Outcome::Refused => report.refusal.is_some() && report.claims.is_empty() && failed,
        Outcome::NoGapObserved => triaged && !gap && !failed && report.denials.is_empty(),
        Outcome::Gaps => triaged && (gap || failed),
        Outcome::Blocked | Outcome::InternalError => false,
    };
    let good = good && !report.p1().stops();
    let evidence = vec![
        "/outcome".to_owned(),
        "/claims".to_owned(),
        "/gates".to_owned(),
        "/refusal".to_owned(),
    ];
    AuditItem::new(
        "A14.6",
        "does the outcome follow from the claims?",
        good && report.exit == report.outcome.exit(),
        evidence,
    )
}

#[cfg(test)]
mod tests;
