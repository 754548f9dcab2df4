//! The self-audits of a bundle against Article 13 (native facts, no local copy as an
//! authority) and Article 14 (evidence behind every word, no fake green).
//!
//! Each item is computed from the run's rows and observations and points at what it
//! rests on; there is no sentence that somebody could write in its place. `verify`
//! computes it again and compares. It judges no row: that is [`judge`]'s.

use evidence::count;
use serde::{Deserialize, Serialize};

mod article13;
mod article14;
mod inquiry;

pub use inquiry::{Audited, Inquiry};

/// The self-audit's place in a bundle.
pub const FILE: &str = "self-audit.json";
/// The version of its fields. It goes up when one changes its meaning.
const SCHEMA: u32 = 1;

/// Both self-audits of a bundle: the file `self-audit.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfAudit {
    /// `SCHEMA`.
    pub schema: u32,
    /// The items, those of Article 13 first.
    pub items: Vec<Item>,
}

/// One item: a question of the articles, answered by counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which question.
    pub id: ItemId,
    /// 13 or 14.
    pub article: u8,
    /// The answer.
    pub outcome: Outcome,
    /// How many things were looked at.
    pub looked_at: usize,
    /// What the answer rests on: what fails, if anything does; else what was not
    /// seen; else everything that was looked at. At most 256.
    pub evidence: Vec<Pointer>,
}

/// The questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemId {
    /// 13: every locked sandbox of a held row was looked at from outside, by the kernel's
    /// own files, whatever its engine reports.
    OutsideView,
    /// 13: the programs that ran there have, by the kernel's word, the digests that the
    /// statement is about.
    ProgramsByDigest,
    /// 13: the data folders are, by device and inode, those that the host made.
    FoldersByIdentity,
    /// 13: where filters are part of a held row's proof, they were read back.
    FiltersReadBack,
    /// 13: the bundle's copies of matrix and policy are those that the statement
    /// names by digest: the digest is the authority, not the copy.
    CopiesByDigest,
    /// 13: the checker refuses a local copy as an authority (row N5).
    NoLocalCopy,
    /// 13: the kernel, machine and engine that the statement is about are named.
    ScopeIsNamed,
    /// 14: every row of the matrix is called, once, in its place.
    RollIsCalled,
    /// 14: every held row has observations.
    HeldHasObservations,
    /// 14: every held negative has its control.
    HeldHasControl,
    /// 14: every launch of a held row has a nonce of its own.
    LaunchesAreFresh,
    /// 14: no launch of a held row failed as an instrument.
    NoTroubleCounted,
    /// 14: every row that did not hold says why, and none that held has excuses.
    ReasonsAreGiven,
    /// 14: the result, its counts and its exit code are what the rows amount to.
    CountsFollow,
    /// 14: deferred rows are those of the matrix, and none is called.
    NothingDeferredCounted,
    /// 14: every locked launch was lifted as the statement says, and no further.
    LiftsAreSaid,
    /// 14: a development key is called that: no operator is supplied.
    NoOperatorSupplied,
    /// 14: the bundle holds no owner's decision, and says so.
    NoOwnerSupplied,
}

/// The answer to a question. Only `holds` is green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything looked at is as it must be.
    Holds,
    /// Something is not.
    Fails,
    /// Nothing fails, and something could not be seen on this host.
    NotSeen,
    /// There was nothing to look at.
    Nothing,
}

/// A place in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointer {
    /// The file; of an envelope, its payload.
    pub file: String,
    /// The place in it (RFC 6901); empty for the whole file.
    pub pointer: String,
}

/// What self-audits amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditTally {
    /// How many items hold.
    pub holds: usize,
    /// The items that fail, by name.
    pub fails: Vec<String>,
    /// The items of which something was not seen, by name.
    pub not_seen: Vec<String>,
    /// How many had nothing to look at.
    pub nothing: usize,
}

impl SelfAudit {
    /// What it amounts to.
    #[must_use]
    pub fn tally(&self) -> AuditTally {
        let named = |outcome| {
            let having = self
                .items
                .iter()
                .filter(move |item| item.outcome == outcome);
            having.map(|item| item.id.name()).collect::<Vec<_>>()
        };
        AuditTally {
            holds: named(Outcome::Holds).len(),
            fails: named(Outcome::Fails),
            not_seen: named(Outcome::NotSeen),
            nothing: named(Outcome::Nothing).len(),
        }
    }

    /// The first item that another audit answers otherwise.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<ItemId> {
        let differs = |(own, other): &(&Item, &Item)| own != other;
        let mut pairs = self.items.iter().zip(&other.items);
        pairs.find(differs).map(|(own, _)| own.id)
    }
}

impl ItemId {
    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    }
}

impl std::fmt::Display for AuditTally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hold = if self.holds == 1 { "holds" } else { "hold" };
        write!(f, "self-audit: {} {hold}", count(self.holds, "item"))?;
        if !self.fails.is_empty() {
            write!(f, "; fails: {}", self.fails.join(", "))?;
        }
        if !self.not_seen.is_empty() {
            write!(f, "; not seen on this host: {}", self.not_seen.join(", "))?;
        }
        if self.nothing > 0 {
            write!(f, "; {} had nothing to look at", self.nothing)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
