//! The mutants as data: loaded strictly, each bound to a row that exists and to the
//! reason for which that row must break.

use std::collections::BTreeSet;

use engine::change::{Change, ChangeError};
use evidence::plan;
use judge::VerdictWord;
use negatives::matrix::{Ability, Case, Matrix};
use serde::Deserialize;

/// The fewest weakenings a catalogue may have.
const FEWEST_MUTANTS: usize = 60;
/// The fewest harmless variations.
const FEWEST_VARIATIONS: usize = 15;
/// The kinds of reason that a mutant can be caught for.
const REASONS: [&str; 5] = ["not_refused", "outside", "packet", "self_check", "trouble"];

/// Every mutant, in the file's order.
#[derive(Debug, Clone)]
pub struct Catalogue {
    mutants: Vec<Mutant>,
}

/// One change to what is to be proved, and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Unique, such as `root-writable`.
    pub id: String,
    /// The kind of change, such as `mount`.
    pub operator: String,
    /// What it does, in words.
    pub what: String,
    /// Where this happened, or why it is harmless.
    pub source: String,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The same as they are written.
    pub words: Vec<String>,
    /// The row that judges it.
    pub row: String,
    /// The row's boundary that is run; all of them where none is named.
    pub boundary: Option<String>,
    /// What must come of it.
    pub must: Must,
    /// Where the change cannot be made or shows nothing, and why that is no hole.
    pub not_applicable: Vec<NotApplicable>,
}

/// Where a mutant shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NotApplicable {
    /// By what it is known.
    #[serde(flatten)]
    pub when: When,
    /// Why the mutant shows nothing there.
    pub why: String,
}

/// By what it is known that a mutant shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The engine's words: what the launch's trouble contains.
    Shows(String),
    /// What the engine lacks.
    Lacks(Ability),
}

/// What must come of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Must {
    /// The row falls in this way.
    Fall(Kill),
    /// The row holds: the change is harmless.
    Hold,
}

/// The one way in which a row must fall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kill {
    /// The verdict.
    pub verdict: VerdictWord,
    /// The reason's kind.
    pub reason: String,
    /// What the reason's text must contain.
    pub shows: String,
}

