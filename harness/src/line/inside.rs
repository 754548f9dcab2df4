//! A sandbox's files, seen from outside: in the table of its mounts, and beneath its root.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use engine::witness::identity;
use evidence::mounts::{Place, places};
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, open, openat2};
use nix::sys::stat::Mode;

/// The mounts of the host and of the sandbox, and the sandbox's root.
#[derive(Debug)]
pub(super) struct Inside {
    /// The root, where it may be opened.
    root: Option<(OwnedFd, PathBuf)>,
    /// The host's mounts.
    pub here: Vec<Place>,
    /// The sandbox's.
    pub there: Vec<Place>,
}

impl Inside {
    /// Of the sandbox that this process is in.
    #[must_use]
    pub(super) fn of(pid: u32) -> Self {
        let table = |of: &str| fs::read(format!("/proc/{of}/mountinfo")).unwrap_or_default();
        let (here, there) = (places(&table("self")), places(&table(&pid.to_string())));
        Self::at(&PathBuf::from(format!("/proc/{pid}/root")), here, there)
    }

    /// With this root, and these mounts of the host's and of its own.
    #[must_use]
    pub(super) fn at(root: &Path, here: Vec<Place>, there: Vec<Place>) -> Self {
        let opened = open(root, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty());
        let root = opened.ok().map(|it| (it, root.to_owned()));
        Self { root, here, there }
    }

    /// What this name leads to in the sandbox, if to anything: links are followed beneath
    /// its root.
    #[must_use]
    pub(super) fn found(&self, name: &Path) -> Option<fs::Metadata> {
        let (root, path) = self.root.as_ref()?;
        let how = OpenHow::new()
            .flags(OFlag::O_PATH | OFlag::O_CLOEXEC)
            .resolve(ResolveFlag::RESOLVE_IN_ROOT);
        match openat2(root, name, how) {
            Ok(file) => File::from(file).metadata().ok(),
            // Behind a filter that does not know the call: a link would be followed beneath
            // this process's root.
            Err(Errno::ENOSYS | Errno::EPERM) => {
                let beneath = name.strip_prefix("/").unwrap_or(name);
                fs::symlink_metadata(path.join(beneath)).ok()
            }
            Err(_) => None,
        }
    }

    /// Whether this name is, in the sandbox, this file of the host's.
    #[must_use]
    pub(super) fn is(&self, name: &Path, known: &fs::Metadata) -> bool {
        let found = self.found(name);
        found.is_some_and(|found| identity(&found) == identity(known))
    }

    /// By which names the sandbox's mounts would lead to this file of the host's, if nothing
    /// is mounted over them.
    pub(super) fn names(&self, of: &Path) -> Vec<PathBuf> {
        let Some((mount, rest)) = covering(&self.here, of) else {
            return Vec::new();
        };
        let whole = beneath(path(&mount.root), rest);
        let of_the_same = self.there.iter().filter(|it| is_the_same(it, mount));
        let names = of_the_same.filter_map(|it| {
            let rest = whole.strip_prefix(path(&it.root)).ok()?;
            Some(beneath(path(&it.point), rest))
        });
        names.collect()
    }

    /// Where what is mounted there lies on the host, if it does.
    #[must_use]
    pub(super) fn on_the_host(&self, mount: &Place) -> Option<PathBuf> {
        let found = self.found(path(&mount.point))?;
        let of_the_same = self.here.iter().filter(|it| it.device == mount.device);
        let mut names = of_the_same.filter_map(|it| {
            let rest = path(&mount.root).strip_prefix(path(&it.root)).ok()?;
            Some(beneath(path(&it.point), rest))
        });
        names.find(|name| {
            let known = fs::metadata(name);
            known.is_ok_and(|known| identity(&known) == identity(&found))
        })
    }

    /// Whether nothing can be written at this name, for how it is mounted.
    #[must_use]
    pub(super) fn is_read_only(&self, name: &Path) -> bool {
        covering(&self.there, name).is_some_and(|(mount, _)| mount.read_only)
    }
}

/// The same file system; every `/proc` is of the same kernel.
fn is_the_same(it: &Place, mount: &Place) -> bool {
    it.device == mount.device || (it.kind == b"proc" && mount.kind == b"proc")
}

/// The mount in which this path lies, and the rest of the path. A path leads from a mount
/// into the first that is mounted on it; the order of the table says nothing, for a mount
/// that was moved, as at the start of a host, stands where it was made.
pub(crate) fn covering<'a>(table: &'a [Place], of: &'a Path) -> Option<(&'a Place, &'a Path)> {
    let first = |on: &dyn Fn(&Place) -> bool| {
        let those = table.iter().filter(|it| on(it));
        let those = those.filter(|it| of.starts_with(path(&it.point)));
        those.min_by_key(|it| it.point.len())
    };
    let mut mount = first(&|it| table.iter().all(|other| other.id != it.parent))?;
    for _ in table {
        let Some(next) = first(&|it| it.parent == mount.id) else {
            break;
        };
        mount = next;
    }
    Some((mount, of.strip_prefix(path(&mount.point)).ok()?))
}

/// Without the slash that an empty rest would leave behind.
pub(super) fn beneath(folder: &Path, rest: &Path) -> PathBuf {
    folder.join(rest).components().collect()
}

pub(super) fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mounted_on_a_folder_hides_what_is_beneath_it() {
        let covers = |table: &str| {
            let table = places(table.as_bytes());
            let (mount, rest) = covering(&table, Path::new("/dev/shm")).unwrap();
            (mount.device.clone(), rest.to_owned())
        };
        let root = "1 0 8:1 / / rw - ext4 x rw\n";
        let shm = "2 1 0:5 / /dev/shm rw - tmpfs x rw\n";
        let dev = "3 1 0:6 / /dev rw - tmpfs x rw\n";
        let on_dev = "4 3 0:7 / /dev/shm rw - tmpfs x rw\n";
        let of = |tables: &[&str]| covers(&tables.concat());
        assert_eq!(of(&[root, shm]), (b"0:5".to_vec(), PathBuf::new()));
        assert_eq!(
            of(&[root, shm, dev]),
            (b"0:6".to_vec(), PathBuf::from("shm"))
        );
        assert_eq!(of(&[root, shm, dev, on_dev]).0, b"0:7");
        // As at the start of a host: mounted first, and moved to where the root then was.
        assert_eq!(of(&[on_dev, dev, root]).0, b"0:7");
        // And a root over the root.
        let over = "5 1 0:8 / / rw - tmpfs x rw\n";
        assert_eq!(of(&[root, over]).0, b"0:8");
    }

    /// A link to `/run` in an image is the image's `/run`, not the host's.
    #[test]
    fn a_link_is_followed_beneath_the_sandboxs_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        let outside = folder.path().join("outside");
        fs::create_dir(&root).unwrap();
        fs::write(&outside, "x").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
        let inside = Inside::at(&root, Vec::new(), Vec::new());
        let known = fs::metadata(&outside).unwrap();
        assert!(!inside.is(Path::new("/link"), &known));
        fs::hard_link(&outside, root.join("same")).unwrap();
        assert!(inside.is(Path::new("/same"), &known));
    }
}
