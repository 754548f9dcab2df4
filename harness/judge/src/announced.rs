//! N24: the checker that is blocked says why, and it is for what was taken away.

use std::collections::BTreeSet;

use checker::self_check::InvariantName;
use evidence::plan;
use evidence::record::LaunchRecord;
use negatives::matrix::{Case, Without};

use super::lost;
use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// Judges what was announced in each sandbox without an invariant, and in none.
pub(super) fn judge(case: &Case, records: &Records<'_>) -> Verdict {
    let without = plan::without_an_invariant(case);
    let without = without.map(|(id, without)| (id, Some(without)));
    let all = without.chain([(plan::no_sandbox_id(case), None)]);
    Verdict::gravest(all.map(|(launch, without)| match records.get(&launch) {
        Err(verdict) => verdict,
        Ok(record) => {
            let wrong = without.map_or_else(|| bare(record), |it| one(record, it));
            wrong.unwrap_or(Verdict::Held)
        }
    }))
}

/// Holds what the checker announced against what must be broken, and what may be.
fn one(record: &LaunchRecord, without: &Without) -> Option<Verdict> {
    if let Some(nothing) = lost::nothing(record, without) {
        return Some(nothing);
    }
    let broken = broken(record);
    let must: BTreeSet<&str> = lost::broken(record, without).into_iter().collect();
    let may = without.breaks.iter().chain(&without.also);
    let may: BTreeSet<&str> = may.map(String::as_str).collect();
    let said: BTreeSet<&str> = broken.iter().map(String::as_str).collect();
    let fits = must.is_subset(&said) && said.is_subset(&may);
    (!fits).then(|| differs(record, words(&without.breaks), &broken))
}

/// The same for a bare host: there is no data mount, whatever else there is.
fn bare(record: &LaunchRecord) -> Option<Verdict> {
    let broken = broken(record);
    let expected = InvariantName::DataMounts.to_string();
    (!broken.contains(&expected)).then(|| differs(record, expected, &broken))
}

fn broken(record: &LaunchRecord) -> Vec<String> {
    let announced = record
        .announcement()
        .into_iter()
        .flat_map(|it| &it.self_check);
    let broken = announced.filter(|invariant| !invariant.holds);
    broken.map(|it| it.invariant.to_string()).collect()
}

fn differs(record: &LaunchRecord, expected: String, broken: &[String]) -> Verdict {
    Verdict::Broken(Reason::Packet {
        rule: "announced",
        packet: format!("{} in `{}`", plan::REFERENCE, record.id),
        what: "broken invariants".to_owned(),
        expected,
        observed: words(broken),
    })
}

fn words(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(" ")
}

#[cfg(test)]
mod tests;
