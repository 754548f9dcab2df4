//! By which other ways the host's own things can be reached in a sandbox: an act goes one
//! way, and what it does not reach may lie in the sandbox under another name.
//!
//! Seen from outside, while the probe waits: in the table of its mounts, and by device and
//! inode beneath its root.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use engine::witness::identity;
use evidence::mounts::{Place, places};

/// Folders in which daemons of a host have their sockets.
const SOCKETS: [&str; 3] = ["/run", "/var/run", "/tmp"];
/// The act that reaches for a socket by its path.
const BY_PATH: &str = "unix-path";

/// What an act reaches for.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    pub act: &'static str,
    /// The host's file or folder.
    pub path: PathBuf,
    /// Whether it is to be changed.
    pub writes: bool,
}

/// The ways there are into what these acts reach for, by act.
#[must_use]
pub(super) fn ways(pid: u32, aims: &[Aim]) -> BTreeMap<String, String> {
    let table = |of: &str| fs::read(format!("/proc/{of}/mountinfo")).unwrap_or_default();
    let (here, there) = (places(&table("self")), places(&table(&pid.to_string())));
    let root = PathBuf::from(format!("/proc/{pid}/root"));
    let inside = Inside {
        root: &root,
        here: &here,
        there: &there,
    };
    let found = aims.iter().filter_map(|aim| {
        let way = inside.elsewhere(aim).or_else(|| inside.shared(aim));
        let way = way.or_else(|| inside.sockets(aim));
        Some((aim.act.to_owned(), way?))
    });
    found.collect()
}

/// The mounts of the host and of the sandbox, and the sandbox's root.
struct Inside<'a> {
    root: &'a Path,
    here: &'a [Place],
    there: &'a [Place],
}

impl Inside<'_> {
    /// The same file or folder under another name.
    fn elsewhere(&self, aim: &Aim) -> Option<String> {
        let (mount, rest) = covering(self.here, &aim.path)?;
        let whole = beneath(path(&mount.root), rest);
        let known = fs::metadata(&aim.path).ok()?;
        let of_the_same = self.there.iter().filter(|it| it.device == mount.device);
        let mut names = of_the_same
            .filter(|it| !(aim.writes && it.read_only))
            .filter_map(|it| {
                Some(beneath(
                    path(&it.point),
                    whole.strip_prefix(path(&it.root)).ok()?,
                ))
            });
        let name = names.find(|name| *name != aim.path && self.is(name, &known))?;
        Some(format!(
            "what it reaches for lies at `{}` in the sandbox, where nothing was tried",
            name.display()
        ))
    }

    /// What was written in the sandbox's own folder was written on the host: a folder that is
    /// mounted there, of a file system that the host has mounted, too. Where it is no mount,
    /// it is in the sandbox's root, which an engine keeps somewhere on the host.
    fn shared(&self, aim: &Aim) -> Option<String> {
        let (mount, rest) = covering(self.there, &aim.path).filter(|_| aim.writes)?;
        let of_the_host = self.here.iter().any(|it| it.device == mount.device);
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

    /// The host's folders of sockets, where only one socket was tried.
    fn sockets(&self, aim: &Aim) -> Option<String> {
        let there = |folder: &&&str| {
            let known = fs::metadata(folder).ok();
            known.is_some_and(|known| self.is(Path::new(folder), &known))
        };
        let folder = SOCKETS.iter().filter(|_| aim.act == BY_PATH).find(there)?;
        Some(format!(
            "the host's `{folder}` is there, and no socket in it was tried"
        ))
    }

    /// Whether this name is, in the sandbox, this file of the host's.
    fn is(&self, name: &Path, known: &fs::Metadata) -> bool {
        let beneath = name.strip_prefix("/").unwrap_or(name);
        // A link would be followed beneath this process's root, not the sandbox's.
        let found = fs::symlink_metadata(self.root.join(beneath));
        found.is_ok_and(|found| identity(&found) == identity(known))
    }
}

