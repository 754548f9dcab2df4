//! The requests of ptrace(2) that have no safe wrapper.

#![expect(
    unsafe_code,
    reason = "ptrace(2) requests without a safe wrapper live here alone"
)]

use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::errno::Errno;
use nix::unistd::Pid;

/// `PTRACE_SECCOMP_GET_FILTER` of ptrace(2).
const SECCOMP_GET_FILTER: libc::c_uint = 0x420c;

/// Reads back the filter at `index`, 0 being the first that was loaded, as the
/// bytes of `struct sock_filter[]`.
///
/// # Errors
/// `ENOENT` past the last filter; `EACCES` or `EPERM` without `CAP_SYS_ADMIN`;
/// `ESRCH` if the process is not stopped.
pub(super) fn filter(pid: Pid, index: usize) -> Result<Vec<u8>, Errno> {
    // SAFETY: with a null data pointer the kernel writes nothing and returns the
    // number of instructions.
    let count = unsafe {
        libc::ptrace(
            SECCOMP_GET_FILTER,
            pid.as_raw(),
            index,
            std::ptr::null_mut::<u8>(),
        )
    };
    let count = usize::try_from(Errno::result(count)?).unwrap_or_default();
    let mut bytes = vec![0_u8; count * size_of::<libc::sock_filter>()];
    // SAFETY: the process is stopped and traced by this thread, so its filters do
    // not change between the two calls, and the buffer holds all of them.
    let written =
        unsafe { libc::ptrace(SECCOMP_GET_FILTER, pid.as_raw(), index, bytes.as_mut_ptr()) };
    Errno::result(written)?;
    Ok(bytes)
}

/// Makes the command stop at its exec, traced by the thread that spawns it.
pub(super) fn trace_me(command: &mut Command) {
    let request = || nix::sys::ptrace::traceme().map_err(std::io::Error::from);
    // SAFETY: between fork and exec the closure makes one system call and
    // allocates nothing.
    unsafe { command.pre_exec(request) };
}

/// A system call that a traced process is about to make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Its number.
    pub number: u64,
    /// Its arguments.
    pub arguments: [u64; 6],
}

/// The call at whose entry the process is stopped; `None` at any other stop.
///
/// # Errors
/// `ESRCH` if the process is not stopped.
pub(super) fn entry(pid: Pid) -> Result<Option<Entry>, Errno> {
    let info = nix::sys::ptrace::syscall_info(pid)?;
    if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
        return Ok(None);
    }
    // SAFETY: `op` says that the kernel filled in the union's `entry`.
    let entry = unsafe { info.u.entry };
    Ok(Some(Entry {
        number: entry.nr,
        arguments: entry.args,
    }))
}

/// What the kernel answered the call at whose exit the process is stopped; `None` at any
/// other stop.
///
/// # Errors
/// `ESRCH` if the process is not stopped.
pub(super) fn result(pid: Pid) -> Result<Option<i64>, Errno> {
    let info = nix::sys::ptrace::syscall_info(pid)?;
    if info.op != libc::PTRACE_SYSCALL_INFO_EXIT {
        return Ok(None);
    }
    // SAFETY: `op` says that the kernel filled in the union's `exit`.
    Ok(Some(unsafe { info.u.exit }.sval))
}
