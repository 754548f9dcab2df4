//! Which mounts a locked sandbox may have: the two data mounts, and the runtime's
//! own, which the checker names. Anything else breaks the row.

use checker::mounts::{Mounted, Wrong};
use evidence::mounts::Mount;
use evidence::profile::system::READ_ONLY;
use negatives::wire::{INPUT, OUTPUT};

/// Every way in which a mount table differs from the profile's, in words.
#[must_use]
pub(super) fn differences(mounts: &[Mount]) -> Vec<String> {
    let mut found: Vec<String> = mounts.iter().filter_map(difference).collect();
    for (point, read_only) in [(INPUT, true), (OUTPUT, false)] {
        let mut here = mounts.iter().filter(|mount| mount.point == point);
        match (here.next(), here.next()) {
            (None, _) => found.push(format!("`{point}` is not mounted")),
            (Some(_), Some(_)) => found.push(format!("`{point}` is mounted more than once")),
            (Some(mount), None) if mount.is_read_only() != read_only => {
                let state = if read_only { "writable" } else { "read-only" };
                found.push(format!("`{point}` is {state}"));
            }
            (Some(_), None) => {}
        }
    }
    found
}

/// The paths of `/proc` and `/sys` that this kernel has and nothing covers.
#[must_use]
pub(super) fn open_paths(mounts: &[Mount], paths: &[String]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| is_there(mounts, path))
        .filter(|path| !mounts.iter().any(|mount| covers(mount, path)))
        .map(|path| format!("`{path}` is open"))
        .collect()
}

/// Where the engine mounts no `/sys` there is nothing to hide of it.
fn is_there(mounts: &[Mount], path: &str) -> bool {
    mounts.iter().any(|mount| {
        let kernel = matches!(mount.kind.as_str(), "proc" | "sysfs");
        kernel && is_beneath(&mount.point, path)
    })
}

/// What must not be seen is beneath an empty tmpfs or the null device; what must
/// not be changed may also be itself, read-only.
fn covers(mount: &Mount, path: &str) -> bool {
    let hides = matches!(mount.kind.as_str(), "tmpfs" | "devtmpfs");
    mount.point == path && (hides || READ_ONLY.contains(&path))
}

/// Why a mount may be there, or what is wrong with it.
///
/// # Errors
/// The difference from the profile, in words.
pub fn allowance(mount: &Mount) -> Result<&'static str, String> {
    let data = |wanted, why, otherwise: &str| {
        if mount.is_read_only() == wanted {
            Ok(why)
        } else {
            Err(format!("`{}` is {otherwise}", mount.point))
        }
    };
    match mount.point.as_str() {
        INPUT => data(true, "the input: one of the two data mounts", "writable"),
        OUTPUT => data(false, "the output: one of the two data mounts", "read-only"),
        _ => checker::mounts::allowance(&mounted(mount)).map_err(|wrong| said(mount, &wrong)),
    }
}

fn difference(mount: &Mount) -> Option<String> {
    if mount.point == INPUT || mount.point == OUTPUT {
        return None;
    }
    allowance(mount).err()
}

fn mounted(mount: &Mount) -> Mounted<'_> {
    Mounted {
        root: &mount.root,
        point: &mount.point,
        kind: &mount.kind,
        read_only: mount.is_read_only(),
    }
}

fn said(mount: &Mount, wrong: &Wrong) -> String {
    let options = mount.options.join(",");
    format!("`{}` ({}, {options}) {wrong}", mount.point, mount.kind)
}

fn is_beneath(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
