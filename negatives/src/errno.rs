//! Error numbers and signals by the names the manual pages use.
//!
//! The matrix is written in names and the wire in numbers; this is the one
//! place where the two meet. It knows only what a row may expect.

use std::fmt;

/// An error number of `errno(3)` that has a name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(i32);

impl Errno {
    /// The error number with this name, such as `EPERM`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, number) = NAMES.iter().find(|(known, _)| *known == name)?;
        Some(Self(*number))
    }

    /// The number, as the kernel returns it negated.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let known = NAMES.iter().find(|(_, number)| *number == self.0);
        known.map_or("", |(name, _)| name)
    }

    /// The name of a raw error number, or its digits where it has none here.
    #[must_use]
    pub fn describe(number: i32) -> String {
        NAMES
            .iter()
            .find(|(_, known)| *known == number)
            .map_or_else(|| format!("errno {number}"), |(name, _)| (*name).to_owned())
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::describe(self.0))
    }
}

/// A signal that may end a probe, by its name in `signal(7)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Seccomp killed the process: `SECCOMP_RET_KILL_PROCESS` or `_THREAD`.
    Sys,
    /// The memory protection killed it.
    Segv,
    /// Somebody killed it.
    Kill,
}

impl Signal {
    const ALL: [Self; 3] = [Self::Sys, Self::Segv, Self::Kill];

    /// The signal with this name, such as `SIGSYS`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.name() == name)
    }

    /// The name of `signal(7)`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sys => "SIGSYS",
            Self::Segv => "SIGSEGV",
            Self::Kill => "SIGKILL",
        }
    }

    /// What it says of an attempt, in a sentence.
    #[must_use]
    pub const fn means(self) -> &'static str {
        match self {
            Self::Sys => "A seccomp filter killed the process for a system call.",
            Self::Segv => {
                "The kernel killed the process for an access to memory that is not its own."
            }
            Self::Kill => "Somebody killed the process, or the kernel did for want of memory.",
        }
    }

    /// The number; a container that dies of it exits with 128 plus this.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Sys => libc::SIGSYS,
            Self::Segv => libc::SIGSEGV,
            Self::Kill => libc::SIGKILL,
        }
    }
}

macro_rules! names {
    ($($name:ident),* $(,)?) => {
        /// Every error number a row may expect.
        const NAMES: &[(&str, i32)] = &[$((stringify!($name), libc::$name)),*];
    };
}

names![
    EPERM,
    ENOENT,
    ESRCH,
    EINTR,
    EIO,
    ENXIO,
    E2BIG,
    ENOEXEC,
    EBADF,
    ECHILD,
    EAGAIN,
    ENOMEM,
    EACCES,
    EFAULT,
    ENOTBLK,
    EBUSY,
    EEXIST,
    EXDEV,
    ENODEV,
    ENOTDIR,
    EISDIR,
    EINVAL,
    ENFILE,
    EMFILE,
    ENOTTY,
    ETXTBSY,
    EFBIG,
    ENOSPC,
    ESPIPE,
    EROFS,
    EMLINK,
    EPIPE,
    EDOM,
    ERANGE,
    EDEADLK,
    ENAMETOOLONG,
    ENOSYS,
    ENOTEMPTY,
    ELOOP,
    ENODATA,
    EOVERFLOW,
    EUSERS,
    ENOTSOCK,
    EDESTADDRREQ,
    EMSGSIZE,
    EPROTOTYPE,
    ENOPROTOOPT,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
    EOPNOTSUPP,
    EPFNOSUPPORT,
    EAFNOSUPPORT,
    EADDRINUSE,
    EADDRNOTAVAIL,
    ENETDOWN,
    ENETUNREACH,
    ECONNRESET,
    ENOTCONN,
    ETIMEDOUT,
    ECONNREFUSED,
    EHOSTUNREACH,
    EALREADY,
    EINPROGRESS,
    ESTALE,
    EDQUOT,
    ENOKEY,
    EKEYREJECTED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back_from_its_number() {
        for (name, number) in NAMES {
            assert_eq!(Errno::named(name).unwrap().number(), *number);
            assert_eq!(Errno::describe(*number), *name);
        }
        assert_eq!(Errno::named("EPREM"), None);
    }

    #[test]
    fn signals_are_known_by_name_and_number() {
        assert_eq!(Signal::named("SIGSYS").unwrap().number(), 31);
        assert_eq!(Signal::named("SIGHUP"), None);
    }
}
