//! Starts a launcher: in a child that shares this process's memory until its exec,
//! with limits, control groups, user and descriptors set in between.
//!
//! fork(2) would copy the page tables of a process with much memory and many threads,
//! and afterwards every page that one of them writes: a fifth of a run's processor
//! time. As posix_spawn(3) does it, which cannot set all that is set here, the child
//! has a stack of its own, and the thread that makes it waits for its exec.

#![expect(
    unsafe_code,
    reason = "between a clone that shares memory and the exec, only system calls may be made"
)]

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::resource::Resource;
use nix::unistd::{Gid, Pid, Uid};

use super::passage::Passage;

/// The child's stack, in bytes: it calls a handful of small functions.
const STACK: usize = 1 << 18;
/// What a stack begins at a multiple of, in bytes, on every architecture.
const STACK_ALIGNMENT: usize = 16;
/// The end of a child that did not get to its exec; its error number is in memory.
const NOT_STARTED: c_int = 127;
/// The highest signal number, signal(7).
const SIGNALS: c_int = 64;

/// What is made of a process before it becomes the launcher.
pub(crate) struct Preparation {
    /// Soft and hard limits, both the same.
    pub(crate) limits: Vec<(Resource, u64)>,
    /// Opened `cgroup.procs` files of the groups it joins.
    pub(crate) groups: Vec<File>,
    /// What it mounts before it becomes that user, in a mount namespace of its own.
    pub(crate) passage: Option<Passage>,
    /// The user and group it runs as, where that is not this process's own.
    pub(crate) user: Option<(Uid, Gid)>,
    /// Its supplementary groups, where it becomes another user.
    pub(crate) supplementary: Vec<Gid>,
    /// Descriptors that stay open.
    pub(crate) kept: Vec<OwnedFd>,
    /// Where the launcher itself gives its sandbox none of its own.
    pub(crate) session: bool,
}

/// A program with its arguments and environment, as execve(2) takes them.
pub(crate) struct Program {
    path: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

impl Program {
    /// The program at this path, with no argument but its name and no environment.
    ///
    /// # Errors
    /// There is a zero byte in it.
    pub(crate) fn new(path: &OsStr) -> io::Result<Self> {
        let path = CString::new(path.as_bytes())?;
        Ok(Self {
            arguments: vec![path.clone()],
            path,
            environment: Vec::new(),
        })
    }

    /// With one argument more.
    ///
    /// # Errors
    /// There is a zero byte in it.
    pub(crate) fn argument(&mut self, argument: impl AsRef<OsStr>) -> io::Result<()> {
        self.arguments
            .push(CString::new(argument.as_ref().as_bytes())?);
        Ok(())
    }

    /// With one variable more.
    ///
    /// # Errors
    /// There is a zero byte in it.
    pub(crate) fn variable(&mut self, name: &str, value: &OsStr) -> io::Result<()> {
        let entry = [name.as_bytes(), b"=", value.as_bytes()].concat();
        self.environment.push(CString::new(entry)?);
        Ok(())
    }
}

/// What the child is told. Everything is made before it is: it may not allocate.
struct Told<'a> {
    program: &'a Program,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    streams: [RawFd; 3],
    preparation: &'a Preparation,
    supplementary: Vec<libc::gid_t>,
    /// Why it did not get to its exec.
    errno: AtomicI32,
}

/// Starts a program with these descriptors as its standard streams, in the root folder.
///
/// # Errors
/// The child could not be made, or a step before its exec, or the exec failed.
pub(crate) fn start(
    program: &Program,
    streams: [&OwnedFd; 3],
    preparation: &Preparation,
) -> io::Result<Pid> {
    let streams = streams.map(AsRawFd::as_raw_fd);
    if streams.iter().any(|stream| *stream <= libc::STDERR_FILENO) {
        // One would be put in the place of another that is still to be moved.
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    let told = Told {
        arguments: pointers(&program.arguments),
        environment: pointers(&program.environment),
        program,
        streams,
        preparation,
        supplementary: preparation
            .supplementary
            .iter()
            .map(|it| it.as_raw())
            .collect(),
        errno: AtomicI32::new(0),
    };
    let child = with_signals_blocked(|| clone(&told))??;
    match told.errno.load(Ordering::SeqCst) {
        0 => Ok(child),
        errno => {
            _ = nix::sys::wait::waitpid(child, None);
            Err(io::Error::from_raw_os_error(errno))
        }
    }
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    let pointers = texts.iter().map(|text| text.as_ptr());
    pointers.chain([ptr::null()]).collect()
}

/// A handler of this process that ran in the child would change this process's memory.
fn with_signals_blocked<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    use nix::sys::signal::{SigSet, SigmaskHow};
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let done = work();
    before.thread_set_mask()?;
    Ok(done)
}

