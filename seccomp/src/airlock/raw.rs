//! The airlock's system calls that need `unsafe`; all of the crate's are here.
//!
//! Each function is one call with typed operands and the kernel's error number.
//! None decides anything.

#![expect(
    unsafe_code,
    reason = "these calls have no safe wrapper among the dependencies, or must be exactly one system call"
)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use super::descriptors::{Held, OnExec};
use crate::program::Program;

/// An error number, `errno(3)`.
pub(crate) type Errno = c_int;

/// The empty path of the one exec, at the address the strict filter asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmptyPath {
    address: *const c_char,
}

/// The error number the last failed call left.
pub(super) fn last_errno() -> Errno {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or_default()
}

fn checked(result: c_int) -> Result<c_int, Errno> {
    if result < 0 {
        Err(last_errno())
    } else {
        Ok(result)
    }
}

/// Standard input without a buffer, which the subject inherits unread.
pub(super) fn standard_input() -> ManuallyDrop<File> {
    // SAFETY: descriptor 0 is never closed by this program, and `ManuallyDrop`
    // keeps this `File` from closing it.
    ManuallyDrop::new(unsafe { File::from_raw_fd(0) })
}

/// Standard output without a buffer.
pub(super) fn standard_output() -> ManuallyDrop<File> {
    // SAFETY: as for descriptor 0.
    ManuallyDrop::new(unsafe { File::from_raw_fd(1) })
}

/// `fcntl(F_DUPFD_CLOEXEC)` or `F_DUPFD`: the lowest free descriptor from `least`.
pub(super) fn duplicate_from(
    file: BorrowedFd<'_>,
    least: u32,
    on_exec: OnExec,
) -> Result<OwnedFd, Errno> {
    let command = match on_exec {
        OnExec::Close => libc::F_DUPFD_CLOEXEC,
        OnExec::Keep => libc::F_DUPFD,
    };
    let least = c_int::try_from(least).map_err(|_| libc::EINVAL)?;
    // SAFETY: duplicates an open descriptor; no memory is involved.
    let made = checked(unsafe { libc::fcntl(file.as_raw_fd(), command, least) })?;
    // SAFETY: the kernel has just made this descriptor and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

/// `close_range(2)`.
pub(super) fn close_range(first: u32, last: u32) -> Result<(), Errno> {
    // SAFETY: no memory is involved; the caller owns no object behind a
    // descriptor in this range that it will use again.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    if result < 0 {
        Err(last_errno())
    } else {
        Ok(())
    }
}

/// `close(2)`.
pub(super) fn close(descriptor: u32) -> Result<(), Errno> {
    let descriptor = c_int::try_from(descriptor).map_err(|_| libc::EBADF)?;
    // SAFETY: no memory is involved; as for `close_range`.
    checked(unsafe { libc::close(descriptor) }).map(drop)
}

/// Raises the soft limit so that `descriptor` can be made; the hard limit stays.
pub(super) fn raise_descriptor_limit_above(descriptor: u32) -> Result<(), Errno> {
    let mut limit = read_limit(libc::RLIMIT_NOFILE)?;
    let needed = u64::from(descriptor) + 1;
    if limit.rlim_cur >= needed {
        return Ok(());
    }
    limit.rlim_cur = needed;
    set_limit(libc::RLIMIT_NOFILE, limit)
}

/// Lowers a soft and hard limit; one that is lower already stays.
pub(crate) fn lower_limit(resource: libc::__rlimit_resource_t, value: u64) -> Result<(), Errno> {
    let hard = read_limit(resource)?.rlim_max;
    let value = value.min(hard);
    set_limit(
        resource,
        libc::rlimit {
            rlim_cur: value,
            rlim_max: value,
        },
    )
}

fn read_limit(resource: libc::__rlimit_resource_t) -> Result<libc::rlimit, Errno> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a valid, writable `struct rlimit` for the call.
    checked(unsafe { libc::getrlimit(resource, &raw mut limit) })?;
    Ok(limit)
}

fn set_limit(resource: libc::__rlimit_resource_t, limit: libc::rlimit) -> Result<(), Errno> {
    // SAFETY: `limit` is a valid `struct rlimit` for the call.
    checked(unsafe { libc::setrlimit(resource, &raw const limit) }).map(drop)
}

