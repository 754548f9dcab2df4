//! Starts a launcher: in a child that shares this process's memory until its exec.
//!
//! fork(2) would copy the page tables of a process with much memory and many threads,
//! and afterwards every page that one of them writes: a fifth of a run's processor
//! time. As posix_spawn(3) does it, which cannot set all that is to be set, the child
//! has a stack of its own, and the thread that makes it waits for its exec. What it
//! makes of itself is in [`super::preparation`]; here is what no safe function does.

#![expect(
    unsafe_code,
    reason = "a clone that shares memory, an exec, and calls that the C library makes for all threads"
)]

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::unistd::{Gid, Pid, Uid};

use super::preparation::Program;

/// The child's stack, in bytes: it calls a handful of small functions.
const STACK: usize = 1 << 18;
/// What a stack begins at a multiple of, in bytes, on every architecture.
const STACK_ALIGNMENT: usize = 16;
/// The end of a child that did not get to its exec; its error number is in memory.
const NOT_STARTED: c_int = 127;

/// What the child is told. Everything is made before it is: it may not allocate.
struct Told<'a> {
    program: &'a Program,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    /// What it makes of itself: system calls alone.
    prepare: &'a dyn Fn() -> nix::Result<()>,
    /// Why it did not get to its exec.
    errno: AtomicI32,
}

/// Starts a program in a child that prepares itself first. What it prepares may make system
/// calls, and neither allocate nor take a lock: another thread may hold that.
///
/// # Errors
/// The child could not be made, or a step before its exec, or the exec failed.
pub(super) fn start(program: &Program, prepare: &dyn Fn() -> nix::Result<()>) -> nix::Result<Pid> {
    let told = Told {
        arguments: pointers(&program.arguments),
        environment: pointers(&program.environment),
        program,
        prepare,
        errno: AtomicI32::new(0),
    };
    let child = with_signals_blocked(|| clone(&told))??;
    match told.errno.load(Ordering::SeqCst) {
        0 => Ok(child),
        errno => {
            _ = nix::sys::wait::waitpid(child, None);
            Err(Errno::from_raw(errno))
        }
    }
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    let pointers = texts.iter().map(|text| text.as_ptr());
    pointers.chain([ptr::null()]).collect()
}

/// A handler of this process that ran in the child would change this process's memory.
fn with_signals_blocked<T>(work: impl FnOnce() -> T) -> nix::Result<T> {
    use nix::sys::signal::{SigSet, SigmaskHow};
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let done = work();
    before.thread_set_mask()?;
    Ok(done)
}

fn clone(told: &Told<'_>) -> nix::Result<Pid> {
    let mut stack = vec![0_u8; STACK];
    let end = stack.as_mut_ptr_range().end;
    let top = end.wrapping_sub(end.addr() % STACK_ALIGNMENT);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    let argument = ptr::from_ref(told).cast_mut().cast::<c_void>();
    // SAFETY: the stack is the child's alone, `told` outlives the child's use of memory,
    // which ends at its exec or its end, and until then this call does not return
    // (clone(2), CLONE_VFORK). `child` makes system calls alone.
    let made = unsafe { libc::clone(child, top.cast(), flags, argument) };
    Errno::result(made).map(Pid::from_raw)
}

/// The child's life.
extern "C" fn child(argument: *mut c_void) -> c_int {
    // SAFETY: `clone` above gives it a pointer to a `Told` that is there until the exec.
    let told = unsafe { &*argument.cast::<Told<'_>>() };
    let failed = match (told.prepare)() {
        Ok(()) => exec(told),
        Err(failed) => failed,
    };
    told.errno.store(failed as c_int, Ordering::SeqCst);
    // SAFETY: ends the child alone, without what this process does at its own end.
    unsafe { libc::_exit(NOT_STARTED) }
}

fn exec(told: &Told<'_>) -> Errno {
    let (arguments, environment) = (told.arguments.as_ptr(), told.environment.as_ptr());
    // SAFETY: a path and two lists that end with a null pointer, all of live texts.
    unsafe { libc::execve(told.program.path.as_ptr(), arguments, environment) };
    Errno::last()
}

/// Becomes another user, by the calls themselves: the C library's functions would change
/// this process's other threads too, whose memory the child is in.
pub(super) fn become_user(uid: Uid, gid: Gid, groups: &[Gid]) -> nix::Result<()> {
    // SAFETY: the kernel reads as many group ids as there are; a `Gid` is one, transparently.
    Errno::result(unsafe { libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) })?;
    // SAFETY: numbers only.
    Errno::result(unsafe { libc::syscall(libc::SYS_setgid, gid.as_raw()) })?;
    // SAFETY: numbers only.
    Errno::result(unsafe { libc::syscall(libc::SYS_setuid, uid.as_raw()) })?;
    Ok(())
}

/// Marks every descriptor from this one on to be closed at an exec (close_range(2)).
pub(super) fn close_at_exec(first: c_int) -> nix::Result<()> {
    let (last, flags) = (libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC);
    // SAFETY: numbers only; a descriptor stays open until the exec.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    Errno::result(done).map(drop)
}

/// An action for a signal as the kernel has it; all zero is the default one. The C
/// library's own type and function do more than a system call.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Action([usize; 4]);

impl Action {
    /// What is done: a function's address, or one of `SIG_DFL` and `SIG_IGN`.
    pub(super) const fn handler(self) -> libc::sighandler_t {
        self.0[0]
    }
}

/// The action for a signal, which is made this one where there is one.
pub(super) fn action(signal: c_int, new: Option<Action>) -> nix::Result<Action> {
    let mut known = Action::default();
    let new = new.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the kernel reads one action, if it is given one, and writes one, each of at
    // most this size.
    let done = unsafe {
        let (known, size) = (&raw mut known, size_of::<u64>());
        libc::syscall(libc::SYS_rt_sigaction, signal, new, known, size)
    };
    Errno::result(done).map(|_| known)
}
