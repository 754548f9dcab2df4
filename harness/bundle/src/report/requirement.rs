//! The minimum acceptable sandbox in words: the thirteen requirements that a row of
//! the matrix can be bound to; and what a run has to show for each.

use evidence::record::Observations;
use judge::{CaseResult, Expected, VerdictWord};
use serde::Serialize;

use super::visible::cut;

mod artifact;
mod giver;
mod outside;

pub use artifact::{Artifact, From};

/// The longest text of an artifact, in characters.
const LONGEST: usize = 200;
/// The most artifacts of a row: what comes of many attempts comes to few answers.
const MOST: usize = 64;

const REQUIREMENTS: [&str; 13] = [
    "no network",
    "no PostgreSQL driver reachable",
    "no live KB or PostgreSQL",
    "no KB writer",
    "no secret in the environment",
    "no arbitrary local read",
    "the input packet is read-only",
    "the report's output is the only place to write",
    "no subprocess and no shell",
    "dynamic import and plugins are controlled",
    "no escape from the output path",
    "each boundary has a negative test",
    "fail closed where the sandbox is absent",
];

/// One requirement, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its number in the decision.
    pub number: usize,
    /// It, in a few words.
    pub name: &'static str,
    /// From where what proves it was seen, over all its rows.
    pub seen_from: From,
    /// The rows that are bound to it.
    pub rows: Vec<RowProof>,
}

/// What a row has to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProof {
    /// The row.
    pub row: String,
    /// Its verdict.
    pub verdict: VerdictWord,
    /// From where its artifacts were seen, all together.
    pub seen_from: From,
    /// What was observed, in the order of its rules.
    pub artifacts: Vec<Artifact>,
    #[serde(skip)]
    requirements: Vec<u8>,
}

impl RowProof {
    /// Of a row, as it was judged and observed.
    #[must_use]
    pub fn of(result: &CaseResult, observed: &Observations, expected: &Expected) -> Self {
        let mut artifacts = Vec::new();
        if !result.case.requirement.is_empty() {
            artifacts = artifact::of(&result.case, observed, expected);
        }
        artifacts.truncate(MOST);
        for it in &mut artifacts {
            it.observed = cut(&it.observed, LONGEST);
        }
        Self {
            row: result.case.id.to_string(),
            verdict: result.verdict.word(),
            seen_from: together(artifacts.iter().map(|it| it.seen_from)),
            artifacts,
            requirements: result.case.requirement.clone(),
        }
    }
}

/// The thirteen requirements, each with the rows that are bound to it.
#[must_use]
pub fn table(rows: &[RowProof]) -> Vec<Requirement> {
    let of = |(number, name): (u8, &'static str)| {
        let rows = rows.iter().filter(|it| it.requirements.contains(&number));
        let rows: Vec<RowProof> = rows.cloned().collect();
        Requirement {
            number: number.into(),
            name,
            seen_from: together(rows.iter().map(|it| it.seen_from)),
            rows,
        }
    };
    (1..).zip(REQUIREMENTS).map(of).collect()
}

fn together(all: impl Iterator<Item = From>) -> From {
    all.fold(From::NotSeen, From::and)
}

/// The requirements with these numbers, each as `number, words`.
#[must_use]
pub fn words(numbers: &[u8]) -> String {
    let words: Vec<String> = numbers
        .iter()
        .map(|number| {
            let at = usize::from(*number).checked_sub(1);
            let words = at.and_then(|at| REQUIREMENTS.get(at));
            format!("{number}, {}", words.copied().unwrap_or("unknown"))
        })
        .collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn every_requirement_of_the_matrix_has_words() {
        let matrix = declared::matrix().unwrap();
        for case in matrix.cases() {
            assert!(!words(&case.requirement).contains("unknown"), "{}", case.id);
        }
        assert_eq!(words(&[9]), "9, no subprocess and no shell");
    }
}
