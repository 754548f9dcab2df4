//! What the published schema asks of a report beyond the types of its fields: counts,
//! the form of texts, and what goes with which outcome.
//!
//! A test changes reports value by value and holds that what the schema refuses is
//! refused here.

use super::{
    ActionDone, BagReport, ClaimOutcome, ClaimReport, Differing, Element, ItemReport, LinkOutcome,
    PacketReport, Report,
};
use crate::adequacy::Link;
use crate::bag::Algorithm;
use crate::capture::Capture;
use crate::guard::Action;
use crate::outcome::Outcome;
use crate::packet;

/// The ten links of a claim's chain, in order.
const CHAIN: [Link; 10] = [
    Link::Evidence,
    Link::Present,
    Link::Content,
    Link::Provenance,
    Link::Source,
    Link::Pinned,
    Link::Time,
    Link::Derivation,
    Link::Scope,
    Link::Verdict,
];
/// What an item's provenance can lack.
const LACKING: [&str; 3] = ["authority", "captured_at", "captured_by"];
/// The versions of the format that are read.
const VERSIONS: [&str; 2] = ["0.97", "1.0"];
/// What each report says it did, in order.
const DONE: [Action; 2] = [Action::ReadPacketItem, Action::WriteLocalReport];

/// The first part that has not the form it must have, as a JSON pointer.
pub(super) fn broken(report: &Report) -> Option<&'static str> {
    let version = report.bag.version.as_deref();
    let done: Vec<Action> = report.actions.done.iter().map(|it| it.action).collect();
    let refusal = report.refusal.iter();
    let parts = [
        ("/checker", is_version(&report.checker)),
        (
            "/authorities_sha256",
            is_hex(&report.authorities_sha256, 64),
        ),
        ("/packet", report.packet.iter().all(packet)),
        (
            "/bag/version",
            version.is_none_or(|it| VERSIONS.contains(&it)),
        ),
        ("/bag", said(&report.bag)),
        (
            "/gates",
            report
                .gates
                .iter()
                .flat_map(|it| &it.gaps)
                .all(|it| is_pointer(&it.at)),
        ),
        (
            "/refusal/line",
            refusal.clone().all(|it| it.line != Some(0)),
        ),
        ("/items", report.items.iter().all(item)),
        ("/claims", report.claims.iter().all(claim)),
        (
            "/denials",
            report.denials.iter().all(|it| is_pointer(&it.at)),
        ),
        (
            "/actions/done",
            done == DONE && report.actions.done.iter().all(action),
        ),
        ("/outcome", goes_with_the_outcome(report)),
    ];
    parts.into_iter().find(|(_, fits)| !fits).map(|(at, _)| at)
}

/// Lists no longer than they may be, lines from 1, and texts that can be shown.
fn said(bag: &BagReport) -> bool {
    let mut lines = bag.faults.listed.iter().map(|it| it.line);
    let mut warnings = bag.warnings.listed.iter();
    let shown = |text: &String| Element::new("", text).value == *text;
    let lists = bag.faults.is_sound() && bag.warnings.is_sound() && bag.info.is_sound();
    lists
        && lines.all(|line| line != Some(0))
        && warnings.all(|it| it.line != Some(0) && it.times > 0)
        && bag.info.listed.iter().all(Element::is_shown)
        && bag.profile.iter().all(shown)
}

/// A packet is there unless it was refused, and a verdict is about claims.
fn goes_with_the_outcome(report: &Report) -> bool {
    let read = report.packet.is_some() && !report.claims.is_empty();
    match report.outcome {
        Outcome::Refused => {
            report.packet.is_none() && report.claims.is_empty() && report.items.is_empty()
        }
        Outcome::Gaps => read,
        Outcome::NoGapObserved => {
            let none = |claim: &ClaimReport| claim.outcome == ClaimOutcome::NoGapObserved;
            read && report.claims.iter().all(none) && report.denials.is_empty()
        }
        Outcome::Blocked | Outcome::InternalError => false,
    }
}

fn packet(said: &PacketReport) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    said.schema == packet::SCHEMA
        && (1..=64).contains(&said.packet_id.len())
        && said.packet_id.bytes().all(letter)
        && is_hex(&said.sha256, 64)
}

fn item(item: &ItemReport) -> bool {
    let digest = |stated: &str| {
        let (name, value) = stated.split_once(':')?;
        let algorithm = Algorithm::named(name).filter(|it| it.name() == name)?;
        Some(is_hex(value, 2 * algorithm.length()))
    };
    let all = |stated: &String| stated.split(' ').all(|it| digest(it) == Some(true));
    let key = match &item.capture {
        Capture::Verified { key } => is_hex(key, 64),
        Capture::NotNeeded | Capture::Absent | Capture::Refused { .. } => true,
    };
    key && item.path.starts_with("data/")
        && item.digest.as_ref().is_none_or(all)
        && item.missing.iter().all(|it| LACKING.contains(&it.as_str()))
}

fn claim(claim: &ClaimReport) -> bool {
    let chain = claim.links.iter().map(|it| it.link);
    let outcome = match claim.outcome {
        ClaimOutcome::Gap => claim.gap.is_some(),
        ClaimOutcome::NoGapObserved => {
            let holds = claim
                .links
                .iter()
                .all(|it| it.outcome == LinkOutcome::Holds);
            claim.gap.is_none() && holds && !claim.evidence.is_empty() && claim.differing.is_empty()
        }
    };
    let cited = claim.evidence.iter().filter_map(|it| it.at.as_deref());
    let values = usize::try_from(claim.values)
        .is_ok_and(|it| it <= packet::MAX_VALUES && claim.differing.len() <= it);
    outcome
        && values
        && claim.differing.iter().all(Differing::is_sound)
        && chain.eq(CHAIN)
        && cited.into_iter().all(is_pointer)
}

fn action(done: &ActionDone) -> bool {
    let listed = done.paths.as_ref().map(Vec::len);
    listed.is_none_or(|listed| listed <= super::MAX_LISTED) && is_hex(&done.paths_sha256, 64)
}

/// Three numbers and two dots.
fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(number)
}

/// A pointer to a part of the packet (RFC 6901), and not to the whole.
fn is_pointer(text: &str) -> bool {
    text.starts_with('/')
}

/// So many lower-case hexadecimal digits.
fn is_hex(text: &str, digits: usize) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == digits && text.bytes().all(digit)
}
