//! Shards sealed and read back as users' are, joined, and kept apart by each thing in
//! which they can disagree. No engine: what ran are the rows that need none.

use std::path::Path;

use evidence::digest::sha256;
use evidence::record::{LaunchRecord, Observations};
use evidence::{Abilities, Ability, EngineAccount, Exit, Identity, plan};
use judge::{Adapted, Expected, samples};
use negatives::matrix::Matrix;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, Standing, verify_bundle};
use seal::digest::Sha256Digest;
use seal::key::{SecretKey, Signer};
use seal::statement::attestation::Unfiltered;
use seccomp::Policy;
use time::macros::datetime;

use super::*;
use crate::RunFacts;
use crate::report::summary::Summary;

/// What is changed in one of two shards.
pub(crate) type Change = fn(&mut RunFacts);

/// What shards of one run are sealed from.
pub(crate) struct Shards {
    folder: tempfile::TempDir,
    matrix: Matrix,
    expected: Expected,
    facts: RunFacts,
}

fn account() -> EngineAccount {
    EngineAccount {
        identity: Identity {
            name: "docker".to_owned(),
            version: "28.0.1".to_owned(),
            api: Some("1.48".to_owned()),
            runtime: "runc 1.2.5".to_owned(),
            storage: "overlay2".to_owned(),
            rootless: false,
        },
        lacking: Abilities::all(),
    }
}

impl Shards {
    pub(crate) fn new() -> Self {
        let engine = account();
        Self {
            folder: tempfile::tempdir().unwrap(),
            matrix: declared::matrix().unwrap(),
            expected: Expected {
                programs: samples::programs(),
                policy: Policy::builtin().unwrap(),
                arch: evidence::profile::NATIVE,
                abilities: Abilities::all(),
                engine: None,
                answers: std::sync::Arc::default(),
            },
            facts: RunFacts {
                id: "00".repeat(8),
                started: datetime!(2026-11-23 22:51:07 UTC),
                finished: datetime!(2026-11-23 22:52:00 UTC),
                host: crate::this_host(&engine.identity, &Unfiltered::Asked(Vec::new())).unwrap(),
                engine,
                made_with: seal::statement::samples::made_with(),
                subjects: crate::subjects(&samples::programs(), &sha256(b"an image")).unwrap(),
                lifts: Vec::new(),
                mutants: None,
                sharding: None,
            },
        }
    }

    /// A row's result: of its checks, if it has any; else of a launch that failed.
    fn result(&self, case: &negatives::matrix::Case, nonce: &str) -> CaseResult {
        self.judged(case, observed(case, nonce))
    }

    fn judged(&self, case: &negatives::matrix::Case, observed: Observations) -> CaseResult {
        CaseResult {
            millis: 7,
            ..CaseResult::judged(case, observed.launches, observed.checks, &self.expected)
        }
    }

    pub(crate) fn seal(&self, cut: &str, name: &str, change: impl Fn(&mut RunFacts)) -> PathBuf {
        self.seal_as(&Signer::development().unwrap(), cut, name, name, change)
    }

    pub(crate) fn seal_as(
        &self,
        signer: &Signer,
        cut: &str,
        name: &str,
        nonce: &str,
        change: impl Fn(&mut RunFacts),
    ) -> PathBuf {
        let here: Option<Partition> = (!cut.is_empty()).then(|| cut.parse().unwrap());
        let results = self.matrix.cases().iter();
        let results: Vec<CaseResult> = match here {
            None => results.map(|case| self.result(case, nonce)).collect(),
            Some(here) => {
                let own = results.filter(|case| here.takes(u32::from(case.number)));
                let own = own.map(|case| self.result(case, nonce)).collect();
                judge::whole_roll(&self.matrix, own, here, &self.expected.abilities)
            }
        };
        let mut facts = RunFacts {
            id: run_id(name),
            sharding: here.map(Sharding::Shard),
            ..self.facts.clone()
        };
        change(&mut facts);
        self.write(&facts, &results, signer)
    }

    fn write(&self, facts: &RunFacts, results: &[CaseResult], signer: &Signer) -> PathBuf {
        let deferred = self.matrix.deferred().iter().map(|row| row.id.clone());
        let summary = Summary::of(results, deferred.collect(), facts.lifts.clone());
        let out = self.folder.path();
        crate::write(out, facts, results, &summary, signer).unwrap()
    }
}

/// The id of the run of this name.
fn run_id(name: &str) -> String {
    hex::encode(format!("run-{name:>4}"))
}

