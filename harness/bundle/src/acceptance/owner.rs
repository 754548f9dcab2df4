//! M1: the owner's word on B0''', and everything that makes it not one.

use evidence::error::chain;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::{KeyId, PublicKey};
use seal::statement::disposition::{self, Bound, SignedDisposition};

use super::unmet::{self, Unmet};
use super::{Facts, Terms};

/// By how many seconds two hosts' clocks may differ. A disposition that is older
/// than the end of its run by more was not made after reading it.
const CLOCKS_DIFFER: i64 = 300;

/// The owner's signed word, if it is the owner's, and what speaks against it.
pub(super) fn word(
    terms: &Terms,
    bytes: Option<&[u8]>,
    facts: Option<&Facts>,
) -> (Option<SignedDisposition>, Vec<Unmet>) {
    let mut found = same_person(terms, facts);
    let Some(bytes) = bytes else {
        found.push(Unmet::DispositionAbsent);
        return (None, found);
    };
    match disposition::read(bytes, &terms.owner) {
        Ok(signed) => {
            if let Some(facts) = facts {
                found.extend(elsewhere(signed.bound(), &facts.bound));
                found.extend(too_early(&signed, facts));
            }
            (Some(signed), found)
        }
        Err(error) => {
            let refused = Unmet::DispositionRefused { why: chain(&error) };
            let by_operator = signed_by_operator(terms, bytes);
            found.push(by_operator.map_or(refused, |keyid| Unmet::SignedByOperator { keyid }));
            (None, found)
        }
    }
}

/// One person with both keys would accept their own work.
fn same_person(terms: &Terms, facts: Option<&Facts>) -> Vec<Unmet> {
    let keyid = terms.owner.id();
    let enrolled = terms.operators.iter().any(|key| key.id() == keyid);
    if enrolled || facts.is_some_and(|facts| facts.keyid == keyid) {
        vec![Unmet::OwnerIsOperator { keyid }]
    } else {
        Vec::new()
    }
}

fn elsewhere(of_disposition: &Bound, of_bundle: &Bound) -> Vec<Unmet> {
    let differing = unmet::differing(&unmet::bound(of_bundle), &unmet::bound(of_disposition));
    differing
        .into_iter()
        .map(Unmet::DispositionElsewhere)
        .collect()
}

fn too_early(signed: &SignedDisposition, facts: &Facts) -> Option<Unmet> {
    let (made, finished) = (signed.said().made, facts.finished);
    let early = (finished.time() - made.time()).whole_seconds() > CLOCKS_DIFFER;
    early.then_some(Unmet::MadeBeforeTheRun { made, finished })
}

/// The operator who signed in the owner's place, if one did.
fn signed_by_operator(terms: &Terms, bytes: &[u8]) -> Option<KeyId> {
    let envelope = Envelope::parse(disposition::FILE, bytes).ok()?;
    let signed = |key: &&PublicKey| {
        let trusted = TrustedKeys::one((*key).clone());
        envelope.verify(&trusted, IN_TOTO).is_ok()
    };
    terms.operators.iter().find(signed).map(PublicKey::id)
}
