//! Joins the shards of a run into one roll, or says what keeps them apart.
//!
//! Every shard was verified and judged again before it gets here. This file owns
//! that they are all the shards of one and the same thing, each row from the one
//! shard that takes it. It writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use evidence::EngineAccount;
use evidence::record::PackedError;
use judge::CaseResult;
use seal::bundle::verify::VerifiedBundle;
use seal::key::Role;
use seal::partition::Partition;
use seal::statement::attestation::{Attestation, Host, MadeWith, Run, Shard, Sharding};
use seal::statement::{StatementError, Subjects};

use crate::Rejudged;

/// A shard's bundle, verified and judged again.
#[derive(Debug)]
pub struct ShardBundle {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub verified: VerifiedBundle,
    /// Its rows, as judged now.
    pub rejudged: Rejudged,
}

/// Shards that belong together.
#[derive(Debug)]
pub struct Joined {
    /// The whole roll, in order.
    pub results: Vec<CaseResult>,
    /// The shards, by index.
    pub shards: Vec<Shard>,
    /// From the first start to the last finish; the id is the first shard's.
    pub run: Run,
    /// Where all of them ran.
    pub host: Host,
    /// The engine's account of itself, the same in all of them.
    pub engine: EngineAccount,
    /// What the programs of all of them were made with.
    pub made_with: MadeWith,
    /// What all of them are about.
    pub subjects: Subjects,
    /// What was lifted in all of them.
    pub lifts: Vec<String>,
}

/// Shards cannot be joined.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum MergeError {
    /// There is nothing to join.
    #[error("expected the bundles of at least two shards, observed {observed}")]
    TooFew {
        /// How many were given.
        observed: usize,
    },
    /// A bundle is not of a shard.
    #[error("expected `{path}` to be a shard of a run, observed a bundle of a whole run")]
    NotAShard {
        /// The bundle.
        path: PathBuf,
    },
    /// A bundle is of a run that was cut otherwise.
    #[error(
        "expected `{path}` to be one of {expected} shards, as `{first}` is, observed {observed}"
    )]
    Cut {
        /// The bundle.
        path: PathBuf,
        /// The one before it.
        first: PathBuf,
        /// Its number of shards.
        expected: u32,
        /// The bundle's.
        observed: Partition,
    },
    /// One shard was given twice.
    #[error("expected each shard once, observed {partition} in `{first}` and in `{second}`")]
    Doubled {
        /// Which.
        partition: Partition,
        /// One bundle.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A shard was not given, so its rows would be missing.
    #[error("expected every shard, observed none that is {partition}")]
    Missing {
        /// Which.
        partition: Partition,
    },
    /// Two shards are not of the same thing, or not from the same kind of place.
    #[error(
        "expected the {what} of `{path}` to be `{first}`'s: expected `{expected}`, observed `{observed}`"
    )]
    Differs {
        /// What differs.
        what: &'static str,
        /// The bundle.
        path: PathBuf,
        /// The one it was compared with.
        first: PathBuf,
        /// That one's.
        expected: String,
        /// The bundle's.
        observed: String,
    },
    /// A run is in two shards, and so could its launches be.
    #[error("expected every run once, observed `{run}` in `{path}` again")]
    Repeated {
        /// Its id.
        run: String,
        /// The second bundle that has it.
        path: PathBuf,
    },
    /// A shard signed by nobody cannot become part of what an operator signs.
    #[error("expected `{path}` to be signed with an operator's key, observed a development key")]
    Development {
        /// The bundle.
        path: PathBuf,
    },
    /// What was observed of a row is not there any more.
    #[error("failed to open what was observed of a row")]
    Observed(#[from] PackedError),
    /// A statement could not be written again.
    #[error("failed to digest the statement of `{path}`")]
    Statement {
        /// The bundle.
        path: PathBuf,
        /// Why not.
        #[source]
        source: StatementError,
    },
}

impl MergeError {
    /// The reason as a word: lower-case, with underscores.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFew { .. } => "too_few_shards",
            Self::NotAShard { .. } => "not_a_shard",
            Self::Cut { .. } => "other_cut",
            Self::Doubled { .. } => "doubled_shard",
            Self::Missing { .. } => "missing_shard",
            Self::Differs { .. } => "differs",
            Self::Repeated { .. } => "repeated_run",
            Self::Development { .. } => "development_key",
            Self::Observed(_) => "observations",
            Self::Statement { .. } => "statement",
        }
    }
}

/// Joins shards, for a signer in this role.
///
/// # Errors
/// The first thing that keeps them apart.
pub fn join(shards: Vec<ShardBundle>, signer: Role) -> Result<Joined, MergeError> {
    let by_index = by_index(&shards)?;
    let Some(first) = by_index.values().next() else {
        return Err(MergeError::TooFew { observed: 0 });
    };
    for shard in by_index.values() {
        require_same(first, shard)?;
        if signer == Role::Operator && said(shard).signer.role == Role::Development {
            return Err(MergeError::Development {
                path: shard.path.clone(),
            });
        }
    }
    require_own_runs(by_index.values().copied())?;
    let all = |all, it: &&ShardBundle| over(all, &said(it).run);
    let run = by_index.values().fold(said(first).run.clone(), all);
    let notes = by_index.iter().map(|(partition, it)| note(*partition, it));
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    let mut results = Vec::new();
    for (partition, shard) in &by_index {
        let own = |it: &&CaseResult| partition.takes(u32::from(it.case.number));
        for result in shard.rejudged.results.iter().filter(own) {
            results.push(timed(result)?);
        }
    }
    results.sort_by_key(|it| it.case.number);
    Ok(Joined {
        results,
        shards: notes,
        run,
        host: said(first).host.clone(),
        engine: first.rejudged.engine.clone(),
        made_with: said(first).made_with.clone(),
        subjects: *first.verified.subjects(),
        lifts: said(first).lifts.clone(),
    })
}

