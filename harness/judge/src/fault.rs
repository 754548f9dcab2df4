//! N26: with a fault in its way the checker leaves no report, never half of one, and
//! an earlier report as it was. Without the fault, the same launch leaves a new one.

use evidence::digest::sha256;
use evidence::error::chain;
use evidence::order::{FILE_LIMIT, previous_report};
use evidence::record::{EntryKind, FaultDone, LaunchRecord, OutputEntry};
use evidence::{Exit, plan};
use negatives::matrix::{Case, Fault, FaultKind};

use super::roll::Records;
use super::verdict::{Reason, Verdict};
use super::words;
use crate::output_contract;

/// Where the report is written before it is whole.
const PARTIAL: &str = ".report.json.partial";

/// Judges every fault of a case.
pub(super) fn judge(case: &Case, records: &Records<'_>) -> Verdict {
    let mut evidence = None;
    let (mut failed, mut killed) = (false, false);
    for fault in &case.faults {
        let record = match records.get(&plan::fault_id(case, fault)) {
            Ok(record) => record,
            Err(verdict) => return verdict,
        };
        let seen = Seen { fault, record };
        if let Some(why) = seen.not_applicable() {
            evidence = Some(why.to_owned());
            continue;
        }
        if let Some(verdict) = seen.differs() {
            return verdict;
        }
        match fault.how {
            FaultKind::None => {}
            FaultKind::OutputFull | FaultKind::WriteError => failed = true,
            FaultKind::KilledWriting | FaultKind::KilledPublishing => killed = true,
        }
    }
    match evidence {
        Some(evidence) if !(failed && killed) => {
            Verdict::Inconclusive(Reason::NothingApplies { evidence })
        }
        _ => Verdict::Held,
    }
}

/// A launch, beside the fault that was planned for it.
struct Seen<'a> {
    fault: &'a Fault,
    record: &'a LaunchRecord,
}

impl Seen<'_> {
    /// The evidence that this host cannot do it; a control and a file limit need
    /// nothing that a host could lack.
    fn not_applicable(&self) -> Option<&str> {
        let needs = match self.fault.how {
            FaultKind::None | FaultKind::WriteError => false,
            FaultKind::OutputFull | FaultKind::KilledWriting | FaultKind::KilledPublishing => true,
        };
        match &self.record.fault()?.done {
            FaultDone::NotApplicable(why) if needs => Some(why),
            FaultDone::NotApplicable(_) | FaultDone::Done | FaultDone::NeverCame => None,
        }
    }

    fn differs(&self) -> Option<Verdict> {
        if let Some(trouble) = self.not_as_planned() {
            return Some(Verdict::NotRun(trouble));
        }
        let reason = self
            .exit()
            .or_else(|| self.report())
            .or_else(|| self.half_way())
            .or_else(|| self.others())?;
        Some(match self.fault.how {
            FaultKind::None => Verdict::Inconclusive(reason),
            FaultKind::OutputFull
            | FaultKind::WriteError
            | FaultKind::KilledWriting
            | FaultKind::KilledPublishing => Verdict::Broken(reason),
        })
    }

    /// The fault was the planned one, and it was really in the way.
    fn not_as_planned(&self) -> Option<Reason> {
        let done = self.record.fault();
        let fits = done.is_some_and(|it| it.how == self.fault.how && it.done == FaultDone::Done);
        (!fits).then(|| Reason::Mismatched {
            launch: self.record.id.clone(),
            what: "fault",
            expected: format!("{}, done", words::fault(self.fault.how)),
            observed: words::done(done),
        })
    }

    fn reason(&self, what: &str, expected: String, observed: String) -> Reason {
        Reason::Packet {
            rule: "faults",
            packet: format!("{} under `{}`", plan::REFERENCE, self.fault.id),
            what: what.to_owned(),
            expected,
            observed,
        }
    }

    fn exit(&self) -> Option<Reason> {
        let expected = Exit::Code(i64::from(self.fault.exit));
        (self.record.exit != expected).then(|| {
            let (expected, observed) = (expected.to_string(), self.record.exit.to_string());
            self.reason("exit code", expected, observed)
        })
    }

    fn entry(&self, name: &str) -> Option<&OutputEntry> {
        self.record.output.iter().find(|entry| entry.name == name)
    }

    /// What is under the report's name: the new one in the control; else the earlier
    /// one where there was one, and nothing where there was none.
    fn report(&self) -> Option<Reason> {
        if self.fault.how == FaultKind::None {
            return self.new_report();
        }
        let earlier = previous_report(&self.record.nonce);
        let expected = self.fault.previous.then(|| sha256(earlier.as_bytes()));
        let found = self.entry(checker::REPORT_FILE);
        let observed = found.map(|entry| entry.sha256.clone().unwrap_or_default());
        let plain = found.is_none_or(|entry| entry.kind == EntryKind::File);
        (expected != observed || !plain).then(|| {
            let (expected, observed) = (
                words::or_none(expected, ""),
                words::or_none(found.map(words::entry), ""),
            );
            self.reason("digest of the earlier report", expected, observed)
        })
    }

    fn new_report(&self) -> Option<Reason> {
        let expected = || "a report of the contract".to_owned();
        let Some(announcement) = self.record.announcement() else {
            return Some(self.reason("announcement", expected(), "none".to_owned()));
        };
        let report = self.record.report();
        let refused = output_contract::accept(announcement, &self.record.exit, report).err()?;
        Some(self.reason("report", expected(), chain(&refused)))
    }

    /// What shows that it had begun to write, and had not ended.
    fn half_way(&self) -> Option<Reason> {
        let partial = self.entry(PARTIAL).map(|entry| entry.size);
        let reason = self.record.announcement();
        let said = reason.map(|it| (it.report.is_some(), it.reason.clone().unwrap_or_default()));
        let failed_with = |errno: &str| {
            let failed = "failed to write the partial report";
            let fits = |(report, words): &(bool, String)| {
                !report && words.starts_with(failed) && words.ends_with(errno)
            };
            said.as_ref().is_some_and(fits) && partial.is_none()
        };
        let (fits, expected) = match self.fault.how {
            FaultKind::None => (partial.is_none(), "no partial report"),
            FaultKind::OutputFull => (
                failed_with("(os error 28)"),
                "a write that failed with ENOSPC",
            ),
            FaultKind::WriteError => (
                failed_with("(os error 27)"),
                "a write that failed with EFBIG",
            ),
            FaultKind::KilledWriting => (
                said.is_none() && partial == Some(FILE_LIMIT),
                "nothing announced, and a partial report of the limit's length",
            ),
            FaultKind::KilledPublishing => (
                said.is_none() && partial.is_some_and(|size| size > FILE_LIMIT),
                "nothing announced, and a whole partial report",
            ),
        };
        (!fits).then(|| {
            let said = said.map(|(report, why)| format!("{report} {why}"));
            let (said, partial) = (words::or_none(said, ""), words::or_none(partial, ""));
            let observed = format!("announced {said}, partial {partial}");
            self.reason("way of failing", expected.to_owned(), observed)
        })
    }

    /// Nothing else is in the output.
    fn others(&self) -> Option<Reason> {
        let known = [checker::REPORT_FILE, PARTIAL];
        let others = self.record.output.iter().map(|entry| entry.name.as_str());
        let others: Vec<&str> = others.filter(|name| !known.contains(name)).collect();
        (!others.is_empty()).then(|| {
            let expected = "nothing beside the report".to_owned();
            self.reason("output folder", expected, others.join(" "))
        })
    }
}

#[cfg(test)]
mod tests;
