//! What a launcher's process does between fork and exec: limits, its control groups,
//! its user, and the descriptors it keeps.

#![expect(
    unsafe_code,
    reason = "`Command::pre_exec` is unsafe, and only between fork and exec can this be done"
)]

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

/// What is made of a process before it becomes the launcher.
pub(super) struct Preparation {
    /// Soft and hard limits, both the same.
    pub(super) limits: Vec<(Resource, u64)>,
    /// Opened `cgroup.procs` files of the groups it joins.
    pub(super) groups: Vec<File>,
    /// The user and group it runs as, where that is not this process's own.
    pub(super) user: Option<(Uid, Gid)>,
    /// Its supplementary groups, where it becomes another user.
    pub(super) supplementary: Vec<Gid>,
    /// Descriptors that stay open.
    pub(super) kept: Vec<OwnedFd>,
}

/// `close_range(2)` with `CLOSE_RANGE_CLOEXEC`: bubblewrap hands on whatever it is
/// given, and this process may have been started with more than it knows of. An old
/// kernel has no such flag; the airlock closes what is left in any case.
fn close_others_at_exec() -> io::Result<()> {
    const FIRST: libc::c_uint = 3;
    // SAFETY: the call takes three numbers and touches no memory; a descriptor that is
    // to be closed at the exec stays open until then.
    let done = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            FIRST,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    match io::Error::last_os_error() {
        error if done < 0 && !matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL)) => {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Has the command do this before its exec.
pub(super) fn prepare(command: &mut Command, preparation: Preparation) {
    let work = move || {
        for (resource, value) in &preparation.limits {
            setrlimit(*resource, *value, *value)?;
        }
        for group in &preparation.groups {
            // 0 is the writing process itself (cgroups(7)).
            nix::unistd::write(group, b"0")?;
        }
        if let Some((uid, gid)) = preparation.user {
            setgroups(&preparation.supplementary)?;
            setgid(gid)?;
            setuid(uid)?;
        }
        close_others_at_exec()?;
        for descriptor in &preparation.kept {
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok::<(), io::Error>(())
    };
    // SAFETY: between fork and exec the closure makes system calls alone: it neither
    // allocates nor takes a lock, and an error of it holds a number, no memory.
    unsafe { command.pre_exec(work) };
}
