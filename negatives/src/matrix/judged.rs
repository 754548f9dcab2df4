//! Nothing is declared that no rule judges, and no rule judges by nothing.

use std::collections::BTreeSet;

use super::case::Case;
use super::error::MatrixError;
use super::rule::Declared;

/// Each rule has what it judges by, and everything declared is some rule's.
pub(super) fn all(case: &Case) -> Result<(), MatrixError> {
    let id = || case.id.clone();
    let mut seen = BTreeSet::new();
    for rule in &case.rules {
        if !seen.insert(rule) {
            let name = rule.name().to_owned();
            return Err(MatrixError::Duplicate { case: id(), name });
        }
        let lacking = rule.consumes().iter().find(|it| !it.is_in(case));
        if let Some(what) = lacking {
            let (rule, what) = (rule.name(), what.word());
            return Err(MatrixError::NothingToJudge {
                case: id(),
                rule,
                what,
            });
        }
    }
    let consumed = |declared: &Declared| {
        let mut rules = case.rules.iter();
        rules.any(|rule| rule.consumes().contains(declared))
    };
    let mut declared = Declared::ALL.into_iter().filter(|it| it.is_in(case));
    match declared.find(|it| !consumed(it)) {
        Some(what) => Err(MatrixError::NotJudged {
            case: id(),
            what: what.word(),
        }),
        None if case.rules.is_empty() => Err(MatrixError::NoRule { case: id() }),
        None => Ok(()),
    }
}
