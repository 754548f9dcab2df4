//! `data/packet.json`, parsed strictly into a packet, or a typed refusal (G6).
//!
//! The shape is serde's work ([`wire`]); what a text, an id, a time or a scope may be is
//! decided once ([`plain`]), so that no rule meets an unchecked string. The published
//! schema is made from the same two.

mod plain;
#[cfg(test)]
mod schema;
mod time;
mod wire;
mod words;

use std::collections::BTreeMap;

pub use time::Timestamp;

use serde_json::value::RawValue;

use crate::bag::PACKET;
use crate::evidence::{EvidenceClass, Source};
use crate::guard::Action;
use crate::refusal::{Reason, Refusal};
use crate::scope::Scope;
use crate::wrong::{self, Fault};
use plain::{Id, at};
use words::{Word, listed};

/// The schema this program reads.
pub const SCHEMA: &str = "proof-of-block/packet/v1";

const MAX_PARTS: usize = 10_000;
const MAX_REFERENCES: usize = 256;
const MAX_ALL_REFERENCES: usize = 50_000;
/// The most signatures of one capture, and the most values of one claim.
const MAX_SIGNATURES: usize = 16;
pub(crate) const MAX_VALUES: usize = 64;

/// Whether the bytes of a `data/packet.json` are a packet, as G6 asks.
///
/// # Errors
/// [`Refusal`] with the place, what was expected and what was observed.
///
/// ```
/// let refusal = checker::read_packet(b"{}").unwrap_err();
/// assert_eq!(refusal.reason, checker::Reason::PacketShape);
/// ```
pub fn read(bytes: &[u8]) -> Result<(), Refusal> {
    Packet::parse(bytes).map(drop)
}

/// A packet that is what it must be.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) id: String,
    pub(crate) scope: Scope,
    pub(crate) tool: String,
    pub(crate) tool_version: String,
    pub(crate) exported_at: Timestamp,
    pub(crate) actions: Vec<Action>,
    pub(crate) items: Vec<Item>,
    pub(crate) claims: Vec<Claim>,
    index: BTreeMap<String, usize>,
}

/// One piece of evidence.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) media_type: String,
    pub(crate) provenance: Provenance,
    pub(crate) derived_from: Vec<String>,
    pub(crate) capture: Option<Envelope>,
}

/// A DSSE envelope, as it is written: nothing of it was decoded or believed.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) payload_type: String,
    pub(crate) payload: String,
    pub(crate) signatures: Vec<String>,
}

/// Where an item comes from. What is not said is `None`.
#[derive(Debug)]
pub(crate) struct Provenance {
    pub(crate) source: Source,
    pub(crate) authority: Option<String>,
    pub(crate) locator: Option<String>,
    pub(crate) revision: Option<String>,
    pub(crate) captured_at: Option<Timestamp>,
    pub(crate) captured_by: Option<String>,
}

/// One claim.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) id: String,
    pub(crate) statement: String,
    pub(crate) scope: Scope,
    pub(crate) requires: Vec<EvidenceClass>,
    pub(crate) evidence: Vec<String>,
    pub(crate) values: Vec<Value>,
    pub(crate) asserted: Asserted,
}

/// What a claim says is found at one place of an item.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) item: String,
    /// A JSON pointer (RFC 6901) into the item.
    pub(crate) pointer: String,
    /// As the packet writes it: nothing of a number is rounded away.
    pub(crate) value: Box<RawValue>,
}

/// What the packet asserts of its claim: what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asserted {
    /// That the evidence carries it, which is what a triage looks for.
    Supported,
    /// A global verdict is asked for.
    AllClear,
    /// A gating verdict is asked for.
    MayDeploy,
}

impl Packet {
    /// The item of this id, and its index.
    pub(crate) fn item(&self, id: &str) -> Option<(usize, &Item)> {
        let index = *self.index.get(id)?;
        self.items.get(index).map(|item| (index, item))
    }

