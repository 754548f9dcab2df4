//! What a verifier asks of a bundle besides that it can be believed: whose keys,
//! which digests, how old, with which witnesses. Read from a file ([`mod@file`]).
//!
//! It answers with every reason against a bundle, not the first. A bundle that
//! cannot be believed has one reason: nothing in it can be held against a policy.

use std::num::NonZeroUsize;
use std::path::Path;

use evidence::count;
use evidence::error::chain;
use evidence::record::LaunchRecord;
use evidence::record::Role as LaunchRole;
use judge::{CaseResult, FilterProof};
use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::{Anchor, Standing, VerifyError};
use seal::digest::Sha256Digest;
use seal::dsse::{DsseError, TrustedKeys};
use seal::key::PublicKey;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, RunVerdict, Sight};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::believe::{Believed, Refusal, believe};

pub mod file;
pub(super) mod objection;

use objection::Objection;

/// A reason against a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it is about, as a word that stays the same.
    pub code: &'static str,
    /// The file it is about; `.` is the bundle's own folder.
    pub file: String,
    /// The same for people.
    pub text: String,
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code(),
            file: refusal.file().to_owned(),
            text: chain(refusal),
        }
    }
}

/// What came of holding a bundle against a policy. Only a bundle that is believed
/// and has no reason against it is accepted.
#[derive(Debug)]
pub struct Answer {
    /// The bundle, if it can be believed.
    pub believed: Option<Believed>,
    /// Every reason against it.
    pub reasons: Vec<Reason>,
}

/// What a verifier asks. A list that is `None` asks for nothing.
#[derive(Debug, Clone)]
pub struct Policy {
    keys: Vec<PublicKey>,
    threshold: NonZeroUsize,
    development: bool,
    digests: Vec<(Artifact, Vec<Sha256Digest>)>,
    all_held: bool,
    max_age: Option<Duration>,
    engines: Option<Vec<String>>,
    mutants: bool,
    read_back: bool,
    witnesses: Vec<String>,
}

/// An artifact that a statement names by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Artifact {
    Checker,
    Airlock,
    Probe,
    Image,
    Policy,
    Matrix,
}

impl Artifact {
    fn name(self) -> &'static str {
        match self {
            Self::Checker => "checker",
            Self::Airlock => "airlock",
            Self::Probe => "probe",
            Self::Image => "image",
            Self::Policy => "policy",
            Self::Matrix => "matrix",
        }
    }

    fn of(self, subjects: &Subjects) -> Sha256Digest {
        match self {
            Self::Checker => subjects.checker,
            Self::Airlock => subjects.airlock,
            Self::Probe => subjects.probe,
            Self::Image => subjects.image,
            Self::Policy => subjects.policy,
            Self::Matrix => subjects.matrix,
        }
    }
}

impl Policy {
    /// Holds the bundle in the folder at `path` against the policy, as of `now`.
    ///
    /// # Errors
    /// [`DsseError`] when the policy's keys cannot reach its threshold.
    pub fn ask(&self, path: &Path, now: OffsetDateTime) -> Result<Answer, DsseError> {
        Ok(match self.believe(path)? {
            Ok(believed) => Answer {
                reasons: self.against(&believed, now),
                believed: Some(believed),
            },
            Err(refusal) => Answer {
                reasons: vec![Reason::from(&refusal)],
                believed: None,
            },
        })
    }

    /// With the policy's keys; and with the bundle's own, where a development key
    /// is allowed and none of the policy's signed.
    fn believe(&self, path: &Path) -> Result<Result<Believed, Refusal>, DsseError> {
        if self.keys.is_empty() {
            return Ok(believe(path, &Anchor::Embedded));
        }
        let keys = TrustedKeys::new(self.keys.iter().cloned(), self.threshold)?;
        let answer = believe(path, &Anchor::Keys(keys));
        Ok(match answer {
            Err(refusal) if self.development && is_by_another_key(&refusal) => {
                match believe(path, &Anchor::Embedded) {
                    Ok(believed) if believed.bundle.standing() == Standing::Development => {
                        Ok(believed)
                    }
                    Ok(_) => Err(refusal),
                    Err(worse) => Err(worse),
                }
            }
            other => other,
        })
    }

    fn against(&self, believed: &Believed, now: OffsetDateTime) -> Vec<Reason> {
        let said = believed.bundle.attestation();
        let mut reasons = Vec::new();
        reasons.extend(self.standing(believed.bundle.standing()));
        reasons.extend(self.digests(believed.bundle.subjects()));
        reasons.extend(self.result(said));
        reasons.extend(self.age(said, now));
        reasons.extend(self.engine(said));
        reasons.extend(self.mutants(said));
        reasons.extend(self.witnesses(said));
        reasons.extend(self.filters(believed));
        reasons
    }

