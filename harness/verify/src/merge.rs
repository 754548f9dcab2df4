//! `merge`: the bundles of a run's shards become one, or it is said why not.

use std::num::NonZeroUsize;
use std::path::Path;
use std::path::PathBuf;

use bundle::merge::{self, Joined, ShardBundle};
use bundle::report::summary::Summary;
use bundle::{Rejudged, RunFacts};
use judge::CaseResult;
use negatives::matrix::Matrix;
use seal::bundle::verify::{Anchor, VerifiedBundle};
use seal::dsse::TrustedKeys;
use seal::key::{PublicKey, Role, Signer};
use seal::statement::attestation::Sharding;

use crate::{Done, Failure, Printing, folder, keys, results, terminal};

/// What is asked.
#[derive(Debug)]
pub struct Merge {
    /// The bundles of all shards, in any order.
    pub shards: Vec<PathBuf>,
    /// The public keys that shards may be signed with.
    pub public_key: Vec<PathBuf>,
    /// The private key that the whole is sealed with.
    pub key: Option<PathBuf>,
    /// The folder that the bundle goes into.
    pub out: PathBuf,
}

/// Verifies and judges every shard again, joins them, and seals the whole.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Merge) -> Result<Done, Failure> {
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let signer = keys::signer(args.key.as_deref())?;
    let anchor = anchor(args, &signer)?;
    let shards = args.shards.iter().map(|path| {
        let (verified, rejudged) = believed(path, &anchor)?;
        if !rejudged.rules.are_own() {
            return Err(Failure::refused(AnotherRelease(path.clone())));
        }
        Ok(ShardBundle {
            path: path.clone(),
            verified,
            rejudged,
        })
    });
    let shards = shards.collect::<Result<Vec<_>, Failure>>()?;
    let joined = merge::join(shards, signer.role()).map_err(Failure::refused)?;
    let Joined {
        results,
        shards,
        run,
        host,
        engine,
        made_with,
        subjects,
        lifts,
    } = joined;
    let facts = RunFacts {
        id: bundle::new_run().map_err(Failure::internal)?,
        started: run.started.time(),
        finished: run.finished.time(),
        host,
        engine,
        made_with,
        subjects,
        lifts,
        mutants: None,
        sharding: Some(Sharding::Merged { shards }),
    };
    seal(printing, &args.out, &matrix, &facts, &results, &signer)
}

fn seal(
    printing: Printing,
    out: &Path,
    matrix: &Matrix,
    facts: &RunFacts,
    results: &[CaseResult],
    signer: &Signer,
) -> Result<Done, Failure> {
    let deferred = matrix.deferred().iter().map(|row| row.id.clone()).collect();
    let mut summary = Summary::of(results, deferred, facts.lifts.clone());
    summary.engine = bundle::engine_words(&facts.engine.identity);
    summary.sharding = facts.sharding.as_ref().map(ToString::to_string);
    let path = bundle::write(out, facts, results, &summary, signer).map_err(Failure::internal)?;
    summary.bundle = Some(path.display().to_string());
    results::say(printing, matrix, results, &summary, signer.role())
}

/// With which keys the shards are believed: those that are named; else the operator's
/// own, who signs the whole; else the one that each brings.
fn anchor(args: &Merge, signer: &Signer) -> Result<Anchor, Failure> {
    if !args.public_key.is_empty() {
        let keys = args.public_key.iter().map(|path| PublicKey::read(path));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let keys = TrustedKeys::new(keys, NonZeroUsize::MIN).map_err(Failure::internal)?;
        return Ok(Anchor::Keys(keys));
    }
    Ok(match signer.role() {
        Role::Operator => Anchor::Keys(TrustedKeys::one(signer.public())),
        Role::Development => Anchor::Embedded,
    })
}

/// A bundle of which every byte is vouched for and every verdict borne out.
///
/// # Errors
/// It is not to be believed, and why.
pub fn believed(path: &Path, anchor: &Anchor) -> Result<(VerifiedBundle, Rejudged), Failure> {
    let named = |error: &dyn std::error::Error| {
        let why = terminal::without_refused(&evidence::error::chain(error)).to_owned();
        Failure::refused(Unbelieved(format!("refused `{}`: {why}", path.display())))
    };
    folder::open(path)?;
    let believed = bundle::believe(path, anchor).map_err(|error| named(&error))?;
    Ok((believed.bundle, believed.rejudged))
}

/// The whole is judged by what is built in, and so must be its parts.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: expected a shard of this release, observed one of another, which merges it", .0.display())]
struct AnotherRelease(PathBuf);

/// One of several bundles is not to be believed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unbelieved(String);