    /// Parses the bytes of `data/packet.json`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let wire = wire::parse(bytes)?;
        let named = wire.schema.as_str();
        if named != SCHEMA && !wrong::is(Fault::TakesUnknownSchemas) {
            return Err(at(Reason::SchemaUnknown, "/schema").expected(SCHEMA, named));
        }
        let actions = actions(&within(wire.requested_actions, "/requested_actions")?)?;
        let none = wire.claims.lacks();
        let (wire_items, wire_claims) = (
            within(wire.items, "/items")?,
            within(wire.claims, "/claims")?,
        );
        references(&wire_items, &wire_claims)?;
        let (items, index) = items(wire_items)?;
        let wire::Object(export) = wire.export;
        let packet = Self {
            id: wire.packet_id.read("/packet_id")?,
            scope: wire.scope.read("/scope")?,
            tool: export.tool.read("/export/tool")?,
            tool_version: export.version.read("/export/version")?,
            exported_at: export.exported_at.read("/export/exported_at")?,
            actions,
            index,
            items,
            claims: claims(wire_claims)?,
        };
        if none {
            // A packet that claims nothing has nothing to triage.
            return Err(at(Reason::NoClaims, "/claims").expected("a claim", "none"));
        }
        Ok(packet)
    }
}

impl Item {
    fn parse(wire::Object(item): wire::Object<wire::Item>, at: &str) -> Result<Self, Refusal> {
        Ok(Self {
            id: item.id.read(&format!("{at}/id"))?,
            path: item.path.read(&format!("{at}/path"))?,
            media_type: item.media_type.read(&format!("{at}/media_type"))?,
            provenance: Provenance::parse(item.provenance.0, &format!("{at}/provenance"))?,
            derived_from: ids(item.derived_from, &format!("{at}/derived_from"))?,
            capture: item
                .capture
                .map(|capture| Envelope::parse(capture.0, &format!("{at}/capture")))
                .transpose()?,
        })
    }
}

impl Envelope {
    fn parse(wire: wire::Envelope, pointer: &str) -> Result<Self, Refusal> {
        let payload = wire.payload.read(&format!("{pointer}/payload"))?;
        let signatures = within(wire.signatures, &format!("{pointer}/signatures"))?;
        Ok(Self {
            payload_type: wire.payload_type.read(&format!("{pointer}/payloadType"))?,
            payload,
            signatures: signatures.into_iter().map(|it| it.0.sig.read()).collect(),
        })
    }
}

impl Provenance {
    fn parse(wire: wire::Provenance, pointer: &str) -> Result<Self, Refusal> {
        let said = |value: Option<plain::Said>, name: &str| match value {
            Some(value) => value.read(&format!("{pointer}/{name}")),
            None => Ok(None),
        };
        let when = wire.captured_at;
        let when = when.map(|when| when.read(&format!("{pointer}/captured_at")));
        Ok(Self {
            source: wire.source.read(&format!("{pointer}/source"))?,
            authority: said(wire.authority, "authority")?,
            locator: said(wire.locator, "locator")?,
            revision: said(wire.revision, "revision")?,
            captured_at: when.transpose()?.flatten(),
            captured_by: said(wire.captured_by, "captured_by")?,
        })
    }
}

impl Claim {
    fn parse(
        wire::Object(claim): wire::Object<wire::Claim>,
        pointer: &str,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            id: claim.id.read(&format!("{pointer}/id"))?,
            statement: claim.statement.read(&format!("{pointer}/statement"))?,
            scope: claim.scope.read(&format!("{pointer}/scope"))?,
            requires: each(claim.requires, &format!("{pointer}/requires"), Word::read)?,
            evidence: ids(claim.evidence, &format!("{pointer}/evidence"))?,
            values: values(claim.values, &format!("{pointer}/values"))?,
            asserted: claim.asserted.read(&format!("{pointer}/asserted"))?,
        })
    }
}

