//! Shards sealed and read back as users' are, joined, and kept apart by each thing in
//! which they can disagree. No engine: what ran are the rows that need none.

use std::sync::LazyLock;

use std::path::Path;

use negatives::matrix::Matrix;
use seccomp::Policy;
use time::macros::datetime;

use super::*;
use crate::bundle::{self, RunFacts};
use crate::checks;
use crate::engine::{Abilities, Ability, Account, Exit, Identity};
use crate::image::{Image, Programs};
use crate::judge::{self, Adapted, Expected};
use crate::plan;
use crate::record::{CheckRecord, LaunchRecord, Observations};
use crate::report::summary::Summary;
use crate::seal::bundle::folder::BundleFolder;
use crate::seal::bundle::verify::{Anchor, Standing, verify_bundle};
use crate::seal::digest::Sha256Digest;
use crate::seal::key::{SecretKey, Signer};
use crate::seal::statement::attestation::Unfiltered;

/// What came of a row's checks, each made once for all tests of a process.
fn checked(case: &str) -> Vec<CheckRecord> {
    static CHECKS: LazyLock<BTreeMap<String, Vec<CheckRecord>>> = LazyLock::new(|| {
        let matrix = Matrix::builtin().unwrap();
        let made = |case: &negatives::matrix::Case| {
            let records = checks::of(case).iter().map(checks::record);
            (case.id.to_string(), records.collect())
        };
        matrix.cases().iter().map(made).collect()
    });
    CHECKS[case].clone()
}

/// What is changed in one of two shards.
type Change = fn(&mut RunFacts);

/// What shards of one run are sealed from.
struct Shards {
    folder: tempfile::TempDir,
    matrix: Matrix,
    expected: Expected,
    facts: RunFacts,
}

