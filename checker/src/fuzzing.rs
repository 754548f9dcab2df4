//! What the fuzz targets call: the readers of hostile bytes, one at a time and
//! without a file system. A panic is a finding.
//!
//! Compiled for tests and fuzzing only: the program does not have it.

use std::collections::BTreeSet;

use crate::bag::Bag;
use crate::gates::GateOutcome;
use crate::guard::Action;
use crate::order::Order;
use crate::packet::Packet;
use crate::report::{ActionDone, REPORT_FILE, Report};
use crate::{canonical, triage};

pub use crate::bag::fuzzing::tag_file;

/// `packet.json`: refused with a reason, or triaged into a report that can be read back.
///
/// # Panics
/// There is no report, or it cannot be read.
pub fn packet(bytes: &[u8]) {
    let parsed = Packet::parse(bytes);
    let Ok(packet) = &parsed else { return };
    let items = packet.items.iter();
    let paths: BTreeSet<String> = items.map(|item| item.path.clone()).collect();
    let opened: Vec<&str> = paths.iter().map(String::as_str).collect();
    let done = vec![
        ActionDone::of(Action::ReadPacketItem, &opened),
        ActionDone::of(Action::WriteLocalReport, &[REPORT_FILE]),
    ];
    let bag = Bag::holding(paths.iter().cloned(), bytes.to_vec());
    let read = (Ok(bag), Some(&parsed));
    let p1 = GateOutcome::JudgedOutside;
    let report = triage::report(p1, read, &Order::default(), done);
    assert!(report.is_ok(), "{report:?}");
    let written = report.as_ref().map(canonical);
    let Ok(Ok(written)) = written else {
        unreachable!("a report has a canonical form, observed {written:?}");
    };
    let read = Report::read(&written).map_err(|error| error.to_string());
    assert_eq!(read.as_ref().ok(), report.as_ref().ok(), "{read:?}");
}

/// A report's bytes: refused, or exactly one report's.
///
/// # Panics
/// Two spellings of one report are read, or one that is no report.
pub fn report(bytes: &[u8]) {
    if let Ok(report) = Report::read(bytes) {
        assert_eq!(canonical(&report).ok().as_deref(), Some(bytes));
        assert!(matches!(report.exit, 4..=6), "exit {}", report.exit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_take_what_the_fixtures_hold() {
        for name in ["fix7", "no-gap", "asks-global", "ring", "not-json"] {
            let dir = tempfile::tempdir().unwrap();
            fixtures::write(name, &dir.path().join("bag")).unwrap();
            packet(&std::fs::read(dir.path().join("bag/data/packet.json")).unwrap());
        }
        report(b"{}");
    }

    /// What fuzzing learnt to reach is read in every run of the tests; `ci/fuzz` looks for
    /// more.
    #[test]
    fn the_targets_take_the_committed_corpus() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        type Target = (&'static str, fn(&[u8]));
        let targets: [Target; 3] = [
            ("packet", packet),
            ("report", report),
            ("tag_file", tag_file),
        ];
        for (name, target) in targets {
            let inputs = std::fs::read_dir(corpus.join(name)).unwrap();
            let inputs: Vec<Vec<u8>> = inputs
                .map(|it| std::fs::read(it.unwrap().path()).unwrap())
                .collect();
            inputs.iter().for_each(|bytes| target(bytes));
            // A report that is refused at once leads nowhere.
            let whole = |bytes: &Vec<u8>| name != "report" || Report::read(bytes).is_ok();
            assert!(!inputs.is_empty() && inputs.iter().all(whole), "{name}");
        }
    }
}
