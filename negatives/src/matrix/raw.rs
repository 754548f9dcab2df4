//! The matrix as its file spells it: words, not yet checked. Every field that
//! is not listed here is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::{Check, FaultKind, Kind, Layer, Payload, Role};
use super::difference::Ability;
use super::environment::{Canary, KnownEngine};
use super::rule::Rule;
use crate::wire::Abi;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matrix {
    pub(super) case: Vec<Case>,
    pub(super) deferred: Vec<Deferred>,
    pub(super) engine: Vec<KnownEngine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deferred {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) number: u8,
    pub(super) layer: Layer,
    #[serde(default)]
    pub(super) requirement: Vec<u8>,
    pub(super) title: String,
    pub(super) block_point: String,
    pub(super) kind: Kind,
    pub(super) rule: Vec<Rule>,
    pub(super) pending: Option<String>,
    #[serde(default)]
    pub(super) canary: Vec<Canary>,
    #[serde(default)]
    pub(super) boundary: Vec<Boundary>,
    #[serde(default)]
    pub(super) packet: Vec<Packet>,
    #[serde(default)]
    pub(super) without: Vec<Without>,
    #[serde(default)]
    pub(super) fault: Vec<Fault>,
    #[serde(default)]
    pub(super) check: Vec<Check>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Without {
    pub(super) lift: Vec<String>,
    pub(super) breaks: Vec<String>,
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) lacks: Option<Ability>,
    pub(super) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) id: String,
    pub(super) how: FaultKind,
    pub(super) previous: bool,
    pub(super) exit: u8,
    pub(super) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Packet {
    pub(super) fixture: String,
    pub(super) role: Role,
    pub(super) exit: u8,
    pub(super) stops_at: Option<String>,
    #[serde(default)]
    pub(super) reasons: Vec<String>,
    #[serde(default = "once")]
    pub(super) times: u32,
    pub(super) payload: Option<Payload>,
    #[serde(default)]
    pub(super) provenance: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) classes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) chains: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) scopes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) denied: BTreeMap<String, String>,
}

fn once() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Boundary {
    pub(super) name: String,
    pub(super) lift: Vec<String>,
    #[serde(default)]
    pub(super) alone: Vec<Vec<String>>,
    pub(super) attempt: Vec<Attempt>,
    #[serde(default)]
    pub(super) differs: Vec<Difference>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attempt {
    pub(super) id: String,
    pub(super) call: Option<String>,
    pub(super) abi: Option<Abi>,
    pub(super) script: Option<String>,
    pub(super) args: Option<Vec<String>>,
    pub(super) why: String,
    pub(super) locked: Option<String>,
    pub(super) control: Option<String>,
    pub(super) alone: Option<Alone>,
    #[serde(default)]
    pub(super) lethal: bool,
    pub(super) na: Option<NotApplicable>,
    #[serde(default)]
    pub(super) differs: Vec<Difference>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    pub(super) lacks: Ability,
    pub(super) locked: Option<String>,
    pub(super) control: Option<String>,
    pub(super) nothing: Option<String>,
    pub(super) alone: Option<Alone>,
    pub(super) why: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Alone {
    Everywhere(String),
    PerLift(BTreeMap<String, String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotApplicable {
    pub(super) control: String,
    pub(super) why: String,
}
