//! By which other ways the host's own things can be reached in a sandbox: an act goes one
//! way, and what it does not reach may lie in the sandbox under another name.
//!
//! Seen from outside, while the probe waits: in the table of its mounts, and by device and
//! inode beneath its root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::inside::{Inside, beneath, covering, path};
use super::parts::{self, Whole};
use super::{environ, kernels, sockets};

/// The act that reaches for a socket by its path.
pub(super) const BY_PATH: &str = "unix-path";
/// The act that reads the caller's environment.
const ENVIRONMENT: &str = "environment";
/// Settings and keys of the kernel's, which are the same in every `/proc`.
const SETTINGS: [&str; 2] = ["/proc/sys", "/proc/sysrq-trigger"];

/// What an act reaches for.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    pub act: &'static str,
    /// The host's file or folder.
    pub path: PathBuf,
    /// Whether it is to be changed.
    pub writes: bool,
    /// The folder that it stands for.
    pub of: Option<Whole>,
}

impl Aim {
    /// At this path, which stands for itself.
    #[must_use]
    pub(super) fn at(act: &'static str, path: impl Into<PathBuf>, writes: bool) -> Self {
        let (path, of) = (path.into(), None);
        Self {
            act,
            path,
            writes,
            of,
        }
    }
}

/// The ways there are into what these acts reach for, by act.
#[must_use]
pub(super) fn ways(pid: u32, aims: &[Aim]) -> BTreeMap<String, String> {
    let inside = Inside::of(pid);
    let found = aims.iter().filter_map(|aim| {
        let way = elsewhere(&inside, aim).or_else(|| shared(&inside, aim));
        let way = way.or_else(|| parts::lies(&inside, aim.of.as_ref()?, aim.writes));
        let way = way.or_else(|| kernels::writable(&inside, aim, pid));
        let is_socket = aim.act == BY_PATH;
        let way = way.or_else(|| is_socket.then(|| sockets::another(&inside, &aim.path))?);
        Some((aim.act.to_owned(), way?))
    });
    let handed = environ::on(pid).map(|why| (ENVIRONMENT.to_owned(), why));
    found.chain(handed).collect()
}

/// The same file or folder under another name.
fn elsewhere(inside: &Inside, aim: &Aim) -> Option<String> {
    let known = fs::metadata(&aim.path).ok()?;
    let is_setting = SETTINGS.iter().any(|it| aim.path.starts_with(it));
    let is = |name: &Path| inside.is(name, &known) || (is_setting && inside.found(name).is_some());
    let names = inside.names(&aim.path).into_iter();
    let mut names = names.filter(|name| *name != aim.path);
    let name = names.find(|name| is(name) && !(aim.writes && inside.is_read_only(name)))?;
    Some(format!(
        "what it reaches for lies at `{}` in the sandbox, where nothing was tried",
        name.display()
    ))
}

/// What was written in the sandbox's own folder was written on the host: a folder that is
/// mounted there, of a file system that the host has mounted, too. Where it is no mount,
/// it is in the sandbox's root, which an engine keeps somewhere on the host.
fn shared(inside: &Inside, aim: &Aim) -> Option<String> {
    let is_written = aim.writes && aim.path.is_dir();
    let (mount, rest) = covering(&inside.there, &aim.path).filter(|_| is_written)?;
    let of_the_host = inside.here.iter().any(|it| it.device == mount.device);
    if !of_the_host || mount.read_only || mount.point == b"/" {
        return None;
    }
    let of = beneath(path(&mount.root), rest);
    Some(format!(
        "its `{}` is `{}` of a file system that the host has mounted, too",
        aim.path.display(),
        of.display()
    ))
}

#[cfg(test)]
mod tests;
