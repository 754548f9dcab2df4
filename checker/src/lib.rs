//! The subject: reads one evidence packet, triages its claims, writes one
//! local report. It never says green and never exits 0.
//!
//! [`run`] is the whole program. Nothing of the packet is touched before
//! [`self_check`] has found the sandbox it expects (P1).
#![forbid(unsafe_code)]

mod adequacy;
mod announcement;
mod article13;
mod article14;
mod bag;
mod bounded;
mod canonical;
mod capture;
mod content;
mod derivation;
mod evidence;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod gap;
mod gates;
mod guard;
mod json;
mod key;
pub mod mounts;
mod order;
mod outcome;
mod packet;
mod provenance;
mod refusal;
pub mod report;
mod scope;
pub mod self_check;
mod settings;
pub mod text;
mod triage;
mod values;
mod verdict;
mod writer;
#[cfg(feature = "wrong")]
pub mod wrong;
#[cfg(not(feature = "wrong"))]
mod wrong;

pub use adequacy::Link;
pub use announcement::{Announcement, MAX_ANNOUNCEMENT, ReportFile};
pub use article13::{AuditItem, AuditOutcome};
pub use canonical::{CanonicalError, canonical};
pub use capture::{CAPTURE, Capture, base64};
pub use content::{Content, is_interpreted};
pub use derivation::Derivation;
pub use evidence::{EvidenceClass, Source};
pub use gap::GapReason;
pub use gates::{Finding, Gate, GateOutcome, GateReport};
pub use guard::{Action, Guard, GuardError};
pub use json::{is_pointer, is_sure as is_sure_json};
pub use key::EnrolledKey;
pub use order::{Authority, MAX_ORDER, ORDER_SCHEMA, Order, OrderError, OrderSeen};
pub use outcome::{EXIT_USAGE, Outcome};
pub use packet::{SCHEMA as PACKET_SCHEMA, Timestamp, read as read_packet};
pub use provenance::{ProvenanceOutcome, RevisionKind};
pub use refusal::{Reason, Refusal};
pub use report::{REPORT_FILE, REPORT_SCHEMA, ReadError, Report};
pub use settings::{Settings, USAGE, UsageError};
pub use triage::{AuditError, triage};
pub use verdict::{Asked, Denial, Denied};
pub use writer::{WriteError, write};

use self_check::{Facts, SelfCheck};
use wrong::Fault;

/// The version that stands in every announcement and report.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the checker once: P1, then the packet, then the report.
///
/// `facts` are what P1 judges; the program takes them from `/proc/self` and its
/// environment ([`Facts::gather`]), a test from recorded text.
pub fn run(settings: &Settings, facts: &Facts) -> Announcement {
    let self_check = SelfCheck::judge(facts, settings);
    if let Some(broken) = self_check.broken()
        && !wrong::is(Fault::SelfCheckSkipped)
    {
        if wrong::is(Fault::SelfCheckAfterReading) {
            drop(triage(&Guard::new(settings), &settings.order));
        }
        return Announcement::blocked((self_check, settings.order.seen()), &broken);
    }
    let p1 = GateOutcome::of(&self_check);
    let seen = (self_check, settings.order.seen());
    let guard = Guard::new(settings);
    let report = match triage::after(p1, &guard, &settings.order) {
        Ok(report) => report,
        Err(error) => return Announcement::internal(seen, &error),
    };
    if wrong::is(Fault::WrittenTwice) {
        drop(writer::write(&guard, &report));
    }
    #[cfg(feature = "wrong")]
    wrong::acts::beside_the_report(settings);
    match writer::write(&guard, &report) {
        Ok(file) => Announcement::reported(seen, &report, file),
        Err(error) => Announcement::internal(seen, &error),
    }
}
