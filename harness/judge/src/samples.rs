//! Observations for tests, of this crate and of others: the records of a row of packets
//! as a run would have left them, and of a row of attempts of which nothing came.
#![expect(
    clippy::unwrap_used,
    reason = "a sample that cannot be made is a test that fails"
)]

use checker::{Guard, Settings};
use evidence::digest::{ProgramDigests, sha256};
use evidence::order::{Order, blank};
use evidence::record::{CheckRecord, Checked, LaunchRecord, Subject};
use evidence::view::{Seen, View};
use evidence::{Abilities, EngineAccount, Exit, Identity, plan};
use negatives::matrix::{Case, Check};
use negatives::wire::{Event, Line};
use seccomp::plan::{AirlockStatus, LandlockState};

use super::{Adapted, CaseResult, Expected, Reason};

mod answered;
mod observed;
mod said;
mod seen;
#[cfg(test)]
mod tests;

pub use observed::observations;
pub use said::came;

/// The run's id.
pub const RUN: &str = "00112233445566ff";
/// A row of packets, which holds on every engine.
pub const PACKET_ROW: &str = "N1";
/// A row of attempts, each line of which repeats its launch's nonce.
pub const PROBE_ROW: &str = "N15";

/// The digests of three programs that nobody built.
#[must_use]
pub fn programs() -> ProgramDigests {
    ProgramDigests {
        airlock: "a".repeat(64),
        checker: "c".repeat(64),
        probe: "b".repeat(64),
    }
}

/// What Docker might say of itself.
#[must_use]
pub fn engine() -> EngineAccount {
    EngineAccount {
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

/// What the samples are held against.
#[must_use]
pub fn expected() -> Expected {
    Expected::by(&declared::matrix().unwrap(), programs(), &engine()).unwrap()
}

/// A row as a run would have left it that reached two rows and no more.
#[must_use]
pub fn result(case: &Case, expected: &Expected) -> CaseResult {
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

/// A row's checks, each of which came out as it must.
#[must_use]
pub fn checks(case: &Case) -> Vec<CheckRecord> {
    let as_declared = |check: &Check| CheckRecord {
        id: check.id.clone(),
        hostile: check.hostile,
        subject: check.subject.clone(),
        expected: check.expected.clone(),
        observed: check.expected.clone(),
    };
    case.checks.iter().map(as_declared).collect()
}

fn record(case: &Case, order: &Order, number: u32, expected: &Expected) -> LaunchRecord {
    let mut record = blank(order);
    record.nonce = format!("{RUN}{:0>32}", format!("{}{number:02}", case.number));
    record.lifts = order.lifts.iter().map(ToString::to_string).collect();
    record.barrier = Some(view(expected, &record.subject));
    record.exec = Some(View {
        executable: Seen::Seen(held(expected, &record.subject)),
        ..view(expected, &record.subject)
    });
    record.airlock = Some(ready(&record.nonce));
    record.millis = 7;
    match &mut record.subject {
        Subject::Checker(checked) => record.exit = triage(case, checked),
        Subject::Probe(probed) => {
            let attempts = u32::try_from(probed.attempts.len()).unwrap();
            probed.lines = vec![Line {
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

/// The airlock's word that every lock is on, in the launch of this number.
#[must_use]
pub fn ready(nonce: &str) -> AirlockStatus {
    AirlockStatus::Ready {
        nonce: nonce.to_owned(),
        landlock: LandlockState::Lifted,
        filters: 1,
        descriptor: 1000,
    }
}

/// What the checker says of a packet, as the row declares it.
fn triage(case: &Case, checked: &mut Checked) -> Exit {
    let packet = checked.packet.as_str();
    let declared = case.packets.iter().find(|it| it.fixture == packet).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fixtures::write(packet, &input).unwrap();
    let output = "/nowhere".into();
    let order = checker::Order::parse(&fixtures::order()).unwrap();
    let report = checker::triage(&Guard::new(&Settings::of(input, output)), &order).unwrap();
    let outcome = report.outcome;
    let report = String::from_utf8(checker::canonical(&report).unwrap()).unwrap();
    checked.announcement = Some(checker::Announcement {
        checker: "0.1.0".to_owned(),
        outcome,
        exit: declared.exit,
        order: order.seen(),
        self_check: Vec::new(),
        report: Some(checker::ReportFile {
            path: "report.json".to_owned(),
            sha256: sha256(report.as_bytes()),
            bytes: report.len() as u64,
        }),
        reason: None,
    });
    checked.report = Some(report);
    Exit::Code(declared.exit.into())
}

/// A view in which the programs are those that a launch would show, and no more is seen
/// than a user may see.
#[must_use]
pub fn view(expected: &Expected, subject: &Subject) -> View {
    fn not_seen<T>() -> Seen<T> {
        Seen::NotSeen("nobody looked: this is a sample".to_owned())
    }
    View {
        status: Seen::Seen(std::collections::BTreeMap::new()),
        mounts: Seen::Seen(Vec::new()),
        environment: Seen::Seen(Vec::new()),
        limits: not_seen(),
        control_group: not_seen(),
        system_paths: not_seen(),
        devices: not_seen(),
        namespaces: not_seen(),
        interfaces: not_seen(),
        routes: not_seen(),
        executable: Seen::Seen(expected.programs.airlock.clone()),
        held: Seen::Seen(held(expected, subject)),
        descriptors: not_seen(),
        command_as_asked: Seen::Seen(true),
        folders: Seen::Seen(std::collections::BTreeMap::new()),
        filters: not_seen(),
    }
}

/// The digest of the program behind the airlock.
fn held(expected: &Expected, subject: &Subject) -> String {
    match subject {
        Subject::Checker(_) => expected.programs.checker.clone(),
        Subject::Probe(_) => expected.programs.probe.clone(),
    }
}
