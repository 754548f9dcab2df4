//! A record has what its subject leaves behind, and nothing of the other subject.

use negatives::matrix::FaultKind;
use negatives::wire::Event;

use super::*;
use crate::order::{Order, Packet, Task, blank};

fn record(task: Task) -> LaunchRecord {
    blank(&Order {
        id: "N1/locked".to_owned(),
        case: "N1".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task,
    })
}

fn probed() -> (LaunchRecord, Probed) {
    let mut record = record(Task::Probe(Vec::new()));
    let probed = Probed {
        attempts: vec!["N1.one".to_owned()],
        lines: vec![Line {
            nonce: String::new(),
            seq: 0,
            event: Event::Exit { attempts: 1 },
        }],
        database: Some(Answer {
            address: "127.0.0.1:5432".to_owned(),
            source: "the host's package".to_owned(),
            version: "15".to_owned(),
            tcp: 'S',
            unix: 'N',
        }),
        kb: Some(Heard {
            address: "127.0.0.1:80".to_owned(),
            host: 201,
            connections: 0,
            requests: Vec::new(),
        }),
    };
    record.subject.probed_mut().unwrap().clone_from(&probed);
    assert_eq!(record.subject.checked_mut(), None);
    (record, probed)
}

fn checked() -> (LaunchRecord, Checked) {
    let packet = Packet::Fixture("fix7".to_owned());
    let mut record = record(Task::Check {
        packet,
        trace: true,
    });
    let announcement = serde_json::json!({
        "checker": "0.1.0", "outcome": "blocked", "exit": 3, "self_check": [],
        "order": { "authorities_sha256": "", "now": null },
        "report": null, "reason": null,
    });
    let checked = Checked {
        packet: "fix7".to_owned(),
        announcement: Some(serde_json::from_value(announcement).unwrap()),
        report: Some("{}".to_owned()),
        file_calls: Some(vec![FileCall {
            call: "open".to_owned(),
            path: "/in".to_owned(),
            base: None,
            to: None,
            flags: None,
            result: None,
        }]),
        fault: Some(FaultRecord {
            how: FaultKind::WriteError,
            done: FaultDone::NeverCame,
        }),
    };
    record.subject.checked_mut().unwrap().clone_from(&checked);
    assert_eq!(record.subject.probed_mut(), None);
    (record, checked)
}

#[test]
fn of_the_probe_there_are_attempts_lines_and_servers() {
    let (record, probed) = probed();
    assert_eq!(record.subject.probed(), Some(&probed));
    assert_eq!(record.attempts(), probed.attempts);
    assert_eq!(record.lines(), probed.lines);
    assert_eq!(record.database(), probed.database.as_ref());
    assert_eq!(record.kb(), probed.kb.as_ref());
    assert_eq!(record.subject.checked(), None);
    let nothing = (record.announcement(), record.report());
    assert_eq!(nothing, (None, None));
    assert_eq!((record.file_calls(), record.fault()), (None, None));
}

#[test]
fn of_the_checker_there_are_an_announcement_a_report_calls_and_a_fault() {
    let (record, checked) = checked();
    assert_eq!(record.subject.checked(), Some(&checked));
    assert_eq!(record.announcement(), checked.announcement.as_ref());
    assert_eq!(record.report(), checked.report.as_deref());
    assert_eq!(record.file_calls(), checked.file_calls.as_deref());
    assert_eq!(record.fault(), checked.fault.as_ref());
    assert_eq!(record.subject.probed(), None);
    assert!(record.attempts().is_empty() && record.lines().is_empty());
    assert_eq!((record.database(), record.kb()), (None, None));
}

/// What came of it makes no difference; another packet or attempt is another launch.
#[test]
fn the_same_was_asked_of_two_where_packet_or_attempts_are_the_same() {
    let ((probe, _), (checker, _)) = (probed(), checked());
    let one = |id: &str| Subject::probe(vec![id.to_owned()]);
    assert!(probe.subject.is_asked_as(&one("N1.one")));
    assert!(!probe.subject.is_asked_as(&one("N1.two")));
    assert!(!probe.subject.is_asked_as(&checker.subject));
    assert!(
        checker
            .subject
            .is_asked_as(&Subject::checker("fix7".to_owned()))
    );
    assert!(
        !checker
            .subject
            .is_asked_as(&Subject::checker("fix8".to_owned()))
    );
}

#[test]
fn launches_take_what_each_of_them_took() {
    let of = |millis| LaunchRecord {
        millis,
        ..probed().0
    };
    let observed = Observations {
        launches: vec![of(7), of(35)],
        checks: Vec::new(),
    };
    assert_eq!(observed.launched(), 42);
}

/// They are signed in reasons: a word that changes makes another bundle of the same run.
#[test]
fn each_role_has_its_words() {
    let roles = [Role::Locked, Role::Control, Role::Alone];
    assert_eq!(
        roles.map(Role::words),
        ["locked", "control", "one layer lifted"]
    );
}

/// An instrument that failed is told from one that saw something, by its first words.
#[test]
fn a_check_that_could_not_be_made_says_why_and_is_known_by_it() {
    let check = |observed: &str| CheckRecord {
        id: "names".to_owned(),
        hostile: true,
        subject: "a tree".to_owned(),
        expected: "refused".to_owned(),
        observed: observed.to_owned(),
    };
    let full = CheckRecord::not_made("No space left on device");
    assert_eq!(full, "not made: No space left on device");
    assert!(!check(&full).was_made());
    assert!(check("refused").was_made());
    assert!(check("a tree that was not made: by hand").was_made());
}
