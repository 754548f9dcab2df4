//! M1: the owner's word on B0''', and everything that makes it not one.

use seal::key::KeyId;
use seal::statement::disposition::{Decision, Disposition, SignedDisposition};

use super::unmet::Unmet;
use super::{Facts, Papers, Terms, reviewer, word};

/// What M1 found: the words that are their signers', and what speaks against them.
pub(super) struct OfPeople {
    pub(super) disposition: Option<SignedDisposition>,
    pub(super) reseal: Option<seal::statement::reseal::SignedReseal>,
    pub(super) unmet: Vec<Unmet>,
}

/// The owner's signed word and, where it asks for one, the reviewer's.
pub(super) fn words(terms: &Terms, papers: &Papers<'_>, facts: Option<&Facts>) -> OfPeople {
    let mut unmet = same_person(terms, facts);
    let Some(bytes) = papers.disposition else {
        unmet.push(Unmet::DispositionAbsent);
        return OfPeople {
            disposition: None,
            reseal: None,
            unmet,
        };
    };
    let (disposition, found) = word::read::<Disposition>(bytes, &terms.owner, terms, facts);
    unmet.extend(found);
    let honoured = |it: &SignedDisposition| it.said().decision == Decision::Honoured;
    let reseal = match &disposition {
        Some(disposition) if honoured(disposition) => {
            let (reseal, found) = reviewer::word(terms, papers.reseal, facts);
            unmet.extend(found);
            reseal
        }
        // A risk that is taken waits for nobody.
        Some(_) | None => None,
    };
    OfPeople {
        disposition,
        reseal,
        unmet,
    }
}

/// One person with both keys would accept their own work.
fn same_person(terms: &Terms, facts: Option<&Facts>) -> Vec<Unmet> {
    let keyid = terms.owner.id();
    if operates(terms, facts, keyid) {
        vec![Unmet::OwnerIsOperator { keyid }]
    } else {
        Vec::new()
    }
}

/// Whether a key is an operator's: enrolled as one, or the bundle's signer.
pub(super) fn operates(terms: &Terms, facts: Option<&Facts>, keyid: KeyId) -> bool {
    let enrolled = terms.operators.iter().any(|key| key.id() == keyid);
    enrolled || facts.is_some_and(|facts| facts.keyid == keyid)
}