fn clone(told: &Told<'_>) -> io::Result<Pid> {
    let mut stack = vec![0_u8; STACK];
    let end = stack.as_mut_ptr_range().end;
    let top = end.wrapping_sub(end.addr() % STACK_ALIGNMENT);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    let argument = ptr::from_ref(told).cast_mut().cast::<c_void>();
    // SAFETY: the stack is the child's alone, `told` outlives the child's use of memory,
    // which ends at its exec or its end, and until then this call does not return
    // (clone(2), CLONE_VFORK). `child` makes system calls alone.
    let made = unsafe { libc::clone(child, top.cast(), flags, argument) };
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Pid::from_raw(made))
}

/// The child's life.
extern "C" fn child(argument: *mut c_void) -> c_int {
    // SAFETY: `clone` above gives it a pointer to a `Told` that is there until the exec.
    let told = unsafe { &*argument.cast::<Told<'_>>() };
    let failed = become_launcher(told);
    told.errno.store(failed.0, Ordering::SeqCst);
    // SAFETY: ends the child alone, without what this process does at its own end.
    unsafe { libc::_exit(NOT_STARTED) }
}

/// The error number of a system call that failed.
struct Failed(c_int);

fn checked(result: impl Into<i64>) -> Result<(), Failed> {
    if result.into() >= 0 {
        return Ok(());
    }
    // The child has the thread's `errno`, whose memory it shares.
    Err(Failed(nix::errno::Errno::last_raw()))
}

fn become_launcher(told: &Told<'_>) -> Failed {
    let prepared = own_group(told.preparation.session)
        .and_then(|()| streams(told))
        .and_then(|()| limits(told.preparation))
        .and_then(|()| groups(told.preparation))
        .and_then(|()| passage(told.preparation))
        .and_then(|()| user(told))
        .and_then(|()| descriptors(told.preparation))
        .and_then(|()| signals());
    if let Err(failed) = prepared {
        return failed;
    }
    let (arguments, environment) = (told.arguments.as_ptr(), told.environment.as_ptr());
    // SAFETY: a path and two lists that end with a null pointer, all of live texts.
    let done = unsafe { libc::execve(told.program.path.as_ptr(), arguments, environment) };
    match checked(done) {
        Err(failed) => failed,
        Ok(()) => Failed(libc::ENOEXEC),
    }
}

/// A group of its own: what the terminal sends to this process's group is not for it, and
/// it can be ended with all that is still in it. A session of its own is a group as well,
/// and has no terminal.
fn own_group(session: bool) -> Result<(), Failed> {
    if session {
        // SAFETY: it takes nothing; a child that was just made leads no group.
        return checked(unsafe { libc::setsid() });
    }
    // SAFETY: numbers only; 0 and 0 are the caller itself.
    checked(unsafe { libc::setpgid(0, 0) })
}

fn streams(told: &Told<'_>) -> Result<(), Failed> {
    for (place, stream) in (0..).zip(told.streams) {
        // SAFETY: numbers only.
        checked(unsafe { libc::dup2(stream, place) })?;
    }
    // SAFETY: a constant text.
    checked(unsafe { libc::chdir(c"/".as_ptr()) })
}

fn limits(preparation: &Preparation) -> Result<(), Failed> {
    for (resource, value) in &preparation.limits {
        let limit = libc::rlimit {
            rlim_cur: *value,
            rlim_max: *value,
        };
        // SAFETY: the kernel reads one `rlimit`, which is there.
        checked(unsafe {
            libc::setrlimit(*resource as libc::__rlimit_resource_t, &raw const limit)
        })?;
    }
    Ok(())
}

fn groups(preparation: &Preparation) -> Result<(), Failed> {
    for group in &preparation.groups {
        // SAFETY: one constant byte; 0 is the writing process itself (cgroups(7)).
        let written = unsafe { libc::write(group.as_raw_fd(), c"0".as_ptr().cast(), 1) };
        checked(i64::try_from(written).unwrap_or(-1))?;
    }
    Ok(())
}

/// Nothing of it reaches the host: the namespace is the child's alone before it mounts.
fn passage(preparation: &Preparation) -> Result<(), Failed> {
    let Some(Passage { from, to }) = &preparation.passage else {
        return Ok(());
    };
    // SAFETY: a number only; the child shares memory with this process, not its root or
    // working folder (clone(2), CLONE_FS).
    checked(unsafe { libc::unshare(libc::CLONE_NEWNS) })?;
    mounted(c"none", c"/", libc::MS_REC | libc::MS_PRIVATE)?;
    mounted(from, to, libc::MS_BIND | libc::MS_REC)
}

fn mounted(from: &CStr, to: &CStr, how: libc::c_ulong) -> Result<(), Failed> {
    let (none, nothing) = (ptr::null::<c_char>(), ptr::null::<c_void>());
    // SAFETY: two live texts; the kernel is given no type and no data.
    checked(unsafe { libc::mount(from.as_ptr(), to.as_ptr(), none, how, nothing) })
}

/// By the calls themselves: the C library's functions would change this process's
/// other threads too, whose memory the child is in.
fn user(told: &Told<'_>) -> Result<(), Failed> {
    let Some((uid, gid)) = told.preparation.user else {
        return Ok(());
    };
    let groups = &told.supplementary;
    // SAFETY: the kernel reads as many group ids as there are.
    checked(unsafe { libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) })?;
    // SAFETY: numbers only.
    checked(unsafe { libc::syscall(libc::SYS_setgid, gid.as_raw()) })?;
    // SAFETY: numbers only.
    checked(unsafe { libc::syscall(libc::SYS_setuid, uid.as_raw()) })
}

