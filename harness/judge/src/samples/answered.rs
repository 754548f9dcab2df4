//! What the checker leaves behind: its announcement, its report, and its calls.

use checker::self_check::Invariant;
use checker::{Action, Announcement, Guard, Outcome, REPORT_FILE, Report, ReportFile, Settings};
use evidence::digest::sha256;
use evidence::order::{FILE_LIMIT, previous_report};
use evidence::record::{EntryKind, FaultDone, FaultRecord, LaunchRecord, OutputEntry};
use evidence::{Exit, FileCall};
use negatives::matrix::{Fault, FaultKind};
use negatives::wire::{INPUT, OUTPUT};
use serde_json::{Value, json};

/// Where the report is written before it is whole.
const PARTIAL: &str = ".report.json.partial";
/// `O_WRONLY | O_CREAT | O_EXCL` of open(2).
const CREATES: u64 = 0o301;
/// Each invariant of P1, and what is seen where it holds.
fn whole() -> [(&'static str, Value); 11] {
    let none = "0000000000000000";
    [
        ("data_mounts", json!({ INPUT: "ro", OUTPUT: "rw" })),
        ("mount_table", json!([])),
        ("root_read_only", json!(true)),
        ("network_interfaces", json!(["lo"])),
        ("routes", json!(0)),
        ("environment", json!([])),
        ("seccomp_mode", json!(2)),
        ("seccomp_filters", json!(3)),
        ("no_new_privs", json!(1)),
        (
            "capabilities",
            json!({ "CapInh": none, "CapPrm": none, "CapEff": none, "CapBnd": none, "CapAmb": none }),
        ),
        ("user", json!({ "uid": 65532, "gid": 65532 })),
    ]
}

/// The checker's word on P1, of which these do not hold.
fn self_check(broken: &[&str]) -> Vec<Invariant> {
    let one = |(name, seen): (&str, Value)| {
        let holds = !broken.contains(&name);
        Invariant {
            invariant: serde_json::from_value(json!(name)).unwrap(),
            holds,
            observed: if holds { seen.clone() } else { Value::Null },
            expected: seen,
        }
    };
    whole().map(one).into()
}

fn announced(outcome: Outcome, broken: &[&str], reason: Option<String>) -> Announcement {
    let order = checker::Order::parse(&fixtures::order()).unwrap();
    Announcement {
        checker: "0.1.0".to_owned(),
        outcome,
        exit: outcome.exit(),
        order: order.seen(),
        self_check: self_check(broken),
        report: None,
        reason,
    }
}

/// The checker triages the packet and writes what it found.
pub(super) fn triage(record: &mut LaunchRecord) {
    let packet = record.subject.checked().unwrap().packet.clone();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write(&packet, &input).unwrap();
    let order = checker::Order::parse(&fixtures::order()).unwrap();
    let guard = Guard::new(&Settings::of(input, "/nowhere".into()));
    let report = checker::triage(&guard, &order).unwrap();
    let outcome = report.outcome;
    let text = String::from_utf8(checker::canonical(&report).unwrap()).unwrap();
    let (digest, bytes) = (sha256(text.as_bytes()), text.len() as u64);
    let mut said = announced(outcome, &[], None);
    said.report = Some(ReportFile {
        path: REPORT_FILE.to_owned(),
        sha256: digest.clone(),
        bytes,
    });
    record.exit = Exit::Code(outcome.exit().into());
    record.output = vec![file(REPORT_FILE, bytes, &digest)];
    let checked = record.subject.checked_mut().unwrap();
    checked.file_calls = Some(calls(&report));
    checked.announcement = Some(said);
    checked.report = Some(text);
}

/// The checker finds its sandbox wanting, and reads nothing.
pub(super) fn blocked(record: &mut LaunchRecord, broken: &[&str]) {
    let reason = format!("invariants that do not hold: {}", broken.join(", "));
    record.exit = Exit::Code(Outcome::Blocked.exit().into());
    let checked = record.subject.checked_mut().unwrap();
    checked.announcement = Some(announced(Outcome::Blocked, broken, Some(reason)));
    checked.file_calls = Some(Vec::new());
}

/// The checker writes its report with this in its way.
pub(super) fn under(record: &mut LaunchRecord, fault: &Fault) {
    let failed = |errno: i32| {
        let why = format!("failed to write the partial report: (os error {errno})");
        Some(announced(Outcome::InternalError, &[], Some(why)))
    };
    let partial = |size| Some(file(PARTIAL, size, &"d".repeat(64)));
    let (said, partial) = match fault.how {
        FaultKind::None => (None, None),
        FaultKind::OutputFull => (failed(28), None),
        FaultKind::WriteError => (failed(27), None),
        FaultKind::KilledWriting => (None, partial(FILE_LIMIT)),
        FaultKind::KilledPublishing => (None, partial(FILE_LIMIT + 1)),
    };
    if fault.how == FaultKind::None {
        triage(record);
    } else {
        let earlier = previous_report(&record.nonce);
        let (bytes, digest) = (earlier.len() as u64, sha256(earlier.as_bytes()));
        let earlier = fault.previous.then(|| file(REPORT_FILE, bytes, &digest));
        record.output = partial.into_iter().chain(earlier).collect();
        record.exit = Exit::Code(fault.exit.into());
    }
    let checked = record.subject.checked_mut().unwrap();
    checked.announcement = said.or(checked.announcement.take());
    checked.file_calls = None;
    checked.fault = Some(FaultRecord {
        how: fault.how,
        done: FaultDone::Done,
    });
}

fn file(name: &str, size: u64, digest: &str) -> OutputEntry {
    OutputEntry {
        name: name.to_owned(),
        kind: EntryKind::File,
        size,
        sha256: Some(digest.to_owned()),
    }
}

/// Each file of the report's log is opened, and the report is put in its place whole.
fn calls(report: &Report) -> Vec<FileCall> {
    let call = |call: &str, path: String| FileCall {
        call: call.to_owned(),
        path,
        base: None,
        to: None,
        flags: None,
        result: Some(3),
    };
    let done = report.actions.done.iter();
    let reads = done.filter(|it| it.action == Action::ReadPacketItem);
    let paths = reads.flat_map(|it| it.paths.iter().flatten());
    let opens = paths.map(|path| FileCall {
        flags: Some(0),
        ..call("openat", format!("{INPUT}/{path}"))
    });
    let partial = || format!("{OUTPUT}/{PARTIAL}");
    let writes = [
        FileCall {
            flags: Some(CREATES),
            ..call("openat", partial())
        },
        call("write", partial()),
        call("fsync", partial()),
        FileCall {
            to: Some(format!("{OUTPUT}/{REPORT_FILE}")),
            ..call("rename", partial())
        },
    ];
    opens.chain(writes).collect()
}
