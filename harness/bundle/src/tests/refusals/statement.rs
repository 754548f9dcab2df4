//! A statement that is of another kind, in another form, or contradicts itself.

use evidence::Abilities;
use judge::{Adapted, Reason, whole_roll};
use seal::key::{KeyId, Role};
use seal::partition::Partition;
use seal::statement::attestation::{Instant, Run, Shard, Sharding, Unfiltered, UnfilteredCall};

use super::forging::{restate, reword};
use super::*;

pub(super) const TABLE: &[Refused] = &[
    refused(
        "verify.Statement.Type",
        "statement_type statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["_type"] = "https://in-toto.io/Statement/v0.1".into()
            });
        },
    ),
    refused(
        "verify.Statement.PredicateType",
        "statement_type statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["predicateType"] = "tag:proof-of-block,2026:b0-disposition/v1".into();
            });
        },
    ),
    refused(
        "verify.Statement.Subjects",
        "subjects statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["subject"].as_array_mut().unwrap().swap(0, 1)
            });
        },
    ),
    refused(
        "verify.Statement.Subjects",
        "subjects statement.dsse.json",
        |it| {
            restate(it, |said| {
                drop(said["subject"].as_array_mut().unwrap().pop())
            });
        },
    ),
    refused(
        "verify.Statement.NotCanonical",
        "statement statement.dsse.json",
        |it| {
            reword(it, |text| [&text[..], b"\n"].concat());
        },
    ),
    refused(
        "verify.Statement.Predicate.Schema",
        "schema statement.dsse.json",
        |it| restate(it, |said| said["predicate"]["schema"] = 99.into()),
    ),
    refused(
        "verify.Statement.Predicate.RunId",
        "contradiction statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["predicate"]["run"]["id"] = "00112233445566FF".into()
            })
        },
    ),
    refused(
        "verify.Statement.Predicate.RunId",
        "contradiction statement.dsse.json",
        |it| restate(it, |said| said["predicate"]["run"]["id"] = "0011".into()),
    ),
    refused(
        "verify.Statement.Predicate.Times",
        "contradiction statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["predicate"]["run"]["finished"] = "2026-01-02T03:04:04Z".into();
            });
        },
    ),
    refused(
        "verify.Statement.Predicate.Row",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.rows.swap(0, 1)),
    ),
    refused(
        "verify.Statement.Predicate.Row",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.rows[44].id = "N33".to_owned()),
    ),
    refused(
        "verify.Statement.Predicate.Unfiltered",
        "contradiction statement.dsse.json",
        |it| {
            contradict(it, |said| {
                let call = |number| UnfilteredCall {
                    number,
                    name: String::new(),
                    came: "ENXIO".to_owned(),
                };
                said.host.calls_shown_to_no_filter = Unfiltered::Asked(vec![call(2), call(1)]);
            })
        },
    ),
    refused(
        "verify.Statement.Predicate.Result",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.result.complete = true),
    ),
    refused(
        "verify.Statement.Predicate.Result",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.result.exit_code = 0),
    ),
    refused(
        "verify.Statement.Predicate.Deferred",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.deferred[1] = said.deferred[0].clone()),
    ),
    refused(
        "verify.Statement.Predicate.Deferred",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.deferred[0] = "N32".to_owned()),
    ),
    refused(
        "verify.Statement.Predicate.Files",
        "contradiction statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["predicate"]["files"]
                    .as_array_mut()
                    .unwrap()
                    .swap(0, 1);
            });
        },
    ),
    refused(
        "verify.Statement.Predicate.Files",
        "contradiction statement.dsse.json",
        |it| {
            restate(it, |said| {
                let files = said["predicate"]["files"].as_array_mut().unwrap();
                files.insert(0, files[0].clone());
            });
        },
    ),
    refused(
        "verify.Statement.Predicate.Mutants",
        "contradiction statement.dsse.json",
        |it| {
            restate(it, |said| {
                said["predicate"]["mutants"] =
                    serde_json::json!({"total": 2, "killed": 1, "survivors": []});
            });
        },
    ),
    refused(
        "verify.Statement.Predicate.NothingDisclaimed",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.does_not_assert = vec![" ".to_owned()]),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.OthersAreLeft",
        "contradiction statement.dsse.json",
        |it| {
            contradict(it, |said| {
                said.sharding = Some(Sharding::Shard(partition(1)));
            });
        },
    ),
];

