//! What a fault does that is more than a rule that is not asked: to a report before it is
//! audited, to the audits, to an announcement, and to the bytes of a packet.
//!
//! A report that was changed follows from itself as far as it can, so that whoever
//! catches the fault does so by looking at what it is about.

use std::borrow::Cow;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::{Fault, is};
use crate::adequacy::Link;
use crate::announcement::Announcement;
use crate::article13::{AuditItem, AuditOutcome};
use crate::bag::sha256_hex;
use crate::capture::Capture;
use crate::evidence::{EvidenceClass, Source};
use crate::gap::GapReason;
use crate::gates::{self, Finding, Gate};
use crate::outcome::Outcome;
use crate::provenance::ProvenanceOutcome;
use crate::refusal::Reason;
use crate::report::{ActionDone, ClaimOutcome, ClaimReport, LinkOutcome, Report};
use crate::self_check::{Invariant, InvariantName};
use crate::settings::Settings;

/// Changes a report before it is audited.
pub(crate) fn on_report(report: &mut Report) {
    bag(report);
    log(report);
    items(report);
    claims(report);
    scope(report);
    stamp(report);
    if is(Fault::DenialUnsaid) {
        report.denials.clear();
    }
    if let Some(packet) = &mut report.packet
        && is(Fault::PacketDigestWrong)
    {
        packet.sha256 = sha256_hex(packet.sha256.as_bytes());
    }
    let p1 = report.p1();
    if let Some(refusal) = &mut report.refusal
        && is(Fault::ShapeCalledSyntax)
        && refusal.reason == Reason::PacketShape
    {
        refusal.reason = Reason::PacketSyntax;
        report.gates = gates::refused(p1, refusal);
    }
}

fn bag(report: &mut Report) {
    let bag = &mut report.bag;
    let change = |count: &mut Option<u64>, by: i64| {
        *count = count.and_then(|count| count.checked_add_signed(by));
    };
    if is(Fault::PayloadFileUncounted) {
        change(&mut bag.payload_files, -1);
    }
    if is(Fault::PayloadBytesMiscounted) {
        change(&mut bag.payload_bytes, 1);
    }
    if is(Fault::TagFileUncounted) {
        change(&mut bag.tag_files, -1);
    }
    if is(Fault::DigestOfAnother) {
        let first = report.items.first().and_then(|item| item.digest.clone());
        for item in report.items.iter_mut().filter(|item| item.digest.is_some()) {
            item.digest.clone_from(&first);
        }
    }
}