/// bubblewrap hands on whatever it is given, and this process may have been started
/// with more than it knows of. An old kernel has no such flag of close_range(2); the
/// airlock closes what is left in any case.
fn descriptors(preparation: &Preparation) -> Result<(), Failed> {
    let (first, last) = (libc::STDERR_FILENO + 1, libc::c_uint::MAX);
    // SAFETY: numbers only; a descriptor stays open until the exec.
    let done = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            last,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    match checked(done) {
        Err(Failed(errno)) if !matches!(errno, libc::ENOSYS | libc::EINVAL) => {
            return Err(Failed(errno));
        }
        Err(_) | Ok(()) => {}
    }
    for descriptor in &preparation.kept {
        // SAFETY: numbers only.
        checked(unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFD, 0) })?;
    }
    Ok(())
}

/// An action for a signal as the kernel has it; all zero is the default one. The C
/// library's own type and function do more than a system call.
#[repr(C)]
struct Action([usize; 4]);

/// Handled signals and the one for broken pipes, which this program ignores, get their
/// default action; then none is blocked any more.
fn signals() -> Result<(), Failed> {
    let (default, none, size) = (Action([0; 4]), 0_u64, size_of::<u64>());
    for signal in 1..=SIGNALS {
        let mut known = Action([0; 4]);
        // SAFETY: the kernel writes one action, of at most this size.
        let asked = unsafe {
            let known = &raw mut known;
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                ptr::null::<Action>(),
                known,
                size,
            )
        };
        checked(asked)?;
        if known.0[0] == libc::SIG_DFL || (known.0[0] == libc::SIG_IGN && signal != libc::SIGPIPE) {
            continue;
        }
        // SAFETY: the kernel reads one action, of at most this size.
        checked(unsafe {
            let nowhere = ptr::null_mut::<Action>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                &raw const default,
                nowhere,
                size,
            )
        })?;
    }
    let how = libc::SIG_SETMASK;
    // SAFETY: the kernel reads one mask of this size.
    checked(unsafe {
        let nowhere = ptr::null_mut::<u64>();
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            how,
            &raw const none,
            nowhere,
            size,
        )
    })
}