/// Changes of a bundle that was merged.
pub(super) const SHARDS: &[Refused] = &[
    refused(
        "verify.Statement.Predicate.Sharding.EveryShard",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| shards(said).swap(0, 1)),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.EveryShard",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| drop(shards(said).pop())),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.AtLeastTwo",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| shards(said).clear()),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.OwnRuns",
        "contradiction statement.dsse.json",
        |it| {
            contradict(it, |said| {
                shards(said)[1].run.id = shards(said)[0].run.id.clone()
            })
        },
    ),
    refused(
        "verify.Statement.Predicate.Sharding.OwnStatements",
        "contradiction statement.dsse.json",
        |it| {
            contradict(it, |said| {
                shards(said)[1].statement = shards(said)[0].statement
            })
        },
    ),
    refused(
        "verify.Statement.Predicate.Sharding.NoneIsLeft",
        "contradiction statement.dsse.json",
        |it| {
            contradict(it, |said| {
                said.rows[0].reason_code = "other_shard".to_owned()
            })
        },
    ),
    refused(
        "verify.Statement.Predicate.Sharding.FromFirstToLast",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.run.started = said.run.finished),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.FromFirstToLast",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| said.run.finished = said.run.started),
    ),
    refused(
        "verify.Statement.Predicate.Sharding.Operators",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| shards(said)[1].role = Role::Development),
    ),
    refused(
        "verify.Statement.Predicate.RunId",
        "contradiction statement.dsse.json",
        |it| contradict(it, |said| shards(said)[1].run.id.clear()),
    ),
];

fn contradict(specimen: &Specimen, edit: impl FnOnce(&mut Attestation)) {
    specimen.forge(|said, _| edit(said)).unwrap();
}

fn shards(said: &mut Attestation) -> &mut Vec<Shard> {
    match &mut said.sharding {
        Some(Sharding::Merged { shards }) => shards,
        other => panic!("{other:?}"),
    }
}

fn partition(index: u32) -> Partition {
    Partition::new(index, 2).unwrap()
}

/// A shard in which nothing was reached.
pub(super) fn shard_sample() -> Sample {
    sample().clone().with(|facts, results, matrix| {
        let here = partition(1);
        facts.sharding = Some(Sharding::Shard(here));
        let own = unreached(matrix).into_iter();
        let own = own.filter(|row| here.takes(u32::from(row.case.number)));
        *results = whole_roll(matrix, own.collect(), here, &Abilities::all());
    })
}

/// Every row of a run that was interrupted before the first.
pub(super) fn unreached(matrix: &Matrix) -> Vec<CaseResult> {
    let cases = matrix.cases().iter();
    let cases = cases.map(|case| Adapted::of(case, &Abilities::all()));
    cases
        .map(|case| CaseResult::not_run(&case, Reason::Interrupted))
        .collect()
}

/// The sample's rows as those of two shards: its own run, which both observed rows are
/// of, and another, which ended earlier.
pub(super) fn merged_sample() -> Sample {
    sample().clone().with(|facts, results, _| {
        let observed = results.iter().filter(|row| !row.observed.is_empty());
        let numbers: Vec<u32> = observed.map(|row| u32::from(row.case.number)).collect();
        let taker = numbers[0] % 2;
        assert!(numbers.iter().all(|number| number % 2 == taker));
        let keyid: KeyId =
            serde_json::from_value(Sha256Digest::of(b"a key").to_string().into()).unwrap();
        let of = |index: u32| {
            let own = index % 2 == taker;
            let run = Run {
                id: if own {
                    facts.id.clone()
                } else {
                    "ee".repeat(8)
                },
                started: Instant::cut(facts.started),
                finished: Instant::cut(if own { facts.finished } else { facts.started }),
            };
            Shard {
                partition: partition(index),
                run,
                role: Role::Operator,
                keyid,
                statement: Sha256Digest::of(&[u8::try_from(index).unwrap()]),
            }
        };
        let shards = vec![of(1), of(2)];
        facts.id = "cc".repeat(8);
        facts.sharding = Some(Sharding::Merged { shards });
    })
}
