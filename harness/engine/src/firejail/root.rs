//! A sandbox's root and, beside it, the files that its launcher finds in place of
//! firejail's own: one folder for each sandbox.
//!
//! firejail wants folders in a root that no sandbox of this project's has, and mounts its
//! own files beneath one of them. When it has started, they are removed: the kernel
//! unmounts what is mounted on a folder that goes, in every namespace but its remover's
//! (mount_namespaces(7)).

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use evidence::profile::Profile;

use super::FirejailError;
use crate::EngineError;
use crate::bwrap::root::{self as roots, Root};
use crate::bwrap::{Point, points};
use crate::image::Image;
use crate::witness::LaidOut;

/// What firejail puts over a file that it hides.
pub(super) const HIDING_FILE: &str = "/run/firejail/firejail.ro.file";
/// And over a folder.
pub(super) const HIDING_FOLDER: &str = "/run/firejail/firejail.ro.dir";

/// firejail's own folders in a root, those that hold others last.
const OWN: [&str; 15] = [
    HIDING_FOLDER,
    "/run/firejail/appimage",
    "/run/firejail/bandwidth",
    "/run/firejail/dbus",
    "/run/firejail/lib",
    "/run/firejail/mnt",
    "/run/firejail/name",
    "/run/firejail/network",
    "/run/firejail/profile",
    "/run/firejail/x11",
    "/run/firejail",
    "/run",
    "/tmp",
    "/var/tmp",
    "/var",
];
/// One that firejail wants closed.
const CLOSED: &str = "/run/firejail/sandbox";

/// Gives a root to a user (firejail.config; Debian's says no).
const CONFIGURATION: &str = "chroot yes\nfirejail-prompt no\n";
/// In place of the filter that firejail loads for programs of another architecture, whose
/// calls the profile's own decides: one instruction that ends nothing, which no kernel
/// takes (seccomp(2), `EINVAL`). firejail goes on without it.
const NO_FILTER: [u8; 8] = [0; 8];

/// The folders of a run's sandboxes.
#[derive(Debug)]
pub(super) struct Roots {
    folder: PathBuf,
    image: roots::Roots,
}

/// A sandbox's folder; dropping it removes it.
#[derive(Debug)]
pub(super) struct Jail {
    root: Root,
    files: PathBuf,
    filtered: bool,
}

impl Roots {
    /// Beneath the run's folder. Nothing is made yet.
    pub(super) fn beneath(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            image: roots::Roots::beneath(folder),
        }
    }

    /// Lays the image out.
    pub(super) fn lay_out(&self, image: &Image) -> Result<LaidOut, EngineError> {
        Ok(self.image.lay_out(image)?)
    }

    /// The folder of a sandbox of this profile, whose launcher loads this filter.
    pub(super) fn of(
        &self,
        name: &str,
        profile: &Profile,
        filter: Option<&[u8]>,
    ) -> Result<Jail, EngineError> {
        let own = |path: &str, file| Point {
            path: path.to_owned(),
            file,
        };
        let mut wanted = points(profile);
        wanted.extend(OWN.map(|path| own(path, false)));
        wanted.extend([own(CLOSED, false), own(HIDING_FILE, true)]);
        let jail = Jail {
            root: self.image.own(name, profile, wanted)?,
            files: self.folder.join(format!("files-{name}")),
            filtered: filter.is_some(),
        };
        let filled = jail.fill(profile, filter);
        filled.map_err(|source| FirejailError::LayOut {
            path: jail.files.clone(),
            source,
        })?;
        Ok(jail)
    }
}

impl Jail {
    /// The root, on the host.
    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.files.join("firejail.config")
    }

    pub(super) fn passwd(&self) -> PathBuf {
        self.files.join("passwd")
    }

    pub(super) fn filter(&self) -> Option<PathBuf> {
        self.filtered.then(|| self.files.join("seccomp"))
    }

    pub(super) fn other_filter(&self) -> PathBuf {
        self.files.join("seccomp.32")
    }

    fn fill(&self, profile: &Profile, filter: Option<&[u8]>) -> io::Result<()> {
        fs::create_dir(&self.files)?;
        let user = profile.user;
        let mut passwd = "root:x:0:0:root:/:/bin/sh\n".to_owned();
        if user.uid != 0 {
            passwd.push_str(&format!("sandbox:x:{}:{}::/:/bin/sh\n", user.uid, user.gid));
        }
        write(&self.passwd(), passwd.as_bytes())?;
        write(&self.configuration(), CONFIGURATION.as_bytes())?;
        if let (Some(path), Some(filter)) = (self.filter(), filter) {
            write(&path, filter)?;
            write(&self.other_filter(), &NO_FILTER)?;
        }
        mode(&self.at(CLOSED), 0o700)
    }

    /// Removes what firejail wanted in the root, and with it what it mounted there. A
    /// folder that holds something else stays.
    pub(super) fn take_away(&self) -> Result<(), FirejailError> {
        let gone = |path: &str, removed: io::Result<()>| match removed {
            Err(source)
                if !matches!(
                    source.kind(),
                    ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
                ) =>
            {
                let path = self.at(path);
                Err(FirejailError::Remains { path, source })
            }
            Ok(()) | Err(_) => Ok(()),
        };
        gone(HIDING_FILE, fs::remove_file(self.at(HIDING_FILE)))?;
        gone(CLOSED, fs::remove_dir(self.at(CLOSED)))?;
        OWN.into_iter()
            .try_for_each(|path| gone(path, fs::remove_dir(self.at(path))))
    }

    fn at(&self, path: &str) -> PathBuf {
        self.path().join(path.trim_start_matches('/'))
    }
}

impl Drop for Jail {
    fn drop(&mut self) {
        // What is left is in the run's folder, which goes with the run.
        drop(fs::remove_dir_all(&self.files));
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    mode(path, 0o644)
}

/// Whatever this process's umask is.
fn mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}
