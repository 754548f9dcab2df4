//! Over a bundle in which everything is in order every item holds, and each item
//! fails for its own reason and for no other.

use evidence::record::{CheckRecord, LaunchRecord, Observations, Role, Subject};
use evidence::view::{Seen, View};
use evidence::{Abilities, plan};
use judge::Adapted;
use negatives::matrix::{Case, Matrix};
use seal::digest::Sha256Digest;
use seal::path::BundlePath;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, FileEntry, RunResult, VerdictWord};
use seal::statement::samples::{attestation, subjects};
use seccomp::policy::POLICY_TOML;

use super::*;
use crate::{DEVELOPMENT, MATRIX_FILE, NO_OWNER, POLICY_FILE};

struct Bundle {
    said: Attestation,
    artifacts: Subjects,
    rows: Vec<(Case, Observations)>,
    matrix: Matrix,
}

fn view(subject: &Subject, artifacts: &Subjects) -> View {
    let held = match subject {
        Subject::Probe { .. } => artifacts.probe,
        Subject::Checker { .. } => artifacts.checker,
    };
    View {
        status: Seen::Seen(Default::default()),
        mounts: Seen::Seen(Vec::new()),
        environment: Seen::Seen(Vec::new()),
        limits: Seen::Seen(Default::default()),
        control_group: Seen::Seen(Default::default()),
        system_paths: Seen::Seen(Default::default()),
        devices: Seen::Seen(Default::default()),
        namespaces: Seen::Seen(Default::default()),
        interfaces: Seen::Seen(Vec::new()),
        routes: Seen::Seen(Vec::new()),
        executable: Seen::Seen(artifacts.airlock.to_string()),
        held: Seen::Seen(held.to_string()),
        descriptors: Seen::Seen(Vec::new()),
        command_as_asked: Seen::Seen(true),
        folders: Seen::Seen(Default::default()),
        filters: Seen::Seen(vec!["00".into()]),
    }
}

fn record(order: &evidence::order::Order, artifacts: &Subjects) -> LaunchRecord {
    let subject = order.task.subject();
    LaunchRecord {
        lifts: order.lifts.iter().map(ToString::to_string).collect(),
        nonce: format!("nonce of {}", order.id),
        barrier: Some(view(&subject, artifacts)),
        ..evidence::order::blank(order)
    }
}

fn check(hostile: bool) -> CheckRecord {
    let word = || "word".to_owned();
    CheckRecord {
        id: word(),
        hostile,
        subject: word(),
        expected: word(),
        observed: word(),
    }
}

fn observed(case: &Case, artifacts: &Subjects) -> Observations {
    let orders = plan::orders(case);
    let launches = orders.iter().map(|order| record(order, artifacts));
    Observations {
        launches: launches.collect(),
        checks: vec![check(true), check(false)],
    }
}

impl Bundle {
    fn new() -> Self {
        let matrix = declared::matrix().unwrap();
        let artifacts = Subjects {
            matrix: Sha256Digest::of(declared::texts().matrix.as_bytes()),
            policy: Sha256Digest::of(POLICY_TOML.as_bytes()),
            ..subjects()
        };
        let cases = matrix.cases().iter();
        let rows = cases.map(|case| (case.clone(), observed(case, &artifacts)));
        let rows = rows.collect();
        let mut said = attestation(|_| VerdictWord::Held);
        for row in &mut said.rows {
            row.reason_code.clear();
            row.reason_text.clear();
        }
        said.deferred = matrix.deferred().iter().map(|row| row.id.clone()).collect();
        said.result = RunResult::of(&said.rows, said.deferred.len(), &said.lifts);
        said.does_not_assert.push(NO_OWNER.to_owned());
        let entry = |path: &str, sha256| FileEntry {
            path: BundlePath::parse(path).unwrap(),
            sha256,
            size: 1,
        };
        said.files = vec![
            entry(MATRIX_FILE, artifacts.matrix),
            entry(POLICY_FILE, artifacts.policy),
        ];
        Self {
            said,
            artifacts,
            rows,
            matrix,
        }
    }

