//! Signal dispositions and descriptors, as the caller left them.

#![expect(
    unsafe_code,
    reason = "sigaction(2) and close_range(2) have no safe wrapper"
)]

use std::ptr;

use nix::sys::signal::Signal;

/// With `SIG_IGN` for SIGCHLD the kernel reaps children by itself, and wait(2) finds none
/// (sigaction(2), "SA_NOCLDWAIT").
pub(super) fn wait_for_children() {
    // SAFETY: the default action runs no code of this process.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// A write beyond `RLIMIT_FSIZE` fails with EFBIG where somebody takes the signal; what this
/// process starts has the default action again after its exec (execve(2)).
pub(super) fn live_through_long_files() {
    extern "C" fn nothing(_: libc::c_int) {}
    let taken: extern "C" fn(libc::c_int) = nothing;
    // SAFETY: the handler does nothing, which is safe at any moment.
    unsafe { libc::signal(libc::SIGXFSZ, taken as libc::sighandler_t) };
}

pub(super) fn ignores(signal: Signal) -> bool {
    // SAFETY: all bits zero are a value of this type, which the kernel only writes to.
    let mut known: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: nothing is set, and one action is written.
    let asked = unsafe { libc::sigaction(signal as libc::c_int, ptr::null(), &raw mut known) };
    asked == 0 && known.sa_sigaction == libc::SIG_IGN
}

/// What is open beyond the standard streams ends at an exec. A kernel before 5.11 knows no
/// such flag; what the sandboxes' programs inherit is closed by the airlock all the same.
pub(super) fn keep_descriptors() {
    let (first, last) = (libc::STDERR_FILENO + 1, libc::c_uint::MAX);
    // SAFETY: numbers only; nothing is closed now.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            last,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}