/// The mount in which this path lies, and the rest of the path. The table is in the order
/// of mounting, and each hides those before it.
fn covering<'a>(table: &'a [Place], of: &'a Path) -> Option<(&'a Place, &'a Path)> {
    let within = |it: &'a Place| Some((it, of.strip_prefix(path(&it.point)).ok()?));
    table.iter().rev().find_map(within)
}

/// Without the slash that an empty rest would leave behind.
fn beneath(folder: &Path, rest: &Path) -> PathBuf {
    folder.join(rest).components().collect()
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(path: &Path, writes: bool) -> Aim {
        Aim {
            act: "read-home-secret",
            path: path.to_owned(),
            writes,
        }
    }

    fn place(device: &str, root: &Path, point: &Path) -> Place {
        Place {
            device: device.as_bytes().to_vec(),
            root: root.as_os_str().as_bytes().to_vec(),
            point: point.as_os_str().as_bytes().to_vec(),
            read_only: false,
            kind: b"ext4".to_vec(),
        }
    }

    #[test]
    fn what_lies_under_another_name_is_found_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("host/home")).unwrap();
        fs::write(at("home"), "no folder of this name").unwrap();
        fs::write(at("host/home/secret"), "x").unwrap();
        // As if the host's root were the folder `host`, mounted at `/all` in a sandbox.
        std::os::unix::fs::symlink(at("host"), at("all")).unwrap();
        let here = [place("8:1", Path::new("/"), &at("host"))];
        let there = |device| [place(device, Path::new("/home"), Path::new("/all/home"))];
        let found = |device, aim: &Aim| {
            let inside = Inside {
                root: folder.path(),
                here: &here,
                there: &there(device),
            };
            inside.elsewhere(aim)
        };
        let secret = aim(&at("host/home/secret"), false);
        let way = found("8:1", &secret).unwrap();
        assert!(way.contains("lies at `/all/home/secret`"), "{way}");
        assert_eq!(found("8:2", &secret), None, "another file system");
        let other = aim(&at("home"), false);
        assert_eq!(found("8:1", &other), None, "another file");
    }

    #[test]
    fn what_was_mounted_last_covers_what_is_beneath_it() {
        let mounted = |points: &[(&str, &str)]| {
            let at =
                |(device, point): &(&str, &str)| place(device, Path::new("/"), Path::new(point));
            points.iter().map(at).collect::<Vec<_>>()
        };
        let table = mounted(&[("8:1", "/"), ("0:5", "/dev/shm"), ("0:6", "/dev")]);
        let covers = |table: &[Place]| {
            let (mount, rest) = covering(table, Path::new("/dev/shm")).unwrap();
            (mount.device.clone(), rest.to_owned())
        };
        assert_eq!(covers(&table), (b"0:6".to_vec(), PathBuf::from("shm")));
        assert_eq!(covers(&table[..2]), (b"0:5".to_vec(), PathBuf::new()));
    }

    #[test]
    fn a_folder_of_the_hosts_that_is_mounted_in_a_sandbox_is_no_world_of_its_own() {
        let tmp = aim(Path::new("/tmp"), true);
        let shared = |there: Place, aim: &Aim| {
            let here = [place("8:1", Path::new("/"), Path::new("/"))];
            let inside = Inside {
                root: Path::new("/none"),
                here: &here,
                there: &[there],
            };
            inside.shared(aim)
        };
        let of = |device| place(device, Path::new("/srv/tmp"), Path::new("/tmp"));
        let way = shared(of("8:1"), &tmp).unwrap();
        assert!(way.contains("its `/tmp` is `/srv/tmp` of"), "{way}");
        assert_eq!(shared(of("0:9"), &tmp), None, "a file system of its own");
        assert_eq!(shared(of("8:1"), &aim(Path::new("/tmp"), false)), None);
        let root = place("8:1", Path::new("/srv/root"), Path::new("/"));
        assert_eq!(shared(root, &tmp), None, "the sandbox's root");
    }
}
