//! Article 13 self-audit: native first, and no local copy as an authority.
//!
//! Looks at the finished report only, not at the rules that made it, and
//! points at the places it looked at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::evidence::EvidenceClass;
use crate::gates::Gate;
use crate::guard::Action;
use crate::report::{
    ActionDone, Citation, ClaimOutcome, ClaimReport, ItemReport, REPORT_FILE, Report, Weight,
};
use crate::wrong;

/// One question of a self-audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditItem {
    /// Its stable name.
    pub id: String,
    /// What is asked.
    pub asks: String,
    /// The answer.
    pub outcome: AuditOutcome,
    /// JSON pointers into this report: what the answer rests on.
    pub evidence: Vec<String>,
}

/// The answer of an audit item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// The report follows the article here.
    Holds,
    /// It does not. Such a report is never written.
    Broken,
}

impl AuditItem {
    /// An item whose answer is `good`, resting on what `evidence` points at.
    pub(crate) fn new(id: &str, asks: &str, good: bool, evidence: Vec<String>) -> Self {
        let outcome = if good || wrong::is_blind() {
            AuditOutcome::Holds
        } else {
            AuditOutcome::Broken
        };
        Self {
            id: id.to_owned(),
            asks: asks.to_owned(),
            outcome,
            evidence,
        }
    }

    /// Whether the report contradicts the article here.
    pub(crate) const fn is_broken(&self) -> bool {
        match self.outcome {
            AuditOutcome::Holds => false,
            AuditOutcome::Broken => true,
        }
    }
}

/// Audits the report against Article 13.
pub(crate) fn audit(report: &Report) -> Vec<AuditItem> {
    vec![
        native_first(report),
        no_copy(report),
        no_label(report),
        only_the_packet(report),
    ]
}

/// What carries a claim without a gap is native, governed, or a statement asked for.
fn native_first(report: &Report) -> AuditItem {
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, claim) in without_gap(report) {
        let counted = claim
            .evidence
            .iter()
            .filter(|citation| citation.weight == Weight::Counted);
        let classes: Vec<EvidenceClass> = counted
            .filter_map(|citation| class(report, citation))
            .collect();
        let carries =
            |class: &EvidenceClass| class.is_authority() || claim.requires.contains(class);
        good &= !classes.is_empty() && classes.iter().all(carries);
        // What is called more than it is shown to be carries nothing, and is said.
        good &= claim.evidence.iter().all(|citation| {
            let shown = cited(report, citation).is_none_or(|it| it.capture.reason().is_none());
            shown || citation.weight == Weight::Counted
        });
        evidence.push(format!("/claims/{index}/evidence"));
        evidence.push(format!("/claims/{index}/requires"));
    }
    AuditItem::new(
        "A13.1",
        "does every claim without a gap rest on native or governed evidence, or on a statement \
         that it asks for, and on nothing that is called what no capture shows it to be?",
        good,
        or(evidence, "/claims"),
    )
}

/// A claim that offers a local copy has a gap.
fn no_copy(report: &Report) -> AuditItem {
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, claim) in report.claims.iter().enumerate() {
        let copied = |citation: &Citation| class(report, citation) == Some(EvidenceClass::Copied);
        if claim.evidence.iter().any(copied) {
            good &= claim.outcome == ClaimOutcome::Gap;
            evidence.push(format!("/claims/{index}/gap"));
        }
    }
    let evidence = or(evidence, &format!("/gates/{}", Gate::G8 as usize));
    AuditItem::new(
        "A13.2",
        "is no local copy taken as an authority?",
        good,
        evidence,
    )
}

/// A label is nobody's authority: a capture by one that is enrolled is.
fn no_label(report: &Report) -> AuditItem {
    let (mut good, mut evidence) = (true, Vec::new());
    for (index, item) in report.items.iter().enumerate() {
        if item.evidence_class.is_authority() {
            good &= matches!(item.capture, Capture::Verified { .. });
            evidence.push(format!("/items/{index}/capture"));
        }
    }
    AuditItem::new(
        "A13.3",
        "is every native or governed item shown by a capture of an enrolled authority?",
        good,
        or(evidence, "/items"),
    )
}

/// What the log names is the two actions: the one writes the report alone, the other opened
/// every payload file of a bag that was read whole, and none beside them. Whether more was
/// done than is logged is seen from outside.
fn only_the_packet(report: &Report) -> AuditItem {
    let good = match report.actions.done.as_slice() {
        [read, written] => {
            read.action == Action::ReadPacketItem
                && opened_whole(report, read)
                && *written == ActionDone::of(Action::WriteLocalReport, &[REPORT_FILE])
        }
        _ => false,
    };
    AuditItem::new(
        "A13.4",
        "does the log name every payload file as read, and no writing but the report's?",
        good,
        vec!["/actions/done".to_owned(), "/bag/payload_files".to_owned()],
    )
}

/// Whether the payload files that were opened are as many as the bag has; of a log that is
/// too long to be listed, whether it could be.
fn opened_whole(report: &Report, read: &ActionDone) -> bool {
    let Some(payload) = report.bag.payload_files else {
        return true;
    };
    let Some(paths) = &read.paths else {
        return read.opened >= payload;
    };
    let opened = paths.iter().filter(|path| path.starts_with("data/"));
    opened.collect::<BTreeSet<_>>().len() as u64 == payload
}

/// The claims that have no gap, with their indices.
pub(crate) fn without_gap(report: &Report) -> impl Iterator<Item = (usize, &ClaimReport)> {
    let clean = |(_, claim): &(usize, &ClaimReport)| claim.outcome == ClaimOutcome::NoGapObserved;
    report.claims.iter().enumerate().filter(clean)
}

/// The item that is cited, where the citation points.
pub(crate) fn cited<'a>(report: &'a Report, citation: &Citation) -> Option<&'a ItemReport> {
    let index = citation.at.as_ref()?.strip_prefix("/items/")?.parse();
    let item = report.items.get(index.unwrap_or(usize::MAX))?;
    (item.id == citation.item).then_some(item)
}

/// The class of the item that is cited.
pub(crate) fn class(report: &Report, citation: &Citation) -> Option<EvidenceClass> {
    cited(report, citation).map(|item| item.evidence_class)
}

/// The pointers, or where they would be.
pub(crate) fn or(evidence: Vec<String>, instead: &str) -> Vec<String> {
    if evidence.is_empty() {
        vec![instead.to_owned()]
    } else {
        evidence
    }
}