/// What is observed of a row: its checks, if it has any; else a launch that failed.
fn observed(case: &negatives::matrix::Case, nonce: &str) -> Observations {
    let launches = plan::orders(case).into_iter().take(1);
    let launches = launches.map(|order| LaunchRecord {
        nonce: format!("{}{}", run_id(nonce), &sha256(order.id.as_bytes())[..32]),
        trouble: Some("this is a test".to_owned()),
        exit: Exit::Code(255),
        ..evidence::order::blank(&order)
    });
    Observations {
        launches: launches.collect(),
        checks: samples::checks(case),
    }
}

fn read(path: &Path) -> ShardBundle {
    let folder = BundleFolder::open(path).unwrap();
    let verified = verify_bundle(&folder, &Anchor::Embedded).unwrap();
    let rejudged = crate::rejudge(&verified).unwrap();
    ShardBundle {
        path: path.to_owned(),
        verified,
        rejudged,
    }
}

pub(crate) fn joined(paths: &[PathBuf]) -> Result<Joined, MergeError> {
    joined_by(paths, Role::Development)
}

pub(crate) fn joined_by(paths: &[PathBuf], signer: Role) -> Result<Joined, MergeError> {
    join(paths.iter().map(|path| read(path)).collect(), signer)
}

fn verdicts(results: &[CaseResult]) -> Vec<(String, String)> {
    let row = |it: &CaseResult| (it.case.id.to_string(), format!("{:?}", it.verdict));
    results.iter().map(row).collect()
}

#[test]
fn two_shards_come_to_the_verdicts_of_the_whole_run() {
    let shards = Shards::new();
    let whole = read(&shards.seal("", "all", |_| {}));
    let one = shards.seal("count:1/2", "one", |_| {});
    let two = shards.seal("count:2/2", "two", |it| {
        it.finished = datetime!(2026-11-23 22:59:00 UTC);
    });
    assert_eq!(read(&one).verified.standing(), Standing::Shard);
    // The order in which they are given does not matter.
    let joined = joined(&[two.clone(), one.clone()]).unwrap();
    assert_eq!(verdicts(&joined.results), verdicts(&whole.rejudged.results));
    assert_eq!(joined.results.len(), 45);
    assert_eq!(joined.run.started.to_string(), "2026-11-23T22:51:07Z");
    assert_eq!(joined.run.finished.to_string(), "2026-11-23T22:59:00Z");
    merged_bundle_is_believed(&shards, joined, &[one, two]);
}

fn merged_bundle_is_believed(shards: &Shards, joined: Joined, paths: &[PathBuf]) {
    let facts = RunFacts {
        id: "ab".repeat(8),
        started: joined.run.started.time(),
        finished: joined.run.finished.time(),
        sharding: Some(Sharding::Merged {
            shards: joined.shards,
        }),
        ..shards.facts.clone()
    };
    let signer = Signer::development().unwrap();
    let merged = read(&shards.write(&facts, &joined.results, &signer));
    assert_eq!(
        verdicts(&merged.rejudged.results),
        verdicts(&joined.results)
    );
    let Some(Sharding::Merged { shards: notes }) = &merged.verified.attestation().sharding else {
        panic!("it does not say what it was merged from");
    };
    for (note, path) in notes.iter().zip(paths) {
        let shard = read(path);
        assert_eq!(note.run, shard.verified.attestation().run);
        assert_eq!(note.keyid, shard.verified.attestation().signer.keyid);
        assert_eq!(note.statement, shard.verified.statement_digest().unwrap());
    }
}

