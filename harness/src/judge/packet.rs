//! Judges a row of packets: what the checker said of each, in the locked sandbox,
//! against what the row declares. The control packet shows that a good one passes
//! where the hostile one is refused.

use std::collections::BTreeSet;

use negatives::matrix::{Case, Evidence, Packet, Role as PacketRole};
use serde_json::Value;

use super::Expected;
use super::outside::{self, Fact};
use super::roll::Records;
use super::verdict::{Reason, Verdict};
use crate::contract;
use crate::engine::Exit;
use crate::error::chain;
use crate::plan;
use crate::record::{EntryKind, LaunchRecord};

/// Judges every packet of a case.
pub(super) fn judge(case: &Case, records: &Records<'_>, expected: &Expected) -> Verdict {
    if case.packets.is_empty() {
        return Verdict::NotRun(Reason::NotImplemented);
    }
    for packet in &case.packets {
        let record = match records.get(&plan::packet_id(case, &packet.fixture)) {
            Ok(record) => record,
            Err(reason) => return Verdict::NotRun(reason),
        };
        match outside::judge(record, Fact::Programs, expected) {
            None | Some(Verdict::Inconclusive(_)) => {}
            Some(verdict) => return verdict,
        }
        if let Some(reason) = differs(case, packet, record) {
            return match packet.role {
                PacketRole::Hostile => Verdict::Broken(reason),
                PacketRole::Control => Verdict::Inconclusive(reason),
            };
        }
    }
    Verdict::Held
}

/// The first way in which the checker's answer is not the declared one.
fn differs(case: &Case, packet: &Packet, record: &LaunchRecord) -> Option<Reason> {
    let answer = Answer { packet, record };
    answer
        .exit()
        .or_else(|| answer.contract())
        .or_else(|| answer.gate())
        .or_else(|| answer.reasons())
        .or_else(|| {
            case.needs
                .contains(&Evidence::OutputFolder)
                .then(|| answer.output())
                .flatten()
        })
}

struct Answer<'a> {
    packet: &'a Packet,
    record: &'a LaunchRecord,
}

impl Answer<'_> {
    fn reason(&self, what: &str, expected: String, observed: String) -> Reason {
        let packet = self.packet.fixture.clone();
        Reason::Packet {
            packet,
            what: what.to_owned(),
            expected,
            observed,
        }
    }

    /// The announcement's code, and the process's own, which is the kernel's word.
    fn exit(&self) -> Option<Reason> {
        let expected = i64::from(self.packet.exit);
        let announced = self
            .record
            .announcement
            .as_ref()
            .map(|said| i64::from(said.exit));
        let (exited, announced) = (&self.record.exit, announced);
        if *exited == Exit::Code(expected) && announced == Some(expected) {
            return None;
        }
        let observed = format!("{exited:?}, announced {announced:?}");
        Some(self.reason("exit code", expected.to_string(), observed))
    }

    fn report(&self) -> Option<Value> {
        serde_json::from_str(self.record.report.as_ref()?).ok()
    }

    /// Announcement, exit code and report are of the output contract.
    fn contract(&self) -> Option<Reason> {
        let announcement = self.record.announcement.as_ref()?;
        let report = self.record.report.as_deref();
        let refused = contract::accept(announcement, &self.record.exit, report).err()?;
        Some(self.reason(
            "output contract",
            "a report and an exit code of the contract".to_owned(),
            chain(&refused),
        ))
    }

    /// The first gate that failed is the declared one, where one is declared.
    fn gate(&self) -> Option<Reason> {
        let expected = self.packet.stops_at.as_deref()?;
        let report = self.report().unwrap_or_default();
        let failed = report["gates"].as_array().and_then(|gates| {
            gates.iter().find(|gate| gate["outcome"] == "failed")?["gate"]
                .as_str()
                .map(str::to_owned)
        });
        (failed.as_deref() != Some(expected)).then(|| {
            self.reason(
                "gate that failed",
                expected.to_owned(),
                format!("{failed:?}"),
            )
        })
    }

    /// Every declared reason is in the report.
    fn reasons(&self) -> Option<Reason> {
        let report = self.report().unwrap_or_default();
        let mut found = BTreeSet::new();
        gather(&report, &mut found);
        let missing: Vec<&str> = self
            .packet
            .reasons
            .iter()
            .map(String::as_str)
            .filter(|reason| !found.contains(*reason))
            .collect();
        (!missing.is_empty()).then(|| {
            let observed = found.into_iter().collect::<Vec<_>>().join(" ");
            self.reason("reason", missing.join(" "), observed)
        })
    }

    /// The report is alone in the output, a plain file of the announced digest.
    fn output(&self) -> Option<Reason> {
        let announced = self.record.announcement.as_ref()?.report.as_ref()?;
        let fits = match self.record.output.as_slice() {
            [entry] => {
                entry.name == announced.path
                    && entry.kind == EntryKind::File
                    && entry.size == announced.bytes
                    && entry.sha256.as_ref() == Some(&announced.sha256)
            }
            _ => false,
        };
        (!fits).then(|| {
            let expected = format!("`{}` alone, as announced", announced.path);
            self.reason(
                "output folder",
                expected,
                format!("{:?}", self.record.output),
            )
        })
    }
}

/// Every typed reason in a report, wherever it stands.
fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text)
                        if matches!(name.as_str(), "reason" | "refused" | "gap") =>
                    {
                        found.insert(text.clone());
                    }
                    other @ (Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_)) => gather(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests;
