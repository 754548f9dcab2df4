//! The flow of one packet: bag, packet, items, claims, gates, report.
//!
//! Every decision is made in another module and collected here. P1 is not
//! asked here: [`crate::run`] does, and does not come here unless it holds.

use crate::adequacy::{self, CHAIN, Case, GapReason, Link};
use crate::article13::AuditItem;
use crate::bag::{self, Bag, PACKET, Refused};
use crate::derivation::{self, Derivation};
use crate::gates::{self, Finding, Gate, GateReport};
use crate::guard::{Action, Guard};
use crate::outcome::Outcome;
use crate::packet::{Packet, SCHEMA};
use crate::provenance::{self, ProvenanceOutcome};
use crate::refusal::{Reason, Refusal};
use crate::report::{
    ActionDone, ActionReport, BagOutcome, BagReport, Citation, ClaimOutcome, ClaimReport,
    ItemReport, LinkOutcome, LinkReport, PacketReport, REPORT_FILE, REPORT_SCHEMA, Report,
    Statement, Weight,
};
use crate::{VERSION, article13, article14, verdict, wrong};

/// The report contradicts the articles it is to follow: a fault of this program.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the self-audit to hold, observed `{id}` broken")]
pub struct AuditError {
    /// The audit item.
    pub id: String,
}

impl AuditError {
    fn in_report(report: &Report) -> Option<Self> {
        let mut items = report.article13.iter().chain(&report.article14);
        items
            .find(|item| item.is_broken())
            .map(|item: &AuditItem| Self {
                id: item.id.clone(),
            })
    }
}

/// Triages the packet beneath the guard's input.
///
/// A refused packet is a report, not an error.
///
/// # Errors
/// [`AuditError`], if the report contradicts itself.
pub fn triage(guard: &Guard) -> Result<Report, AuditError> {
    let bag = bag::read(guard);
    report(bag, done(guard))
}

