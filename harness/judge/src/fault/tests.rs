//! Sound records of every fault, and each way in which a record shows that the
//! checker did otherwise.

use checker::{Announcement, Guard, Outcome, ReportFile, Settings};
use evidence::Abilities;
use evidence::digest::ProgramDigests;
use evidence::order::blank;
use evidence::record::{FaultRecord, Observations};

use seccomp::Policy;

use super::*;
use crate::{Adapted, Expected};

fn case() -> Case {
    declared::matrix().unwrap().case("N26").unwrap().clone()
}

fn file(name: &str, bytes: &[u8]) -> OutputEntry {
    OutputEntry {
        name: name.to_owned(),
        kind: EntryKind::File,
        size: bytes.len() as u64,
        sha256: Some(sha256(bytes)),
    }
}

fn announcement(outcome: Outcome, reason: Option<&str>) -> Announcement {
    Announcement {
        checker: "0.1.0".to_owned(),
        outcome,
        exit: outcome.exit(),
        order: checker::Order::parse(&fixtures::order()).unwrap().seen(),
        self_check: Vec::new(),
        report: None,
        reason: reason.map(str::to_owned),
    }
}

/// What a sound checker leaves.
fn sound(case: &Case, fault: &Fault) -> LaunchRecord {
    let orders = plan::orders(case);
    let id = plan::fault_id(case, fault);
    let mut record = blank(orders.iter().find(|order| order.id == id).unwrap());
    record.nonce = id;
    record.airlock = Some(crate::samples::ready(&record.nonce));
    record.exit = Exit::Code(i64::from(fault.exit));
    record.subject.checked_mut().unwrap().fault = Some(FaultRecord {
        how: fault.how,
        done: FaultDone::Done,
    });
    if fault.previous && fault.how != FaultKind::None {
        let earlier = previous_report(&record.nonce);
        record
            .output
            .push(file(checker::REPORT_FILE, earlier.as_bytes()));
    }
    let failed = |errno| {
        let words = format!("failed to write the partial report: because (os error {errno})");
        Some(announcement(Outcome::InternalError, Some(&words)))
    };
    match fault.how {
        FaultKind::None => written(&mut record),
        FaultKind::OutputFull => record.subject.checked_mut().unwrap().announcement = failed(28),
        FaultKind::WriteError => record.subject.checked_mut().unwrap().announcement = failed(27),
        FaultKind::KilledWriting => record.output.push(file(PARTIAL, &[b'x'; 1024])),
        FaultKind::KilledPublishing => record.output.push(file(PARTIAL, &[b'x'; 9000])),
    }
    record
}

fn written(record: &mut LaunchRecord) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write(plan::REFERENCE, &input).unwrap();
    let output = "/nowhere".into();
    let order = checker::Order::parse(&fixtures::order()).unwrap();
    let report = checker::triage(&Guard::new(&Settings::of(input, output)), &order).unwrap();
    let text = String::from_utf8(checker::canonical(&report).unwrap()).unwrap();
    record
        .output
        .push(file(checker::REPORT_FILE, text.as_bytes()));
    let mut said = announcement(report.outcome, None);
    said.report = Some(ReportFile {
        path: checker::REPORT_FILE.to_owned(),
        sha256: sha256(text.as_bytes()),
        bytes: text.len() as u64,
    });
    record.subject.checked_mut().unwrap().announcement = Some(said);
    record.subject.checked_mut().unwrap().report = Some(text);
}

/// The verdict where the record of one fault is changed.
fn with(id: &str, change: impl Fn(&mut LaunchRecord)) -> Verdict {
    let case = case();
    let mut launches: Vec<LaunchRecord> = case.faults.iter().map(|it| sound(&case, it)).collect();
    let id = format!("N26/{id}");
    launches
        .iter_mut()
        .filter(|it| it.id == id)
        .for_each(change);
    let observed = Observations {
        launches,
        checks: Vec::new(),
    };
    let none = String::new();
    let expected = Expected {
        programs: ProgramDigests {
            airlock: none.clone(),
            checker: none.clone(),
            probe: none,
        },
        policy: Policy::builtin().unwrap(),
        arch: evidence::profile::NATIVE,
        abilities: Abilities::all(),
        engine: None,
        answers: std::sync::Arc::default(),
    };
    let case = Adapted::of(&case, &expected.abilities);
    super::super::judge(&case, &observed, &expected)
}

#[test]
fn a_checker_that_leaves_a_whole_report_or_none_holds() {
    assert_eq!(with("", |_| {}), Verdict::Held);
}

#[test]
fn half_a_report_under_its_name_is_broken() {
    for fault in ["full", "write-error", "killed-writing", "killed-publishing"] {
        let half = |record: &mut LaunchRecord| {
            record.output.push(file(checker::REPORT_FILE, b"{\"half"));
        };
        assert!(matches!(with(fault, half), Verdict::Broken(_)), "{fault}");
    }
}

#[test]
fn an_earlier_report_that_is_gone_or_changed_is_broken() {
    for fault in ["full", "write-error", "killed-writing", "killed-publishing"] {
        let fault = format!("{fault}-over-previous");
        let gone = |record: &mut LaunchRecord| record.output.retain(|it| it.name == PARTIAL);
        let changed = |record: &mut LaunchRecord| record.output[0].sha256 = Some("0".to_owned());
        assert!(matches!(with(&fault, gone), Verdict::Broken(_)), "{fault}");
        assert!(
            matches!(with(&fault, changed), Verdict::Broken(_)),
            "{fault}"
        );
    }
}

#[test]
fn another_exit_code_and_a_partial_file_that_stays_are_broken() {
    let success = |record: &mut LaunchRecord| record.exit = Exit::Code(0);
    assert!(matches!(with("write-error", success), Verdict::Broken(_)));
    let stays = |record: &mut LaunchRecord| record.output.push(file(PARTIAL, b"x"));
    assert!(matches!(with("full", stays), Verdict::Broken(_)));
}

/// Whether the fault of a launch could be put in the way.
fn done(record: &mut LaunchRecord) -> &mut FaultDone {
    let fault = &mut record.subject.checked_mut().unwrap().fault;
    &mut fault.as_mut().unwrap().done
}

#[test]
fn a_fault_that_was_not_in_the_way_proves_nothing() {
    let other = |record: &mut LaunchRecord| record.subject.checked_mut().unwrap().fault = None;
    assert!(matches!(with("full", other), Verdict::NotRun(_)));
    let never = |record: &mut LaunchRecord| {
        *done(record) = FaultDone::NeverCame;
    };
    assert!(matches!(with("killed-writing", never), Verdict::NotRun(_)));
    let silent = |record: &mut LaunchRecord| record.subject.checked_mut().unwrap().report = None;
    assert!(matches!(with("none", silent), Verdict::Inconclusive(_)));
}

#[test]
fn what_this_host_cannot_do_is_left_out_while_another_fault_of_its_sort_holds() {
    let cannot = |record: &mut LaunchRecord| {
        *done(record) = FaultDone::NotApplicable("no right to mount".to_owned());
        record.exit = Exit::Unknown("it was never started".to_owned());
    };
    assert_eq!(with("full", cannot), Verdict::Held);
    assert!(matches!(with("write-error", cannot), Verdict::NotRun(_)));
}
