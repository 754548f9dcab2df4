//! The attempts that no list can name: one at every mount of a sandbox.
//!
//! The host reads the mount table at the barrier, so what the engine mounts besides is
//! tried too. The judge asks the same functions which attempts there must be.

use std::collections::BTreeSet;

use negatives::matrix::{Case, Rule};
use negatives::wire::{AT_EVERY_MOUNT, Act, PlannedAttempt};

use crate::order::Order;
use crate::record::Role;
use crate::view::View;

/// Whether they are tried in this launch: the first of a row that is locked, where the
/// row asks for them.
pub(super) fn is_tried(case: &Case, order: &Order) -> bool {
    order.role == Role::Locked && case.rules.contains(&Rule::EveryMount {})
}

/// The mount points that the host saw, each once; none where it saw no table.
#[must_use]
pub fn points(view: &View) -> BTreeSet<&str> {
    let table = view.mounts.fact().into_iter().flatten();
    table.map(|mount| mount.point.as_str()).collect()
}

/// The id of the attempt at a mount.
#[must_use]
pub fn id(point: &str) -> String {
    format!("mount {point}")
}

/// What the probe is told.
#[must_use]
pub fn attempts(view: &View) -> Vec<PlannedAttempt> {
    let points = points(view).into_iter();
    points
        .map(|point| PlannedAttempt {
            id: id(point),
            act: Act::Script {
                script: AT_EVERY_MOUNT.to_owned(),
                args: vec![point.to_owned()],
            },
        })
        .collect()
}
