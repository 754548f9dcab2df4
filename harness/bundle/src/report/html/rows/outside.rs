//! What the host saw of a row: the facts that its rules rest on, of one locked sandbox.

use evidence::record::{LaunchRecord, Observations, Role};
use judge::Adapted;
use negatives::matrix::Fact;

use crate::report::show::{Table, fact};

/// The facts of one sandbox, in full.
pub(in crate::report::html) struct Outside {
    /// Of which.
    pub(in crate::report::html) launch: String,
    /// How many locked sandboxes the row has.
    pub(in crate::report::html) of: usize,
    pub(in crate::report::html) tables: Vec<Table>,
}

/// Of the first locked sandbox at which the host looked; `None` where there is none, or
/// where no rule of the row is about what it saw.
pub(super) fn of(case: &Adapted, observed: &Observations) -> Option<Outside> {
    let launches = observed.launches.iter();
    let locked: Vec<&LaunchRecord> = launches.filter(|it| it.role == Role::Locked).collect();
    let record = locked.iter().find(|it| it.barrier.is_some())?;
    let facts = Fact::ALL.into_iter().filter(|it| case.rests_on(*it));
    let tables: Vec<Table> = facts.flat_map(|it| fact(it, record)).collect();
    (!tables.is_empty()).then(|| Outside {
        launch: record.id.clone(),
        of: locked.len(),
        tables,
    })
}
