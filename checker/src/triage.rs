//! The flow of one packet: bag, packet, items, claims, gates, report.
//!
//! Every decision is made in another module and collected here. P1 is not
//! asked here: [`crate::run`] does, and does not come here unless it holds.

use std::cell::OnceCell;

use crate::adequacy::{self, CHAIN, Case, Link};
use crate::bag::{self, Bag, PACKET, Refused};
use crate::capture::{self, Capture};
use crate::content::Wishes;
use crate::derivation::{self, Derivation};
use crate::gap::GapReason;
use crate::gates::{self, Finding, Gate, GateOutcome, GateReport};
use crate::guard::{Action, Guard};
use crate::order::Order;
use crate::outcome::Outcome;
use crate::packet::{Item, Packet, SCHEMA};
use crate::provenance::{self, ProvenanceOutcome};
use crate::refusal::{Reason, Refusal};
use crate::report::{
    ActionDone, ActionReport, BagOutcome, BagReport, Citation, ClaimOutcome, ClaimReport,
    ItemReport, LinkOutcome, LinkReport, PacketReport, REPORT_FILE, REPORT_SCHEMA, Report,
    Statement, Weight,
};
use crate::{VERSION, article13, article14, values, verdict, wrong};

/// The links of a claim that break, in order.
type Gaps = Vec<(Link, GapReason)>;

/// The report contradicts the articles it is to follow: a fault of this program.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the self-audit to hold, observed {} broken", .ids.join(", "))]
pub struct AuditError {
    /// The audit items that do not.
    pub ids: Vec<String>,
}

impl AuditError {
    fn in_report(report: &Report) -> Option<Self> {
        let items = report.article13.iter().chain(&report.article14);
        let broken = items.filter(|item| item.is_broken());
        let ids: Vec<String> = broken.map(|item| item.id.clone()).collect();
        (!ids.is_empty()).then_some(Self { ids })
    }
}

/// Triages the packet beneath the guard's input, wherever this runs: nobody judged P1, and
/// the report says so.
///
/// A refused packet is a report, not an error.
///
/// # Errors
/// [`AuditError`], if the report contradicts itself.
pub fn triage(guard: &Guard, order: &Order) -> Result<Report, AuditError> {
    after(GateOutcome::JudgedOutside, guard, order)
}

/// The same after P1 was judged.
pub(crate) fn after(p1: GateOutcome, guard: &Guard, order: &Order) -> Result<Report, AuditError> {
    let parsed = OnceCell::new();
    let bag = bag::read(guard, &|bytes| {
        let packet = parsed.get_or_init(|| Packet::parse(bytes));
        packet.as_ref().map(Wishes::of).unwrap_or_default()
    });
    report(p1, (bag, parsed.get()), order, done(guard))
}

/// What was read of a packet: its bag, and what of [`PACKET`] was parsed.
pub(crate) type Read<'a> = (Result<Bag, Refused>, Option<&'a Result<Packet, Refusal>>);

/// The report of what was read, and of what was done for it.
pub(crate) fn report(
    p1: GateOutcome,
    (bag, parsed): Read<'_>,
    order: &Order,
    done: Vec<ActionDone>,
) -> Result<Report, AuditError> {
    let mut report = match bag {
        Err(bag) => Report {
            bag: BagReport::refused(&bag),
            ..refused(p1, bag.refusal(), None)
        },
        Ok(bag) => match accepted(&bag).and_then(|bag| packet(bag, parsed)) {
            Err(refusal) => refused(p1, refusal, Some(&bag)),
            Ok(packet) => triaged(p1, &bag, packet, order),
        },
    };
    report.actions.done = done;
    report.authorities_sha256 = order.authorities_sha256();
    #[cfg(feature = "wrong")]
    wrong::acts::on_report(&mut report);
    report.article13 = article13::audit(&report);
    report.article14 = article14::audit(&report);
    let sound = AuditError::in_report(&report).map_or(Ok(()), Err);
    #[cfg(feature = "wrong")]
    wrong::acts::on_audits(&mut report);
    sound.map(|()| report)
}

/// The bag, unless policy does not take it.
fn accepted(bag: &Bag) -> Result<&Bag, Refusal> {
    let first = bag.not_accepted.listed.first();
    first.map_or(Ok(bag), |first| Err(first.clone()))
}

/// G6: the packet, if the bag holds one.
fn packet<'a>(
    bag: &Bag,
    parsed: Option<&'a Result<Packet, Refusal>>,
) -> Result<&'a Packet, Refusal> {
    match (parsed, bag.digests(PACKET)) {
        (Some(parsed), _) => parsed.as_ref().map_err(Clone::clone),
        (None, Some(_)) => Err(Refusal::new(Reason::PacketTooLong).file(PACKET)),
        (None, None) => Err(Refusal::new(Reason::PacketMissing).file(PACKET)),
    }
}

