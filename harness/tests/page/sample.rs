//! A run without an engine: observations as the matrix declares them, for tests of
//! what is made from observations. Nothing here proves anything of a sandbox.

use std::path::Path;

use bundle::RunFacts;
use bundle::report::summary::Summary;
use engine::image::Image;
use evidence::order::{Order, Task};
use evidence::record::{LaunchRecord, Observations, Subject};
use evidence::view::{Descriptor, Namespace, Seen, View};
use evidence::{Abilities, EngineAccount, Exit, Identity, mounts, plan};
use judge::{Adapted, CaseResult, Expected};
use negatives::matrix::{Case, Matrix};
use negatives::wire::{Event, Line};
use programs::Programs;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::key::{SecretKey, Signer};
use seal::statement::attestation::{Unfiltered, UnfilteredCall};
use time::OffsetDateTime;

/// The id of the run.
const RUN: &str = "0123456789abcdef";
/// A signal's place in an exit code (bash(1)).
const SIGNALLED: i64 = 128;

const MOUNTS: &str = "\
69 45 0:39 / / ro,noatime master:2 - overlay overlay rw
70 69 0:41 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
71 69 0:42 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
73 69 0:44 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
85 69 254:0 /tmp/run/in /in ro,relatime - ext4 /dev/vda rw
91 69 254:0 /tmp/run/out /out rw,relatime - ext4 /dev/vda rw
86 69 254:0 /c/hosts /etc/hosts rw,relatime - ext4 /dev/vda rw
";

/// A run: its facts, its rows, and how they were judged.
pub(crate) struct Sample {
    pub(crate) facts: RunFacts,
    pub(crate) matrix: Matrix,
    pub(crate) results: Vec<CaseResult>,
    pub(crate) expected: Expected,
}

fn account() -> EngineAccount {
    EngineAccount {
        identity: Identity {
            name: "docker".to_owned(),
            version: "20.10.24".to_owned(),
            api: Some("1.41".to_owned()),
            runtime: "runc 1.1.5".to_owned(),
            storage: "overlay2".to_owned(),
            rootless: false,
        },
        lacking: Abilities::all(),
    }
}

impl Sample {
    /// Every row of attempts as declared, nothing of the others.
    pub(crate) fn new() -> Self {
        Self::of(&Abilities::all(), &Abilities::all())
    }

    /// With an engine that says it lacks this, and whose sandboxes show that they do.
    pub(crate) fn of(said: &Abilities, shown: &Abilities) -> Self {
        let image = Image::build(Programs::builtin()).unwrap();
        let matrix = declared::matrix().unwrap();
        let engine = EngineAccount {
            lacking: said.clone(),
            ..account()
        };
        let subjects = bundle::subjects(&image.digests, image.id()).unwrap();
        let expected = Expected::of(&subjects, &matrix, &engine).unwrap();
        let started = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_600);
        let facts = RunFacts {
            id: RUN.to_owned(),
            started,
            finished: started + time::Duration::seconds(61),
            host: bundle::this_host(&engine.identity, &unfiltered()).unwrap(),
            engine,
            made_with: engine::image::made_with().unwrap(),
            subjects,
            lifts: Vec::new(),
            mutants: None,
            sharding: None,
        };
        let results = matrix.cases().iter().map(|case| {
            let there = Adapted::of(case, shown);
            let launches = plan::orders(case)
                .iter()
                .enumerate()
                .map(|(at, order)| record(&there, order, at))
                .collect();
            let checks = Vec::new();
            judged(case, Observations { launches, checks }, &expected)
        });
        Self {
            results: results.collect(),
            facts,
            matrix,
            expected,
        }
    }

    /// Changes what was observed of a row, and judges it again.
    pub(crate) fn observe(&mut self, id: &str, change: impl FnOnce(&mut Observations)) {
        let at = self.results.iter().position(|it| it.case.id.as_str() == id);
        let result = &mut self.results[at.unwrap()];
        let mut observed = result.observed.open().unwrap();
        change(&mut observed);
        *result = judged(&result.case.clone(), observed, &self.expected);
    }

    /// Seals it beneath `out` and reads it back.
    pub(crate) fn seal(&self, out: &Path) -> VerifiedBundle {
        let signer = Signer::operator(SecretKey::from_seed(&[7; 32]));
        let deferred = self.matrix.deferred().iter().map(|row| row.id.clone());
        let summary = Summary::of(&self.results, deferred.collect(), self.facts.lifts.clone());
        let (facts, results) = (&self.facts, &self.results);
        let path = bundle::write(out, facts, results, &summary, &signer).unwrap();
        verify_bundle(&BundleFolder::open(&path).unwrap(), &Anchor::Embedded).unwrap()
    }
}

