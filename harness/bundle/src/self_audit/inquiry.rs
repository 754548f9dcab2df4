//! Asking: each question of the statement or of every held row, and what was found.

use std::collections::BTreeSet;

use evidence::record::{LaunchRecord, Observations, Role};
use judge::Adapted;
use negatives::matrix::Matrix;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, FileEntry};

use super::{FILE, Item, ItemId, Outcome, Pointer, SCHEMA, SelfAudit, article13, article14};

/// The most pointers of one item; how many things it looked at is counted in full.
const MAX_POINTERS: usize = 256;

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

/// How one thing that was looked at came out.
pub(super) enum Finding {
    Fits,
    Fails,
    NotSeen,
}

impl Finding {
    pub(super) fn fits(is_so: bool) -> Self {
        if is_so { Self::Fits } else { Self::Fails }
    }
}

/// Everything that was looked at for one item.
#[derive(Default)]
pub(super) struct Look {
    fits: BTreeSet<Pointer>,
    fails: BTreeSet<Pointer>,
    not_seen: BTreeSet<Pointer>,
    looked_at: usize,
}

impl Look {
    pub(super) fn at(&mut self, file: &str, pointer: &str, finding: &Finding) {
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
pub(super) struct Question {
    id: ItemId,
    of: Of,
}

/// What a question is asked of: the statement, or each row that it says held.
pub(super) enum Of {
    Statement(fn(&mut Look, &Audited<'_>)),
    HeldRows(fn(&mut Look, &Audited<'_>, &Opened<'_>)),
}

pub(super) const fn of_statement(id: ItemId, ask: fn(&mut Look, &Audited<'_>)) -> Question {
    let of = Of::Statement(ask);
    Question { id, of }
}

pub(super) const fn of_rows(id: ItemId, ask: fn(&mut Look, &Audited<'_>, &Opened<'_>)) -> Question {
    let of = Of::HeldRows(ask);
    Question { id, of }
}

/// A held row with what was observed of it.
pub(super) struct Opened<'a> {
    pub(super) case: &'a Adapted,
    pub(super) file: String,
    pub(super) observed: &'a Observations,
    /// By launch: its nonce is one, and no earlier launch has it.
    pub(super) fresh: Vec<bool>,
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
    pub fn ask_row(&mut self, bundle: &Audited<'_>, case: &Adapted, observed: &Observations) {
        let mut is_fresh = |record: &LaunchRecord| {
            !record.nonce.is_empty() && self.nonces.insert(record.nonce.clone())
        };
        let row = Opened {
            case,
            file: crate::observations_file(case.id.as_str()),
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
    pub(super) fn launches(&self) -> impl Iterator<Item = (String, &LaunchRecord)> {
        let launches = self.observed.launches.iter().enumerate();
        launches.map(|(at, record)| (format!("/launches/{at}"), record))
    }

    /// Of those, the locked ones.
    pub(super) fn locked(&self) -> impl Iterator<Item = (String, &LaunchRecord)> {
        self.launches()
            .filter(|(_, record)| record.role == Role::Locked)
    }
}

impl Audited<'_> {
    /// The listed files, without the two that are added last.
    pub(super) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let late = [FILE, seal::bundle::SIGNER_FILE];
        let early = move |entry: &&FileEntry| !late.contains(&entry.path.as_str());
        self.said.files.iter().filter(early)
    }
}
