//! Planting a row's canaries, each with a value of the launch's own: what is absent
//! inside was there to be had outside.
//!
//! A process cannot change its own environment while threads read it, so the harness's
//! is that of the program it starts for a sandbox. A daemon starts its sandboxes with
//! an environment of its own: there a canary of that place is planted nowhere, and the
//! record does not say that it was.

use std::collections::BTreeMap;

use evidence::profile::Profile;
use evidence::record::LaunchRecord;
use negatives::matrix::Place;

use super::{LaunchError, Order, Task};
use crate::Engine;

/// How many bytes of a value are drawn.
const RANDOM: usize = 16;

/// Puts each canary in its place and into the record; gives back those that the
/// launcher, or a bare process, is to be started with.
///
/// # Errors
/// No random number could be had.
pub(super) fn plant(
    order: &Order,
    engine: &dyn Engine,
    profile: &mut Profile,
    record: &mut LaunchRecord,
) -> Result<BTreeMap<String, String>, LaunchError> {
    let mut launcher = BTreeMap::new();
    let bare = matches!(order.task, Task::BareProbe(_));
    for canary in &order.canaries {
        let name = canary.variable.clone();
        match canary.place {
            // Outside of any sandbox there is one environment for all of them.
            Place::Request | Place::Harness if bare => launcher.insert(name, value()?),
            Place::Request => profile.environment.insert(name, value()?),
            Place::Harness if engine.has_launcher() => launcher.insert(name, value()?),
            Place::Harness => continue,
        };
        record.planted.push(canary.clone());
    }
    Ok(launcher)
}

fn value() -> Result<String, LaunchError> {
    let mut bytes = [0_u8; RANDOM];
    getrandom::fill(&mut bytes).map_err(LaunchError::Nonce)?;
    Ok(format!("canary-{}", hex::encode(bytes)))
}