/// Each thing in which shards can disagree.
pub(crate) fn disagreements() -> [(&'static str, Change); 15] {
    [
        ("checker", |it| it.subjects.checker = Sha256Digest::of(b"x")),
        ("airlock", |it| it.subjects.airlock = Sha256Digest::of(b"x")),
        ("probe", |it| it.subjects.probe = Sha256Digest::of(b"x")),
        ("image", |it| it.subjects.image = Sha256Digest::of(b"x")),
        ("making of the programs", |it| {
            it.made_with.libc = Sha256Digest::of(b"x");
        }),
        ("kernel", |it| it.host.kernel.push('x')),
        ("engine", |it| {
            it.host.engine.name = "podman".into();
            it.engine.identity.name = "podman".into();
        }),
        ("engine's version", |it| {
            it.host.engine.version = "29".into();
            it.engine.identity.version = "29".into();
        }),
        ("engine's interface", |it| {
            it.host.engine.api.push('x');
            it.engine.identity.api = Some(it.host.engine.api.clone());
        }),
        ("runtime", |it| {
            it.host.runtime.push('x');
            it.engine.identity.runtime.push('x');
        }),
        ("calls shown to no filter", |it| {
            it.host.calls_shown_to_no_filter = Unfiltered::NotAsked {
                reason: "no answer".to_owned(),
            };
        }),
        ("storage", |it| it.engine.identity.storage.push('x')),
        ("rootless engine", |it| it.engine.identity.rootless = true),
        ("lifts", |it| it.lifts = vec!["network".into()]),
        ("engine's abilities", |it| {
            it.engine.lacking = Abilities::all().without(Ability::ControlGroup, "none");
        }),
    ]
}

#[test]
fn shards_that_disagree_are_refused_and_the_difference_is_named() {
    let shards = Shards::new();
    let one = shards.seal("count:1/2", "one", |_| {});
    let compared = agreement(&read(&one)).into_iter().map(|it| it.0);
    let changed = disagreements().map(|it| it.0);
    assert_eq!(compared.collect::<Vec<_>>(), changed);
    for (what, change) in disagreements() {
        let elsewhere = Shards::new();
        let two = unreached_shard(&elsewhere, "count:2/2", change);
        match joined(&[one.clone(), two]) {
            Err(MergeError::Differs { what: observed, .. }) => assert_eq!(observed, what),
            other => panic!("{what}: {other:?}"),
        }
    }
}

/// A shard in which nothing was reached: a lift would otherwise be seen in its records.
pub(crate) fn unreached_shard(shards: &Shards, cut: &str, change: Change) -> PathBuf {
    let mut facts = RunFacts {
        id: hex::encode("a shard!"),
        sharding: Some(Sharding::Shard(cut.parse().unwrap())),
        ..shards.facts.clone()
    };
    change(&mut facts);
    let rows = unreached(shards, cut);
    shards.write(&facts, &rows, &Signer::development().unwrap())
}

fn unreached(shards: &Shards, cut: &str) -> Vec<CaseResult> {
    let here: Partition = cut.parse().unwrap();
    let cases = shards.matrix.cases().iter();
    let own = cases.filter(|case| here.takes(u32::from(case.number)));
    let own = own.map(|case| {
        CaseResult::not_run(
            &Adapted::of(case, &shards.expected.abilities),
            judge::Reason::Interrupted,
        )
    });
    judge::whole_roll(
        &shards.matrix,
        own.collect(),
        here,
        &shards.expected.abilities,
    )
}

#[test]
fn a_missing_a_doubled_and_a_foreign_shard_are_refused() {
    let shards = Shards::new();
    let one = shards.seal("count:1/3", "one", |_| {});
    let two = shards.seal("count:2/3", "two", |_| {});
    let again = shards.seal("count:2/3", "more", |_| {});
    let half = shards.seal("count:2/2", "half", |_| {});
    let whole = shards.seal("", "all", |_| {});
    let refused = |paths: &[&PathBuf]| {
        let paths: Vec<PathBuf> = paths.iter().copied().cloned().collect();
        joined(&paths).unwrap_err().to_string()
    };
    let missing = refused(&[&two, &one]);
    assert_eq!(
        missing,
        "expected every shard, observed none that is shard 3 of 3"
    );
    assert!(refused(&[&one, &two, &again]).contains("expected each shard once"));
    assert!(refused(&[&one, &half]).contains("to be one of 3 shards"));
    assert!(refused(&[&one, &whole]).contains("observed a bundle of a whole run"));
    assert!(refused(&[]).contains("at least two shards"));
}

/// So no launch is in two shards, if no run is.
#[test]
fn a_launch_of_another_run_is_no_shard_s_even_if_it_failed() {
    let shards = Shards::new();
    let two = shards.seal_as(
        &Signer::development().unwrap(),
        "count:2/2",
        "two",
        "one",
        |_| {},
    );
    let refused = crate::believe(&two, &Anchor::Embedded).unwrap_err();
    assert_eq!(refused.code(), "foreign");
}

#[test]
fn an_operator_does_not_sign_over_a_development_key() {
    let shards = Shards::new();
    let key = || Signer::operator(SecretKey::from_seed(&[7; 32]));
    let one = shards.seal_as(&key(), "count:1/2", "one", "one", |_| {});
    let two = shards.seal("count:2/2", "two", |_| {});
    let both = || vec![read(&one), read(&two)];
    let error = join(both(), Role::Operator).unwrap_err();
    assert!(matches!(error, MergeError::Development { path } if path == two));
    assert!(join(both(), Role::Development).is_ok());
    let signed = shards.seal_as(&key(), "count:2/2", "mine", "mine", |_| {});
    assert!(join(vec![read(&one), read(&signed)], Role::Operator).is_ok());
}
