//! A sample without an engine, for tests: the records of a row of packets as a run
//! would have left them, and of a row of attempts of which nothing came.

use checker::{Guard, Settings};
use negatives::matrix::{Case, Matrix};
use negatives::wire::{Event, Line};
use seccomp::plan::{AirlockStatus, LandlockState};
use time::macros::datetime;

use super::{PACKET_ROW, PROBE_ROW, Sample};
use crate::bundle::{self, RunFacts};
use crate::engine::{Abilities, Account, Exit, Identity};
use crate::image::{Image, Programs, sha256};
use crate::judge::{Adapted, Expected, Reason};
use crate::launch::{Order, blank};
use crate::plan;
use crate::record::{LaunchRecord, Subject};
use crate::seal::statement::Subjects;
use crate::seal::statement::attestation::{EngineNote, Host, Unfiltered, UnfilteredCall};
use crate::suite::CaseResult;
use crate::witness::{LaidOut, Lookup, Seen, View, view};

const RUN: &str = "00112233445566ff";

/// The sample; the same each time.
pub(crate) fn sample() -> Sample {
    let engine = engine();
    let subjects = subjects();
    let expected = expected();
    let matrix = Matrix::builtin().unwrap();
    let results = matrix.cases().iter().map(|case| result(case, &expected));
    Sample {
        folder: std::env::temp_dir(),
        results: results.collect(),
        facts: RunFacts {
            id: RUN.to_owned(),
            started: datetime!(2026-01-02 03:04:05 UTC),
            finished: datetime!(2026-01-02 03:05:06 UTC),
            host: Host {
                kernel: "6.18".to_owned(),
                arch: "x86_64".to_owned(),
                engine: EngineNote {
                    name: engine.identity.name.clone(),
                    version: engine.identity.version.clone(),
                    api: "1.41".to_owned(),
                },
                runtime: engine.identity.runtime.clone(),
                calls_shown_to_no_filter: unfiltered(),
            },
            engine,
            subjects,
            lifts: Vec::new(),
            mutants: None,
            sharding: None,
        },
        matrix,
        sealed: std::sync::OnceLock::new(),
    }
}

fn unfiltered() -> Unfiltered {
    Unfiltered::Asked(vec![UnfilteredCall {
        number: 335,
        name: "uretprobe".to_owned(),
        came: "killed SIGILL".to_owned(),
    }])
}

/// What its records are held against.
pub(crate) fn expected() -> Expected {
    Expected::of(&subjects(), &engine()).unwrap()
}

fn subjects() -> Subjects {
    bundle::subjects(&Image::build(Programs::builtin()).unwrap()).unwrap()
}

fn engine() -> Account {
    Account {
        identity: Identity {
            name: "docker".to_owned(),
            version: "20.10.24".to_owned(),
            api: Some("1.41".to_owned()),
            runtime: "runc 1.1.5".to_owned(),
            storage: "overlay2".to_owned(),
            rootless: false,
        },
        lacking: Abilities::default(),
    }
}

fn result(case: &Case, expected: &Expected) -> CaseResult {
    if ![PACKET_ROW, PROBE_ROW].contains(&case.id.as_str()) {
        return CaseResult::not_run(&Adapted::of(case, &expected.abilities), Reason::Interrupted);
    }
    let launches = plan::orders(case)
        .iter()
        .zip(0..)
        .map(|(order, number)| record(case, order, number, expected))
        .collect();
    CaseResult::judged(case, launches, Vec::new(), expected)
}

fn record(case: &Case, order: &Order, number: u32, expected: &Expected) -> LaunchRecord {
    let mut record = blank(order);
    record.nonce = format!("{RUN}{:0>32}", format!("{}{number:02}", case.number));
    record.lifts = order.lifts.iter().map(ToString::to_string).collect();
    record.barrier = Some(own_view(expected, &record.subject));
    record.exec = Some(View {
        executable: Seen::Seen(held(expected, &record.subject)),
        ..own_view(expected, &record.subject)
    });
    record.airlock = Some(AirlockStatus::Ready {
        nonce: record.nonce.clone(),
        landlock: LandlockState::Lifted,
        filters: 1,
        descriptor: 1000,
    });
    record.millis = 7;
    match record.subject.clone() {
        Subject::Checker { packet } => triage(case, &packet, &mut record),
        Subject::Probe { attempts } => {
            let attempts = u32::try_from(attempts.len()).unwrap();
            record.lines = vec![Line {
                nonce: record.nonce.clone(),
                seq: 0,
                event: Event::Hello {
                    case: case.id.to_string(),
                    attempts,
                },
            }];
        }
    }
    record
}

/// What the checker says of a packet, as the row declares it.
fn triage(case: &Case, packet: &str, record: &mut LaunchRecord) {
    let declared = case.packets.iter().find(|it| it.fixture == packet).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write(packet, &input).unwrap();
    let output = "/nowhere".into();
    let report = checker::triage(&Guard::new(&Settings { input, output })).unwrap();
    let outcome = report.outcome;
    let report = String::from_utf8(checker::canonical(&report).unwrap()).unwrap();
    record.announcement = Some(checker::Announcement {
        checker: "0.1.0".to_owned(),
        outcome,
        exit: declared.exit,
        self_check: Vec::new(),
        report: Some(checker::ReportFile {
            path: "report.json".to_owned(),
            sha256: sha256(report.as_bytes()),
            bytes: report.len() as u64,
        }),
        reason: None,
    });
    record.exit = Exit::Code(declared.exit.into());
    record.report = Some(report);
}

/// A view of this process, with the programs that a launch would show.
pub(crate) fn own_view(expected: &Expected, subject: &Subject) -> View {
    let own = view(Lookup {
        pid: std::process::id(),
        command: &[],
        held: 1000,
        folders: ["/tmp", "/proc"],
        programs: LaidOut::none(),
    });
    View {
        executable: Seen::Seen(expected.programs.airlock.clone()),
        held: Seen::Seen(held(expected, subject)),
        environment: Seen::Seen(Vec::new()),
        command_as_asked: Seen::Seen(true),
        folders: Seen::Seen(std::collections::BTreeMap::new()),
        ..own
    }
}

/// The digest of the program behind the airlock.
fn held(expected: &Expected, subject: &Subject) -> String {
    match subject {
        Subject::Checker { .. } => expected.programs.checker.clone(),
        Subject::Probe { .. } => expected.programs.probe.clone(),
    }
}
