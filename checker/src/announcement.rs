//! The one line the checker writes to standard output.
//!
//! It is what a harness reads: how the run ended, what P1 saw, and the digest
//! of the report. It carries nothing of the packet's own text.

use std::error::Error;

use serde::{Deserialize, Serialize};

use crate::VERSION;
use crate::order::OrderSeen;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::self_check::{Invariant, SelfCheck};
use crate::wrong::{self, Fault};

/// The longest announcement, in bytes, its newline included.
pub const MAX_ANNOUNCEMENT: usize = 64 * 1024;

/// What the checker announces on standard output, as one JSON line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// The checker's version.
    pub checker: String,
    /// How the run ended.
    pub outcome: Outcome,
    /// The exit code, which the process must end with.
    pub exit: u8,
    /// What it was told: who is enrolled, and the time.
    pub order: OrderSeen,
    /// Every invariant of P1, in a fixed order.
    pub self_check: Vec<Invariant>,
    /// The report, when one was written whole.
    pub report: Option<ReportFile>,
    /// Why the run was blocked, refused or failed.
    pub reason: Option<String>,
}

/// The report as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFile {
    /// Its name in the output folder.
    pub path: String,
    /// Its sha256, in lower-case hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// What the run began with: its self-check, and what it was told.
pub(crate) type Seen = (SelfCheck, OrderSeen);

impl Announcement {
    /// P1 does not hold; `broken` names the invariants.
    pub(crate) fn blocked(seen: Seen, broken: &str) -> Self {
        let reason = format!("invariants that do not hold: {broken}");
        Self::new(seen, Outcome::Blocked, None, Some(reason))
    }

    /// The report was written.
    pub(crate) fn reported(seen: Seen, report: &Report, file: ReportFile) -> Self {
        let reason = report
            .refusal
            .as_ref()
            .map(|refusal| refusal.reason.to_string());
        Self::new(seen, report.outcome, Some(file), reason)
    }

    /// The checker failed.
    pub(crate) fn internal(seen: Seen, error: &dyn Error) -> Self {
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            reason.push_str(": ");
            reason.push_str(&next.to_string());
            cause = next.source();
        }
        Self::new(seen, Outcome::InternalError, None, Some(reason))
    }

    fn new(
        (self_check, order): Seen,
        outcome: Outcome,
        report: Option<ReportFile>,
        reason: Option<String>,
    ) -> Self {
        let self_check = self_check.into_invariants();
        let said = Self {
            checker: VERSION.to_owned(),
            outcome,
            exit: outcome.exit(),
            order,
            self_check,
            report,
            reason,
        };
        #[cfg(feature = "wrong")]
        let said = wrong::acts::on_announcement(said);
        said
    }

    /// The code that the process ends with: the one announced.
    pub fn code(&self) -> u8 {
        if wrong::is(Fault::ExitZero) {
            0
        } else if wrong::is(Fault::ExitOtherThanAnnounced) {
            5
        } else {
            self.exit
        }
    }

    /// The line, newline included, never longer than [`MAX_ANNOUNCEMENT`].
    pub fn line(&self) -> String {
        match serde_json::to_string(self) {
            Ok(line) if line.len() < MAX_ANNOUNCEMENT => line + "\n",
            Ok(_) | Err(_) => self.shortened(),
        }
    }

    /// What P1 saw can be long on a hostile host; that it does not hold is enough.
    fn shortened(&self) -> String {
        let short = Self {
            self_check: Vec::new(),
            reason: Some("announcement too long".to_owned()),
            ..self.clone()
        };
        serde_json::to_string(&short).unwrap_or_default() + "\n"
    }

    /// The same in a few words, for people.
    pub fn words(&self) -> String {
        let what = match self.outcome {
            Outcome::Blocked => "blocked: not in the sandbox this program needs; nothing was read",
            Outcome::Gaps => "gaps found; see report.json",
            Outcome::NoGapObserved => {
                "no gap observed in this packet's scope; this permits nothing"
            }
            Outcome::Refused => "packet refused; see report.json",
            Outcome::InternalError => "internal error; no report was written",
        };
        match &self.reason {
            Some(reason) => format!("checker: {what}\n{reason}\n"),
            None => format!("checker: {what}\n"),
        }
    }
}
