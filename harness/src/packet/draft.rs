//! `data/packet.json` while it is being made, as types that write it.

use std::path::Path;

use bundle::file;
use checker::{GapReason, Guard, Order, PACKET_SCHEMA, Reason, Refusal, Settings, read_packet};
use evidence::error::chain;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use verify::Failure;

use super::FILE;
use super::remedy::{mark_of, means};

/// What a packet that nobody sealed says of when it was exported.
const NOT_YET: &str = "1970-01-01T00:00:00Z";

/// A packet.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// The envelope that shows its provenance, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Box<RawValue>>,
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The item.
    pub item: String,
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// The value, as it is written: a number of any size stays what it is.
    pub value: Box<RawValue>,
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
        Self::read_as_written(folder).map(|(draft, _)| draft)
    }

    /// The same, and its bytes.
    pub(super) fn read_as_written(folder: &Path) -> Result<(Self, Vec<u8>), Failure> {
        let file = folder.join(FILE);
        let failed = |why: String, hint: &str| {
            let what = format!("failed to read packet `{}`: {why}", file.display());
            Failure::unusable(what, hint)
        };
        let bytes = file::read(&file, file::MAX_TEXT)
            .map_err(|error| failed(error.why(), "begin one with `harness packet new FOLDER`"))?;
        let draft = serde_json::from_slice(&bytes).map_err(|error| match mark_of(&file) {
            Some(mark) => failed(format!("it begins {mark}"), "save it as UTF-8 without one"),
            None => failed(
                error.to_string(),
                "`harness packet schema` prints what it must be",
            ),
        })?;
        Ok((draft, bytes))
    }

    /// Writes the packet into its folder, if the checker could read it; the folder may not
    /// have a claim yet.
    ///
    /// # Errors
    /// The checker would refuse it, or it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        self.require_sound()?;
        super::replace(&super::beneath(folder, FILE)?, self.text()?.as_bytes())
    }

    /// Requires that the checker could read it; it may not have a claim yet.
    ///
    /// # Errors
    /// The checker would refuse it.
    pub fn require_sound(&self) -> Result<(), Failure> {
        require_read(self.text()?.as_bytes())
    }

    fn text(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string_pretty(self).map_err(Failure::internal)? + "\n")
    }

    /// The ids of its items.
    pub fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.id.as_str()).collect()
    }
}

/// Requires that the checker could read these bytes; they may not have a claim yet.
pub(super) fn require_read(text: &[u8]) -> Result<(), Failure> {
    match read_packet(text) {
        Err(refusal) if refusal.reason != Reason::NoClaims => Err(unsound(&refusal, text)),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Requires a scope in which a claim can lie at all. The checker is asked, with a packet
/// that claims something in it.
///
/// # Errors
/// The checker's rules let no claim lie in it, or could not be asked.
pub fn require_bounded(scope: &str) -> Result<(), Failure> {
    let mut draft = Draft::new("scope", scope);
    draft.require_sound()?;
    draft.claims.push(Claim {
        id: "claim".to_owned(),
        statement: "something".to_owned(),
        scope: scope.to_owned(),
        requires: Vec::new(),
        evidence: Vec::new(),
        asserted: "supported".to_owned(),
        values: Vec::new(),
    });
    let folder = tempfile::tempdir().map_err(Failure::internal)?;
    draft.write(folder.path())?;
    super::seal(folder.path())?;
    let guard = Guard::new(&Settings::of(folder.path().to_owned(), "/".into()));
    let report = checker::triage(&guard, &Order::default());
    let report = report.map_err(|error| Failure::internal(chain(&error)))?;
    let mut links = report.claims.iter().flat_map(|claim| &claim.links);
    if links.any(|link| link.reason == Some(GapReason::GlobalVerdictDenied)) {
        let what = format!("expected a scope that has a bound, observed `{scope}`");
        let hint = "name what the packet speaks of, such as shop/release-7: no claim can lie in \
                    a scope that means everything";
        return Err(Failure::usage(what, hint));
    }
    Ok(())
}

/// A refusal in a sentence, with the option that gives what it is about.
fn unsound(refusal: &Refusal, packet: &[u8]) -> Failure {
    let at = refusal.about.as_deref().unwrap_or("packet");
    let reason = refusal.reason;
    let mut words = format!("{reason} at `{at}`");
    match (&refusal.expected, &refusal.observed) {
        (Some(expected), Some(observed)) => {
            words.push_str(&format!(": expected {expected}, observed `{observed}`"));
        }
        // The checker names the place alone; what stands there is known here.
        _ => {
            let packet: Value = serde_json::from_slice(packet).unwrap_or_default();
            let observed = packet.pointer(at).map_or("nothing".to_owned(), short);
            let means = means(reason).unwrap_or_default();
            words.push_str(&format!(
                ": expected otherwise: {means} Observed {observed}"
            ));
        }
    }
    let explain = format!("`harness explain {reason}` says what that means");
    let hint = match option(at) {
        Some(option) => format!("give another {option}; {explain}"),
        None => format!("{explain}; `harness packet schema` prints what a packet must be"),
    };
    Failure::usage(words, &hint)
}

/// How much of a value is repeated, in characters.
const SHORT: usize = 100;

fn short(value: &Value) -> String {
    let text: String = value.to_string().chars().take(SHORT).collect();
    format!("`{text}`")
}

/// The option of `packet` that gives what stands at this place of a packet.
fn option(pointer: &str) -> Option<&'static str> {
    let fields: Vec<&str> = pointer.split('/').skip(1).collect();
    match fields[..] {
        ["packet_id"] | ["items" | "claims", _, "id"] => Some("--id"),
        ["scope"] | ["claims", _, "scope"] => Some("--scope"),
        ["items", _, "media_type"] => Some("--media-type"),
        ["items", _, "path"] => Some("name to the file"),
        ["items", _, "provenance", field] => match field {
            "authority" => Some("--authority"),
            "locator" => Some("--locator"),
            "revision" => Some("--revision"),
            "captured_at" => Some("--captured-at"),
            "captured_by" => Some("--captured-by"),
            _ => None,
        },
        ["claims", _, "statement"] => Some("--statement"),
        ["claims", _, "values", ..] => Some("--value"),
        _ => None,
    }
}
