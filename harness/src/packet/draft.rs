//! `data/packet.json` while it is being made, as types that write it.

use std::fs;
use std::path::Path;

use checker::{PACKET_SCHEMA, Reason, Refusal, read_packet};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use verify::Failure;

/// Where it lies in the packet's folder.
const FILE: &str = "data/packet.json";
/// What a packet that nobody sealed says of when it was exported.
const NOT_YET: &str = "1970-01-01T00:00:00Z";

/// A packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its schema.
    pub schema: String,
    /// Its id.
    pub packet_id: String,
    /// What it speaks of.
    pub scope: String,
    /// By what it was made, and when it was sealed.
    pub export: Export,
    /// What is asked of the checker: there is nothing else to ask for.
    pub requested_actions: Vec<String>,
    /// Its evidence.
    pub items: Vec<Item>,
    /// Its claims.
    pub claims: Vec<Claim>,
}

/// By what a packet was made, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The tool.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// When the packet was sealed.
    pub exported_at: String,
}

/// An item of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its file in the bag.
    pub path: String,
    /// What that is.
    pub media_type: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The items that it is derived from.
    pub derived_from: Vec<String>,
    /// The envelope that shows its provenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Value>,
}

/// Where an item comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Of what kind the source is.
    pub source: String,
    /// Who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Where they have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Which state of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// When it was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_by: Option<String>,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its id.
    pub id: String,
    /// Its words.
    pub statement: String,
    /// What it speaks of.
    pub scope: String,
    /// The classes of evidence that it must have.
    pub requires: Vec<String>,
    /// The items that it rests on.
    pub evidence: Vec<String>,
    /// What it asks for.
    pub asserted: String,
    /// What stands where in its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Stated>,
}

/// A value at a place of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The item.
    pub item: String,
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// The value.
    pub value: Value,
}

impl Draft {
    /// A packet with nothing in it.
    #[must_use]
    pub fn new(id: &str, scope: &str) -> Self {
        Self {
            schema: PACKET_SCHEMA.to_owned(),
            packet_id: id.to_owned(),
            scope: scope.to_owned(),
            export: Export {
                tool: "harness".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                exported_at: NOT_YET.to_owned(),
            },
            requested_actions: ["READ_PACKET_ITEM", "WRITE_LOCAL_REPORT"]
                .map(str::to_owned)
                .into(),
            items: Vec::new(),
            claims: Vec::new(),
        }
    }

    /// Reads the packet of a folder.
    ///
    /// # Errors
    /// There is none, or it is not of the schema.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join(FILE);
        let failed = |why: String, hint: &str| {
            let what = format!("failed to read packet `{}`: {why}", file.display());
            Failure::unusable(what, hint)
        };
        let bytes = fs::read(&file).map_err(|error| {
            failed(
                error.to_string(),
                "begin one with `harness packet new FOLDER`",
            )
        })?;
        serde_json::from_slice(&bytes).map_err(|error| {
            failed(
                error.to_string(),
                "`harness packet schema` prints what it must be",
            )
        })
    }

    /// Writes the packet into its folder, if the checker could read it; the folder may not
    /// have a claim yet.
    ///
    /// # Errors
    /// The checker would refuse it, or it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(Failure::internal)? + "\n";
        match read_packet(text.as_bytes()) {
            Err(refusal) if refusal.reason != Reason::NoClaims => {
                return Err(Failure::usage(words(&refusal), HINT));
            }
            Err(_) | Ok(()) => {}
        }
        super::replace(&folder.join(FILE), text.as_bytes())
    }

    /// The ids of its items.
    pub fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.id.as_str()).collect()
    }
}

const HINT: &str = "`harness explain REASON` says what a reason means; `harness packet schema` \
                    prints what a packet must be";

/// A refusal in a sentence.
fn words(refusal: &Refusal) -> String {
    let at = refusal.about.as_deref().unwrap_or("packet");
    let mut words = format!("{} at `{at}`", refusal.reason);
    if let (Some(expected), Some(observed)) = (&refusal.expected, &refusal.observed) {
        words.push_str(&format!(": expected {expected}, observed `{observed}`"));
    }
    words
}
