//! Records of checks: what was seen is read back, and whoever says something else of it
//! is refused for just that.

use std::collections::BTreeSet;
use std::fs;

use checker::{Announcement, Guard, OrderSeen, ReportFile, Settings};
use evidence::Exit;
use evidence::digest::sha256;
use evidence::order::{self, Order, Packet, Task};
use evidence::record::Role;
use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::Anchor;
use seal::canonical;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::statement::samples::{host, signer, subjects};
use serde_json::Value;
use strum::VariantNames as _;

use super::*;

mod refusals;
mod releases;
mod schema;

/// A record of three packets: one with gaps, one that is refused, one without an answer.
struct Record {
    folder: tempfile::TempDir,
}

fn own() -> Subjects {
    let of = |text: &str| Sha256Digest::of(text.as_bytes());
    Subjects {
        policy: of(seccomp::policy::POLICY_TOML),
        matrix: of(declared::texts().matrix),
        ..subjects()
    }
}

fn enrolled() -> checker::Order {
    checker::Order::parse(&fixtures::order()).unwrap()
}

/// What the library says of a packet, as a launch would have it.
fn launch(fixture: &str) -> LaunchRecord {
    let dir = tempfile::tempdir().unwrap();
    let bag = dir.path().join("bag");
    fixtures::write(fixture, &bag).unwrap();
    let settings = Settings::of((&*bag).into(), dir.path().join("none"));
    let told = enrolled();
    let report = checker::triage(&Guard::new(&settings), &told).unwrap();
    let text = String::from_utf8(checker::canonical(&report).unwrap()).unwrap();
    let order = Order {
        id: format!("check/{fixture}"),
        case: "check".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Check {
            packet: Packet::Folder {
                path: fixture.into(),
                order: String::new(),
            },
            trace: false,
        },
    };
    let mut launch = LaunchRecord {
        nonce: "1".repeat(16),
        exit: Exit::Code(report.exit.into()),
        ..order::blank(&order)
    };
    let checked = launch.subject.checked_mut().unwrap();
    checked.announcement = Some(announcement(&report, &text, told.seen()));
    checked.report = Some(text);
    launch
}

fn announcement(report: &checker::Report, text: &str, order: OrderSeen) -> Announcement {
    Announcement {
        checker: report.checker.clone(),
        outcome: report.outcome,
        exit: report.exit,
        order,
        self_check: Vec::new(),
        report: Some(ReportFile {
            path: checker::REPORT_FILE.to_owned(),
            sha256: sha256(text.as_bytes()),
            bytes: text.len() as u64,
        }),
        reason: None,
    }
}

impl Record {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let told = enrolled().authorities_sha256();
        let facts = CheckFacts {
            id: "ab".repeat(8),
            started: Instant::parse("2026-02-01T00:00:00Z").unwrap().time(),
            finished: Instant::parse("2026-02-01T00:00:07Z").unwrap().time(),
            host: host(),
            subjects: own(),
            authorities: Sha256Digest::parse(&told).unwrap(),
            accepted: None,
        };
        let launches = ["fix7", "fetch-txt"].map(launch);
        let launched = launches.iter().map(|launch| Checked {
            name: launch.id.clone(),
            launch: Some(launch),
            why: None,
        });
        let lost = Checked {
            name: "lost\n== forged".to_owned(),
            launch: None,
            why: Some("given up".to_owned()),
        };
        let checked: Vec<Checked<'_>> = launched.chain([lost]).collect();
        write(folder.path(), &facts, &checked, &signer()).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ab".repeat(8))
    }

    fn believed(&self) -> Result<BelievedCheck, CheckRefusal> {
        believe(&self.path(), &Anchor::Embedded)
    }

    fn statement(&self) -> Value {
        let bytes = fs::read(self.path().join(STATEMENT_FILE)).unwrap();
        let trusted = TrustedKeys::one(signer().public());
        let payload = Envelope::open(STATEMENT_FILE, &bytes, &trusted, IN_TOTO).unwrap();
        serde_json::from_slice(payload.bytes()).unwrap()
    }

    /// Changes the statement and signs it again.
    fn restate(&self, edit: impl FnOnce(&mut Value)) {
        let mut statement = self.statement();
        edit(&mut statement);
        let payload = canonical::to_bytes(&statement).unwrap();
        let envelope = Envelope::sign(IN_TOTO, payload, &[&signer()]).unwrap();
        let at = self.path().join(STATEMENT_FILE);
        fs::write(at, envelope.to_json().unwrap()).unwrap();
    }

    /// Changes a launch, and what the statement says of that file.
    fn relaunch(&self, number: usize, edit: impl FnOnce(&mut Value)) {
        let file = launch_file(number);
        let mut launch =
            serde_json::from_slice(&fs::read(self.path().join(&file)).unwrap()).unwrap();
        edit(&mut launch);
        self.put(&file, &canonical::to_bytes(&launch).unwrap());
    }

    /// Puts a file there, listed as it is.
    fn put(&self, file: &str, bytes: &[u8]) {
        fs::write(self.path().join(file), bytes).unwrap();
        self.restate(|it| {
            let files = it["predicate"]["files"].as_array_mut().unwrap();
            files.retain(|it| it["path"] != file);
            let entry = serde_json::json!({
                "path": file, "sha256": sha256(bytes), "size": bytes.len(),
            });
            files.push(entry);
            files.sort_by_key(|it| it["path"].as_str().unwrap().to_owned());
        });
    }
}

#[test]
fn what_was_seen_of_packets_is_read_back() {
    let believed = Record::new().believed().unwrap();
    let said = believed.record.said();
    let outcomes: Vec<_> = said
        .packets
        .iter()
        .map(|it| it.answer.as_ref().map(|it| (it.outcome, it.exit_code)))
        .collect();
    let expected = [Some((Outcome::Gaps, 4)), Some((Outcome::Refused, 6)), None];
    assert_eq!(outcomes, expected);
    assert_eq!(said.packets[2].why, "given up");
    let reports: Vec<bool> = believed.reports.iter().map(Option::is_some).collect();
    assert_eq!(reports, [true, true, false]);
    assert_eq!((said.result.gaps, said.result.no_answer), (1, 1));
}
