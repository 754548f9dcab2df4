//! What an engine says of itself.

use serde::{Deserialize, Serialize};

use crate::abilities::Abilities;

/// An engine, as it describes itself: claims, recorded for the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// `docker`, `podman`, `bwrap` or `firejail`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The API version agreed on, where there is an API.
    pub api: Option<String>,
    /// The runtime beneath it, with its version where it says one.
    pub runtime: String,
    /// The storage driver.
    pub storage: String,
    /// It runs without root.
    pub rootless: bool,
}

/// An engine's account of itself, as a bundle has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineAccount {
    /// What it says of itself.
    pub identity: Identity,
    /// What it cannot do on this host, and why.
    pub lacking: Abilities,
}