/// A text file of a bundle.
pub(crate) fn text(bundle: &VerifiedBundle, file: &str) -> String {
    String::from_utf8(bundle.files().get(file).unwrap().to_vec()).unwrap()
}

fn judged(case: &Case, observed: Observations, expected: &Expected) -> CaseResult {
    CaseResult {
        millis: 1234,
        ..CaseResult::judged(case, observed.launches, observed.checks, expected)
    }
}

fn record(case: &Case, order: &Order, at: usize) -> LaunchRecord {
    // Every nonce of a run begins with its id.
    let nonce = format!("{RUN}{:016x}{at:016x}", case.number);
    let mut subject = order.task.subject();
    let exit = match &mut subject {
        Subject::Probe(probed) => {
            let (lines, exit) = protocol(case, order, &nonce);
            probed.lines = lines;
            exit
        }
        Subject::Checker(_) => Exit::Code(4),
    };
    let bare = matches!(order.task, Task::BareProbe(_) | Task::Bare { .. });
    LaunchRecord {
        airlock: (!bare).then(|| judge::samples::ready(&nonce)),
        id: order.id.clone(),
        case: order.case.clone(),
        role: order.role,
        lifts: order.lifts.iter().map(ToString::to_string).collect(),
        planted: order.canaries.clone(),
        subject,
        nonce,
        output: Vec::new(),
        barrier: (order.id == "N19/exec/locked" || at == 0).then(view),
        exec: None,
        folders: std::iter::empty().collect(),
        exit,
        errors: String::new(),
        trouble: None,
        millis: 400,
    }
}

/// What a probe would say if everything came out as the matrix declares it.
fn protocol(case: &Case, order: &Order, nonce: &str) -> (Vec<Line>, Exit) {
    let ids = evidence::order::blank(order).attempts().to_vec();
    let attempts = u32::try_from(ids.len()).unwrap();
    let mut events = vec![Event::Hello {
        case: order.case.clone(),
        attempts,
    }];
    let mut exit = Exit::Code(0);
    for id in &ids {
        events.push(Event::Begin { id: id.clone() });
        match judge::samples::came(case, order, id) {
            Ok(outcome) => events.push(Event::End {
                id: id.clone(),
                call: None,
                outcome,
            }),
            Err(signal) => exit = Exit::Code(SIGNALLED + signal),
        }
    }
    if exit == Exit::Code(0) {
        events.push(Event::Exit { attempts });
    }
    let lines = (0..).zip(events).map(|(seq, event)| Line {
        nonce: nonce.to_owned(),
        seq,
        event,
    });
    (lines.collect(), exit)
}

pub(crate) fn view() -> View {
    let unseen = || "not permitted".to_owned();
    let own = |name: &str| Namespace {
        id: format!("{name}:[4026532500]"),
        shared_with_host: false,
    };
    View {
        status: Seen::Seen([("CapEff".to_owned(), "0000000000000000".to_owned())].into()),
        mounts: Seen::Seen(mounts::parse(MOUNTS).unwrap()),
        environment: Seen::Seen(Vec::new()),
        limits: Seen::NotSeen(unseen()),
        control_group: Seen::NotSeen(unseen()),
        system_paths: Seen::NotSeen(unseen()),
        devices: Seen::Seen([("null".to_owned(), "c 1:3".to_owned())].into()),
        namespaces: Seen::Seen([("net".to_owned(), own("net"))].into()),
        interfaces: Seen::Seen(vec!["lo".to_owned()]),
        routes: Seen::Seen(Vec::new()),
        executable: Seen::NotSeen(unseen()),
        held: Seen::NotSeen(unseen()),
        descriptors: Seen::Seen(vec![Descriptor {
            number: 0,
            target: "pipe:[1]".to_owned(),
        }]),
        command_as_asked: Seen::NotSeen(unseen()),
        folders: Seen::NotSeen(unseen()),
        filters: Seen::NotSeen(unseen()),
    }
}

/// A kernel that keeps one call from its filters.
fn unfiltered() -> Unfiltered {
    Unfiltered::Asked(vec![UnfilteredCall {
        number: 335,
        name: seccomp::syscall_name(evidence::profile::NATIVE, 335)
            .unwrap_or_default()
            .to_owned(),
        came: "killed SIGILL".to_owned(),
    }])
}