/// `prctl(PR_SET_NO_NEW_PRIVS)`.
pub(crate) fn no_new_privileges() -> Result<(), Errno> {
    // SAFETY: no memory is involved.
    checked(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }).map(drop)
}

/// `landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)`.
pub(super) fn landlock_version() -> Result<u32, Errno> {
    // SAFETY: with this flag the kernel takes a null pointer and no size.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<u8>(), 0, 1) };
    u32::try_from(version).map_err(|_| last_errno())
}

/// Maps one read-only page of zeros at exactly `address`.
pub(super) fn empty_path_page(address: u64) -> Result<EmptyPath, Errno> {
    let address = usize::try_from(address).map_err(|_| libc::EINVAL)?;
    let wanted = ptr::without_provenance_mut(address);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
    // SAFETY: `MAP_FIXED_NOREPLACE` never replaces a mapping that is in use.
    let mapped = unsafe { libc::mmap(wanted, 1, libc::PROT_READ, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(last_errno());
    }
    // A kernel before 4.17 takes the address as a hint.
    if mapped == wanted {
        Ok(EmptyPath {
            address: mapped.cast(),
        })
    } else {
        Err(libc::EEXIST)
    }
}

/// `seccomp(SECCOMP_SET_MODE_FILTER)`.
pub(crate) fn load_filter(program: &Program) -> Result<(), Errno> {
    let mut filter: Vec<libc::sock_filter> = program
        .instructions()
        .iter()
        .map(|at| libc::sock_filter {
            code: at.code,
            jt: at.jt,
            jf: at.jf,
            k: at.k,
        })
        .collect();
    let length = u16::try_from(filter.len()).map_err(|_| libc::EINVAL)?;
    let header = libc::sock_fprog {
        len: length,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: `header` points at `length` instructions that outlive the call;
    // the kernel copies them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const header,
        )
    };
    if result < 0 {
        Err(last_errno())
    } else {
        Ok(())
    }
}

/// `execveat(H, "", argv, envp, AT_EMPTY_PATH)`; comes back only on failure.
pub(super) fn exec(
    held: &Held,
    path: EmptyPath,
    argv: &[CString],
    environment: &[CString],
) -> Errno {
    let argv = pointers(argv);
    let environment = pointers(environment);
    let descriptor = std::os::fd::AsFd::as_fd(held).as_raw_fd();
    // SAFETY: both lists end in a null pointer and point at strings that outlive
    // the call; `path` is a mapped page of zeros, so an empty string.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            descriptor,
            path.address,
            argv.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    last_errno()
}

/// The last argument of the calls that [`crate::unfiltered`] makes for itself.
pub(crate) const MARK: u32 = 0x6b61_7362;

/// The call of this number, with arguments that are no address, no descriptor and no
/// length: for a process whose filter refuses it, or that has nothing to lose.
pub(crate) fn idle_call(number: u32) -> Result<i64, Errno> {
    let none = u64::MAX;
    // SAFETY: the kernel follows no argument to memory, as none is an address of this
    // process; the caller has loaded a filter that refuses every call without the
    // mark, and whatever call passes it may end the process but not its soundness.
    let result = unsafe { libc::syscall(number.into(), none, none, none, none, none, none) };
    if result == -1 {
        Err(last_errno())
    } else {
        Ok(result)
    }
}

/// `write(2)` to standard output, with the mark; what is not written is not missed.
pub(crate) fn marked_write(bytes: &[u8]) {
    let (at, length) = (bytes.as_ptr(), bytes.len());
    // SAFETY: `at` points at `length` bytes that outlive the call; the kernel looks at
    // three arguments of six.
    unsafe { libc::syscall(libc::SYS_write, 1, at, length, 0, 0, u64::from(MARK)) };
}

/// `exit_group(2)` with the mark and exit code 0.
pub(crate) fn marked_exit() -> ! {
    loop {
        // SAFETY: ends the process; no memory is involved.
        unsafe { libc::syscall(libc::SYS_exit_group, 0, 0, 0, 0, 0, u64::from(MARK)) };
    }
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings
        .iter()
        .map(|text| CStr::as_ptr(text))
        .chain([ptr::null()])
        .collect()
}
