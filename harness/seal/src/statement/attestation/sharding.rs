//! How a bundle's rows came together, where no single run called the whole roll.
//!
//! A shard says which rows it left to others; a merged bundle says which shards it
//! was made of. It owns that neither can say what its rows do not bear out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Attestation, PredicateError, Row, Run, VerdictWord};
use crate::digest::Sha256Digest;
use crate::key::{KeyId, Role};
use crate::partition::Partition;

/// The reason code of a row that a shard leaves to the others.
pub const OTHER_SHARD: &str = "other_shard";

/// Part of a run, or a run put together of parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sharding {
    /// One of several shards: the rows it does not take are `not_run`, so it can
    /// never be held. It attests nothing.
    Shard(Partition),
    /// Every row is from the one shard that takes it.
    Merged {
        /// The shards, by index: all of them.
        shards: Vec<Shard>,
    },
}

/// A shard that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which of how many.
    pub partition: Partition,
    /// Its run: id and times.
    pub run: Run,
    /// The role of the key that signed it.
    pub role: Role,
    /// That key's id.
    pub keyid: KeyId,
    /// SHA-256 of its statement: of the payload in its `statement.dsse.json`.
    pub statement: Sha256Digest,
}

/// What must be so of shards.
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShardingRule {
    /// A shard answers for the rows that it takes.
    #[error("the rows of other shards, and no others, to be left to them")]
    OthersAreLeft,
    /// A merged bundle names every shard.
    #[error("every shard once, by index")]
    EveryShard,
    /// No run was merged with itself.
    #[error("shards of runs of their own")]
    OwnRuns,
    /// No bundle was merged with itself.
    #[error("shards of statements of their own")]
    OwnStatements,
    /// One shard is a whole run, and none is nothing.
    #[error("at least two shards")]
    AtLeastTwo,
    /// A merged bundle has every row.
    #[error("no row to be left to a shard")]
    NoneIsLeft,
    /// A merged bundle's run is that of its shards.
    #[error("a run from the first start of a shard to the last finish")]
    FromFirstToLast,
    /// Nobody becomes an operator by being merged.
    #[error("shards that operators signed, as an operator signed the whole")]
    Operators,
}

impl Sharding {
    /// Whether it fits what it is said of.
    pub(super) fn check(&self, said: &Attestation) -> Result<(), PredicateError> {
        match self {
            Self::Shard(partition) => check_shard(*partition, &said.rows),
            Self::Merged { shards } => {
                check_shards(shards)?;
                check_merged(shards, said)
            }
        }
    }
}

impl std::fmt::Display for Sharding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shard(partition) => {
                write!(f, "{partition}: the other rows are left to other shards")
            }
            Self::Merged { shards } => {
                let runs: Vec<&str> = shards.iter().map(|it| it.run.id.as_str()).collect();
                write!(f, "merged from the runs {}", runs.join(", "))
            }
        }
    }
}

fn check_shard(partition: Partition, rows: &[Row]) -> Result<(), PredicateError> {
    let left = |row: &Row| row.verdict == VerdictWord::NotRun && row.reason_code == OTHER_SHARD;
    let fits = |row: &Row| partition.takes(row.number) != left(row);
    require(rows.iter().all(fits), ShardingRule::OthersAreLeft)
}

fn check_shards(shards: &[Shard]) -> Result<(), PredicateError> {
    let count = u32::try_from(shards.len()).unwrap_or(u32::MAX);
    let mut runs = BTreeSet::new();
    let mut statements = BTreeSet::new();
    for (index, shard) in (1..).zip(shards) {
        let expected = Partition::new(index, count).ok();
        require(expected == Some(shard.partition), ShardingRule::EveryShard)?;
        shard.run.check()?;
        require(runs.insert(&shard.run.id), ShardingRule::OwnRuns)?;
        require(
            statements.insert(shard.statement.to_string()),
            ShardingRule::OwnStatements,
        )?;
    }
    require(!shards.is_empty(), ShardingRule::AtLeastTwo)
}

fn check_merged(shards: &[Shard], said: &Attestation) -> Result<(), PredicateError> {
    let left = said.rows.iter().any(|row| row.reason_code == OTHER_SHARD);
    require(!left, ShardingRule::NoneIsLeft)?;
    let started = shards.iter().map(|shard| shard.run.started).min();
    let finished = shards.iter().map(|shard| shard.run.finished).max();
    require(
        started == Some(said.run.started) && finished == Some(said.run.finished),
        ShardingRule::FromFirstToLast,
    )?;
    let by_operators = shards.iter().all(|shard| shard.role == Role::Operator);
    require(
        said.signer.role == Role::Development || by_operators,
        ShardingRule::Operators,
    )
}