fn refused(p1: GateOutcome, refusal: Refusal, bag: Option<&Bag>) -> Report {
    let gates = gates::refused(p1, &refusal);
    let mut report = blank(Outcome::Refused, gates, bag);
    report.bag.outcome = BagOutcome::of(Some(refusal.reason));
    report.refusal = Some(refusal);
    report
}

fn triaged(p1: GateOutcome, bag: &Bag, packet: &Packet, order: &Order) -> Report {
    let captures = capture::of_items(order, packet, bag);
    let derivations = derivation::judge(packet, &captures);
    let case = |(index, claim)| Case {
        packet,
        bag,
        order,
        captures: &captures,
        derivations: &derivations,
        claim,
        index,
    };
    let cases: Vec<Case<'_>> = packet.claims.iter().enumerate().map(case).collect();
    let gaps: Vec<Gaps> = cases.iter().map(adequacy::gaps).collect();
    let found = Found {
        packet,
        order,
        captures: &captures,
        cases: &cases,
        gaps: &gaps,
    };
    let gates = gates::triaged(p1, |gate| {
        let mut findings = found.at(gate);
        findings.retain(|finding| !wrong::passes(finding.reason));
        findings
    });
    let item = |(index, item)| item_report(found, bag, *derivations.get(index)?, (index, item));
    let claims = cases
        .iter()
        .zip(&gaps)
        .map(|(case, gaps)| claim(case, gaps));
    let mut report = blank(verdict::outcome(&gates), gates, Some(bag));
    report.items = packet.items.iter().enumerate().filter_map(item).collect();
    report.claims = claims.collect();
    report.denials = verdict::denials(packet);
    report.actions.requested = packet.actions.clone();
    report.packet = Some(packet_report(bag, packet));
    report
}

fn packet_report(bag: &Bag, packet: &Packet) -> PacketReport {
    PacketReport {
        schema: SCHEMA.to_owned(),
        packet_id: packet.id.clone(),
        scope: packet.scope.as_str().to_owned(),
        exported_at: packet.exported_at.to_string(),
        exported_by: format!("{} {}", packet.tool, packet.tool_version),
        sha256: bag::sha256_hex(bag.packet.as_deref().unwrap_or_default()),
    }
}

/// What each triage gate looks at.
#[derive(Clone, Copy)]
struct Found<'a> {
    packet: &'a Packet,
    order: &'a Order,
    captures: &'a [Capture],
    cases: &'a [Case<'a>],
    gaps: &'a [Gaps],
}

impl Found<'_> {
    /// What a triage gate found.
    fn at(self, gate: Gate) -> Vec<Finding> {
        match gate {
            Gate::G7 => self.each_item(|_, item| unsaid(item, self.order)),
            Gate::G8 => self.no_authority(),
            Gate::G9 => self.inconsistent(),
            Gate::G10 => {
                let gaps = self.gaps.iter().enumerate();
                gaps.flat_map(|(index, gaps)| {
                    gaps.iter().map(move |(_, reason)| at_claim(index, *reason))
                })
                .collect()
            }
            Gate::G11 => verdict::denials(self.packet)
                .into_iter()
                .map(|denial| Finding {
                    reason: denial.asked.reason(),
                    at: denial.at,
                })
                .collect(),
            Gate::G1 | Gate::G2 | Gate::G3 | Gate::G4 | Gate::G5 | Gate::G6 | Gate::G12 => {
                Vec::new()
            }
        }
    }

    fn each_item(self, of: impl Fn(usize, &Item) -> Option<GapReason>) -> Vec<Finding> {
        let items = self.packet.items.iter().enumerate();
        items
            .filter_map(|(index, item)| Some(at_item(index, of(index, item)?)))
            .collect()
    }

    /// Local copies that a claim rests on, and captures that are not believed. An item
    /// that has none is a statement, which a claim may ask for.
    fn no_authority(self) -> Vec<Finding> {
        let refused = self.each_item(|index, _| match self.captures.get(index)? {
            Capture::Refused { reason } => Some(*reason),
            Capture::NotNeeded | Capture::Absent | Capture::Verified { .. } => None,
        });
        let copies = self.cases.iter().flat_map(Case::copies);
        let copies = copies.map(|index| at_item(index, GapReason::LocalCopyAsAuthority));
        copies.chain(refused).collect()
    }

    fn inconsistent(self) -> Vec<Finding> {
        let late = adequacy::is_late(self.packet, self.order).then(|| Finding {
            at: "/packet/exported_at".to_owned(),
            reason: GapReason::TimeInconsistent,
        });
        let unfit = self.each_item(|_, item| {
            let fits = adequacy::time_fits(self.packet, item);
            (!fits).then_some(GapReason::TimeInconsistent)
        });
        let claims = self.cases.iter().enumerate();
        let torn = claims.filter(|(_, case)| !adequacy::revisions_agree(case));
        let torn = torn.map(|(index, _)| at_claim(index, GapReason::RevisionConflict));
        late.into_iter().chain(unfit).chain(torn).collect()
    }
}

