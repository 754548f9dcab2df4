//! The report as a file: whole or absent, the same bytes each time, and pointing
//! at what is there.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use checker::report::Report;
use checker::self_check::{Facts, Reading};
use checker::{
    AuditItem, GateOutcome, Guard, Outcome, ReadError, ReportFile, Settings, WriteError, canonical,
};
use serde_json::Value;

fn written(name: &str, output: &Path) -> Result<(Report, ReportFile), WriteError> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let input = dir.path().join("in");
    fixtures::write(name, &input).expect("a packet");
    let guard = Guard::new(&Settings::of(input, output.into()));
    let report = checker::triage(&guard, &order()).expect("the self-audit holds");
    checker::write(&guard, &report).map(|file| (report, file))
}

fn entries(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}

#[test]
fn the_report_is_alone_in_its_folder_with_the_digest_announced() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (_, file) = written("fix7", out.path()).expect("a report");
    assert_eq!(entries(out.path()), ["report.json"]);
    let bytes = fs::read(out.path().join("report.json")).expect("the report");
    assert_eq!(file.bytes, bytes.len() as u64);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(file.sha256, hex);
}

#[test]
fn the_report_of_one_packet_is_the_same_bytes_wherever_it_lies() {
    for name in ["fix7", "no-gap", "one-byte-changed", "symlink"] {
        let (a, b) = (
            tempfile::tempdir().expect("a"),
            tempfile::tempdir().expect("b"),
        );
        written(name, a.path()).expect("a report");
        written(name, b.path()).expect("a report");
        let bytes = |dir: &Path| fs::read(dir.join("report.json")).expect("the report");
        assert_eq!(bytes(a.path()), bytes(b.path()), "{name}");
    }
}

#[test]
fn a_report_reads_back_as_the_report_it_was() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (report, _) = written("fix7", out.path()).expect("a report");
    let bytes = fs::read(out.path().join("report.json")).expect("the report");
    assert_eq!(Report::read(&bytes).expect("a report"), report);
}

/// One edit of a sound report that its types still take, and the part it contradicts.
type Lie = (fn(&mut Report), &'static str);

const LIES: &[Lie] = &[
    (|report| report.schema.push('2'), "/schema"),
    (|report| report.statement.gate = true, "/statement"),
    (|report| report.gates.swap(3, 4), "/gates"),
    (|report| drop(report.gates.pop()), "/gates"),
    (|report| report.gates[7].gaps.clear(), "/gates"),
    (|report| report.outcome = Outcome::NoGapObserved, "/outcome"),
    (|report| report.exit = 0, "/exit"),
    (
        |report| report.bag.outcome = checker::report::BagOutcome::Invalid,
        "/bag/outcome",
    ),
    (|report| report.bag.verified.clear(), "/bag/verified"),
    (
        |report| report.bag.verified = vec!["md5".to_owned()],
        "/bag/verified",
    ),
    (
        |report| report.bag.unverified.push("tiger".to_owned()),
        "/bag/verified",
    ),
    (|report| drop(report.article13.pop()), "/article13"),
    (|report| report.claims[4].gap = None, "/article14"),
    (|report| report.claims.clear(), "/article13"),
];

#[test]
fn a_report_that_contradicts_itself_is_not_read() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (sound, _) = written("fix7", out.path()).expect("a report");
    for (lie, part) in LIES {
        let mut report = sound.clone();
        lie(&mut report);
        let read = Report::read(&canonical(&report).expect("canonical"));
        let at = match read {
            Err(ReadError::Contradiction { at }) => at,
            other => panic!("{part}: {other:?}"),
        };
        assert_eq!(at, *part);
    }
}

#[test]
fn a_report_has_one_spelling() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (report, _) = written("fix7", out.path()).expect("a report");
    let pretty = serde_json::to_vec_pretty(&report).expect("JSON");
    assert!(matches!(
        Report::read(&pretty),
        Err(ReadError::NotCanonical)
    ));
    let bytes = canonical(&report).expect("canonical");
    for damaged in [&bytes[1..], &bytes[..bytes.len() - 1], b"", b"null"] {
        assert!(matches!(Report::read(damaged), Err(ReadError::Parse(_))));
    }
    let long = vec![b' '; checker::report::MAX_REPORT + 1];
    assert!(matches!(Report::read(&long), Err(ReadError::TooLong(_))));
}

#[test]
fn every_report_there_is_can_be_read() {
    for name in fixtures::names() {
        let out = tempfile::tempdir().expect("a temporary folder");
        let (report, _) = written(name, out.path()).expect("a report");
        let read = Report::read(&canonical(&report).expect("canonical"));
        assert_eq!(read.expect(name), report);
    }
}

#[test]
fn every_pointer_of_the_audits_leads_somewhere() {
    let mut followed = 0;
    for name in fixtures::names() {
        let out = tempfile::tempdir().expect("a temporary folder");
        let (report, _) = written(name, out.path()).expect("a report");
        let value = serde_json::to_value(&report).expect("a value");
        let audits = report.article13.iter().chain(&report.article14);
        for pointer in audits.flat_map(|item: &AuditItem| &item.evidence) {
            assert!(value.pointer(pointer).is_some(), "{name}: {pointer}");
            followed += 1;
        }
        for finding in report.gates.iter().flat_map(|gate| &gate.gaps) {
            assert!(
                value.pointer(&finding.at).is_some_and(Value::is_object)
                    || finding.at.starts_with("/packet/")
            );
        }
        assert_eq!(
            (report.article13.len(), report.article14.len()),
            (4, 6),
            "{name}"
        );
    }
    assert!(followed > 1000, "{followed}");
}

