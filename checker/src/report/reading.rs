//! Reads a report back: canonical, of the schema, and without a contradiction in it.
//!
//! Whoever wrote the bytes may have been taken over; what cannot be read here is no
//! report. Whether it is the report that was announced is for the caller to ask.

use super::{BagOutcome, BagReport, MAX_REPORT, REPORT_SCHEMA, Report, Statement, form};
use crate::bag::Algorithm;
use crate::canonical::canonical;
use crate::gates::{self, Gate};
use crate::outcome::Outcome;
use crate::refusal::Reason;
use crate::{article13, article14, verdict};

/// The bytes are not a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More bytes than a report has.
    #[error("expected a report of at most {MAX_REPORT} bytes, observed {0}")]
    TooLong(usize),
    /// Not JSON, or a field unknown, missing, doubled or of another type.
    #[error("failed to parse the report")]
    Parse(#[source] serde_json::Error),
    /// The same values, written in another way (RFC 8785).
    #[error("expected the report in its canonical form, observed another")]
    NotCanonical,
    /// A part has not the form that the published schema asks for.
    #[error("expected `{at}` in the form that the published schema gives it, observed another")]
    Form {
        /// JSON pointer to the part.
        at: &'static str,
    },
    /// One part says other than the rest, or than any report may.
    #[error("expected `{at}` to follow from the rest of the report, observed a contradiction")]
    Contradiction {
        /// JSON pointer to the part.
        at: &'static str,
    },
}

impl Report {
    /// Reads a report from the bytes of its file.
    ///
    /// # Errors
    /// [`ReadError`]; the bytes are then nothing to go by.
    ///
    /// ```
    /// use checker::report::Report;
    ///
    /// // Neither another spelling nor an unknown field is a report.
    /// assert!(Report::read(b"{}").is_err());
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_REPORT {
            return Err(ReadError::TooLong(bytes.len()));
        }
        let report: Self = serde_json::from_slice(bytes).map_err(ReadError::Parse)?;
        if canonical(&report).ok().as_deref() != Some(bytes) {
            return Err(ReadError::NotCanonical);
        }
        if let Some(at) = report.contradiction() {
            return Err(ReadError::Contradiction { at });
        }
        let form = |at| Err(ReadError::Form { at });
        form::broken(&report).map_or(Ok(report), form)
    }

    /// The first part that does not follow from the rest.
    fn contradiction(&self) -> Option<&'static str> {
        let parts: [(&'static str, bool); 10] = [
            ("/schema", self.schema == REPORT_SCHEMA),
            ("/statement", self.statement == Statement::new()),
            ("/gates", self.gates_follow()),
            ("/outcome", self.outcome == self.outcome_of_gates()),
            ("/exit", self.exit == self.outcome.exit()),
            ("/bag/outcome", self.bag.outcome == self.bag_of_refusal()),
            ("/bag/faults", self.bag.follows(self.refusal.as_ref())),
            ("/bag/verified", self.digests_follow()),
            ("/article13", self.article13 == article13::audit(self)),
            ("/article14", self.article14 == article14::audit(self)),
        ];
        let broken = self.article13.iter().chain(&self.article14);
        let broken = broken.filter(|item| item.is_broken()).map(|_| "/outcome");
        let wrong = parts.into_iter().find(|(_, follows)| !follows);
        wrong.map(|(at, _)| at).or_else(|| broken.min())
    }

    /// The twelve gates, in order, each with the outcome its findings make.
    fn gates_follow(&self) -> bool {
        let found = |gate: Gate| {
            let report = self.gates.get(gate as usize);
            report.map(|report| report.gaps.clone()).unwrap_or_default()
        };
        let p1 = self.p1();
        let follow = match &self.refusal {
            Some(refusal) => gates::refused(p1, refusal),
            None => gates::triaged(p1, found),
        };
        // Where P1 does not hold, nothing is read and no report is written.
        !p1.stops() && self.gates == follow
    }

    fn outcome_of_gates(&self) -> Outcome {
        match &self.refusal {
            Some(_) => Outcome::Refused,
            None => verdict::outcome(&self.gates),
        }
    }

    fn bag_of_refusal(&self) -> BagOutcome {
        BagOutcome::of(self.refusal.as_ref().map(|refusal| refusal.reason))
    }

    /// What was checked bears the bag's word: a valid one states nothing unknown and not
    /// only what can be forged.
    fn digests_follow(&self) -> bool {
        let BagReport {
            verified,
            unverified,
            ..
        } = &self.bag;
        let known: Option<Vec<Algorithm>> =
            verified.iter().map(|name| Algorithm::named(name)).collect();
        let Some(known) = known else { return false };
        let unknown = unverified
            .iter()
            .all(|name| Algorithm::named(name).is_none());
        let none = known.is_empty() && unverified.is_empty();
        let reason = self.refusal.as_ref().map(|refusal| refusal.reason);
        unknown
            && match (self.bag.outcome, reason) {
                (BagOutcome::Valid, _) => {
                    unverified.is_empty() && known.into_iter().any(Algorithm::is_strong)
                }
                (BagOutcome::NotAccepted, Some(Reason::AlgorithmUnknown)) => !unverified.is_empty(),
                (BagOutcome::NotAccepted, Some(Reason::ManifestTooWeak)) => unverified.is_empty(),
                (BagOutcome::Invalid | BagOutcome::NotAccepted, _) => none,
            }
    }
}