/// From the first start to the last finish.
fn over(all: Run, run: &Run) -> Run {
    Run {
        started: all.started.min(run.started),
        finished: all.finished.max(run.finished),
        ..all
    }
}

fn said(shard: &ShardBundle) -> &Attestation {
    shard.verified.attestation()
}

/// All shards of one run, each once.
fn by_index(shards: &[ShardBundle]) -> Result<BTreeMap<Partition, &ShardBundle>, MergeError> {
    let mut found: BTreeMap<Partition, &ShardBundle> = BTreeMap::new();
    for shard in shards {
        let Some(Sharding::Shard(partition)) = said(shard).sharding else {
            return Err(MergeError::NotAShard {
                path: shard.path.clone(),
            });
        };
        if let Some((first, other)) = found.first_key_value()
            && first.count() != partition.count()
        {
            return Err(MergeError::Cut {
                path: shard.path.clone(),
                first: other.path.clone(),
                expected: first.count(),
                observed: partition,
            });
        }
        if let Some(other) = found.insert(partition, shard) {
            return Err(MergeError::Doubled {
                partition,
                first: other.path.clone(),
                second: shard.path.clone(),
            });
        }
    }
    let count = found.keys().next().map_or(0, |first| first.count());
    for index in 1..=count {
        match Partition::new(index, count) {
            Ok(partition) if !found.contains_key(&partition) => {
                return Err(MergeError::Missing { partition });
            }
            Ok(_) | Err(_) => {}
        }
    }
    if found.len() < 2 {
        let observed = found.len();
        return Err(MergeError::TooFew { observed });
    }
    Ok(found)
}

/// Everything in which the shards of one run agree, each in one line. Not what every
/// bundle that was judged again has from this program: matrix, policy, profile, filters,
/// machine and deferred rows.
fn agreement(shard: &ShardBundle) -> Vec<(&'static str, String)> {
    let (said, host) = (said(shard), &said(shard).host);
    let engine = &shard.rejudged.engine;
    let subjects = shard.verified.subjects();
    let made_with: Vec<String> = said.made_with.named().map(|(_, is)| is).into();
    let lacking = serde_json::to_string(&engine.lacking);
    vec![
        ("checker", subjects.checker.to_string()),
        ("airlock", subjects.airlock.to_string()),
        ("probe", subjects.probe.to_string()),
        ("image", subjects.image.to_string()),
        ("making of the programs", made_with.join(", ")),
        ("kernel", host.kernel.clone()),
        ("engine", host.engine.name.clone()),
        ("engine's version", host.engine.version.clone()),
        ("engine's interface", host.engine.api.clone()),
        ("runtime", host.runtime.clone()),
        (
            "calls shown to no filter",
            host.calls_shown_to_no_filter.to_string(),
        ),
        ("storage", engine.identity.storage.clone()),
        ("rootless engine", engine.identity.rootless.to_string()),
        ("lifts", said.lifts.join(", ")),
        ("engine's abilities", lacking.unwrap_or_default()),
    ]
}

fn require_same(first: &ShardBundle, shard: &ShardBundle) -> Result<(), MergeError> {
    for ((what, expected), (_, observed)) in agreement(first).into_iter().zip(agreement(shard)) {
        if expected != observed {
            return Err(MergeError::Differs {
                what,
                path: shard.path.clone(),
                first: first.path.clone(),
                expected,
                observed,
            });
        }
    }
    Ok(())
}

/// No run is in two shards. Then no launch is: its nonce begins with its run's id, and
/// every shard was judged again.
fn require_own_runs<'a>(
    mut shards: impl Iterator<Item = &'a ShardBundle>,
) -> Result<(), MergeError> {
    let mut seen = BTreeSet::new();
    let again = shards.find(|shard| !seen.insert(&said(shard).run.id));
    again.map_or(Ok(()), |shard| {
        Err(MergeError::Repeated {
            run: said(shard).run.id.clone(),
            path: shard.path.clone(),
        })
    })
}

fn note(partition: Partition, shard: &ShardBundle) -> Result<Shard, MergeError> {
    let statement = shard.verified.statement_digest();
    Ok(Shard {
        partition,
        run: said(shard).run.clone(),
        role: said(shard).signer.role,
        keyid: said(shard).signer.keyid,
        statement: statement.map_err(|source| MergeError::Statement {
            path: shard.path.clone(),
            source,
        })?,
    })
}

/// A row's time is not in its observations; what its launches took is.
fn timed(result: &CaseResult) -> Result<CaseResult, PackedError> {
    Ok(CaseResult {
        millis: result.observed.open()?.launched(),
        ..result.clone()
    })
}

#[cfg(test)]
pub(crate) mod tests;