#[test]
fn the_action_log_has_the_two_actions_and_every_file_once() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (report, _) = written("fix7", out.path()).expect("a report");
    let done: Vec<_> = report
        .actions
        .done
        .iter()
        .map(|done| (done.action, done.opened))
        .collect();
    assert_eq!(
        done,
        [
            (checker::Action::ReadPacketItem, 12),
            (checker::Action::WriteLocalReport, 1)
        ]
    );
    let mut paths = report.actions.done[0].paths.clone().expect("a short list");
    paths.dedup();
    assert_eq!(paths.len(), 12);
    assert_eq!(report.bag.payload_files, Some(8));
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_earlier_one_as_it_was() {
    let out = tempfile::tempdir().expect("a temporary folder");
    fs::write(out.path().join("report.json"), "earlier").expect("an earlier report");
    fs::create_dir(out.path().join(".report.json.partial")).expect("something in the way");
    let refused = written("fix7", out.path());
    assert!(matches!(refused, Err(WriteError::Create(_))), "{refused:?}");
    assert_eq!(
        fs::read_to_string(out.path().join("report.json")).expect("it"),
        "earlier"
    );
}

#[test]
fn a_folder_in_the_reports_place_is_an_error_and_leaves_no_partial_file() {
    let out = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(out.path().join("report.json")).expect("a folder");
    let refused = written("fix7", out.path());
    assert!(
        matches!(refused, Err(WriteError::Publish(_))),
        "{refused:?}"
    );
    assert_eq!(entries(out.path()), ["report.json"]);
}

#[test]
fn a_new_report_replaces_an_earlier_one_and_a_left_over_partial_file() {
    let out = tempfile::tempdir().expect("a temporary folder");
    fs::write(out.path().join("report.json"), "earlier").expect("an earlier report");
    fs::write(out.path().join(".report.json.partial"), "{\"half").expect("a partial file");
    written("no-gap", out.path()).expect("a report");
    assert_eq!(entries(out.path()), ["report.json"]);
    let mode = fs::metadata(out.path().join("report.json"))
        .expect("it")
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0, "a report is not a program");
}

/// What a process sees of the sandbox that P1 asks for.
fn sandbox(settings: &Settings) -> Facts {
    let (input, output) = (settings.input.display(), settings.output.display());
    let mounts = format!(
        "1 0 0:1 / / ro - tmpfs tmpfs ro\n2 1 0:2 / {input} ro - tmpfs x ro\n\
         3 1 0:3 / {output} rw - tmpfs x rw\n"
    );
    let ids = ["Uid:", "Gid:"].map(|name| format!("{name}\t65532\t65532\t65532\t65532\n"));
    let none = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
    let none = none.map(|name| format!("{name}:\t0000000000000000\n"));
    let rest = "Groups:\t \nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";
    Facts {
        status: Reading::Text(ids.concat() + &none.concat() + rest),
        mountinfo: Reading::Text(mounts),
        net_dev: Reading::Text("head\nhead\n lo: 0 0\n".to_owned()),
        route: Reading::Text("Iface\tDestination\n".to_owned()),
        ipv6_route: Reading::Absent,
        environment: Vec::new(),
    }
}

#[test]
fn a_report_says_of_the_self_check_what_was_judged_and_leaves_its_own_writing_to_others() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings::of(dir.path().join("in"), dir.path().join("out"));
    fs::create_dir(&settings.output).expect("a folder");
    fixtures::write("fix7", &settings.input).expect("a packet");
    let said = checker::run(&settings, &sandbox(&settings));
    assert_eq!(said.exit, 4, "{said:?}");
    let bytes = fs::read(settings.output.join("report.json")).expect("the report");
    let in_sandbox = Report::read(&bytes).expect("a report");
    let guard = Guard::new(&settings);
    let without = checker::triage(&guard, &settings.order).expect("the self-audit holds");
    let ends = |report: &Report| [report.gates[0].outcome, report.gates[11].outcome];
    let (passed, outside) = (GateOutcome::Passed, GateOutcome::JudgedOutside);
    assert_eq!(ends(&in_sandbox), [passed, outside]);
    assert_eq!(ends(&without), [outside, outside]);
    // Nothing else depends on where it was made, and no other word stands there.
    let mut same = without.clone();
    same.gates[0].outcome = passed;
    assert_eq!(same, in_sandbox);
    for (gate, outcome) in [(0, GateOutcome::Failed), (11, passed), (5, outside)] {
        let mut lie = in_sandbox.clone();
        lie.gates[gate].outcome = outcome;
        let read = Report::read(&canonical(&lie).expect("canonical"));
        assert!(
            matches!(read, Err(ReadError::Contradiction { .. })),
            "{gate}"
        );
    }
}

#[test]
fn a_report_says_of_itself_what_it_is_not() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let (report, _) = written("no-gap", out.path()).expect("a report");
    let statement = &report.statement;
    let said = [
        statement.gate,
        statement.global,
        statement.authority,
        statement.decision,
    ];
    assert_eq!(said, [false; 4]);
    assert_eq!((report.outcome, report.exit), (Outcome::NoGapObserved, 5));
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
