//! What lifting an invariant of P1 took away on this host, as the host saw it.
//!
//! A sandbox that shares the host's network has lost nothing where the host has none: what
//! the checker then says of its network is true, and shows nothing of the checker.

use checker::self_check::InvariantName;
use evidence::record::LaunchRecord;
use negatives::matrix::Without;
use negatives::wire::FALLBACK_TUNNELS;

use super::verdict::{Reason, Verdict};

/// The interface that every network namespace has.
const LOOPBACK: &str = "lo";

/// The invariants that a launch must break: those of its row but for what the host saw to
/// be whole all the same.
pub(super) fn broken<'w>(record: &LaunchRecord, without: &'w Without) -> Vec<&'w str> {
    let names = without.breaks.iter().map(String::as_str);
    names.filter(|name| !is_whole(record, name)).collect()
}

/// The verdict on a launch in which nothing was taken away.
pub(super) fn nothing(record: &LaunchRecord, without: &Without) -> Option<Verdict> {
    broken(record, without).is_empty().then(|| {
        Verdict::Inconclusive(Reason::ControlFailed {
            launch: record.id.clone(),
            attempt: format!("lose {}", without.breaks.join(" ")),
            expected: "a network of the host's that the sandbox can share".to_owned(),
            observed: "no interface but loopback, and no route".to_owned(),
        })
    })
}

/// Whether the host saw an invariant to hold. What it could not see is not known to hold.
fn is_whole(record: &LaunchRecord, name: &str) -> bool {
    let Some(barrier) = &record.barrier else {
        return false;
    };
    if name == InvariantName::NetworkInterfaces.to_string() {
        let seen = barrier.interfaces.fact();
        let unasked = |name: &str| name == LOOPBACK || FALLBACK_TUNNELS.contains(&name);
        return seen.is_some_and(|names| names.iter().all(|name| unasked(name)));
    }
    if name == InvariantName::Routes.to_string() {
        return barrier.routes.fact().is_some_and(Vec::is_empty);
    }
    false
}
