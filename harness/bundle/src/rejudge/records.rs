//! The records of a row in a bundle: each is of this row's plan, of this run, once, and
//! says no more than its launch or check can.
//!
//! What came of them is the judge's to say; here a record that the judge would pass
//! over is refused, for reports show it all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evidence::order::{Order, Task, is_nonce_of};
use evidence::plan;
use evidence::record::{CheckRecord, Filters, LaunchRecord, Observations, Packed, Role};
use negatives::matrix::{Case, Check};
use seal::bundle::verify::VerifiedBundle;
use seal::statement::attestation::{Attestation, Sharding};

use super::super::{FILTERS_FILE, observations_file};
use super::{Alien, RejudgeError};

/// A row's records. `nonces` are those of the rows before.
///
/// # Errors
/// The first record that is not of the row's plan; a file that holds none.
pub(super) fn read(
    bundle: &VerifiedBundle,
    case: &Case,
    filters: &Filters,
    nonces: &mut BTreeSet<String>,
) -> Result<Observations, RejudgeError> {
    let file = observations_file(case.id.as_str());
    let Some(bytes) = bundle.files().get(&file) else {
        return Ok(Observations::default());
    };
    let mut observed: Observations = super::json(&file, bytes)?;
    if observed == Observations::default() {
        return Err(RejudgeError::Stray { file });
    }
    let foreign = |record: &str, what| RejudgeError::Foreign {
        file: file.clone(),
        record: record.to_owned(),
        what,
    };
    observed
        .read_back(filters)
        .map_err(|unknown| foreign(&unknown.launch, Alien::UnknownFilter))?;
    let said = bundle.attestation();
    let planned = Planned::of(case);
    let mut ids = BTreeSet::new();
    for record in &observed.launches {
        let alien = planned
            .alien(record)
            .or_else(|| (!ids.insert(&record.id)).then_some(Alien::Twice))
            .or_else(|| of_another_run(record, run_of(case, said), nonces))
            .or_else(|| lifted_otherwise(record, said));
        if let Some(what) = alien {
            return Err(foreign(&record.id, what));
        }
    }
    for check in &observed.checks {
        if let Some(what) = planned.alien_check(check) {
            return Err(foreign(&check.id, what));
        }
    }
    Ok(observed)
}

/// What a row plans.
struct Planned<'a> {
    case: &'a str,
    launches: BTreeMap<String, Order>,
    checks: &'a [Check],
}

impl<'a> Planned<'a> {
    fn of(case: &'a Case) -> Self {
        let orders = plan::orders(case).into_iter();
        Self {
            case: case.id.as_str(),
            launches: orders.map(|order| (order.id.clone(), order)).collect(),
            checks: &case.checks,
        }
    }

    fn alien(&self, record: &LaunchRecord) -> Option<Alien> {
        if record.case != self.case {
            return Some(Alien::OtherRow);
        }
        let Some(order) = self.launches.get(&record.id) else {
            return Some(Alien::Unplanned);
        };
        let (faulty, traced) = match &order.task {
            Task::Probe(_) | Task::BareProbe(_) => (false, false),
            Task::Check { trace, .. } => (false, *trace),
            Task::Bare { .. } => (false, true),
            Task::Fault { .. } => (true, false),
        };
        let too_much =
            (record.fault().is_some() && !faulty) || (record.file_calls().is_some() && !traced);
        too_much.then_some(Alien::OtherTask)
    }

    /// The judge reads what was observed; what is written beside it is the row's own.
    fn alien_check(&self, record: &CheckRecord) -> Option<Alien> {
        let declared = self.checks.iter().find(|check| check.id == record.id);
        let Some(declared) = declared else {
            return Some(Alien::Unplanned);
        };
        let same = record.hostile == declared.hostile
            && record.subject == declared.subject
            && record.expected == declared.expected;
        (!same).then_some(Alien::OtherCheck)
    }
}

/// A launch that failed may have done so before it drew a nonce.
fn of_another_run(
    record: &LaunchRecord,
    run: &str,
    nonces: &mut BTreeSet<String>,
) -> Option<Alien> {
    let nonce = &record.nonce;
    if nonce.is_empty() && record.trouble.is_some() {
        return None;
    }
    if !is_nonce_of(run, nonce) {
        return Some(Alien::OtherRun);
    }
    (!nonces.insert(nonce.clone())).then_some(Alien::SharedNonce)
}

fn lifted_otherwise(record: &LaunchRecord, said: &Attestation) -> Option<Alien> {
    (record.role == Role::Locked && record.lifts != said.lifts).then_some(Alien::OtherLifts)
}

/// The same, put away: the file says it already.
pub(super) fn packed(bundle: &VerifiedBundle, case: &Case, filters: &Arc<Filters>) -> Packed {
    let file = bundle.files().shared(&observations_file(case.id.as_str()));
    file.map_or_else(Packed::default, |json| {
        Packed::of_json(json, Arc::clone(filters))
    })
}

/// The filters that records name.
///
/// # Errors
/// The file is not there, or holds something else.
pub(super) fn filters(bundle: &VerifiedBundle) -> Result<Arc<Filters>, RejudgeError> {
    let bytes = super::file(bundle, FILTERS_FILE)?;
    super::json(FILTERS_FILE, bytes).map(Arc::new)
}

/// The run that a row's launches were made in: of a merged bundle, its shard's.
fn run_of<'a>(case: &Case, said: &'a Attestation) -> &'a str {
    let own = said.run.id.as_str();
    let Some(Sharding::Merged { shards }) = &said.sharding else {
        return own;
    };
    let number = u32::from(case.number);
    let taker = shards.iter().find(|shard| shard.partition.takes(number));
    taker.map_or(own, |shard| shard.run.id.as_str())
}
