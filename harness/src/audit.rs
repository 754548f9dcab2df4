//! The self-audits of a bundle against Article 13 (native facts, no local copy as an
//! authority) and Article 14 (evidence behind every word, no fake green). KB-4BEF,
//! Track 13.
//!
//! Each item is computed from the run's rows and observations and points at what it
//! rests on; there is no sentence that somebody could write in its place. `verify`
//! computes it again and compares. It judges no row: that is [`crate::judge`]'s.

use std::collections::BTreeSet;

use negatives::matrix::{Case, Matrix};
use serde::{Deserialize, Serialize};

use crate::record::{LaunchRecord, Observations, Role};
use crate::seal::statement::Subjects;
use crate::seal::statement::attestation::{Attestation, FileEntry};

mod article13;
mod article14;

/// The self-audit's place in a bundle.
pub const FILE: &str = "self-audit.json";
/// The version of its fields. It goes up when one changes its meaning.
const SCHEMA: u32 = 1;
/// The most pointers of one item; how many things it looked at is counted in full.
const MAX_POINTERS: usize = 256;

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

/// What is audited, but for the observations, which are shown row by row.
#[derive(Debug, Clone, Copy)]
pub struct Audited<'a> {
    /// What the statement says; its list of files may still lack the self-audit.
    pub said: &'a Attestation,
    /// Of what it says it.
    pub artifacts: &'a Subjects,
    /// The agreed rows.
    pub matrix: &'a Matrix,
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
        write!(f, "self-audit: {} items hold", self.holds)?;
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

/// How one thing that was looked at came out.
enum Finding {
    Fits,
    Fails,
    NotSeen,
}

impl Finding {
    fn fits(is_so: bool) -> Self {
        if is_so { Self::Fits } else { Self::Fails }
    }
}

/// Everything that was looked at for one item.
#[derive(Default)]
struct Look {
    fits: BTreeSet<Pointer>,
    fails: BTreeSet<Pointer>,
    not_seen: BTreeSet<Pointer>,
    looked_at: usize,
}

impl Look {
    fn at(&mut self, file: &str, pointer: &str, finding: &Finding) {
        let (file, pointer) = (file.to_owned(), pointer.to_owned());
        let kept = match finding {
            Finding::Fits => &mut self.fits,
            Finding::Fails => &mut self.fails,
            Finding::NotSeen => &mut self.not_seen,
        };
        kept.insert(Pointer { file, pointer });
        self.looked_at += 1;
    }

    fn item(self, article: u8, id: ItemId) -> Item {
        let (outcome, evidence) = if !self.fails.is_empty() {
            (Outcome::Fails, self.fails)
        } else if !self.not_seen.is_empty() {
            (Outcome::NotSeen, self.not_seen)
        } else if self.looked_at > 0 {
            (Outcome::Holds, self.fits)
        } else {
            (Outcome::Nothing, BTreeSet::new())
        };
        Item {
            id,
            article,
            outcome,
            looked_at: self.looked_at,
            evidence: evidence.into_iter().take(MAX_POINTERS).collect(),
        }
    }
}

/// A question, and how it is answered.
struct Question {
    id: ItemId,
    of: Of,
}

/// What a question is asked of: the statement, or each row that it says held.
enum Of {
    Statement(fn(&mut Look, &Audited<'_>)),
    HeldRows(fn(&mut Look, &Audited<'_>, &Opened<'_>)),
}

const fn of_statement(id: ItemId, ask: fn(&mut Look, &Audited<'_>)) -> Question {
    let of = Of::Statement(ask);
    Question { id, of }
}

const fn of_rows(id: ItemId, ask: fn(&mut Look, &Audited<'_>, &Opened<'_>)) -> Question {
    let of = Of::HeldRows(ask);
    Question { id, of }
}

/// A held row with what was observed of it.
struct Opened<'a> {
    case: &'a Case,
    file: String,
    observed: &'a Observations,
    /// By launch: its nonce is one, and no earlier launch has it.
    fresh: Vec<bool>,
}

/// The questions, while they are asked row by row.
pub struct Inquiry {
    asked: Vec<(u8, &'static Question, Look)>,
    nonces: BTreeSet<String>,
}

impl Inquiry {
    /// Nothing was looked at yet.
    #[must_use]
    pub fn new() -> Self {
        let questions = article13::QUESTIONS.iter().map(|it| (13, it));
        let questions = questions.chain(article14::QUESTIONS.iter().map(|it| (14, it)));
        let asked = questions.map(|(article, question)| (article, question, Look::default()));
        Self {
            asked: asked.collect(),
            nonces: BTreeSet::new(),
        }
    }

    /// Asks of a row that is said to have held. Rows are asked in their order.
    pub fn ask_row(&mut self, bundle: &Audited<'_>, case: &Case, observed: &Observations) {
        let mut is_fresh = |record: &LaunchRecord| {
            !record.nonce.is_empty() && self.nonces.insert(record.nonce.clone())
        };
        let row = Opened {
            case,
            file: crate::bundle::observations_file(case.id.as_str()),
            fresh: observed.launches.iter().map(&mut is_fresh).collect(),
            observed,
        };
        for (_, question, look) in &mut self.asked {
            if let Of::HeldRows(ask) = question.of {
                ask(look, bundle, &row);
            }
        }
    }

    /// Asks of the statement; then everything is answered.
    #[must_use]
    pub fn end(mut self, bundle: &Audited<'_>) -> SelfAudit {
        for (_, question, look) in &mut self.asked {
            if let Of::Statement(ask) = question.of {
                ask(look, bundle);
            }
        }
        let items = self.asked.into_iter();
        SelfAudit {
            schema: SCHEMA,
            items: items
                .map(|(article, question, look)| look.item(article, question.id))
                .collect(),
        }
    }
}

impl Default for Inquiry {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inquiry({} questions)", self.asked.len())
    }
}

impl Opened<'_> {
    /// Its launches, each with its pointer.
    fn launches(&self) -> impl Iterator<Item = (String, &LaunchRecord)> {
        let launches = self.observed.launches.iter().enumerate();
        launches.map(|(at, record)| (format!("/launches/{at}"), record))
    }

    /// Of those, the locked ones.
    fn locked(&self) -> impl Iterator<Item = (String, &LaunchRecord)> {
        self.launches()
            .filter(|(_, record)| record.role == Role::Locked)
    }
}

impl Audited<'_> {
    /// The listed files, without the two that are added last.
    fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let late = [FILE, crate::seal::bundle::SIGNER_FILE];
        let early = move |entry: &&FileEntry| !late.contains(&entry.path.as_str());
        self.said.files.iter().filter(early)
    }
}

#[cfg(test)]
mod tests;
