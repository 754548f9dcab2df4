//! What the host saw that sets a process apart from the same without the sandbox. Who is
//! seen as free as that is refused nothing by a sandbox, and has no world of its own,
//! whatever it says.

use evidence::view::{Seen, View};

use crate::act::Act;
use crate::launch::Launch;
use crate::row::Row;

/// What of a process's status a sandbox sets.
const SET: [&str; 11] = [
    "CapBnd",
    "CapEff",
    "CapPrm",
    "Gid",
    "GidMap",
    "Groups",
    "Label",
    "NoNewPrivs",
    "Seccomp_filters",
    "Uid",
    "UidMap",
];

/// Expects that something sets it apart that can refuse an act.
///
/// # Errors
/// It was seen, and nothing does: so.
pub(crate) fn can_be_refused(inside: &Launch, outside: &Launch) -> Result<(), String> {
    let (Ok(inside), Ok(outside)) = (&inside.view, &outside.view) else {
        return Ok(());
    };
    if set(inside, outside) || elsewhere(inside, outside) || bounded(inside, outside) {
        return Ok(());
    }
    Err("the host saw it as free as without the sandbox".to_owned())
}

/// CAP_SETUID and CAP_SETGID, as bits (linux/capability.h).
const BECOME: u64 = 1 << 7 | 1 << 6;

/// Expects that what was refused stays refused: who may take another rank by a call of its
/// own was refused as it ran, and not for good (credentials(7), capabilities(7)).
///
/// # Errors
/// It may, as the host saw it: how.
pub(crate) fn keeps_its_rank(act: &Act, errno: &str, inside: &Launch) -> Result<(), String> {
    for ids in ["Uid", "Gid"] {
        let mut all = inside.status(ids).unwrap_or_default().split_whitespace();
        let first = all.next();
        if all.any(|it| Some(it) != first) {
            return Err(format!(
                "it may take another of its {ids}s again, real, effective or saved"
            ));
        }
    }
    let set = |name| u64::from_str_radix(inside.status(name)?.trim(), 16).ok();
    let permitted = set("CapPrm").unwrap_or(0);
    if permitted & !set("CapEff").unwrap_or(permitted) != 0 {
        return Err("it may raise capabilities that it is permitted (CapPrm)".to_owned());
    }
    // Files and processes have owners; a capability that is missing is missing for every user.
    let owned = errno == "EACCES" || act.row == Row::U10;
    let of_the_host = inside
        .namespace("user")
        .is_none_or(|it| it.shared_with_host);
    if owned && of_the_host && permitted & BECOME != 0 {
        return Err("it may become another user or group (CAP_SETUID, CAP_SETGID)".to_owned());
    }
    Ok(())
}

/// Expects a world that the act can have been done in other than the host's.
///
/// # Errors
/// There is none that the host saw; why.
pub(crate) fn has_a_world(act: &Act, inside: &Launch, outside: &Launch) -> Result<(), String> {
    let Some(name) = act.namespace else {
        return Err("it was done, it says, and nothing of it was seen".to_owned());
    };
    let own_root = || {
        let (Ok(inside), Ok(outside)) = (&inside.view, &outside.view) else {
            return false;
        };
        name == "mnt" && differ(&inside.mounts, &outside.mounts)
    };
    match inside.namespace(name) {
        Some(it) if !it.shared_with_host => Ok(()),
        _ if own_root() => Ok(()),
        Some(_) => Err(format!(
            "it was done, it says, nothing of it was seen, and its {name} namespace is the host's"
        )),
        None => Err(format!(
            "it was done, it says, and its {name} namespace was not seen from outside"
        )),
    }
}

fn set(inside: &View, outside: &View) -> bool {
    let (Some(inside), Some(outside)) = (inside.status.fact(), outside.status.fact()) else {
        return false;
    };
    SET.iter()
        .any(|name| inside.get(*name) != outside.get(*name))
}

fn elsewhere(inside: &View, outside: &View) -> bool {
    let apart = |it: &View| {
        let namespaces = it.namespaces.fact()?;
        let own = namespaces.iter().filter(|(_, it)| !it.shared_with_host);
        Some(own.map(|(name, _)| name.clone()).collect::<Vec<_>>())
    };
    let namespaces = apart(inside).zip(apart(outside));
    namespaces.is_some_and(|(inside, outside)| inside != outside)
        || differ(&inside.mounts, &outside.mounts)
}

fn bounded(inside: &View, outside: &View) -> bool {
    differ(&inside.limits, &outside.limits) || differ(&inside.control_group, &outside.control_group)
}

/// Whether both were seen, and are not the same.
fn differ<T: PartialEq>(inside: &Seen<T>, outside: &Seen<T>) -> bool {
    let both = inside.fact().zip(outside.fact());
    both.is_some_and(|(inside, outside)| inside != outside)
}