fn account() -> Account {
    Account {
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
    fn new() -> Self {
        let image = Image::build(Programs::builtin()).unwrap();
        let engine = account();
        Self {
            folder: tempfile::tempdir().unwrap(),
            matrix: Matrix::builtin().unwrap(),
            expected: Expected {
                programs: image.digests.clone(),
                policy: Policy::builtin().unwrap(),
                abilities: Abilities::all(),
            },
            facts: RunFacts {
                id: "00".repeat(8),
                started: datetime!(2026-11-23 22:51:07 UTC),
                finished: datetime!(2026-11-23 22:52:00 UTC),
                host: bundle::this_host(&engine.identity, &Unfiltered::Asked(Vec::new())).unwrap(),
                engine,
                subjects: bundle::subjects(&image).unwrap(),
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

    fn seal(&self, cut: &str, name: &str, change: impl Fn(&mut RunFacts)) -> PathBuf {
        self.seal_as(&Signer::development().unwrap(), cut, name, name, change)
    }

    fn seal_as(
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
                crate::partition::whole_roll(&self.matrix, own, here, &self.expected.abilities)
            }
        };
        let mut facts = RunFacts {
            id: hex::encode(format!("run-{name:>4}")),
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
        bundle::write(out, facts, results, &self.matrix, &summary, signer).unwrap()
    }
}

/// What is observed of a row: its checks, if it has any; else a launch that failed.
fn observed(case: &negatives::matrix::Case, nonce: &str) -> Observations {
    let launches = plan::orders(case).into_iter().take(1);
    let launches = launches.map(|order| LaunchRecord {
        nonce: format!("{nonce}-{}", order.id),
        trouble: Some("this is a test".to_owned()),
        exit: Exit::Code(255),
        ..crate::launch::blank(&order)
    });
    Observations {
        launches: launches.collect(),
        checks: checked(case.id.as_str()),
    }
}

fn read(path: &Path) -> ShardBundle {
    let folder = BundleFolder::open(path).unwrap();
    let verified = verify_bundle(&folder, &Anchor::Embedded).unwrap();
    let rejudged = bundle::rejudge(&verified).unwrap();
    ShardBundle {
        path: path.to_owned(),
        verified,
        rejudged,
    }
}

fn joined(paths: &[PathBuf]) -> Result<Joined, MergeError> {
    join(
        paths.iter().map(|path| read(path)).collect(),
        Role::Development,
    )
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
fn disagreements() -> [(&'static str, Change); 15] {
    [
        ("checker", |it| it.subjects.checker = Sha256Digest::of(b"x")),
        ("airlock", |it| it.subjects.airlock = Sha256Digest::of(b"x")),
        ("probe", |it| it.subjects.probe = Sha256Digest::of(b"x")),
        ("image", |it| it.subjects.image = Sha256Digest::of(b"x")),
        ("policy", |it| it.subjects.policy = Sha256Digest::of(b"x")),
        ("matrix", |it| it.subjects.matrix = Sha256Digest::of(b"x")),
        ("kernel", |it| it.host.kernel.push('x')),
        ("machine", |it| it.host.arch.push('x')),
        ("engine", |it| {
            it.host.engine.name = "podman".into();
            it.engine.identity.name = "podman".into();
        }),
        ("engine's version", |it| {
            it.host.engine.version = "29".into();
            it.engine.identity.version = "29".into();
        }),
        ("engine's interface", |it| it.host.engine.api.push('x')),
        ("runtime", |it| it.host.runtime.push('x')),
        ("storage", |it| it.engine.identity.storage.push('x')),
        ("rootless engine", |it| it.engine.identity.rootless = true),
        ("lifts", |it| it.lifts = vec!["network".into()]),
    ]
}

#[test]
fn shards_that_disagree_are_refused_and_the_difference_is_named() {
    let shards = Shards::new();
    let one = shards.seal("count:1/2", "one", |_| {});
    for (index, (what, change)) in disagreements().into_iter().enumerate() {
        // Only rows without observations: a lift would otherwise be seen in them.
        let facts = RunFacts {
            id: format!("{index:016}"),
            ..changed(&shards, "count:2/2", change)
        };
        let two = shards.write(
            &facts,
            &unreached(&shards, "count:2/2"),
            &Signer::development().unwrap(),
        );
        match joined(&[one.clone(), two]) {
            Err(MergeError::Differs { what: observed, .. }) => assert_eq!(observed, what),
            other => panic!("{what}: {other:?}"),
        }
    }
}

fn changed(shards: &Shards, cut: &str, change: fn(&mut RunFacts)) -> RunFacts {
    let mut facts = RunFacts {
        id: hex::encode("a shard!"),
        sharding: Some(Sharding::Shard(cut.parse().unwrap())),
        ..shards.facts.clone()
    };
    change(&mut facts);
    facts
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
    crate::partition::whole_roll(
        &shards.matrix,
        own.collect(),
        here,
        &shards.expected.abilities,
    )
}

#[test]
fn what_an_engine_lacks_is_part_of_what_it_is() {
    let shards = Shards::new();
    let one = shards.seal("count:1/2", "one", |_| {});
    let lacking = |it: &mut RunFacts| {
        it.engine.lacking = Abilities::all().without(Ability::ControlGroup, "none");
    };
    let facts = changed(&shards, "count:2/2", lacking);
    let rows = unreached(&shards, "count:2/2");
    let two = shards.write(&facts, &rows, &Signer::development().unwrap());
    let error = joined(&[one, two]).unwrap_err();
    assert!(
        matches!(error, MergeError::Differs { what, .. } if what == "engine's abilities"),
        "{error}"
    );
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

#[test]
fn a_launch_or_a_run_that_is_in_two_shards_is_refused() {
    let shards = Shards::new();
    let one = shards.seal("count:1/2", "one", |_| {});
    // Two bundles with one id do not lie in one folder.
    let elsewhere = Shards::new();
    let same_run = elsewhere.seal("count:2/2", "two", |it| it.id = hex::encode("run- one"));
    let error = joined(&[one.clone(), same_run]).unwrap_err();
    assert!(
        matches!(error, MergeError::Repeated { what: "run", .. }),
        "{error}"
    );
    // A nonce is of one launch of one row, so its replay sits in another row's record.
    let here: Partition = "count:2/2".parse().unwrap();
    let cases = shards.matrix.cases().iter();
    let own = cases.filter(|case| here.takes(u32::from(case.number)));
    let own = own.map(|case| {
        let mut own = observed(case, "two");
        if let ("A2", Some(launch)) = (case.id.as_str(), own.launches.first_mut()) {
            let other = read(&one).rejudged.results[0].observed.open().unwrap();
            launch.nonce = other.launches[0].nonce.clone();
        }
        shards.judged(case, own)
    });
    let results = crate::partition::whole_roll(
        &shards.matrix,
        own.collect(),
        here,
        &shards.expected.abilities,
    );
    let facts = changed(&shards, "count:2/2", |_| {});
    let two = shards.write(&facts, &results, &Signer::development().unwrap());
    let error = joined(&[one, two]).unwrap_err();
    assert!(
        matches!(error, MergeError::Repeated { what: "nonce", .. }),
        "{error}"
    );
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
