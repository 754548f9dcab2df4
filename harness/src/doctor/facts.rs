//! Facts of this host, read beneath a root folder so that tests can make hosts up.
//! It has no opinion: what is not there is `None`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use evidence::control_groups;
use nix::sys::statvfs::statvfs;

/// What the kernel says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kernel {
    /// `uname -r`, or what the kernel calls itself under `/proc`.
    pub release: Option<String>,
    /// The seccomp actions it has (seccomp(2)).
    pub seccomp_actions: Option<Vec<String>>,
    /// `user.max_user_namespaces` (namespaces(7)).
    pub max_user_namespaces: Option<u64>,
    /// `kernel.unprivileged_userns_clone`, which only some distributions have.
    pub unprivileged_userns_clone: Option<u64>,
    /// `kernel.apparmor_restrict_unprivileged_userns`, likewise.
    pub apparmor_restrict_userns: Option<u64>,
    /// The security modules that are active, in their order; none where securityfs is not
    /// mounted.
    pub modules: Option<Vec<String>>,
    /// There are user namespaces at all.
    pub user_namespaces: bool,
    /// `kernel.yama.ptrace_scope`.
    pub ptrace_scope: Option<u64>,
    /// `kernel.io_uring_disabled`.
    pub io_uring_disabled: Option<u64>,
    /// `vm.memfd_noexec`.
    pub memfd_noexec: Option<u64>,
    /// There is a route over something that is no loopback, by `/proc/net/route`.
    pub routes: Option<bool>,
    /// The control groups.
    pub cgroups: Cgroups,
}

/// The control groups (cgroups(7)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cgroups {
    /// Which hierarchy is mounted.
    pub version: CgroupVersion,
    /// The controllers of the unified hierarchy's root.
    pub controllers: Vec<String>,
    /// This process's own group, as a path on the host, in the unified hierarchy.
    pub own: Option<PathBuf>,
}

/// Which control group hierarchy is mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CgroupVersion {
    /// The unified hierarchy.
    V2,
    /// The old controllers, with a unified hierarchy beside them.
    Hybrid,
    /// The old controllers.
    V1,
    /// Nothing.
    #[default]
    None,
}

/// What this process may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Privileges {
    /// Its effective user is root.
    pub root: bool,
    /// Its effective capabilities, as the kernel's mask.
    pub capabilities: u64,
    /// It is in more groups than its own.
    pub other_groups: bool,
}

/// Room on a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The folder that was asked about.
    pub folder: PathBuf,
    /// Bytes that this user may still write there; `None` if it cannot be known.
    pub bytes: Option<u64>,
}

