//! `attest`: every row, in real sandboxes, sealed into a signed bundle.

use std::sync::mpsc;
use std::thread;

use bundle::exit::Exit;
use bundle::report::summary::Summary;
use bundle::{BundleError, RunFacts};
use engine::unfiltered;
use judge::CaseResult;
use negatives::matrix::{Case, Lift, Matrix};
use seal::partition::Partition;
use seal::statement::attestation::Sharding;
use time::OffsetDateTime;
use verify::{Done, Failure, keys, results, terminal};

use super::{mutants, require_unstopped};
use crate::cli::{Attest, Common};
use crate::mutants::{Catalogue, Score};
use crate::stand::Stand;
use crate::suite::Suite;
use crate::{progress, rehearsal};

/// Runs every row and writes the bundle.
pub(super) fn attest(common: &Common, args: &Attest) -> Result<Done, Failure> {
    let lifted = super::lifted(&args.lift)?;
    let matrix = declared::matrix().map_err(Failure::internal)?;
    // A key that cannot be read is found out before the work, not after it.
    let signer = keys::signer(args.signed.key.as_deref())?;
    rehearsal::require(vec![rehearsal::bundles(&args.into.out)])?;
    let mut stand = rehearsal::open(args.on.engine)?;
    stand.use_postgres_image(args.postgres.postgres_image.clone());
    let started = OffsetDateTime::now_utc();
    let ran = run_all(args, &stand, &matrix, lifted.clone());
    let ran = ran.and_then(|results| Ok((results, score(args, &stand, &matrix)?)));
    let (results, score) = match ran {
        Ok(ran) => ran,
        Err(failure) => {
            drop(stand.close());
            return Err(failure);
        }
    };
    let mut facts = facts(&stand, started)?;
    facts.lifts = lifted.iter().map(ToString::to_string).collect();
    facts.mutants = score.as_ref().map(Score::for_the_statement);
    facts.sharding = args.partition.map(Sharding::Shard);
    let stop = std::sync::Arc::clone(&stand.stop);
    let closed = stand.close();
    let mut summary = summary(&results, &matrix, &facts);
    require_unstopped(&stop, "no bundle was written").map_err(|it| it.beside(&summary))?;
    let written = bundle::write(&args.into.out, &facts, &results, &summary, &signer);
    if let Ok(path) = &written {
        summary.bundle = Some(path.display().to_string());
    }
    // Whatever became of the bundle, the rows were run.
    let printing = common.printing();
    let done = results::say(printing, &matrix, &results, &summary, signer.role())?;
    let written = written.map(drop).map_err(unwritten);
    let ended = written.and_then(|()| closed.map_err(Failure::internal));
    ended.map_err(|failure| failure.beside(&summary))?;
    match score.filter(|_| summary.exit() == Exit::Held) {
        Some(score) => Done::saying(score.exit(), &summary),
        None => Ok(done),
    }
}

fn unwritten(error: BundleError) -> Failure {
    let mend = "name another folder with --out, and run again";
    Failure::blocked(error, Some(mend.to_owned()))
}

fn summary(results: &[CaseResult], matrix: &Matrix, facts: &RunFacts) -> Summary {
    let deferred = matrix.deferred().iter().map(|row| row.id.clone()).collect();
    let mut summary = Summary::of(results, deferred, facts.lifts.clone());
    summary.engine = bundle::engine_words(&facts.engine.identity);
    summary.calls_shown_to_no_filter = Some(facts.host.calls_shown_to_no_filter.clone());
    summary.sharding = facts.sharding.as_ref().map(ToString::to_string);
    summary
}

/// What is known of a run that is over, whatever it was asked for.
fn facts(stand: &Stand, started: OffsetDateTime) -> Result<RunFacts, Failure> {
    let engine = stand.engine.identity();
    Ok(RunFacts {
        id: stand.run.clone(),
        started,
        finished: OffsetDateTime::now_utc(),
        host: bundle::this_host(engine, unfiltered::of_this_kernel()).map_err(Failure::internal)?,
        engine: stand.account(),
        made_with: engine::image::made_with().map_err(Failure::internal)?,
        subjects: bundle::subjects(&stand.image.digests, stand.image.id())
            .map_err(Failure::internal)?,
        lifts: Vec::new(),
        mutants: None,
        sharding: None,
    })
}

/// The mutants' score, if it was asked for.
fn score(args: &Attest, stand: &Stand, matrix: &Matrix) -> Result<Option<Score>, Failure> {
    if !args.mutants {
        return Ok(None);
    }
    let catalogue = Catalogue::builtin(matrix).map_err(Failure::internal)?;
    let all: Vec<_> = catalogue.mutants().iter().collect();
    let score = mutants::run(args.side_by_side.count(), stand, matrix, &all)?;
    terminal::tell(&mutants::conclusion(&score));
    Ok(Some(score))
}

fn run_all(
    args: &Attest,
    stand: &Stand,
    matrix: &Matrix,
    lifted: Vec<Lift>,
) -> Result<Vec<CaseResult>, Failure> {
    let expected = stand.expected(matrix).map_err(Failure::internal)?;
    let bench = stand.bench(lifted);
    let suite = Suite {
        bench: &bench,
        expected: &expected,
        jobs: args.side_by_side.count(),
        stop: &stand.stop,
    };
    let own = |case: &&Case| {
        let takes = |it: Partition| it.takes(u32::from(case.number));
        args.partition.is_none_or(takes)
    };
    let cases: Vec<&Case> = matrix.cases().iter().filter(own).collect();
    let (sender, events) = mpsc::channel();
    let results = thread::scope(|scope| {
        scope.spawn(move || progress::show(&events));
        let results = suite.run(&cases, Some(&sender));
        drop(sender);
        results
    });
    Ok(match args.partition {
        Some(here) => judge::whole_roll(matrix, results, here, &expected.abilities),
        None => results,
    })
}
