//! Article 14 self-audit: evidence behind every word, and no fake green.
//!
//! Looks at the finished report only, not at the rules that made it, and
//! points at the places it looked at.

use std::collections::BTreeSet;

use crate::article13::{AuditItem, cited, class, or, without_gap};
use crate::evidence::EvidenceClass;
use crate::gates::Gate;
use crate::outcome::Outcome;
use crate::report::{BagOutcome, Citation, ClaimOutcome, LinkOutcome, Report};
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

/// Evidence of a claim without a gap has a verified digest, in a valid bag.
fn digests_behind(report: &Report) -> AuditItem {
    let hashed =
        |citation: &Citation| cited(report, citation).is_some_and(|item| item.digest.is_some());
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

/// A claim without a gap is within the packet's scope, and what was asked beyond a triage
/// is denied to a claim that has a gap.
fn no_verdict_beyond(report: &Report) -> AuditItem {
    let gaps: BTreeSet<String> = (0..)
        .zip(&report.claims)
        .filter(|(_, claim): &(usize, _)| claim.outcome == ClaimOutcome::Gap)
        .map(|(index, _)| format!("/claims/{index}"))
        .collect();
    let denied = report
        .denials
        .iter()
        .all(|denial| denial.at == "/packet/scope" || gaps.contains(&denial.at));
    let scope = |text: &str| Scope::parse(text);
    let whole = report.packet.as_ref().and_then(|it| scope(&it.scope));
    let mut evidence = vec![
        "/denials".to_owned(),
        format!("/gates/{}", Gate::G11 as usize),
    ];
    let mut good = denied;
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

/// The outcome is what the claims and the refusal make it.
fn outcome_follows(report: &Report) -> AuditItem {
    let gap = report
        .claims
        .iter()
        .any(|claim| claim.outcome == ClaimOutcome::Gap);
    let good = match report.outcome {
        Outcome::Refused => report.refusal.is_some() && report.claims.is_empty(),
        Outcome::NoGapObserved => {
            report.refusal.is_none()
                && !gap
                && !report.claims.is_empty()
                && report.denials.is_empty()
        }
        Outcome::Gaps => report.refusal.is_none() && !report.claims.is_empty(),
        Outcome::Blocked | Outcome::InternalError => false,
    };
    let evidence = vec![
        "/outcome".to_owned(),
        "/claims".to_owned(),
        "/refusal".to_owned(),
    ];
    AuditItem::new(
        "A14.6",
        "does the outcome follow from the claims?",
        good && report.exit == report.outcome.exit(),
        evidence,
    )
}
