//! Adequacy: the Article 14 chain of one claim, link by link.
//!
//! Each link is one small function; the first that breaks is the claim's gap, and those
//! that break beside it are told as well.
//! Why one breaks is one of the reasons in `gap.rs`.

use serde::{Deserialize, Serialize};

use crate::bag::Bag;
use crate::capture::Capture;
use crate::content::Content;
use crate::derivation::Derivation;
use crate::evidence::EvidenceClass;
use crate::gap::GapReason;
use crate::order::Order;
use crate::packet::{Claim, Item, Packet};
use crate::provenance;
use crate::wrong;
use crate::{values, verdict};

/// A link of the chain, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// It has evidence.
    Evidence,
    /// The evidence is present and digest-true.
    Present,
    /// Its content is what its media type says, and holds the values claimed of it.
    Content,
    /// Its provenance is complete.
    Provenance,
    /// Its source is native or governed, not prose, and what the claim requires.
    Source,
    /// Locator and revision are pinned.
    Pinned,
    /// Capture time fits the export; one source has one revision.
    Time,
    /// Derivation is acyclic and ends in a source.
    Derivation,
    /// The packet's scope covers the claim.
    Scope,
    /// The claim asks for no global and no gating verdict.
    Verdict,
}

/// What the links are judged on.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) packet: &'a Packet,
    pub(crate) bag: &'a Bag,
    pub(crate) order: &'a Order,
    pub(crate) captures: &'a [Capture],
    pub(crate) derivations: &'a [Derivation],
    pub(crate) claim: &'a Claim,
    /// Which of the packet's claims it is.
    pub(crate) index: usize,
}

