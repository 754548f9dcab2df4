//! `data/packet.json`, parsed strictly into a packet, or a typed refusal (G6).
//!
//! The shape is serde's work ([`wire`]); what a text, an id, a time or a scope
//! may be is decided here, once, so that no rule meets an unchecked string.

mod time;
mod wire;

use std::collections::BTreeMap;

pub(crate) use time::Timestamp;

use crate::bag::PACKET;
use crate::evidence::{EvidenceClass, Source};
use crate::guard::Action;
use crate::refusal::{Reason, Refusal};
use crate::scope::Scope;
use crate::text::hides;
use crate::wrong::{self, Fault};

/// The schema this program reads.
pub(crate) const SCHEMA: &str = "proof-of-block/packet/v1";

const MAX_PARTS: usize = 10_000;
const MAX_REFERENCES: usize = 256;
const MAX_ALL_REFERENCES: usize = 50_000;
const MAX_TEXT: usize = 4096;
const MAX_ID: usize = 64;

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
    pub(crate) asserted: Asserted,
}

/// What the packet asserts of its claim. Nothing follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asserted {
    Supported,
    Unsupported,
    Undetermined,
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
        if wire.schema != SCHEMA && !wrong::is(Fault::TakesUnknownSchemas) {
            return Err(at(Reason::SchemaUnknown, "/schema").expected(SCHEMA, &wire.schema));
        }
        let actions = actions(&within(wire.requested_actions, "/requested_actions")?)?;
        let (wire_items, wire_claims) = (
            within(wire.items, "/items")?,
            within(wire.claims, "/claims")?,
        );
        references(&wire_items, &wire_claims)?;
        let (items, index) = items(wire_items)?;
        Ok(Self {
            id: id(&wire.packet_id, "/packet_id")?,
            scope: scope(&wire.scope, "/scope")?,
            tool: text(&wire.export.0.tool, "/export/tool")?,
            tool_version: text(&wire.export.0.version, "/export/version")?,
            exported_at: timestamp(&wire.export.0.exported_at, "/export/exported_at")?,
            actions,
            index,
            items,
            claims: claims(wire_claims)?,
        })
    }
}

impl Item {
    fn parse(wire::Object(item): wire::Object<wire::Item>, at: &str) -> Result<Self, Refusal> {
        Ok(Self {
            id: id(&item.id, &format!("{at}/id"))?,
            path: path(&item.path, &format!("{at}/path"))?,
            media_type: text(&item.media_type, &format!("{at}/media_type"))?,
            provenance: Provenance::parse(item.provenance.0, &format!("{at}/provenance"))?,
            derived_from: ids(item.derived_from, &format!("{at}/derived_from"))?,
        })
    }
}

impl Provenance {
    fn parse(wire: wire::Provenance, pointer: &str) -> Result<Self, Refusal> {
        let said = |value: &Option<String>, name: &str| {
            let value = value.as_deref().filter(|value| !value.trim().is_empty());
            value
                .map(|value| text(value, &format!("{pointer}/{name}")))
                .transpose()
        };
        let when = wire.captured_at.as_deref().filter(|when| !when.is_empty());
        let when = when.map(|when| timestamp(when, &format!("{pointer}/captured_at")));
        let source = Source::parse(&wire.source).ok_or_else(|| {
            at(Reason::PacketShape, &format!("{pointer}/source")).expected("a source", &wire.source)
        })?;
        Ok(Self {
            source,
            authority: said(&wire.authority, "authority")?,
            locator: said(&wire.locator, "locator")?,
            revision: said(&wire.revision, "revision")?,
            captured_at: when.transpose()?,
            captured_by: said(&wire.captured_by, "captured_by")?,
        })
    }
}

impl Claim {
    fn parse(
        wire::Object(claim): wire::Object<wire::Claim>,
        pointer: &str,
    ) -> Result<Self, Refusal> {
        let requires = within(claim.requires, &format!("{pointer}/requires"))?;
        let requires = requires.iter().map(|name| {
            let refused = || at(Reason::PacketShape, &format!("{pointer}/requires"));
            EvidenceClass::required(name)
                .ok_or_else(|| refused().expected("an evidence class", name))
        });
        let refused = || at(Reason::PacketShape, &format!("{pointer}/asserted"));
        Ok(Self {
            id: id(&claim.id, &format!("{pointer}/id"))?,
            statement: text(&claim.statement, &format!("{pointer}/statement"))?,
            scope: scope(&claim.scope, &format!("{pointer}/scope"))?,
            requires: requires.collect::<Result<_, _>>()?,
            evidence: ids(claim.evidence, &format!("{pointer}/evidence"))?,
            asserted: Asserted::parse(&claim.asserted)
                .ok_or_else(|| refused().expected("an assertion", &claim.asserted))?,
        })
    }
}

