//! Acceptance: five gates that people hold, and whether each is met.
//!
//! A pure function of what somebody agreed to beforehand ([`Terms`]), what owner and
//! reviewer signed, if they did, and what an examined bundle amounts to. Absent is
//! absent: nothing here supplies, infers or defaults a decision. It reads no file
//! and asks no clock.

use std::fmt;

use evidence::EngineAccount;
use seal::key::{KeyId, Role};
use seal::statement::attestation::{Host, Instant, MadeWith, RunResult};
use seal::statement::disposition::SignedDisposition;
use seal::statement::reseal::SignedReseal;
use seal::statement::word::Bound;
use serde::{Deserialize, Serialize};

use crate::self_audit::AuditTally;

mod examine;
mod example;
mod gates;
mod owner;
mod reviewer;
mod terms;
mod unmet;
mod word;

pub use examine::{Examined, bound, examine};
pub use example::EXAMPLE as TERMS_EXAMPLE;
pub use terms::{MAX_TERMS, Terms, TermsError};
pub use unmet::{Artifact, Other, Unmet, Whose};

/// A gate that a person holds, M1 to M5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gate {
    /// B0''' is disposed of, by the owner, over this bundle; where it is honoured, the
    /// reviewer's re-seal is there.
    M1,
    /// The matrix is the agreed one.
    M2,
    /// The operator's key is enrolled.
    M3,
    /// Image, programs and policy are the reviewed ones.
    M4,
    /// The sandbox is provisioned and B4' attested: an operator's bundle of which
    /// the observations bear out that all rows held.
    M5,
}

impl Gate {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::M1, Self::M2, Self::M3, Self::M4, Self::M5];

    /// What is asked, in words.
    #[must_use]
    pub fn asks(self) -> &'static str {
        match self {
            Self::M1 => {
                "B0''' is disposed of by the owner, over this bundle, and re-sealed where honoured"
            }
            Self::M2 => "the matrix is the agreed one",
            Self::M3 => "the operator's key is enrolled",
            Self::M4 => "image, programs and policy are the reviewed ones",
            Self::M5 => "the sandbox is provisioned and B4' attested",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a verified bundle amounts to, as far as the gates ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What a disposition must be bound to.
    pub bound: Bound,
    /// Where its run ran, as its signer claims.
    pub host: Host,
    /// What its engine said of itself, where its observations bear its rows out.
    pub engine: Option<EngineAccount>,
    /// What its programs were made with, as its signer claims.
    pub made_with: MadeWith,
    /// The role its signer claims.
    pub role: Role,
    /// The key that signed it.
    pub keyid: KeyId,
    /// When its run finished.
    pub finished: Instant,
    /// What its rows amount to.
    pub result: RunResult,
    /// What was lifted.
    pub lifts: Vec<String>,
    /// Whether its observations, judged again, bear its rows out.
    pub borne_out: BorneOut,
    /// What its self-audit amounts to.
    pub audit: AuditTally,
}

/// Whether observations bear a statement out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BorneOut {
    /// Every row is judged again as the statement says.
    Yes,
    /// They do not, or could not be judged again.
    No {
        /// Why.
        why: String,
    },
}

/// Whether a gate is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Met,
    /// It is not; every reason found, at least one.
    NotMet(Vec<Unmet>),
}

/// What came of all five gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Each gate, in order.
    pub gates: Vec<(Gate, Standing)>,
    /// The owner's word, where its signature is the owner's. It may be over another
    /// bundle: M1 says so.
    pub disposition: Option<SignedDisposition>,
    /// The reviewer's word, where the owner asked for it and its signature is the
    /// reviewer's. It may be over another bundle, too.
    pub reseal: Option<SignedReseal>,
}

/// What people signed over a bundle, as the bytes of files; absent is absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Papers<'a> {
    /// The owner's disposition.
    pub disposition: Option<&'a [u8]>,
    /// The reviewer's re-seal.
    pub reseal: Option<&'a [u8]>,
}

/// What the gates amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All five are met.
    Accepted,
    /// At least one is not.
    Refused,
}

impl Acceptance {
    /// What the gates amount to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let met = |gate: Gate| self.gates.contains(&(gate, Standing::Met));
        if Gate::ALL.into_iter().all(met) {
            Outcome::Accepted
        } else {
            Outcome::Refused
        }
    }

    /// The answer in one line of stable words.
    #[must_use]
    pub fn words(&self) -> String {
        let unmet = self
            .gates
            .iter()
            .filter_map(|(gate, standing)| match standing {
                Standing::Met => None,
                Standing::NotMet(unmet) => {
                    let codes: Vec<String> = unmet.iter().map(Unmet::code).collect();
                    Some(format!("{gate} {}", codes.join(" ")))
                }
            });
        let unmet: Vec<String> = unmet.collect();
        match self.outcome() {
            Outcome::Accepted => "accepted".to_owned(),
            Outcome::Refused => format!("refused: {}", unmet.join(", ")),
        }
    }

    /// How many gates are met.
    #[must_use]
    pub fn met(&self) -> usize {
        let met = |(_, standing): &&(Gate, Standing)| *standing == Standing::Met;
        self.gates.iter().filter(met).count()
    }
}

/// Evaluates the gates.
#[must_use]
pub fn evaluate(terms: &Terms, papers: &Papers<'_>, examined: &Examined) -> Acceptance {
    let (facts, refused) = match examined {
        Examined::Verified(facts) => (Some(&**facts), None),
        Examined::Refused { why } => (None, Some(Unmet::BundleRefused { why: why.clone() })),
    };
    let people = owner::words(terms, papers, facts);
    let gates = Gate::ALL.map(|gate| {
        let found = match (gate, facts) {
            (Gate::M1, _) => people.unmet.clone(),
            (_, None) => Vec::new(),
            (Gate::M2, Some(facts)) => gates::agreed(terms, facts),
            (Gate::M3, Some(facts)) => gates::enrolled(terms, facts),
            (Gate::M4, Some(facts)) => gates::reviewed(terms, facts),
            (Gate::M5, Some(facts)) => gates::attested(facts),
        };
        let unmet: Vec<Unmet> = found.into_iter().chain(refused.clone()).collect();
        if unmet.is_empty() {
            (gate, Standing::Met)
        } else {
            (gate, Standing::NotMet(unmet))
        }
    });
    Acceptance {
        gates: gates.to_vec(),
        disposition: people.disposition,
        reseal: people.reseal,
    }
}

#[cfg(test)]
pub(crate) mod tests;