    fn audit(&self) -> SelfAudit {
        let audited = Audited {
            said: &self.said,
            artifacts: &self.artifacts,
            matrix: &self.matrix,
        };
        let mut inquiry = Inquiry::new();
        for (case, observed) in &self.rows {
            let said = self.said.rows.iter().find(|row| row.id == case.id.as_str());
            if said.is_some_and(|row| row.verdict == VerdictWord::Held) {
                let case = Adapted::of(case, &Abilities::all());
                inquiry.ask_row(&audited, &case, observed);
            }
        }
        inquiry.end(&audited)
    }

    fn launch(&mut self, case: &str) -> &mut LaunchRecord {
        let mut launches = self.of(case).launches.iter_mut();
        launches.find(|it| it.role == Role::Locked).unwrap()
    }

    fn barrier(&mut self, case: &str) -> &mut View {
        self.launch(case).barrier.as_mut().unwrap()
    }

    fn of(&mut self, case: &str) -> &mut Observations {
        let mut rows = self.rows.iter_mut();
        let row = rows.find(|(it, _)| it.id.as_str() == case);
        &mut row.unwrap().1
    }
}

#[test]
fn every_item_holds_where_everything_is_in_order() {
    let audit = Bundle::new().audit();
    assert_eq!(audit.tally().holds, 18, "{}", audit.tally());
    for item in &audit.items {
        assert!(!item.evidence.is_empty(), "{:?}", item.id);
        assert!(item.looked_at >= item.evidence.len(), "{:?}", item.id);
    }
}

#[test]
fn what_an_audit_amounts_to_is_a_sentence() {
    let named = |ids: &[&str]| ids.iter().map(|&it| it.to_owned()).collect();
    let all = AuditTally {
        holds: 18,
        ..AuditTally::default()
    };
    assert_eq!(all.to_string(), "self-audit: 18 items hold");
    let some = AuditTally {
        holds: 1,
        fails: named(&["counts-follow", "roll-is-called"]),
        not_seen: named(&["outside-view"]),
        nothing: 2,
    };
    assert_eq!(
        some.to_string(),
        "self-audit: 1 item holds; fails: counts-follow, roll-is-called; not seen on this \
         host: outside-view; 2 had nothing to look at"
    );
    assert_eq!(format!("{:?}", Inquiry::new()), "Inquiry(18 questions)");
}

type Change = fn(&mut Bundle);

/// What is changed in a bundle, and the one item that then fails.
const CHANGES: &[(&str, Change)] = &[
    ("programs-by-digest", |it| {
        it.barrier("N19").held = Seen::Seen("other".to_owned())
    }),
    ("folders-by-identity", |it| {
        let folder = ("/in".to_owned(), "1:2".to_owned());
        it.launch("N19").folders.extend([folder]);
    }),
    ("filters-read-back", |it| {
        it.barrier("N19").filters = Seen::Seen(Vec::new())
    }),
    ("copies-by-digest", |it| {
        it.said.files[0].sha256 = Sha256Digest::of(b"copy")
    }),
    ("scope-is-named", |it| it.said.host.engine.version.clear()),
    ("roll-is-called", |it| it.said.rows.swap(0, 1)),
    ("held-has-observations", |it| it.of("A1").launches.clear()),
    ("held-has-control", |it| {
        it.of("N25").checks.retain(|check| check.hostile)
    }),
    ("held-has-control", |it| {
        it.of("N1")
            .launches
            .retain(|launch| launch.id != "N1/no-gap");
    }),
    ("held-has-control", |it| {
        let control = |launch: &LaunchRecord| launch.role == Role::Control;
        it.of("N19").launches.retain(|launch| !control(launch));
    }),
    ("launches-are-fresh", |it| {
        it.launch("N19").nonce = "nonce of N20".to_owned()
    }),
    ("no-trouble-counted", |it| {
        it.launch("N19").trouble = Some("lost".to_owned())
    }),
    ("reasons-are-given", |it| {
        it.said.rows[3].reason_code = "excuse".to_owned()
    }),
    ("counts-follow", |it| it.said.result.counts.held = 46),
    ("nothing-deferred-counted", |it| it.said.deferred.swap(0, 1)),
    ("lifts-are-said", |it| {
        it.launch("N19").lifts = vec!["network".to_owned()]
    }),
    ("no-operator-supplied", |it| {
        it.said.signer.note = DEVELOPMENT.to_owned()
    }),
];