/// The report of what was read, and of what was done for it.
pub(crate) fn report(
    bag: Result<Bag, Refused>,
    done: Vec<ActionDone>,
) -> Result<Report, AuditError> {
    let mut report = match bag {
        Err(bag) => Report {
            bag: BagReport::refused(&bag),
            ..refused(bag.refusal(), None)
        },
        Ok(bag) => match accepted(&bag).and_then(packet) {
            Err(refusal) => refused(refusal, Some(&bag)),
            Ok(packet) => triaged(&bag, &packet),
        },
    };
    report.actions.done = done;
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
fn packet(bag: &Bag) -> Result<Packet, Refusal> {
    match (&bag.packet, bag.digests(PACKET)) {
        (Some(bytes), _) => Packet::parse(bytes),
        (None, Some(_)) => Err(Refusal::new(Reason::PacketTooLong).file(PACKET)),
        (None, None) => Err(Refusal::new(Reason::PacketMissing).file(PACKET)),
    }
}

fn refused(refusal: Refusal, bag: Option<&Bag>) -> Report {
    let gates = gates::refused(&refusal);
    let mut report = blank(Outcome::Refused, gates, bag);
    report.bag.outcome = BagOutcome::of(Some(refusal.reason));
    report.refusal = Some(refusal);
    report
}

fn triaged(bag: &Bag, packet: &Packet) -> Report {
    let derivations = derivation::judge(packet);
    let case = |claim| Case {
        packet,
        bag,
        derivations: &derivations,
        claim,
    };
    let cases: Vec<Case<'_>> = packet.claims.iter().map(case).collect();
    let gaps: Vec<Option<(Link, GapReason)>> = cases.iter().map(adequacy::gap).collect();
    let gates = gates::triaged(|gate| {
        let mut found = findings(gate, packet, &cases, &gaps);
        found.retain(|finding| !wrong::passes(finding.reason));
        found
    });
    let item = |(index, _)| item(packet, bag, &derivations, index);
    let claims = cases.iter().zip(&gaps).map(|(case, gap)| claim(case, *gap));
    let mut report = blank(verdict::outcome(&gates), gates, Some(bag));
    report.items = packet.items.iter().enumerate().filter_map(item).collect();
    report.claims = claims.collect();
    report.denials = verdict::denials(packet);
    report.actions.requested = packet.actions.clone();
    report.packet = Some(PacketReport {
        schema: SCHEMA.to_owned(),
        packet_id: packet.id.clone(),
        scope: packet.scope.as_str().to_owned(),
        exported_at: packet.exported_at.to_string(),
        exported_by: format!("{} {}", packet.tool, packet.tool_version),
        sha256: bag::sha256_hex(bag.packet.as_deref().unwrap_or_default()),
    });
    report
}

/// What each triage gate found.
fn findings(
    gate: Gate,
    packet: &Packet,
    cases: &[Case<'_>],
    gaps: &[Option<(Link, GapReason)>],
) -> Vec<Finding> {
    let item = |index: usize, reason| Finding {
        at: format!("/items/{index}"),
        reason,
    };
    let claim = |index: usize, reason| Finding {
        at: format!("/claims/{index}"),
        reason,
    };
    let items = packet.items.iter().enumerate();
    let claims = cases.iter().enumerate();
    match gate {
        Gate::G7 => items
            .filter_map(|(index, of)| Some(item(index, unsaid(of)?)))
            .collect(),
        Gate::G8 => cases
            .iter()
            .flat_map(Case::copies)
            .map(|index| item(index, GapReason::LocalCopyAsAuthority))
            .collect(),
        Gate::G9 => {
            let late = items.filter(|(_, of)| !adequacy::time_fits(packet, of));
            let torn = claims.filter(|(_, case)| !adequacy::revisions_agree(case));
            let late = late.map(|(index, _)| item(index, GapReason::TimeInconsistent));
            late.chain(torn.map(|(index, _)| claim(index, GapReason::RevisionConflict)))
                .collect()
        }
        Gate::G10 => gaps
            .iter()
            .enumerate()
            .filter_map(|(index, gap)| Some(claim(index, gap.as_ref()?.1)))
            .collect(),
        Gate::G11 => verdict::denials(packet)
            .into_iter()
            .map(|denial| Finding {
                reason: denial.asked.reason(),
                at: denial.at,
            })
            .collect(),
        Gate::G1 | Gate::G2 | Gate::G3 | Gate::G4 | Gate::G5 | Gate::G6 | Gate::G12 => Vec::new(),
    }
}

/// G7: what an item's provenance lacks.
fn unsaid(item: &crate::packet::Item) -> Option<GapReason> {
    match provenance::outcome(item) {
        ProvenanceOutcome::Complete => None,
        ProvenanceOutcome::Incomplete => Some(GapReason::ProvenanceIncomplete),
        ProvenanceOutcome::NotPinned => Some(GapReason::NotPinned),
    }
}

fn item(
    packet: &Packet,
    bag: &Bag,
    derivations: &[Derivation],
    index: usize,
) -> Option<ItemReport> {
    let item = packet.items.get(index)?;
    let source = item.provenance.source;
    Some(ItemReport {
        id: item.id.clone(),
        path: item.path.clone(),
        media_type: item.media_type.clone(),
        digest: bag.digests(&item.path).map(ToString::to_string),
        source,
        evidence_class: source.class(),
        provenance: provenance::outcome(item),
        missing: provenance::missing(&item.provenance)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        derivation: *derivations.get(index)?,
    })
}

fn claim(case: &Case<'_>, gap: Option<(Link, GapReason)>) -> ClaimReport {
    let mut broken = false;
    let link = |(link, _): &(Link, _)| {
        let here = gap.is_some_and(|(at, _)| at == *link);
        let outcome = match (here, broken) {
            (true, _) => LinkOutcome::Broken,
            (false, true) => LinkOutcome::NotReached,
            (false, false) => LinkOutcome::Holds,
        };
        broken |= here;
        LinkReport {
            link: *link,
            outcome,
        }
    };
    let citation = |id: &String| {
        let found = case.packet.item(id);
        let weight = match found {
            Some((_, item)) if adequacy::counts(case.claim, item) => Weight::Counted,
            Some(_) => Weight::NotCounted,
            None => Weight::Absent,
        };
        Citation {
            item: id.clone(),
            at: found.map(|(index, _)| format!("/items/{index}")),
            weight,
        }
    };
    ClaimReport {
        id: case.claim.id.clone(),
        statement_in_packet: case.claim.statement.clone(),
        scope: case.claim.scope.as_str().to_owned(),
        outcome: if gap.is_some() {
            ClaimOutcome::Gap
        } else {
            ClaimOutcome::NoGapObserved
        },
        gap: gap.map(|(_, reason)| reason),
        links: CHAIN.iter().map(link).collect(),
        evidence: case.claim.evidence.iter().map(citation).collect(),
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
