//! What is made of a process before it becomes a launcher: streams, limits, control
//! groups, user, descriptors and signals.
//!
//! All of it happens between a clone that shares this process's memory and an exec
//! ([`super::raw`]): it is made of system calls alone, and of what was there before.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::{self, Gid, Pid, Uid};

use super::passage::Passage;
use super::raw::{self, Action};

/// The highest signal number, signal(7).
const SIGNALS: i32 = 64;

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
    pub(super) path: CString,
    pub(super) arguments: Vec<CString>,
    pub(super) environment: Vec<CString>,
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

/// Starts a program with these descriptors as its standard streams, in the root folder.
///
/// # Errors
/// The child could not be made, or a step before its exec, or the exec failed.
pub(crate) fn start(
    program: &Program,
    streams: [&OwnedFd; 3],
    preparation: &Preparation,
) -> io::Result<Pid> {
    let standard = |stream: &&OwnedFd| stream.as_raw_fd() <= libc::STDERR_FILENO;
    if streams.iter().any(standard) {
        // One would be put in the place of another that is still to be moved.
        return Err(Errno::EBADF.into());
    }
    Ok(raw::start(program, &|| preparation.carry_out(streams))?)
}

impl Preparation {
    fn carry_out(&self, streams: [&OwnedFd; 3]) -> nix::Result<()> {
        self.own_group()?;
        put_in_place(streams)?;
        self.limit()?;
        self.join_groups()?;
        self.open_the_passage()?;
        if let Some((uid, gid)) = self.user {
            raw::become_user(uid, gid, &self.supplementary)?;
        }
        self.keep_descriptors()?;
        reset_signals()
    }

    /// A group of its own: what the terminal sends to this process's group is not for it,
    /// and it can be ended with all that is still in it. A session of its own is a group as
    /// well, and has no terminal.
    fn own_group(&self) -> nix::Result<()> {
        if self.session {
            return unistd::setsid().map(drop);
        }
        let this = Pid::from_raw(0);
        unistd::setpgid(this, this)
    }

    fn limit(&self) -> nix::Result<()> {
        self.limits
            .iter()
            .try_for_each(|(resource, value)| setrlimit(*resource, *value, *value))
    }

    /// 0 is the writing process itself (cgroups(7)).
    fn join_groups(&self) -> nix::Result<()> {
        self.groups
            .iter()
            .try_for_each(|group| unistd::write(group, b"0").map(drop))
    }

    /// Nothing of it reaches the host: the namespace is the child's alone before it mounts,
    /// and it shares memory with this process, not its root or working folder (clone(2),
    /// `CLONE_FS`).
    fn open_the_passage(&self) -> nix::Result<()> {
        let Some(Passage { from, to }) = &self.passage else {
            return Ok(());
        };
        let none = None::<&std::ffi::CStr>;
        unshare(CloneFlags::CLONE_NEWNS)?;
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(none, c"/", none, private, none)?;
        let bound = MsFlags::MS_REC | MsFlags::MS_BIND;
        mount(Some(from.as_c_str()), to.as_c_str(), none, bound, none)
    }

    /// bubblewrap hands on whatever it is given, and this process may have been started
    /// with more than it knows of. An old kernel has no such flag of close_range(2); the
    /// airlock closes what is left in any case.
    fn keep_descriptors(&self) -> nix::Result<()> {
        match raw::close_at_exec(libc::STDERR_FILENO + 1) {
            Ok(()) | Err(Errno::ENOSYS | Errno::EINVAL) => {}
            Err(failed) => return Err(failed),
        }
        self.kept
            .iter()
            .try_for_each(|kept| fcntl(kept, FcntlArg::F_SETFD(FdFlag::empty())).map(drop))
    }
}

/// The standard streams, and the root folder as the working one.
fn put_in_place([input, output, errors]: [&OwnedFd; 3]) -> nix::Result<()> {
    unistd::dup2_stdin(input)?;
    unistd::dup2_stdout(output)?;
    unistd::dup2_stderr(errors)?;
    unistd::chdir(c"/")
}

/// Handled signals and the one for broken pipes, which this program ignores, get their
/// default action; then none is blocked any more.
fn reset_signals() -> nix::Result<()> {
    for signal in 1..=SIGNALS {
        let known = raw::action(signal, None)?.handler();
        let kept = known == libc::SIG_IGN && signal != libc::SIGPIPE;
        if known != libc::SIG_DFL && !kept {
            raw::action(signal, Some(Action::default()))?;
        }
    }
    SigSet::empty().thread_set_mask()
}
