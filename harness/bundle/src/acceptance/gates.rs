//! M2 to M5: what a bundle's facts say against each gate.

use seal::key::{PublicKey, Role};
use seal::roll::ROWS_IN_SCOPE;
use seal::statement::attestation::RunVerdict;

use super::unmet::{self, Artifact, Unmet};
use super::{BorneOut, Facts, Terms};

/// M2.
pub(super) fn agreed(terms: &Terms, facts: &Facts) -> Vec<Unmet> {
    others(terms, facts)
        .filter(|(artifact, _)| *artifact == Artifact::Matrix)
        .map(|(_, unmet)| unmet)
        .collect()
}

/// M4.
pub(super) fn reviewed(terms: &Terms, facts: &Facts) -> Vec<Unmet> {
    let mut found: Vec<Unmet> = others(terms, facts)
        .filter(|(artifact, _)| *artifact != Artifact::Matrix)
        .map(|(_, unmet)| unmet)
        .collect();
    let programs = [Artifact::Checker, Artifact::Airlock, Artifact::Probe];
    if others(terms, facts).any(|(artifact, _)| programs.contains(&artifact)) {
        found.extend(causes(terms, facts));
    }
    found
}

/// Why programs are other ones, as far as the terms say what theirs were made with.
fn causes(terms: &Terms, facts: &Facts) -> Vec<Unmet> {
    let Some(expected) = &terms.made_with else {
        return Vec::new();
    };
    let pairs = expected.named().into_iter().zip(facts.made_with.named());
    let causes: Vec<Unmet> = pairs
        .filter(|(expected, observed)| expected != observed)
        .map(|((input, expected), (_, observed))| Unmet::OtherInput {
            input,
            expected,
            observed,
        })
        .collect();
    match causes.is_empty() {
        true => vec![Unmet::SameInputs],
        false => causes,
    }
}

fn others(terms: &Terms, facts: &Facts) -> impl Iterator<Item = (Artifact, Unmet)> {
    let expected = unmet::artifacts(&terms.reviewed);
    let observed = unmet::artifacts(&facts.bound.artifacts);
    unmet::differing(&expected, &observed)
        .into_iter()
        .map(|other| (other.artifact, Unmet::OtherArtifact(other)))
}

/// M3: the signature was checked with the key that the bundle brings; here that key
/// is one of those that somebody enrolled.
pub(super) fn enrolled(terms: &Terms, facts: &Facts) -> Vec<Unmet> {
    let keyid = facts.keyid;
    let mut found = development(facts);
    if !terms
        .operators
        .iter()
        .map(PublicKey::id)
        .any(|id| id == keyid)
    {
        found.push(Unmet::NotEnrolled { keyid });
    }
    found
}

/// M5.
pub(super) fn attested(facts: &Facts) -> Vec<Unmet> {
    let mut found = development(facts);
    if let BorneOut::No { why } = &facts.borne_out {
        found.push(Unmet::NotBorneOut { why: why.clone() });
    }
    if !facts.lifts.is_empty() {
        let lifts = facts.lifts.clone();
        found.push(Unmet::Lifted { lifts });
    }
    let held = facts.result.counts.held;
    let all = facts.result.complete && held == ROWS_IN_SCOPE;
    if facts.result.verdict != RunVerdict::Held || !all {
        found.push(Unmet::NotAllHeld { held });
    }
    if !facts.audit.fails.is_empty() {
        let items = facts.audit.fails.clone();
        found.push(Unmet::AuditFails { items });
    }
    found
}

fn development(facts: &Facts) -> Vec<Unmet> {
    match facts.role {
        Role::Operator => Vec::new(),
        Role::Development => vec![Unmet::DevelopmentKey],
    }
}
