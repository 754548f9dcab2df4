//! The kernel's own file systems: each mount of one leads to the same settings and groups, and
//! one that cannot be written says nothing of another that can.

use std::fs;
use std::path::{Path, PathBuf};

use evidence::mounts::Place;

use super::inside::{Inside, beneath, covering, path};
use super::ways::Aim;

/// The settings beneath any `/proc`.
const SETTINGS: &str = "sys";

/// A mount through which others of the kind can be written that the act tried one of.
#[must_use]
pub(super) fn writable(inside: &Inside, aim: &Aim, pid: u32) -> Option<String> {
    let groups = || fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let at = match aim.act {
        "sysctl" => settings(inside, &aim.path),
        "control-group" => control_groups(inside, &aim.path, &groups()),
        _ => None,
    }?;
    Some(format!(
        "others of the kind lie at `{}` in the sandbox, which is not mounted read-only, and nothing there was tried",
        at.display()
    ))
}

/// Settings that lie elsewhere than in the mount in which one was tried.
fn settings(inside: &Inside, tried: &Path) -> Option<PathBuf> {
    others(inside, tried, &[b"proc"]).find_map(|mount| {
        let (root, point) = (path(&mount.root), path(&mount.point));
        let at = match root.strip_prefix("/") {
            Ok(rest) if rest.starts_with(SETTINGS) => point.to_owned(),
            Ok(rest) if rest.as_os_str().is_empty() => beneath(point, Path::new(SETTINGS)),
            Ok(_) | Err(_) => return None,
        };
        is_of(inside, mount, &at).then_some(at)
    })
}

/// Control groups of the host's: all but those of a group that the process was put into.
fn control_groups(inside: &Inside, tried: &Path, groups: &str) -> Option<PathBuf> {
    let own = groups.lines().filter_map(|it| it.splitn(3, ':').nth(2));
    let own: Vec<&str> = own.filter(|it| *it != "/").collect();
    others(inside, tried, &[b"cgroup", b"cgroup2"]).find_map(|mount| {
        let is_own = own.iter().any(|it| path(&mount.root).starts_with(it));
        let at = path(&mount.point).to_owned();
        (!is_own && is_of(inside, mount, &at)).then_some(at)
    })
}

/// The mounts of these kinds that can be written, but for the one in which this path lies.
fn others<'a>(
    inside: &'a Inside,
    tried: &'a Path,
    kinds: &'a [&[u8]],
) -> impl Iterator<Item = &'a Place> {
    let tried = covering(&inside.there, tried).map(|(mount, _)| mount.id);
    let mounts = inside.there.iter().filter(|it| kinds.contains(&&*it.kind));
    mounts.filter(move |it| !it.read_only && Some(it.id) != tried)
}

/// Whether this path leads into this mount, which nothing else is mounted over.
fn is_of(inside: &Inside, mount: &Place, at: &Path) -> bool {
    covering(&inside.there, at).is_some_and(|(it, _)| it.id == mount.id)
}

#[cfg(test)]
mod tests {
    use evidence::mounts::places;

    use super::*;

    fn inside(mounts: &[&str]) -> Inside {
        let root = "1 0 0:9 / / rw - tmpfs x rw\n";
        let text = mounts
            .iter()
            .fold(root.to_owned(), |text, it| text + it + "\n");
        Inside::at(Path::new("/none"), Vec::new(), places(text.as_bytes()))
    }

    #[test]
    fn settings_that_are_writable_beside_one_that_is_not_are_found() {
        let tried = Path::new("/proc/sys/kernel/core_pattern");
        let of = |mounts: &[&str]| settings(&inside(mounts), tried);
        let proc = "2 1 0:5 / /proc rw - proc x rw";
        let sys = "3 2 0:5 /sys /proc/sys ro - proc x rw";
        let one = "4 3 0:5 /sys/vm/overcommit_memory /proc/sys/vm/overcommit_memory rw - proc x rw";
        let kernel = "5 2 0:5 /sys/kernel /proc/sys/kernel ro - proc x rw";
        assert_eq!(of(&[proc, sys]), None);
        assert_eq!(of(&[proc]), None, "the very mount that was tried");
        let found = of(&[proc, sys, one]).unwrap();
        assert_eq!(found, Path::new("/proc/sys/vm/overcommit_memory"));
        assert_eq!(of(&[proc, kernel]).unwrap(), Path::new("/proc/sys"));
        let over = "6 1 0:7 / /proc rw - tmpfs x rw";
        assert_eq!(of(&[proc, over]), None, "hidden");
        let process = "7 1 0:5 /7/fd /fd rw - proc x rw";
        assert_eq!(of(&[proc, sys, process]), None, "no setting");
    }

    #[test]
    fn another_hierarchy_of_control_groups_is_found_and_ones_own_group_is_not() {
        let tried = Path::new("/sys/fs/cgroup/pids/cgroup.procs");
        let of = |mounts: &[&str], own: &str| control_groups(&inside(mounts), tried, own);
        let pids = "2 1 0:30 / /sys/fs/cgroup/pids ro - cgroup x rw,pids";
        let memory = "3 1 0:31 / /sys/fs/cgroup/memory rw - cgroup x rw,memory";
        let unified = "4 1 0:32 /job /cg rw - cgroup2 x rw";
        assert_eq!(of(&[pids], "1:pids:/\n"), None);
        let found = of(&[pids, memory], "1:memory:/\n").unwrap();
        assert_eq!(found, Path::new("/sys/fs/cgroup/memory"));
        assert_eq!(of(&[pids, unified], "0::/\n").unwrap(), Path::new("/cg"));
        assert_eq!(of(&[pids, unified], "0::/job\n"), None, "its own");
        assert!(of(&[pids, unified], "0::/job/below\n").is_some());
    }
}