    fn standing(&self, standing: Standing) -> Option<Reason> {
        let objection = match standing {
            Standing::Attestation => return None,
            Standing::Development if self.development => return None,
            Standing::Development => Objection::DevelopmentKey,
            Standing::UnknownSigner => Objection::UnknownSigner,
            Standing::Lifted => Objection::Lifted,
            Standing::Shard => Objection::Shard,
        };
        let text = format!("expected an operator's attestation, observed {standing}");
        Some(about(objection, text))
    }

    fn digests(&self, subjects: &Subjects) -> Vec<Reason> {
        let asked = self.digests.iter();
        let others = asked.filter(|(artifact, allowed)| !allowed.contains(&artifact.of(subjects)));
        others
            .map(|(artifact, _)| {
                let (name, observed) = (artifact.name(), artifact.of(subjects));
                let text = format!(
                    "expected a digest of `{name}` that the policy allows, observed `{observed}`"
                );
                about(Objection::Digest, text)
            })
            .collect()
    }

    fn result(&self, said: &Attestation) -> Option<Reason> {
        let verdict = said.result.verdict;
        (self.all_held && verdict != RunVerdict::Held).then(|| {
            let held = said.result.counts.held;
            about(
                Objection::NotHeld,
                format!("expected all rows held, observed {held} held"),
            )
        })
    }

    fn age(&self, said: &Attestation, now: OffsetDateTime) -> Option<Reason> {
        let most = self.max_age?;
        let finished = said.run.finished;
        (now - finished.time() > most).then(|| {
            let days = most.whole_days();
            let days = count(days.unsigned_abs(), "day");
            let text = format!("expected a run of the last {days}, observed `{finished}`");
            about(Objection::TooOld, text)
        })
    }

    fn engine(&self, said: &Attestation) -> Option<Reason> {
        let (allowed, observed) = (self.engines.as_ref()?, &said.host.engine.name);
        (!allowed.contains(observed)).then(|| {
            let allowed = allowed.join(", ");
            about(
                Objection::Engine,
                format!("expected the engine {allowed}, observed `{observed}`"),
            )
        })
    }

    fn mutants(&self, said: &Attestation) -> Option<Reason> {
        if !self.mutants {
            return None;
        }
        match &said.mutants {
            None => Some(about(
                Objection::NoMutants,
                "expected the mutants to have been run".to_owned(),
            )),
            Some(score) if score.total > 0 && score.survivors.is_empty() => None,
            Some(score) => {
                let (killed, total) = (score.killed, score.total);
                let text = format!("expected every mutant killed, observed {killed} of {total}");
                Some(about(Objection::MutantsSurvived, text))
            }
        }
    }

    fn witnesses(&self, said: &Attestation) -> Vec<Reason> {
        let blind = self.witnesses.iter().filter_map(|name| {
            let witness = said.witnesses.iter().find(|witness| witness.name == *name);
            let why = match witness.map(|witness| &witness.sight) {
                Some(Sight::Seen) => return None,
                Some(Sight::NotSeen { reason }) => reason,
                None => "there is no such witness",
            };
            Some(about(
                Objection::Witness,
                format!("expected `{name}` seen from outside: {why}"),
            ))
        });
        blind.collect()
    }

    fn filters(&self, believed: &Believed) -> Option<Reason> {
        let locked = |it: &LaunchRecord| it.role == LaunchRole::Locked;
        // What cannot be opened was not read back.
        let has_locked = |row: &CaseResult| {
            let observed = row.observed.open();
            observed.map_or(true, |observed| observed.launches.iter().any(locked))
        };
        let results = believed.rejudged.results.iter();
        let attempted: Vec<&str> = results
            .filter(|row| row.filters == FilterProof::Attempted)
            .filter(|row| has_locked(row))
            .map(|row| row.case.id.as_str())
            .collect();
        (self.read_back && !attempted.is_empty()).then(|| {
            let rows = attempted.join(" ");
            let text =
                format!("expected every filter read back, observed attempts alone in {rows}");
            about(Objection::NotReadBack, text)
        })
    }
}

fn about(objection: Objection, text: String) -> Reason {
    let code = objection.code();
    let file = STATEMENT_FILE.to_owned();
    Reason { code, file, text }
}

fn is_by_another_key(refusal: &Refusal) -> bool {
    let envelope = match refusal {
        Refusal::Verify(VerifyError::Envelope { source, .. }) => Some(source),
        Refusal::Verify(_) | Refusal::Rejudge(_) => None,
    };
    matches!(envelope, Some(DsseError::Threshold(_)))
}

#[cfg(test)]
mod tests;