fn at_item(index: usize, reason: GapReason) -> Finding {
    Finding {
        at: format!("/items/{index}"),
        reason,
    }
}

fn at_claim(index: usize, reason: GapReason) -> Finding {
    Finding {
        at: format!("/claims/{index}"),
        reason,
    }
}

/// G7: what an item's provenance lacks.
fn unsaid(item: &Item, order: &Order) -> Option<GapReason> {
    match provenance::outcome(item, order) {
        ProvenanceOutcome::Complete => None,
        ProvenanceOutcome::Incomplete => Some(GapReason::ProvenanceIncomplete),
        ProvenanceOutcome::NotPinned => Some(GapReason::NotPinned),
    }
}

fn item_report(
    found: Found<'_>,
    bag: &Bag,
    derivation: Derivation,
    (index, item): (usize, &Item),
) -> Option<ItemReport> {
    let source = item.provenance.source;
    let capture = found.captures.get(index)?;
    Some(ItemReport {
        id: item.id.clone(),
        path: item.path.clone(),
        media_type: item.media_type.clone(),
        content: bag.looks.item(index, &item.media_type),
        digest: bag.digests(&item.path).map(ToString::to_string),
        source,
        evidence_class: capture.class(source),
        capture: capture.clone(),
        provenance: provenance::outcome(item, found.order),
        missing: provenance::missing(&item.provenance)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        derivation,
    })
}

fn claim(case: &Case<'_>, gaps: &Gaps) -> ClaimReport {
    let bare = adequacy::is_bare(gaps);
    let link = |(link, _): &(Link, _)| {
        let gap = gaps.iter().find(|(at, _)| at == link);
        let outcome = match gap {
            Some(_) => LinkOutcome::Broken,
            None if bare && !link.is_of_the_claim() => LinkOutcome::NotReached,
            None => LinkOutcome::Holds,
        };
        LinkReport {
            link: *link,
            outcome,
            reason: gap.map(|(_, reason)| *reason),
        }
    };
    ClaimReport {
        id: case.claim.id.clone(),
        statement_in_packet: case.claim.statement.clone(),
        scope: case.claim.scope.as_str().to_owned(),
        requires: case.claim.requires.clone(),
        values: case.claim.values.len() as u64,
        differing: values::told(case),
        outcome: if gaps.is_empty() {
            ClaimOutcome::NoGapObserved
        } else {
            ClaimOutcome::Gap
        },
        gap: gaps.first().map(|(_, reason)| *reason),
        links: CHAIN.iter().map(link).collect(),
        evidence: case
            .claim
            .evidence
            .iter()
            .map(|id| citation(case, id))
            .collect(),
    }
}

/// An item that is named as evidence, and whether it can carry the claim.
fn citation(case: &Case<'_>, id: &str) -> Citation {
    let found = case.packet.item(id);
    let weight = match found {
        Some((index, item)) if case.counts(index, item) => Weight::Counted,
        Some(_) => Weight::NotCounted,
        None => Weight::Absent,
    };
    Citation {
        item: id.to_owned(),
        at: found.map(|(index, _)| format!("/items/{index}")),
        weight,
    }
}

/// The action log: every file that was opened, and the one that is about to be.
fn done(guard: &Guard) -> Vec<ActionDone> {
    let opened = guard.opened();
    let opened: Vec<&str> = opened.iter().map(|path| &**path).collect();
    vec![
        ActionDone::of(Action::ReadPacketItem, &opened),
        ActionDone::of(Action::WriteLocalReport, &[REPORT_FILE]),
    ]
}

fn blank(outcome: Outcome, gates: Vec<GateReport>, bag: Option<&Bag>) -> Report {
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        checker: VERSION.to_owned(),
        authorities_sha256: Order::default().authorities_sha256(),
        statement: Statement::new(),
        outcome,
        exit: outcome.exit(),
        packet: None,
        bag: BagReport::of(bag),
        gates,
        refusal: None,
        items: Vec::new(),
        claims: Vec::new(),
        denials: Vec::new(),
        actions: ActionReport {
            requested: Vec::new(),
            done: Vec::new(),
        },
        article13: Vec::new(),
        article14: Vec::new(),
    }
}