type Rule = fn(&Case<'_>) -> Result<(), GapReason>;

/// The chain.
pub(crate) const CHAIN: &[(Link, Rule)] = &[
    (Link::Evidence, has_evidence),
    (Link::Present, is_present),
    (Link::Content, content_holds),
    (Link::Provenance, provenance_complete),
    (Link::Source, source_carries),
    (Link::Pinned, pinned),
    (Link::Time, times_fit),
    (Link::Derivation, derivation_ends),
    (Link::Scope, scope_covers),
    (Link::Verdict, asks_no_verdict),
];

/// The links that break, and why. Nothing is asked of evidence that is not there.
pub(crate) fn gaps(case: &Case<'_>) -> Vec<(Link, GapReason)> {
    let broken: Vec<(Link, GapReason)> = CHAIN
        .iter()
        .filter_map(|(link, rule)| rule(case).err().map(|reason| (*link, reason)))
        .filter(|(_, reason)| !wrong::passes(*reason))
        .collect();
    let bare = is_bare(&broken);
    broken
        .into_iter()
        .filter(|(link, _)| !bare || link.is_of_the_claim())
        .collect()
}

/// Whether a claim of which these links break has no evidence that could be judged.
pub(crate) fn is_bare(broken: &[(Link, GapReason)]) -> bool {
    let mut links = broken.iter();
    links.any(|(link, _)| matches!(link, Link::Evidence | Link::Present))
}

impl Link {
    /// Whether it is judged on the claim alone, and not on evidence that is there.
    pub(crate) const fn is_of_the_claim(self) -> bool {
        match self {
            Self::Evidence | Self::Present | Self::Scope | Self::Verdict => true,
            Self::Content
            | Self::Provenance
            | Self::Source
            | Self::Pinned
            | Self::Time
            | Self::Derivation => false,
        }
    }
}

impl<'a> Case<'a> {
    /// The items the claim names, as far as the packet has them.
    fn cited(&self) -> impl Iterator<Item = (usize, &'a Item)> + use<'a> {
        let packet = self.packet;
        self.claim.evidence.iter().filter_map(|id| packet.item(id))
    }

    /// The local copies the claim names, by index (Article 13).
    pub(crate) fn copies(&self) -> impl Iterator<Item = usize> + use<'a> {
        let case = *self;
        self.cited()
            .filter(move |(index, item)| case.class(*index, item) == EvidenceClass::Copied)
            .map(|(index, _)| index)
    }

    /// The items that can carry the claim: prose beside evidence is not counted.
    fn counted(&self) -> impl Iterator<Item = (usize, &'a Item)> + use<'a> {
        let case = *self;
        self.cited()
            .filter(move |(index, item)| case.counts(*index, item))
    }

    /// Whether the packet has the item of this id, and the bag its file.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.packet
            .item(id)
            .is_some_and(|(_, item)| self.bag.digests(&item.path).is_some())
    }

    /// Whether the claim names a value of this item.
    fn takes_a_value_of(&self, item: &Item) -> bool {
        self.claim.values.iter().any(|it| it.item == item.id)
    }

    /// The class of an item, by its label and what its capture shows of that.
    pub(crate) fn class(&self, index: usize, item: &Item) -> EvidenceClass {
        class(self.captures, index, item)
    }

    /// Whether an item can carry the claim: an authority, or a statement that was asked
    /// for.
    pub(crate) fn counts(&self, index: usize, item: &Item) -> bool {
        let class = self.class(index, item);
        class.is_authority() || self.claim.requires.contains(&class)
    }
}

/// The class of an item, by its label and what its capture shows of that.
pub(crate) fn class(captures: &[Capture], index: usize, item: &Item) -> EvidenceClass {
    let source = item.provenance.source;
    let capture = captures.get(index).unwrap_or(&Capture::Absent);
    capture.class(source)
}

/// Link 1: a claim without evidence is asserted, not supported (fake green).
fn has_evidence(case: &Case<'_>) -> Result<(), GapReason> {
    if case.claim.evidence.is_empty() {
        Err(GapReason::NoEvidence)
    } else {
        Ok(())
    }
}

/// Link 2: each item named is in the packet and its file in the bag, where G5 matched its digest.
fn is_present(case: &Case<'_>) -> Result<(), GapReason> {
    if case.claim.evidence.iter().all(|id| case.has(id)) {
        Ok(())
    } else {
        Err(GapReason::EvidenceMissing)
    }
}

/// Link 3: each item named is what its media type says, and each value that the claim
/// names stands where it is said to.
fn content_holds(case: &Case<'_>) -> Result<(), GapReason> {
    let mut cited = case.cited();
    let looks = &case.bag.looks;
    if let Some(reason) = cited.find_map(|(index, item)| look(looks.item(index, &item.media_type)))
    {
        return Err(reason);
    }
    match values::differing(case).next() {
        Some((_, reason)) => Err(reason),
        None => Ok(()),
    }
}

/// What an item's content takes from a claim that names it.
const fn look(content: Content) -> Option<GapReason> {
    match content {
        Content::NotAsSaid => Some(GapReason::ContentNotAsSaid),
        Content::NotRead => Some(GapReason::ContentNotRead),
        Content::AsSaid | Content::NotInterpreted => None,
    }
}

/// Link 4: each item named says who vouches for it, who captured it and when.
fn provenance_complete(case: &Case<'_>) -> Result<(), GapReason> {
    let complete = |(_, item): (usize, &Item)| provenance::missing(&item.provenance).is_empty();
    if case.cited().all(complete) {
        Ok(())
    } else {
        Err(GapReason::ProvenanceIncomplete)
    }
}

/// Link 5: no local copy is offered, something carries the claim, nothing that is named is
/// called what nobody shows it to be, each value stands in what carries the claim, and what
/// it requires is there.
fn source_carries(case: &Case<'_>) -> Result<(), GapReason> {
    let classes: Vec<EvidenceClass> = case
        .cited()
        .map(|(index, item)| case.class(index, item))
        .collect();
    if classes.contains(&EvidenceClass::Copied) {
        return Err(GapReason::LocalCopyAsAuthority);
    }
    if case.counted().next().is_none() {
        return Err(not_shown(case).unwrap_or_else(|| nothing_but(&classes)));
    }
    // Beside good evidence as well: what is told of an item is no more true for it.
    if let Some(reason) = not_shown(case) {
        return Err(reason);
    }
    let valued = case.cited().filter(|(_, item)| case.takes_a_value_of(item));
    let mut bare = valued.filter(|(index, item)| !case.counts(*index, item));
    if let Some((index, item)) = bare.next() {
        return Err(nothing_but(&[case.class(index, item)]));
    }
    let met = case
        .claim
        .requires
        .iter()
        .all(|class| classes.contains(class));
    if met {
        Ok(())
    } else {
        Err(GapReason::RequirementUnmet)
    }
}

/// Why an item that is named is not shown to be what it is called, if one is not. Without a
/// capture it is a statement, which the claim may ask for; one that is not believed is a
/// fault, whatever the claim asks for.
fn not_shown(case: &Case<'_>) -> Option<GapReason> {
    case.cited().find_map(|(index, item)| {
        let capture = case.captures.get(index)?;
        let refused = matches!(capture, Capture::Refused { .. });
        let told = refused || !case.counts(index, item);
        capture.reason().filter(|_| told)
    })
}

/// What is to be said of evidence that does not count.
fn nothing_but(classes: &[EvidenceClass]) -> GapReason {
    if classes.contains(&EvidenceClass::Stated) {
        GapReason::StatementOnly
    } else {
        GapReason::ProseOnly
    }
}

/// Link 6: locator and revision of what carries the claim name one state of one thing.
fn pinned(case: &Case<'_>) -> Result<(), GapReason> {
    let pinned = |(_, item): (usize, &Item)| provenance::is_pinned(&item.provenance, case.order);
    if case.counted().all(pinned) {
        Ok(())
    } else {
        Err(GapReason::NotPinned)
    }
}

/// Link 7: times fit, and no source is there in two revisions.
fn times_fit(case: &Case<'_>) -> Result<(), GapReason> {
    let late = is_late(case.packet, case.order);
    if late || !case.counted().all(|(_, item)| time_fits(case.packet, item)) {
        return Err(GapReason::TimeInconsistent);
    }
    if revisions_agree(case) {
        Ok(())
    } else {
        Err(GapReason::RevisionConflict)
    }
}

/// Whether the packet was exported later than it is now, by the order's clock.
pub(crate) fn is_late(packet: &Packet, order: &Order) -> bool {
    order.now.is_some_and(|now| now < packet.exported_at)
}

/// Captured no later than the export and no earlier than what it is derived from.
pub(crate) fn time_fits(packet: &Packet, item: &Item) -> bool {
    let Some(captured) = item.provenance.captured_at else {
        return true;
    };
    let sources = item.derived_from.iter().filter_map(|id| packet.item(id));
    let mut times = sources.filter_map(|(_, source)| source.provenance.captured_at);
    captured <= packet.exported_at && times.all(|earlier| earlier <= captured)
}

/// One revision for each (source, authority, locator) that carries the claim.
pub(crate) fn revisions_agree(case: &Case<'_>) -> bool {
    let mut known = std::collections::BTreeMap::new();
    case.counted().all(|(_, item)| {
        let from = &item.provenance;
        let thing = (from.source as u8, &from.authority, &from.locator);
        let revision = from.revision.as_deref().map(provenance::Revision::of);
        known.entry(thing).or_insert(revision) == &revision
    })
}

/// Link 8: no ring, and an end in a source that is not prose and not a copy.
fn derivation_ends(case: &Case<'_>) -> Result<(), GapReason> {
    let ends: Vec<Derivation> = case
        .counted()
        .filter_map(|(index, _)| case.derivations.get(index).copied())
        .collect();
    if ends.contains(&Derivation::Circular) {
        return Err(GapReason::CircularDerivation);
    }
    let anchored = ends.iter().all(|end| *end == Derivation::Anchored);
    if anchored {
        Ok(())
    } else {
        Err(GapReason::UnanchoredDerivation)
    }
}

/// Link 9: the claim is the packet's scope or beneath it.
fn scope_covers(case: &Case<'_>) -> Result<(), GapReason> {
    if case.claim.scope.is_global() || case.packet.scope.is_global() {
        return Err(GapReason::GlobalVerdictDenied);
    }
    if case.packet.scope.covers(&case.claim.scope) {
        Ok(())
    } else {
        Err(GapReason::ScopeMismatch)
    }
}

/// Link 10: what the claim asks for is a triage, not a verdict.
fn asks_no_verdict(case: &Case<'_>) -> Result<(), GapReason> {
    verdict::asked(case.claim).map_or(Ok(()), |asked| Err(asked.reason()))
}
