//! What can go wrong with firejail: one variant per operation.

use std::io;
use std::path::PathBuf;

/// firejail could not be used, or a sandbox not be made with it.
#[derive(Debug, thiserror::Error)]
pub enum FirejailError {
    /// It is not installed.
    #[error("failed to find `firejail` in `PATH`")]
    NotInstalled,
    /// It could not be run at all.
    #[error("failed to run `{program}`")]
    Run {
        /// The program.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It does not say a version.
    #[error("failed to learn the version of `{program}`: it said `{said}`")]
    Version {
        /// The program.
        program: PathBuf,
        /// Its own words.
        said: String,
    },
    /// It makes no sandbox here.
    #[error(
        "failed to make a sandbox with `{program}`: expected a process namespace of its own, observed `{said}`"
    )]
    Unusable {
        /// The program.
        program: PathBuf,
        /// What was said in it, or of it.
        said: String,
    },
    /// It was built without the option that gives it a root.
    #[error("failed to use `{program}`: it was built without `--chroot`")]
    NoChroot {
        /// The program.
        program: PathBuf,
    },
    /// A part of its installation is not where it belongs.
    #[error("failed to find firejail's `{part}`")]
    Part {
        /// The file.
        part: PathBuf,
    },
    /// It is not the program of root's for everybody.
    #[error("failed to use `{program}`: expected a program of root's with the setuid bit")]
    NotSetuid {
        /// The program.
        program: PathBuf,
    },
    /// An ordinary user asked for it.
    #[error(
        "failed to use firejail: it takes as a sandbox's root only a folder of root's (firejail(1), --chroot), and only where `/etc/firejail/firejail.config` says `chroot yes`: this user can make neither, not even in a user namespace, where a program of root's is nobody's"
    )]
    NotRoot,
    /// The run's folder could not be filled.
    #[error("failed to lay out firejail's root in `{path}`")]
    LayOut {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A setting of the profile that firejail has no word for.
    #[error("not available: firejail has no word for `{setting}`")]
    NoWord {
        /// The setting.
        setting: String,
    },
    /// The launcher could not be started.
    #[error("failed to start the launcher of `{name}`")]
    Spawn {
        /// The sandbox's name.
        name: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The sandbox's process is not among the launcher's.
    #[error(
        "failed to learn the process of `{name}`: expected a child of the child of its launcher {launcher}, observed none"
    )]
    NoProcess {
        /// The sandbox's name.
        name: String,
        /// The launcher's process.
        launcher: i32,
    },
    /// What firejail left in the sandbox could not be taken away.
    #[error("failed to take `{path}` away from the sandbox")]
    Remains {
        /// The folder of its root.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl FirejailError {
    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let words = match self {
            Self::NotInstalled | Self::Part { .. } => {
                "install it: `sudo apt-get install firejail`, or your system's package"
            }
            Self::NotRoot => {
                "run as root, or use `--engine bwrap`, which needs no root; `harness audit -- firejail ...` tries a line of firejail's as any user"
            }
            Self::NotSetuid { .. } => "install your system's package again, which sets the bit",
            Self::Unusable { .. } => {
                "firejail makes none inside a container: run the harness on the host itself, or use `--engine bwrap`"
            }
            Self::NoChroot { .. } => {
                "install a package that was built with it, as Debian's is, or use `--engine bwrap`"
            }
            Self::Run { .. }
            | Self::Version { .. }
            | Self::LayOut { .. }
            | Self::NoWord { .. }
            | Self::Spawn { .. }
            | Self::NoProcess { .. }
            | Self::Remains { .. } => return None,
        };
        Some(words.to_owned())
    }
}