fn require(holds: bool, expected: ShardingRule) -> Result<(), PredicateError> {
    if holds {
        Ok(())
    } else {
        Err(PredicateError::Sharding { expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Predicate;
    use crate::statement::attestation::Attestation;
    use crate::statement::attestation::RunResult;
    use crate::statement::attestation::RunVerdict;
    use crate::statement::samples::attestation;
    use crate::statement::samples::signer;

    fn shard_of(index: u32, count: u32) -> Attestation {
        let partition = Partition::new(index, count).unwrap();
        let verdict = |number| {
            if partition.takes(number) {
                VerdictWord::Held
            } else {
                VerdictWord::NotRun
            }
        };
        let mut said = attestation(verdict);
        for row in &mut said.rows {
            if !partition.takes(row.number) {
                row.reason_code = OTHER_SHARD.to_owned();
            }
        }
        said.sharding = Some(Sharding::Shard(partition));
        said
    }

    fn merged() -> Attestation {
        let note = |index: u32| Shard {
            partition: Partition::new(index, 2).unwrap(),
            run: Run {
                id: format!("00112233445566{index:02}"),
                ..attestation(|_| VerdictWord::Held).run
            },
            role: signer().role(),
            keyid: signer().public().id(),
            statement: Sha256Digest::of(&[u8::try_from(index).unwrap()]),
        };
        let shards = vec![note(1), note(2)];
        let mut said = attestation(|_| VerdictWord::Held);
        said.sharding = Some(Sharding::Merged { shards });
        said
    }

    fn shards(said: &mut Attestation) -> &mut Vec<Shard> {
        match &mut said.sharding {
            Some(Sharding::Merged { shards }) => shards,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_shard_is_incomplete_however_well_its_own_rows_did() {
        let said = shard_of(1, 2);
        assert_eq!(said.check(), Ok(()));
        assert_eq!(said.result.verdict, RunVerdict::Incomplete);
        assert_eq!((said.result.exit_code, said.result.complete), (4, false));
    }

    #[test]
    fn a_shard_answers_for_its_own_rows_and_for_no_other() {
        type Change = fn(&mut Attestation);
        let changes: [Change; 4] = [
            |it| it.rows[1].verdict = VerdictWord::Held,
            |it| it.rows[1].reason_code = "interrupted".into(),
            |it| it.rows[0].reason_code = OTHER_SHARD.into(),
            |it| it.sharding = Some(Sharding::Shard("count:1/3".parse().unwrap())),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut said = shard_of(1, 2);
            change(&mut said);
            said.rows[0].verdict = match index {
                2 => VerdictWord::NotRun,
                _ => said.rows[0].verdict,
            };
            said.result = RunResult::of(&said.rows, 1, &[]);
            let error = said.check().unwrap_err();
            assert!(matches!(error, PredicateError::Sharding { .. }), "{index}");
        }
    }

    #[test]
    fn a_merged_bundle_names_every_shard_once() {
        assert_eq!(merged().check(), Ok(()));
        type Change = fn(&mut Attestation);
        let changes: [Change; 6] = [
            |it| shards(it).clear(),
            |it| drop(shards(it).pop()),
            |it| shards(it).swap(0, 1),
            |it| shards(it)[1] = shards(it)[0].clone(),
            |it| shards(it)[1].run.id = shards(it)[0].run.id.clone(),
            |it| shards(it)[1].statement = shards(it)[0].statement,
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut said = merged();
            change(&mut said);
            let error = said.check().unwrap_err();
            assert!(matches!(error, PredicateError::Sharding { .. }), "{index}");
        }
    }

    #[test]
    fn a_whole_run_says_nothing_of_shards() {
        let said = attestation(|_| VerdictWord::Held);
        let text = serde_json::to_string(&said).unwrap();
        assert!(!text.contains("sharding"));
        let text = serde_json::to_string(&shard_of(2, 3)).unwrap();
        assert!(text.contains(r#""sharding":{"shard":{"index":2,"count":3}}"#));
    }
}
