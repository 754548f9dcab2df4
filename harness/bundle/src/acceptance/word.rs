//! One person's word, held against the bundle that it should be over.

use evidence::error::chain;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::{KeyId, PublicKey};
use seal::statement::disposition::Disposition;
use seal::statement::reseal::Reseal;
use seal::statement::word::{self, Bound, SignedWord, Word};

use super::unmet::{self, Unmet, Whose};
use super::{Facts, Terms};

/// By how many seconds two hosts' clocks may differ. A word that is older than the end of
/// its run by more was not said after reading it.
const CLOCKS_DIFFER: i64 = 300;

/// A word, and whose it is.
pub(super) trait OfPerson: Word + Clone {
    const WHOSE: Whose;
}

impl OfPerson for Disposition {
    const WHOSE: Whose = Whose::Owner;
}

impl OfPerson for Reseal {
    const WHOSE: Whose = Whose::Reviewer;
}

/// The word that `key` signed, if it did, and what speaks against it.
pub(super) fn read<P: OfPerson>(
    bytes: &[u8],
    key: &PublicKey,
    terms: &Terms,
    facts: Option<&Facts>,
) -> (Option<SignedWord<P>>, Vec<Unmet>) {
    let whose = P::WHOSE;
    match word::read::<P>(bytes, key) {
        Ok(signed) => {
            let mut found = Vec::new();
            if let Some(facts) = facts {
                found.extend(elsewhere(whose, signed.bound(), &facts.bound));
                found.extend(too_early(whose, &signed, facts));
            }
            (Some(signed), found)
        }
        Err(error) => {
            let why = chain(&error);
            let unmet = match by_operator::<P>(terms, bytes) {
                Some(keyid) => Unmet::SignedByOperator { whose, keyid },
                None => Unmet::WordRefused { whose, why },
            };
            (None, vec![unmet])
        }
    }
}

fn elsewhere(whose: Whose, of_word: &Bound, of_bundle: &Bound) -> Vec<Unmet> {
    let differing = unmet::differing(&unmet::bound(of_bundle), &unmet::bound(of_word));
    let elsewhere = |other| Unmet::WordElsewhere { whose, other };
    differing.into_iter().map(elsewhere).collect()
}

fn too_early<P: Word>(whose: Whose, signed: &SignedWord<P>, facts: &Facts) -> Option<Unmet> {
    let (made, finished) = (signed.said().made(), facts.finished);
    let early = (finished.time() - made.time()).whole_seconds() > CLOCKS_DIFFER;
    early.then_some(Unmet::MadeBeforeTheRun {
        whose,
        made,
        finished,
    })
}

/// The operator who signed in somebody's place, if one did.
fn by_operator<P: Word>(terms: &Terms, bytes: &[u8]) -> Option<KeyId> {
    let envelope = Envelope::parse(P::FILE, bytes).ok()?;
    let signed = |key: &&PublicKey| {
        let trusted = TrustedKeys::one((*key).clone());
        envelope.verify(&trusted, IN_TOTO).is_ok()
    };
    terms.operators.iter().find(signed).map(PublicKey::id)
}