/// Reads the kernel's facts beneath `root`, which is `/` but for tests.
#[must_use]
pub fn kernel(root: &Path) -> Kernel {
    let text = |path: &str| fs::read_to_string(root.join(path)).ok();
    let number = |path: &str| text(path)?.trim().parse().ok();
    let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
    Kernel {
        release: text("proc/sys/kernel/osrelease").map(|it| it.trim().to_owned()),
        seccomp_actions: text("proc/sys/kernel/seccomp/actions_avail").map(words),
        max_user_namespaces: number("proc/sys/user/max_user_namespaces"),
        unprivileged_userns_clone: number("proc/sys/kernel/unprivileged_userns_clone"),
        apparmor_restrict_userns: number("proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
        modules: text("sys/kernel/security/lsm").map(|it| {
            let names = it.trim().split(',').filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        }),
        user_namespaces: root.join("proc/self/ns/user").symlink_metadata().is_ok(),
        ptrace_scope: number("proc/sys/kernel/yama/ptrace_scope"),
        io_uring_disabled: number("proc/sys/kernel/io_uring_disabled"),
        memfd_noexec: number("proc/sys/vm/memfd_noexec"),
        routes: text("proc/net/route").map(|table| table.lines().nth(1).is_some()),
        cgroups: cgroups(root),
    }
}

fn cgroups(root: &Path) -> Cgroups {
    let mount = root.join("sys/fs/cgroup");
    let has = |path: &str| mount.join(path).exists();
    let (version, unified) = if has("cgroup.controllers") {
        (CgroupVersion::V2, mount.clone())
    } else if has("unified/cgroup.procs") {
        (CgroupVersion::Hybrid, mount.join("unified"))
    } else if has("memory") || has("pids") || has("cpu") {
        (CgroupVersion::V1, mount.clone())
    } else {
        (CgroupVersion::None, mount.clone())
    };
    let listed = fs::read_to_string(unified.join("cgroup.controllers")).unwrap_or_default();
    let own = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let own = control_groups::of(&own, "");
    Cgroups {
        version,
        controllers: listed.split_whitespace().map(str::to_owned).collect(),
        own: own.map(|path| unified.join(path)),
    }
}

/// What this process may do.
#[must_use]
pub fn privileges(root: &Path) -> Privileges {
    let status = fs::read_to_string(root.join("proc/self/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).unwrap_or_default().to_owned()
    };
    let own = field("Gid:");
    let own = own.split_whitespace().nth(1).unwrap_or_default();
    let is_other = |group: &str| group != own;
    Privileges {
        other_groups: field("Groups:").split_whitespace().any(is_other),
        // Real, effective, saved, file system.
        root: field("Uid:").split_whitespace().nth(1) == Some("0"),
        capabilities: u64::from_str_radix(&field("CapEff:"), 16).unwrap_or(0),
    }
}

/// Room in a folder, or in the nearest one above it that is there.
#[must_use]
pub fn room(folder: &Path) -> Room {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute.ancestors().find(|it| it.is_dir());
    let free = there.and_then(|it| statvfs(it).ok());
    Room {
        folder: folder.to_owned(),
        bytes: free.map(|it| it.blocks_available().saturating_mul(it.fragment_size())),
    }
}

/// When this program was made, as its file says: no clock that is right is before it.
#[must_use]
pub fn made() -> Option<SystemTime> {
    fs::metadata("/proc/self/exe").ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        let root = host(&[]);
        assert_eq!(kernel(root.path()), Kernel::default());
        assert_eq!(privileges(root.path()), Privileges::default());
    }

    #[test]
    fn every_fact_is_read_from_its_own_place() {
        let root = host(&[
            ("proc/sys/kernel/osrelease", "6.1.0\n"),
            (
                "proc/sys/kernel/seccomp/actions_avail",
                "kill_process errno\n",
            ),
            ("proc/sys/user/max_user_namespaces", "1\n"),
            ("proc/sys/kernel/unprivileged_userns_clone", "2\n"),
            (
                "proc/sys/kernel/apparmor_restrict_unprivileged_userns",
                "3\n",
            ),
            ("proc/self/ns/user", ""),
            ("proc/sys/kernel/yama/ptrace_scope", "4\n"),
            ("proc/sys/kernel/io_uring_disabled", "5\n"),
            ("proc/sys/vm/memfd_noexec", "6\n"),
            ("proc/net/route", "Iface\tDestination\neth0\t00000000\n"),
            ("sys/fs/cgroup/cgroup.controllers", "memory pids\n"),
            ("proc/self/cgroup", "0::/user.slice/a\n"),
        ]);
        let found = kernel(root.path());
        assert_eq!(found.release.as_deref(), Some("6.1.0"));
        assert_eq!(found.seccomp_actions.unwrap(), ["kill_process", "errno"]);
        let numbers = [
            found.max_user_namespaces,
            found.unprivileged_userns_clone,
            found.apparmor_restrict_userns,
            found.ptrace_scope,
            found.io_uring_disabled,
            found.memfd_noexec,
        ];
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6].map(Some));
        assert!(found.user_namespaces);
        assert_eq!(found.routes, Some(true));
        let alone = host(&[("proc/net/route", "Iface\tDestination\n")]);
        assert_eq!(kernel(alone.path()).routes, Some(false));
        assert_eq!(found.cgroups.version, CgroupVersion::V2);
        assert_eq!(found.cgroups.controllers, ["memory", "pids"]);
        let own = root.path().join("sys/fs/cgroup/user.slice/a");
        assert_eq!(found.cgroups.own, Some(own));
    }

    #[test]
    fn control_groups_are_told_apart() {
        let version = |file| cgroups(host(&[(file, "")]).path()).version;
        assert_eq!(
            version("sys/fs/cgroup/cgroup.controllers"),
            CgroupVersion::V2
        );
        let hybrid = version("sys/fs/cgroup/unified/cgroup.procs");
        assert_eq!(hybrid, CgroupVersion::Hybrid);
        assert_eq!(version("sys/fs/cgroup/memory/tasks"), CgroupVersion::V1);
        assert_eq!(version("sys/fs/other"), CgroupVersion::None);
    }

    #[test]
    fn the_effective_ids_count() {
        let root = host(&[(
            "proc/self/status",
            "Name:\tx\nUid:\t1000\t0\t0\t0\nCapPrm:\t0\nCapEff:\t0000000000200000\n",
        )]);
        let found = privileges(root.path());
        assert_eq!((found.root, found.capabilities), (true, 1 << 21));
    }

    #[test]
    fn room_is_asked_of_the_nearest_folder_that_is_there() {
        let root = host(&[]);
        let found = room(&root.path().join("not/yet"));
        assert!(found.bytes.is_some());
    }
}