/// The requested actions; the capability guard has the word on each (N10).
fn actions(names: &[Word<Action>]) -> Result<Vec<Action>, Refusal> {
    let mut actions = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let action = Action::parse(name.as_str()).map_err(|_| {
            let refusal = at(Reason::ActionDenied, &format!("/requested_actions/{index}"));
            refusal.expected(&listed::<Action>(), name.as_str())
        })?;
        actions.push(action);
    }
    actions.sort_unstable();
    actions.dedup();
    Ok(actions)
}

fn items(
    wire: Vec<wire::Object<wire::Item>>,
) -> Result<(Vec<Item>, BTreeMap<String, usize>), Refusal> {
    let each = |(index, item)| Item::parse(item, &format!("/items/{index}"));
    let items: Vec<Item> = wire
        .into_iter()
        .enumerate()
        .map(each)
        .collect::<Result<_, _>>()?;
    let index = unique("/items", items.iter().map(|item| &item.id))?;
    Ok((items, index))
}

fn claims(wire: Vec<wire::Object<wire::Claim>>) -> Result<Vec<Claim>, Refusal> {
    let each = |(index, claim)| Claim::parse(claim, &format!("/claims/{index}"));
    let claims: Vec<Claim> = wire
        .into_iter()
        .enumerate()
        .map(each)
        .collect::<Result<_, _>>()?;
    unique("/claims", claims.iter().map(|claim| &claim.id))?;
    Ok(claims)
}

fn values<const MAX: usize>(
    values: Option<wire::List<wire::Object<wire::Value>, MAX>>,
    pointer: &str,
) -> Result<Vec<Value>, Refusal> {
    let Some(values) = values else {
        return Ok(Vec::new());
    };
    each(values, pointer, |wire::Object(value), here| {
        Ok(Value {
            pointer: value.pointer.read(&format!("{here}/pointer"))?,
            item: value.item.read(&format!("{here}/item"))?,
            value: value.value,
        })
    })
}

fn unique<'a>(
    list: &str,
    ids: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, usize>, Refusal> {
    let mut index = BTreeMap::new();
    for (position, id) in ids.enumerate() {
        if index.insert(id.clone(), position).is_some() {
            let refusal = at(Reason::DuplicateId, &format!("{list}/{position}/id"));
            return Err(refusal.expected("an id of its own", id));
        }
    }
    Ok(index)
}

/// The values of a list that is not too long.
fn within<T, const MAX: usize, const MIN: usize>(
    list: wire::List<T, MAX, MIN>,
    pointer: &str,
) -> Result<Vec<T>, Refusal> {
    let many = || at(Reason::TooManyParts, pointer).expected(&format!("at most {MAX}"), "more");
    list.within().ok_or_else(many)
}

/// The same, each read at its place.
fn each<T, R, const MAX: usize>(
    list: wire::List<T, MAX>,
    pointer: &str,
    read: impl Fn(T, &str) -> Result<R, Refusal>,
) -> Result<Vec<R>, Refusal> {
    let values = within(list, pointer)?.into_iter().enumerate();
    values
        .map(|(index, value)| read(value, &format!("{pointer}/{index}")))
        .collect()
}

/// What refers to items, all together: each reference is followed more than once.
fn references(
    items: &[wire::Object<wire::Item>],
    claims: &[wire::Object<wire::Claim>],
) -> Result<(), Refusal> {
    let derived = items.iter().map(|item| item.0.derived_from.kept());
    let cited = claims.iter().map(|claim| {
        let values = claim.0.values.as_ref().map_or(0, wire::List::kept);
        claim.0.evidence.kept() + claim.0.requires.kept() + values
    });
    let all: usize = derived.chain(cited).sum();
    if all <= MAX_ALL_REFERENCES {
        return Ok(());
    }
    let refusal = Refusal::new(Reason::TooManyParts).file(PACKET);
    let most = format!("at most {MAX_ALL_REFERENCES} references");
    Err(refusal.expected(&most, &all.to_string()))
}

fn ids<const MAX: usize>(
    values: wire::List<Id, MAX>,
    pointer: &str,
) -> Result<Vec<String>, Refusal> {
    each(values, pointer, Id::read)
}