#[test]
fn each_item_fails_for_its_own_reason_and_for_no_other() {
    for &(expected, change) in CHANGES {
        let mut bundle = Bundle::new();
        change(&mut bundle);
        if expected == "held-has-observations" {
            bundle.of("A1").checks.clear();
        }
        if expected == "launches-are-fresh" {
            bundle.launch("N20").nonce = "nonce of N20".to_owned();
        }
        let tally = bundle.audit().tally();
        assert_eq!(tally.fails, [expected], "{tally}");
    }
}

#[test]
fn an_owners_decision_in_the_bundle_fails_and_so_does_one_that_is_not_disclaimed() {
    let changes: [Change; 2] = [
        |it| {
            it.said
                .does_not_assert
                .retain(|sentence| sentence != NO_OWNER)
        },
        |it| it.said.files[0].path = BundlePath::parse("b0.dsse.json").unwrap(),
    ];
    for change in changes {
        let mut bundle = Bundle::new();
        change(&mut bundle);
        let fails = bundle.audit().tally().fails;
        assert!(fails.contains(&"no-owner-supplied".to_owned()), "{fails:?}");
    }
}

#[test]
fn what_this_host_does_not_show_is_not_seen_and_never_held() {
    let changes: [(&str, Change); 3] = [
        ("outside-view", |it| {
            it.barrier("N19").status = Seen::NotSeen("no".to_owned())
        }),
        ("programs-by-digest", |it| {
            it.barrier("A1").executable = Seen::NotSeen("no".to_owned())
        }),
        ("no-local-copy", |it| {
            let row = it.said.rows.iter_mut().find(|row| row.id == "N5").unwrap();
            row.verdict = VerdictWord::NotRun;
            row.reason_code = "interrupted".to_owned();
            row.reason_text = "interrupted".to_owned();
            it.said.result = RunResult::of(&it.said.rows, it.said.deferred.len(), &[]);
        }),
    ];
    for (expected, change) in changes {
        let mut bundle = Bundle::new();
        change(&mut bundle);
        let tally = bundle.audit().tally();
        assert_eq!(
            (tally.not_seen, tally.fails.len()),
            (vec![expected.to_owned()], 0)
        );
    }
}

#[test]
fn a_run_of_nothing_holds_in_nothing_about_held_rows() {
    let mut bundle = Bundle::new();
    bundle.said.rows.clear();
    bundle.rows.clear();
    bundle.said.result = RunResult::of(&[], bundle.said.deferred.len(), &[]);
    let audit = bundle.audit();
    let of = |id| {
        audit
            .items
            .iter()
            .find(|item| item.id == id)
            .unwrap()
            .outcome
    };
    assert_eq!(of(ItemId::RollIsCalled), Outcome::Fails);
    for id in [
        ItemId::OutsideView,
        ItemId::HeldHasObservations,
        ItemId::HeldHasControl,
    ] {
        assert_eq!(of(id), Outcome::Nothing);
    }
}

/// The file fits its schema, every answer included; what the schema does not name or
/// allow does not.
#[test]
fn the_file_fits_its_schema_and_the_schema_is_strict() {
    let schema = serde_json::from_str(include_str!("../../../self-audit.schema.json")).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let value = |audit: &SelfAudit| serde_json::to_value(audit).unwrap();
    let mut broken = Bundle::new();
    for (_, change) in CHANGES {
        change(&mut broken);
    }
    let mut empty = Bundle::new();
    for row in &mut empty.said.rows {
        row.verdict = VerdictWord::NotRun;
    }
    for audit in [Bundle::new(), broken, empty].map(|it| it.audit()) {
        let faults: Vec<_> = schema
            .iter_errors(&value(&audit))
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
    let edits: [fn(&mut serde_json::Value); 6] = [
        |it| it["approved"] = true.into(),
        |it| it["schema"] = 2.into(),
        |it| it["items"][0]["outcome"] = "passed".into(),
        |it| it["items"][0]["because"] = "it is so".into(),
        |it| it["items"].as_array_mut().unwrap().swap(0, 1),
        |it| drop(it["items"].as_array_mut().unwrap().pop()),
    ];
    for edit in edits {
        let mut audit = value(&Bundle::new().audit());
        edit(&mut audit);
        assert!(!schema.is_valid(&audit), "{audit}");
    }
}
