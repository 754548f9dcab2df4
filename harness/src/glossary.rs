//! What each word of the project means: `negatives/glossary.toml`, read strictly.
//!
//! Rows, attempts, checks, mutants and packets have their words where they are declared,
//! and none here. It owns how a word is found, and what is near to one that is not.

use std::collections::BTreeMap;

use negatives::matrix::Matrix;
use serde::{Deserialize, Serialize};

/// How many near words an unknown one is answered with.
const NEAR: usize = 5;

/// Every word, in groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Glossary {
    group: Vec<Group>,
}

/// Words that are about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they are about.
    pub title: String,
    /// The words, in the order in which they are read best.
    pub term: Vec<Term>,
}

/// A word and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// As people write it.
    pub word: String,
    /// Other words for it.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it means, in whole sentences.
    pub means: String,
    /// Other words, or rows, that say more.
    #[serde(default)]
    pub see: Vec<String>,
    /// A file of the repository, or a heading of a page in it, that says more.
    pub at: Option<String>,
}

/// The glossary is not what it must be.
#[derive(Debug, thiserror::Error)]
pub enum GlossaryError {
    /// It is not TOML of the known fields.
    #[error("failed to read the glossary")]
    Toml(#[source] Box<toml::de::Error>),
    /// It has no word, so it would answer nothing.
    #[error("expected words in the glossary, observed none in `{group}`")]
    Empty {
        /// The group without one; empty if there is no group.
        group: String,
    },
    /// Two entries answer to one word, or it is a row's id.
    #[error("expected one meaning of `{word}`, observed a second in the glossary or the matrix")]
    Twice {
        /// The word.
        word: String,
    },
    /// A word without letters, or a meaning that is no sentence.
    #[error("expected a word and whole sentences, observed `{word}`: `{means}`")]
    NotSaid {
        /// The word.
        word: String,
        /// Its meaning.
        means: String,
    },
    /// An entry points at itself or at nothing.
    #[error("expected a row or another word beside `{word}`, observed `{see}`")]
    Unknown {
        /// The entry.
        word: String,
        /// What it points at.
        see: String,
    },
}

impl Glossary {
    /// The glossary this program was built with.
    ///
    /// # Errors
    /// As [`Glossary::parse`]; a test holds that there is none.
    pub fn builtin(matrix: &Matrix) -> Result<Self, GlossaryError> {
        Self::parse(declared::texts().glossary, matrix)
    }

    /// Reads a glossary that stands beside `matrix`.
    ///
    /// # Errors
    /// An unknown field, a word with two meanings, a meaning that is no sentence, or a
    /// reference to nothing: see [`GlossaryError`].
    pub fn parse(text: &str, matrix: &Matrix) -> Result<Self, GlossaryError> {
        let read: Self =
            toml::from_str(text).map_err(|source| GlossaryError::Toml(Box::new(source)))?;
        let bare = read.group.iter().find(|group| group.term.is_empty());
        if let Some(group) = bare.map(|group| group.title.clone()) {
            return Err(GlossaryError::Empty { group });
        }
        if read.group.is_empty() {
            let group = String::new();
            return Err(GlossaryError::Empty { group });
        }
        read.check(matrix)?;
        Ok(read)
    }

    fn check(&self, matrix: &Matrix) -> Result<(), GlossaryError> {
        // What answers to a word: a row to its id, and each entry by its own word.
        let mut answers: BTreeMap<String, &str> = rows(matrix).map(|id| (folded(id), id)).collect();
        for term in self.terms() {
            term.is_said()?;
            for word in term.words() {
                if answers.insert(folded(word), &term.word).is_some() {
                    let word = word.to_owned();
                    return Err(GlossaryError::Twice { word });
                }
            }
        }
        for term in self.terms() {
            let leads = |see: &&String| {
                let answer = answers.get(&folded(see));
                answer.is_some_and(|answer| *answer != term.word)
            };
            if let Some(see) = term.see.iter().find(|see| !leads(see)) {
                let (word, see) = (term.word.clone(), see.clone());
                return Err(GlossaryError::Unknown { word, see });
            }
        }
        Ok(())
    }

    /// Its groups, in order.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.group
    }

    /// Every entry, in order.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.group.iter().flat_map(|group| &group.term)
    }

    /// The entry that answers to a word, however it is spelled.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<&Term> {
        let wanted = spelled(&folded(word));
        self.terms()
            .find(|term| term.words().any(|one| folded(one) == wanted))
    }

    /// The words and rows that are nearest to one that is not known, the nearest first.
    #[must_use]
    pub fn nearest<'a>(&'a self, word: &str, matrix: &'a Matrix) -> Vec<&'a str> {
        let wanted = folded(word);
        let words = self.terms().flat_map(Term::words).chain(rows(matrix));
        // A letter alone is near to anything.
        let words = words.filter(|one| one.len() > 1);
        let mut near: Vec<(f64, &str)> = words
            .map(|one| (strsim::jaro_winkler(&wanted, &folded(one)), one))
            .collect();
        near.sort_by(|one, other| other.0.total_cmp(&one.0));
        near.into_iter().take(NEAR).map(|(_, one)| one).collect()
    }
}

impl Term {
    /// Every word under which it is found, its own first.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let also = self.also.iter().map(String::as_str);
        std::iter::once(self.word.as_str()).chain(also)
    }

    fn is_said(&self) -> Result<(), GlossaryError> {
        let named = self.words().all(|word| !folded(word).is_empty());
        let sentence = self.means.ends_with(['.', '?'])
            && self.means.trim() == self.means
            && !self.means.starts_with(char::is_lowercase);
        if named && sentence {
            return Ok(());
        }
        let (word, means) = (self.word.clone(), self.means.clone());
        Err(GlossaryError::NotSaid { word, means })
    }
}

/// A word as it is compared: letter case, the kind of prime and what joins its parts make
/// no difference.
#[must_use]
pub fn folded(word: &str) -> String {
    let plain = word.to_lowercase().replace(['-', '_'], " ");
    let plain = plain.replace('\u{2032}', "'").replace('\u{2034}', "'''");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An exit code as the glossary has it, whatever is said before its number.
fn spelled(folded: &str) -> String {
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let before = [
        "exit status ",
        "exit code ",
        "exits with ",
        "exits ",
        "exit ",
        "code ",
    ];
    let number = before
        .iter()
        .find_map(|it| folded.strip_prefix(it))
        .filter(is_number);
    number.map_or_else(|| folded.to_owned(), |it| format!("exit code {it}"))
}

fn rows(matrix: &Matrix) -> impl Iterator<Item = &str> {
    let deferred = matrix.deferred().iter().map(|row| row.id.as_str());
    let cases = matrix.cases().iter().map(|case| case.id.as_str());
    cases.chain(deferred)
}

#[cfg(test)]
mod tests;
