//! The checker's answer to one packet, in one sandbox, as the rules look at it.

use checker::Report;
use evidence::record::LaunchRecord;
use negatives::matrix::Packet;
use seccomp::Arch;

use super::verdict::Reason;

/// An answer that nothing kept the checker from giving.
pub(super) struct Answer<'a> {
    /// The packet, with what is declared of it.
    pub(super) packet: &'a Packet,
    /// The launch.
    pub(super) record: &'a LaunchRecord,
    /// The machine it ran on, whose flags the kernel saw.
    pub(super) arch: Arch,
    /// The report, where there is one that can be read.
    pub(super) report: Option<Report>,
}

/// A rule's finding that something is otherwise than declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What was compared.
    pub(super) what: String,
    /// What is declared.
    pub(super) expected: String,
    /// What was observed.
    pub(super) observed: String,
}

impl<'a> Answer<'a> {
    pub(super) fn of(packet: &'a Packet, record: &'a LaunchRecord, arch: Arch) -> Self {
        let text = record.report();
        let report = text.and_then(|text| serde_json::from_str(text).ok());
        Self {
            packet,
            record,
            arch,
            report,
        }
    }

    /// The finding, as a reason of the rule's.
    pub(super) fn reason(&self, rule: &'static str, wrong: Wrong) -> Reason {
        Reason::Packet {
            rule,
            packet: self.packet.fixture.clone(),
            what: wrong.what,
            expected: wrong.expected,
            observed: wrong.observed,
        }
    }
}

impl Wrong {
    pub(super) fn new(
        what: impl Into<String>,
        expected: impl Into<String>,
        observed: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            expected: expected.into(),
            observed: observed.into(),
        }
    }
}

/// `None` where the two are the same.
pub(super) fn compare<T: PartialEq + ToString>(
    what: &str,
    expected: T,
    observed: T,
) -> Option<Wrong> {
    let differs = expected != observed;
    differs.then(|| Wrong::new(what, expected.to_string(), observed.to_string()))
}