impl Asserted {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "supported" => Some(Self::Supported),
            "unsupported" => Some(Self::Unsupported),
            "undetermined" => Some(Self::Undetermined),
            "all_clear" => Some(Self::AllClear),
            "may_deploy" => Some(Self::MayDeploy),
            _ => None,
        }
    }
}

/// The requested actions; the capability guard has the word on each (N10).
fn actions(names: &[String]) -> Result<Vec<Action>, Refusal> {
    let mut actions = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let action = Action::parse(name).map_err(|_| {
            let refusal = at(Reason::ActionDenied, &format!("/requested_actions/{index}"));
            refusal.expected("READ_PACKET_ITEM or WRITE_LOCAL_REPORT", name)
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

/// At least one claim: a packet that claims nothing has nothing to triage.
fn claims(wire: Vec<wire::Object<wire::Claim>>) -> Result<Vec<Claim>, Refusal> {
    let each = |(index, claim)| Claim::parse(claim, &format!("/claims/{index}"));
    let claims: Vec<Claim> = wire
        .into_iter()
        .enumerate()
        .map(each)
        .collect::<Result<_, _>>()?;
    if claims.is_empty() {
        return Err(at(Reason::NoClaims, "/claims").expected("a claim", "none"));
    }
    unique("/claims", claims.iter().map(|claim| &claim.id))?;
    Ok(claims)
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
fn within<T, const MAX: usize>(list: wire::List<T, MAX>, pointer: &str) -> Result<Vec<T>, Refusal> {
    let many = || at(Reason::TooManyParts, pointer).expected(&format!("at most {MAX}"), "more");
    list.within().ok_or_else(many)
}

/// What refers to items, all together: each reference is followed more than once.
fn references(
    items: &[wire::Object<wire::Item>],
    claims: &[wire::Object<wire::Claim>],
) -> Result<(), Refusal> {
    let derived = items.iter().map(|item| item.0.derived_from.kept());
    let cited = claims
        .iter()
        .map(|claim| claim.0.evidence.kept() + claim.0.requires.kept());
    let all: usize = derived.chain(cited).sum();
    if all <= MAX_ALL_REFERENCES {
        return Ok(());
    }
    let refusal = Refusal::new(Reason::TooManyParts).file(PACKET);
    let most = format!("at most {MAX_ALL_REFERENCES} references");
    Err(refusal.expected(&most, &all.to_string()))
}

fn ids<const MAX: usize>(
    values: wire::List<String, MAX>,
    pointer: &str,
) -> Result<Vec<String>, Refusal> {
    let values = within(values, pointer)?;
    values
        .iter()
        .enumerate()
        .map(|(index, value)| id(value, &format!("{pointer}/{index}")))
        .collect()
}

fn id(value: &str, pointer: &str) -> Result<String, Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let good = !value.is_empty() && value.len() <= MAX_ID && value.bytes().all(plain);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::IdMalformed, pointer))
    }
}

/// Text that is shown as it is: nothing in it hides, or hides or rearranges the rest.
fn text(value: &str, pointer: &str) -> Result<String, Refusal> {
    let good = !value.is_empty() && value.len() <= MAX_TEXT && !value.chars().any(hides);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::TextUnsafe, pointer))
    }
}

fn timestamp(value: &str, pointer: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse(value)
        .ok_or_else(|| at(Reason::TimeMalformed, pointer).expected("YYYY-MM-DDThh:mm:ssZ", value))
}

fn scope(value: &str, pointer: &str) -> Result<Scope, Refusal> {
    Scope::parse(value).ok_or_else(|| at(Reason::ScopeMalformed, pointer))
}

/// A plain path beneath `data/` that is not the packet itself.
fn path(value: &str, pointer: &str) -> Result<String, Refusal> {
    let good = value.starts_with("data/") && value != PACKET && crate::bag::is_plain(value);
    if good {
        Ok(value.to_owned())
    } else {
        Err(at(Reason::ItemPath, pointer).expected("data/...", value))
    }
}

fn at(reason: Reason, pointer: &str) -> Refusal {
    Refusal::new(reason).file(PACKET).about(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::all_that_hide;

    #[test]
    fn a_text_in_which_anything_hides_is_refused() {
        let taken = |value: &str| text(value, "/claims/0/text");
        for c in all_that_hide() {
            let refusal = taken(&format!("a{c}b")).unwrap_err();
            assert_eq!(refusal.reason, Reason::TextUnsafe, "U+{:04X}", u32::from(c));
        }
        assert!(taken("R\u{1ee7}i ro, \u{e9}\u{2026}").is_ok());
    }
}
