//! M1, where B0''' is honoured: the reviewer's re-seal.

use seal::statement::reseal::{Reseal, SignedReseal};

use super::owner::operates;
use super::unmet::Unmet;
use super::{Facts, Terms, word};

/// The reviewer's signed word, if it is the reviewer's, and what speaks against it.
pub(super) fn word(
    terms: &Terms,
    bytes: Option<&[u8]>,
    facts: Option<&Facts>,
) -> (Option<SignedReseal>, Vec<Unmet>) {
    let Some(reviewer) = &terms.reviewer else {
        return (None, vec![Unmet::ReviewerNotNamed]);
    };
    let keyid = reviewer.id();
    let mut unmet = Vec::new();
    if keyid == terms.owner.id() || operates(terms, facts, keyid) {
        unmet.push(Unmet::ReviewerIsAnother { keyid });
    }
    let Some(bytes) = bytes else {
        unmet.push(Unmet::ResealAbsent);
        return (None, unmet);
    };
    let (signed, found) = word::read::<Reseal>(bytes, reviewer, terms, facts);
    unmet.extend(found);
    (signed, unmet)
}