/// The catalogue is not what it must be.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is not TOML of the known fields.
    #[error("failed to read the mutants")]
    Toml(#[source] Box<toml::de::Error>),
    /// Two have one id, or change the same for the same row.
    #[error("expected each mutant once, observed `{id}` a second time")]
    Duplicate {
        /// Its id.
        id: String,
    },
    /// A row or boundary that the matrix does not have, or that cannot be run.
    #[error("expected a row that can be run and one of its boundaries in `{id}`, observed `{row}`")]
    Row {
        /// The mutant.
        id: String,
        /// What it names.
        row: String,
    },
    /// A verdict or reason for which nothing is caught.
    #[error("expected a verdict and a reason of the judge in `{id}`, observed `{observed}`")]
    Reason {
        /// The mutant.
        id: String,
        /// What it names.
        observed: String,
    },
    /// Words that are no change, or none at all.
    #[error("failed to read a change of `{id}`")]
    Change {
        /// The mutant.
        id: String,
        /// The words.
        #[source]
        source: ChangeError,
    },
    /// Too few, of which a good score would say little.
    #[error("expected at least {expected} {what}, observed {observed}")]
    TooFew {
        /// Which.
        what: &'static str,
        /// The fewest.
        expected: usize,
        /// How many there are.
        observed: usize,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    mutant: Vec<RawMutant>,
    survive: Vec<RawVariation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMutant {
    id: String,
    operator: String,
    what: String,
    source: String,
    change: Vec<String>,
    row: String,
    boundary: Option<String>,
    #[serde(default = "broken")]
    verdict: VerdictWord,
    reason: String,
    shows: String,
    #[serde(default)]
    na: Vec<NotApplicable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariation {
    id: String,
    what: String,
    why: String,
    change: Vec<String>,
    row: String,
    boundary: Option<String>,
    #[serde(default)]
    na: Vec<NotApplicable>,
}

fn broken() -> VerdictWord {
    VerdictWord::Broken
}

impl Catalogue {
    /// The mutants this program was built with.
    ///
    /// # Errors
    /// As [`Catalogue::parse`]; a test holds that there is none.
    pub fn builtin(matrix: &Matrix) -> Result<Self, CatalogueError> {
        Self::parse(declared::texts().mutants, matrix)
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// Anything unknown, double or missing: see [`CatalogueError`].
    pub fn parse(text: &str, matrix: &Matrix) -> Result<Self, CatalogueError> {
        let raw: Raw =
            toml::from_str(text).map_err(|source| CatalogueError::Toml(Box::new(source)))?;
        enough("mutants", FEWEST_MUTANTS, raw.mutant.len())?;
        enough("variations", FEWEST_VARIATIONS, raw.survive.len())?;
        let weakenings = raw.mutant.into_iter().map(weakening);
        let variations = raw.survive.into_iter().map(variation);
        let mutants = weakenings
            .chain(variations)
            .collect::<Result<Vec<_>, _>>()?;
        let (mut ids, mut changes) = (BTreeSet::new(), BTreeSet::new());
        for mutant in &mutants {
            let same = (mutant.words.clone(), mutant.row.clone());
            if !ids.insert(mutant.id.clone()) || !changes.insert(same) {
                let id = mutant.id.clone();
                return Err(CatalogueError::Duplicate { id });
            }
            bound(mutant, matrix)?;
        }
        Ok(Self { mutants })
    }

    /// Every one, weakenings first.
    #[must_use]
    pub fn mutants(&self) -> &[Mutant] {
        &self.mutants
    }

    /// The first of each operator, in the file's order.
    #[must_use]
    pub fn short(&self) -> Vec<&Mutant> {
        let mut seen = BTreeSet::new();
        self.mutants
            .iter()
            .filter(|mutant| seen.insert(&mutant.operator))
            .collect()
    }
}

impl Mutant {
    /// Whether a user's word names it, its operator or its row.
    #[must_use]
    pub fn matches(&self, word: &str) -> bool {
        self.row == word || self.id.contains(word) || self.operator == word
    }

    /// Why it shows nothing where these are lacking.
    #[must_use]
    pub fn shows_nothing(&self, lacks: impl Fn(Ability) -> bool) -> Option<&str> {
        let mut declared = self.not_applicable.iter();
        let there = declared.find(|na| matches!(na.when, When::Lacks(one) if lacks(one)));
        there.map(|na| na.why.as_str())
    }

    /// The row that it is about, and the one boundary of it, where it is bound to one.
    #[must_use]
    pub fn subject(&self) -> (&str, Option<&str>) {
        (&self.row, self.boundary.as_deref())
    }

    /// The row with the mutant's boundary alone.
    #[must_use]
    pub fn narrowed(&self, matrix: &Matrix) -> Option<Case> {
        let mut case = matrix.case(&self.row)?.clone();
        if let Some(name) = &self.boundary {
            case.boundaries.retain(|boundary| boundary.name == *name);
            case.packets.clear();
        }
        Some(case)
    }
}

fn enough(what: &'static str, expected: usize, observed: usize) -> Result<(), CatalogueError> {
    if observed >= expected {
        return Ok(());
    }
    Err(CatalogueError::TooFew {
        what,
        expected,
        observed,
    })
}

fn weakening(raw: RawMutant) -> Result<Mutant, CatalogueError> {
    if raw.verdict == VerdictWord::Held
        || !REASONS.contains(&raw.reason.as_str())
        || raw.shows.is_empty()
    {
        return Err(CatalogueError::Reason {
            id: raw.id,
            observed: format!("{}, {}, {}", raw.verdict, raw.reason, raw.shows),
        });
    }
    Ok(Mutant {
        changes: changes(&raw.id, &raw.change)?,
        id: raw.id,
        operator: raw.operator,
        what: raw.what,
        source: raw.source,
        words: raw.change,
        row: raw.row,
        boundary: raw.boundary,
        must: Must::Fall(Kill {
            verdict: raw.verdict,
            reason: raw.reason,
            shows: raw.shows,
        }),
        not_applicable: raw.na,
    })
}

fn variation(raw: RawVariation) -> Result<Mutant, CatalogueError> {
    Ok(Mutant {
        changes: changes(&raw.id, &raw.change)?,
        id: raw.id,
        operator: "harmless".to_owned(),
        what: raw.what,
        source: raw.why,
        words: raw.change,
        row: raw.row,
        boundary: raw.boundary,
        must: Must::Hold,
        not_applicable: raw.na,
    })
}

fn changes(id: &str, words: &[String]) -> Result<Vec<Change>, CatalogueError> {
    let failed = |source| CatalogueError::Change {
        id: id.to_owned(),
        source,
    };
    if words.is_empty() {
        return Err(failed(ChangeError::none()));
    }
    let read = words.iter().map(|words| words.parse());
    read.collect::<Result<_, _>>().map_err(failed)
}

/// The row is there, can be run, and has the boundary.
fn bound(mutant: &Mutant, matrix: &Matrix) -> Result<(), CatalogueError> {
    let case = mutant.narrowed(matrix);
    let bound = case.is_some_and(|case| {
        plan::can_run(&case) && (mutant.boundary.is_none() || !case.boundaries.is_empty())
    });
    if bound {
        return Ok(());
    }
    Err(CatalogueError::Row {
        id: mutant.id.clone(),
        row: format!(
            "{} {}",
            mutant.row,
            mutant.boundary.as_deref().unwrap_or("")
        ),
    })
}

#[cfg(test)]
mod tests;