/// The log stays one that could be: counts and digest follow its paths.
fn log(report: &mut Report) {
    let done = &mut report.actions.done;
    if is(Fault::ActionLeftOut) {
        done.pop();
    }
    if is(Fault::ThirdAction) {
        done.extend(done.first().cloned());
    }
    let Some(read) = done.first_mut() else { return };
    let Some(paths) = &mut read.paths else { return };
    if is(Fault::LogsUnopened) {
        paths.extend(paths.last().cloned());
    }
    if is(Fault::LogLeavesOut) {
        paths.pop();
    }
    *read = ActionDone::of(
        read.action,
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

fn items(report: &mut Report) {
    for item in &mut report.items {
        if is(Fault::ProvenanceMisreported) {
            item.provenance = ProvenanceOutcome::Complete;
            item.missing.clear();
        }
        if is(Fault::NamesNothingMissing) {
            item.missing.clear();
        }
        if is(Fault::ClassMisreported) && item.source == Source::Prose {
            item.evidence_class = EvidenceClass::Native;
            item.capture = Capture::Verified {
                key: "0".repeat(64),
            };
        }
    }
}

fn claims(report: &mut Report) {
    for claim in &mut report.claims {
        match claim.gap {
            Some(GapReason::NotPinned) if is(Fault::GapSwallowed) => hold(claim),
            Some(GapReason::ProseOnly) if is(Fault::GapOfAnotherReason) => {
                claim.gap = Some(GapReason::StatementOnly);
                let mut links = claim.links.iter_mut();
                if let Some(link) = links.find(|it| it.reason.is_some()) {
                    link.reason = claim.gap;
                }
            }
            Some(_) if is(Fault::GapAtAnotherLink) => break_first(claim),
            Some(_) | None => {}
        }
    }
    if is(Fault::GapSwallowed) || is(Fault::GapOfAnotherReason) {
        chain_gate(report);
    }
}

fn hold(claim: &mut ClaimReport) {
    claim.gap = None;
    claim.outcome = ClaimOutcome::NoGapObserved;
    claim.differing.clear();
    for link in &mut claim.links {
        link.outcome = LinkOutcome::Holds;
        link.reason = None;
    }
}

fn break_first(claim: &mut ClaimReport) {
    for link in &mut claim.links {
        (link.outcome, link.reason) = if link.link == Link::Evidence {
            (LinkOutcome::Broken, claim.gap)
        } else {
            (LinkOutcome::NotReached, None)
        };
    }
}

/// G10 finds what the claims say, and the other gates what they found.
fn chain_gate(report: &mut Report) {
    if report.refusal.is_some() {
        return;
    }
    let gap = |(index, claim): (usize, &ClaimReport)| {
        let at = format!("/claims/{index}");
        claim.gap.map(|reason| Finding { at, reason })
    };
    let found: Vec<Finding> = report.claims.iter().enumerate().filter_map(gap).collect();
    let p1 = report.p1();
    let before = std::mem::take(&mut report.gates);
    let of = |gate: Gate| {
        let gate = before.get(gate as usize);
        gate.map(|gate| gate.gaps.clone()).unwrap_or_default()
    };
    report.gates = gates::triaged(p1, |gate| {
        if gate == Gate::G10 {
            found.clone()
        } else {
            of(gate)
        }
    });
}

fn scope(report: &mut Report) {
    let Some(packet) = &mut report.packet else {
        return;
    };
    if is(Fault::ClaimScopeMisreported) {
        for claim in &mut report.claims {
            claim.scope.clone_from(&packet.scope);
        }
    }
    if is(Fault::ScopeWidened)
        && let Some((above, _)) = packet.scope.rsplit_once('/')
    {
        packet.scope = above.to_owned();
    }
}

/// Something that is another one in each run, where a packet's own words may stand.
fn stamp(report: &mut Report) {
    let Some(packet) = &mut report.packet else {
        return;
    };
    let since = |time: Option<SystemTime>| {
        let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        since.unwrap_or_default().as_nanos()
    };
    if is(Fault::ClockStamped) {
        packet.exported_by += &format!(" {}", since(Some(SystemTime::now())));
    }
    if is(Fault::FolderTimeStamped) {
        // The working folder is the input, the output the only other mount.
        let changed = fs::metadata("/out").and_then(|it| it.modified()).ok();
        packet.exported_by += &format!(" {}", since(changed));
    }
    if is(Fault::AddressStamped) {
        packet.exported_by += &format!(" {:p}", Box::new(0_u8));
    }
}

/// Changes the audits of a finished report.
pub(crate) fn on_audits(report: &mut Report) {
    audit(
        &mut report.article13,
        [
            Fault::Audit13Constant,
            Fault::Audit13PointsNowhere,
            Fault::Audit13LeavesOut,
            Fault::Audit13Contradicts,
        ],
    );
    audit(
        &mut report.article14,
        [
            Fault::Audit14Constant,
            Fault::Audit14PointsNowhere,
            Fault::Audit14LeavesOut,
            Fault::Audit14Contradicts,
        ],
    );
}

fn audit(items: &mut Vec<AuditItem>, [constant, nowhere, out, contradicts]: [Fault; 4]) {
    if is(out) {
        items.remove(1);
    }
    if is(constant) {
        for item in items.iter_mut() {
            item.evidence = vec![String::new()];
        }
    }
    let Some(first) = items.first_mut() else {
        return;
    };
    if is(nowhere) {
        first.evidence = vec!["/claims/9999/evidence".to_owned()];
    }
    if is(contradicts) {
        first.outcome = AuditOutcome::Broken;
    }
}

/// Changes what is announced of a run.
pub(crate) fn on_announcement(mut said: Announcement) -> Announcement {
    if let Some(file) = &mut said.report {
        if is(Fault::AnnouncedDigestWrong) {
            file.sha256 = sha256_hex(file.sha256.as_bytes());
        }
        if is(Fault::AnnouncedLengthWrong) {
            file.bytes += 1;
        }
    }
    if is(Fault::ExitFiveWithGaps) && said.outcome == Outcome::Gaps {
        said.outcome = Outcome::NoGapObserved;
    } else if is(Fault::ExitFourWithoutGaps) && said.outcome == Outcome::NoGapObserved {
        said.outcome = Outcome::Gaps;
    }
    said.exit = said.outcome.exit();
    said
}

/// Changes what is announced of P1.
pub(crate) fn on_invariants(mut invariants: Vec<Invariant>) -> Vec<Invariant> {
    if is(Fault::InvariantLeftOut) {
        invariants.retain(|it| it.invariant != InvariantName::Routes);
    }
    for it in &mut invariants {
        if is(Fault::SelfCheckConstant) {
            it.observed = it.expected.clone();
            it.holds = true;
        }
        if is(Fault::UserMisreported) && it.invariant == InvariantName::User {
            it.observed = serde_json::json!({ "uid": 1, "gid": 1 });
        }
    }
    invariants
}

/// Writes the second file.
pub(crate) fn beside_the_report(settings: &Settings) {
    if is(Fault::SecondFileLeft) {
        drop(fs::write(settings.output.join("report.txt"), "gaps\n"));
    }
}

/// The bytes of a refused `packet.json` as a careless reader has them: of a key that comes
/// twice the last one, or of fields those that some object of a packet has.
pub(crate) fn carelessly<'a>(bytes: &'a [u8], refused: &serde_json::Error) -> Cow<'a, [u8]> {
    let why = refused.to_string();
    let fields = is(Fault::TakesUnknownFields) && why.starts_with("unknown field");
    let keys = is(Fault::TakesDuplicateKeys) && why.starts_with("duplicate field");
    let read = (fields || keys).then(|| serde_json::from_slice::<Value>(bytes).ok());
    let Some(mut value) = read.flatten() else {
        return Cow::Borrowed(bytes);
    };
    if fields {
        known(&mut value);
    }
    serde_json::to_vec(&value).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

const FIELDS: &[&str] = &[
    "asserted",
    "authority",
    "capture",
    "captured_at",
    "captured_by",
    "claims",
    "derived_from",
    "evidence",
    "export",
    "exported_at",
    "id",
    "item",
    "items",
    "keyid",
    "locator",
    "media_type",
    "packet_id",
    "path",
    "payload",
    "payloadType",
    "pointer",
    "provenance",
    "requested_actions",
    "requires",
    "revision",
    "schema",
    "scope",
    "sig",
    "signatures",
    "source",
    "statement",
    "tool",
    "value",
    "values",
    "version",
];

fn known(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| FIELDS.contains(&name.as_str()));
            fields.values_mut().for_each(known);
        }
        Value::Array(values) => values.iter_mut().for_each(known),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
