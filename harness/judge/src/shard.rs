//! The roll of a shard's run: the rows it takes, and the rows it leaves to others.

use evidence::Abilities;
use negatives::matrix::Matrix;
use seal::partition::Partition;

use super::{Adapted, CaseResult, Reason, Verdict};

/// The whole roll of a shard's run: the rows it does not take are not run, and say so.
#[must_use]
pub fn whole_roll(
    matrix: &Matrix,
    own: Vec<CaseResult>,
    here: Partition,
    abilities: &Abilities,
) -> Vec<CaseResult> {
    let mut own = own.into_iter();
    let cases = matrix.cases().iter();
    cases
        .map(|case| {
            let taken = here.takes(u32::from(case.number));
            let result = taken.then(|| own.next()).flatten();
            let left =
                || CaseResult::not_run(&Adapted::of(case, abilities), Reason::OtherShard { here });
            result.unwrap_or_else(left)
        })
        .collect()
}

/// The results without those of rows that are left to other shards.
pub fn own(results: &[CaseResult]) -> impl Iterator<Item = &CaseResult> {
    results.iter().filter(|it| !is_left(it))
}

/// Whether a row is left to another shard.
#[must_use]
pub fn is_left(result: &CaseResult) -> bool {
    matches!(result.verdict, Verdict::NotRun(Reason::OtherShard { .. }))
}
