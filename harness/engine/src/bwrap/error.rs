//! What can go wrong with bubblewrap: one variant per operation.

use std::io;
use std::path::PathBuf;

use seccomp::OciError;

/// bubblewrap could not be used, or a sandbox not be made with it.
#[derive(Debug, thiserror::Error)]
pub enum BwrapError {
    /// It is not installed.
    #[error("failed to find `bwrap` in `PATH`")]
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
    /// It cannot make an empty sandbox here.
    #[error("failed to make a sandbox with `{program}`: it said `{said}`")]
    Unusable {
        /// The program.
        program: PathBuf,
        /// Its own words.
        said: String,
    },
    /// The programs could not be laid out.
    #[error("failed to lay out the image in `{path}`")]
    LayOut {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The filter that it loads could not be compiled.
    #[error("failed to compile the runtime filter")]
    Filter(#[from] OciError),
    /// A control group of the sandbox's own could not be made.
    #[error("failed to make the control group `{path}`")]
    Group {
        /// The group's folder or file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A control group could not be removed.
    #[error("failed to remove the control group `{path}`")]
    RemoveGroup {
        /// The group's folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// What is to be mounted lies beneath a folder that the sandbox's user may not pass, and
    /// this process may not mount it elsewhere. Nobody is told to open the folder: what else it
    /// keeps from others, such as a home does, is not known here.
    #[error(
        "expected the folders above the packet open to the sandbox's user, observed `{path}` closed to it: give a copy that lies elsewhere, such as in /srv"
    )]
    Closed {
        /// The folder.
        path: PathBuf,
    },
    /// A setting of the profile that bubblewrap has no word for.
    #[error("not available: bubblewrap has no word for `{setting}`")]
    NoWord {
        /// The setting.
        setting: String,
    },
    /// A descriptor for the launcher could not be made.
    #[error("failed to make a descriptor for the launcher of `{name}`")]
    Descriptor {
        /// The sandbox's name.
        name: String,
        /// Why not.
        #[source]
        source: io::Error,
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
    /// The launcher's streams could not be read or waited for.
    #[error("failed to read from the launcher of `{name}`")]
    Read {
        /// The sandbox's name.
        name: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// What the launcher says of its sandbox is not of the documented form.
    #[error("failed to read the status that the launcher of `{name}` wrote")]
    Status {
        /// The sandbox's name.
        name: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The launcher does not say which process the sandbox is.
    #[error("failed to learn the process of `{name}`: its launcher ended without naming it")]
    NoProcess {
        /// The sandbox's name.
        name: String,
    },
}

impl BwrapError {
    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled => {
                Some("install it: `sudo apt-get install bubblewrap`, or your system's package".to_owned())
            }
            Self::Unusable { .. } => Some(
                "this user must be allowed to make user namespaces: see `sysctl user.max_user_namespaces kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns`"
                    .to_owned(),
            ),
            Self::Group { source, .. } if source.kind() == io::ErrorKind::NotFound => Some(
                "mount the control groups where they belong: `sudo mount -t cgroup2 none /sys/fs/cgroup`"
                    .to_owned(),
            ),
            Self::Group { .. } => Some(
                "root must be able to write to `/sys/fs/cgroup`, which a container has read-only: run the harness on the host itself"
                    .to_owned(),
            ),
            Self::RemoveGroup { .. } => Some(
                "a process in it does not end, such as one on a disk that does not answer: its cgroup.procs names it; the group is removed once it has ended"
                    .to_owned(),
            ),
            Self::Run { source, .. } if source.kind() == io::ErrorKind::InvalidInput => Some(
                "root starts it as another user, whom a user namespace may not know (`cat /proc/self/uid_map`): run the harness outside of that, or as an ordinary user"
                    .to_owned(),
            ),
            Self::Run { .. }
            | Self::Closed { .. }
            | Self::LayOut { .. }
            | Self::Filter(_)
            | Self::NoWord { .. }
            | Self::Descriptor { .. }
            | Self::Spawn { .. }
            | Self::Read { .. }
            | Self::Status { .. }
            | Self::NoProcess { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_make_no_control_group_is_told_what_to_do() {
        let hint = |kind| {
            let path = PathBuf::from("/sys/fs/cgroup/proof-of-block-0");
            let source = io::Error::from(kind);
            BwrapError::Group { path, source }.hint().unwrap()
        };
        assert!(hint(io::ErrorKind::NotFound).contains("mount -t cgroup2"));
        assert!(hint(io::ErrorKind::ReadOnlyFilesystem).contains("read-only"));
    }
}
