//! The falsifications as data: loaded strictly, each bound to a row, and to the rule of
//! that row which must find it.

use std::collections::{BTreeMap, BTreeSet};

use negatives::matrix::{Ability, Case, Matrix};
use serde::Deserialize;

use super::edit::{Edit, EditError};

/// The fewest falsifications a catalogue may have.
const FEWEST: usize = 180;
/// The fewest of each rule of each row.
const FEWEST_OF_A_RULE: usize = 2;
/// The rule that is no row's own: a record must be of the launch that was planned.
const LAUNCH: &str = "launch";

/// Every falsification, in the file's order.
#[derive(Debug, Clone)]
pub struct Catalogue {
    falsifications: Vec<Falsification>,
}

/// One falsification.
#[derive(Debug, Clone)]
pub struct Falsification {
    /// Its name.
    pub id: String,
    /// The row whose observations are falsified.
    pub row: String,
    /// The rule that must find it.
    pub rule: String,
    /// Words that the reason must contain.
    pub says: String,
    /// The launch that is changed, where it is one.
    pub launch: Option<String>,
    /// An ability without which there is nothing to falsify.
    pub needs: Option<Ability>,
    pub(super) changes: Vec<Edit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    falsification: Vec<RawFalsification>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFalsification {
    row: String,
    rule: String,
    says: String,
    launch: Option<String>,
    needs: Option<Ability>,
    change: Vec<String>,
}

/// A text is not a catalogue of falsifications.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or a field that is missing, unknown or of another type.
    #[error("failed to read the falsifications")]
    Toml(#[source] Box<toml::de::Error>),
    /// Too few.
    #[error("expected at least {FEWEST} falsifications, observed {0}")]
    TooFew(usize),
    /// A row or rule that the matrix does not have.
    #[error("expected a row and a rule of the matrix in `{id}`, observed `{row}` and `{rule}`")]
    Unknown {
        /// The falsification.
        id: String,
        /// Its row.
        row: String,
        /// Its rule.
        rule: String,
    },
    /// A change that cannot be read, or none.
    #[error("failed to read a change of `{id}`")]
    Change {
        /// The falsification.
        id: String,
        /// Why.
        #[source]
        source: EditError,
    },
    /// A rule that could be switched off unseen.
    #[error(
        "expected at least {FEWEST_OF_A_RULE} falsifications of the rule `{rule}` of `{row}`, observed {observed}"
    )]
    NotCovered {
        /// The row.
        row: String,
        /// The rule.
        rule: String,
        /// How many there are.
        observed: usize,
    },
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// It is not one, or leaves a rule of a row uncovered.
    pub fn parse(text: &str, matrix: &Matrix) -> Result<Self, CatalogueError> {
        let raw: Raw =
            toml::from_str(text).map_err(|source| CatalogueError::Toml(Box::new(source)))?;
        if raw.falsification.len() < FEWEST {
            return Err(CatalogueError::TooFew(raw.falsification.len()));
        }
        let mut numbers = BTreeMap::new();
        let falsifications: Result<Vec<_>, _> = raw
            .falsification
            .into_iter()
            .map(|raw| {
                let rule = (raw.row.clone(), raw.rule.clone());
                let number: &mut usize = numbers.entry(rule).or_default();
                *number += 1;
                falsification(raw, *number, matrix)
            })
            .collect();
        let catalogue = Self {
            falsifications: falsifications?,
        };
        covered(matrix, &numbers).map(|()| catalogue)
    }

    /// Every falsification.
    #[must_use]
    pub fn all(&self) -> &[Falsification] {
        &self.falsifications
    }

    /// The first two of each rule, of whatever row.
    #[must_use]
    pub fn short(&self) -> BTreeSet<&str> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let all = self.falsifications.iter();
        let first = all.filter(|one| {
            let count = seen.entry(&one.rule).or_default();
            *count += 1;
            *count <= FEWEST_OF_A_RULE
        });
        first.map(|one| one.id.as_str()).collect()
    }
}

fn falsification(
    raw: RawFalsification,
    number: usize,
    matrix: &Matrix,
) -> Result<Falsification, CatalogueError> {
    let id = format!("{}-{}-{number}", raw.row.to_lowercase(), raw.rule);
    let case = matrix.case(&raw.row);
    let known = case.is_some_and(|case| raw.rule == LAUNCH || has(case, &raw.rule));
    if !known {
        let (row, rule) = (raw.row, raw.rule);
        return Err(CatalogueError::Unknown { id, row, rule });
    }
    let parsed = raw.change.iter().map(|text| Edit::parse(text));
    let changes: Result<Vec<Edit>, EditError> = parsed.collect();
    let empty = || Err(EditError::Words(String::new()));
    let changes = changes.and_then(|all| if all.is_empty() { empty() } else { Ok(all) });
    let failed = |source| CatalogueError::Change {
        id: id.clone(),
        source,
    };
    Ok(Falsification {
        changes: changes.map_err(failed)?,
        id,
        row: raw.row,
        rule: raw.rule,
        says: raw.says,
        launch: raw.launch,
        needs: raw.needs,
    })
}

fn has(case: &Case, name: &str) -> bool {
    case.rules.iter().any(|rule| rule.name() == name)
}

/// Each rule of each row has enough of them.
fn covered(
    matrix: &Matrix,
    numbers: &BTreeMap<(String, String), usize>,
) -> Result<(), CatalogueError> {
    for case in matrix.cases() {
        for rule in &case.rules {
            let (row, rule) = (case.id.to_string(), rule.name().to_owned());
            let observed = numbers.get(&(row.clone(), rule.clone()));
            let observed = observed.copied().unwrap_or_default();
            if observed < FEWEST_OF_A_RULE {
                return Err(CatalogueError::NotCovered {
                    row,
                    rule,
                    observed,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(change: impl FnOnce(String) -> String) -> Result<Catalogue, CatalogueError> {
        let text = change(declared::texts().falsifications.to_owned());
        Catalogue::parse(&text, &declared::matrix().unwrap())
    }

    #[test]
    fn the_builtin_one_covers_every_rule_of_every_row() {
        let catalogue = parse(|text| text).unwrap();
        assert!(catalogue.all().len() >= FEWEST);
        assert!(!catalogue.short().is_empty());
    }

    #[test]
    fn one_that_covers_less_or_says_what_nobody_knows_is_refused() {
        let less = parse(|text| {
            let at = text.find("row = \"A2\"\nrule = \"actions\"").unwrap();
            let start = text[..at].rfind("[[falsification]]").unwrap();
            let end = at + text[at..].find("[[falsification]]").unwrap();
            text[..start].to_owned() + &text[end..]
        });
        assert!(
            matches!(less, Err(CatalogueError::NotCovered { .. })),
            "{less:?}"
        );
        let row = parse(|text| text.replacen("row = \"A1\"", "row = \"A99\"", 1));
        assert!(matches!(row, Err(CatalogueError::Unknown { .. })));
        let rule = parse(|text| text.replacen("rule = \"exit\"", "rule = \"exits\"", 1));
        assert!(matches!(rule, Err(CatalogueError::Unknown { .. })));
        let change = parse(|text| text.replacen("change = ['record ", "change = ['rekord ", 1));
        assert!(matches!(change, Err(CatalogueError::Change { .. })));
        let few = parse(|_| "falsification = []".to_owned());
        assert!(matches!(few, Err(CatalogueError::TooFew(0))));
    }
}
