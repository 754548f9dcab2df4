//! The image as a folder: one for the run with the three programs, and for each
//! sandbox a root of its own that holds them and the points its mounts need.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::BwrapError;
use super::spelling::{self, Point};
use crate::image::{AIRLOCK, CHECKER, Image, PROBE};
use crate::profile::Profile;

/// The programs' places in the image.
const PROGRAMS: [&str; 3] = [AIRLOCK, CHECKER, PROBE];

/// A folder that every container has, whatever its image holds.
const ETC: &str = "/etc";

/// A sandbox's root folder; dropping it removes it.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
}

/// Writes the programs into a folder.
pub(super) fn lay_out(image: &Image, folder: &Path) -> Result<(), BwrapError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BwrapError::LayOut { path, source }
    };
    fs::create_dir(folder).map_err(failed(folder))?;
    open(folder, 0o755).map_err(failed(folder))?;
    let programs = &image.programs;
    for (place, bytes) in [
        (AIRLOCK, programs.airlock),
        (CHECKER, programs.checker),
        (PROBE, programs.probe),
    ] {
        let path = beneath(folder, place);
        let written = fs::write(&path, bytes).and_then(|()| open(&path, 0o555));
        written.map_err(failed(&path))?;
    }
    Ok(())
}

impl Root {
    /// Makes a sandbox's root out of the image. A root that is written to holds
    /// copies of the programs, so that no other sandbox sees a change.
    pub(super) fn make(image: &Path, path: PathBuf, profile: &Profile) -> Result<Self, BwrapError> {
        let root = Self { path };
        root.fill(image, profile)
            .map_err(|source| BwrapError::LayOut {
                path: root.path.clone(),
                source,
            })?;
        Ok(root)
    }

    /// Where it is on the host.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn fill(&self, image: &Path, profile: &Profile) -> io::Result<()> {
        fs::create_dir(&self.path)?;
        open(&self.path, 0o755)?;
        fs::create_dir(beneath(&self.path, ETC))?;
        for place in PROGRAMS {
            let (from, to) = (beneath(image, place), beneath(&self.path, place));
            if profile.root_read_only {
                fs::hard_link(from, to)?;
            } else {
                fs::copy(from, to)?;
            }
        }
        spelling::points(profile)
            .iter()
            .try_for_each(|point| self.put(point))?;
        // Root's own, as in a container. An ordinary user's sandbox owns its root, and
        // is held off by the mode; the lift of the user makes it root's sandbox.
        let owned = !nix::unistd::geteuid().is_root() && profile.user.uid != 0;
        let mode = if owned { 0o555 } else { 0o755 };
        [self.path.clone(), beneath(&self.path, ETC)]
            .iter()
            .try_for_each(|folder| open(folder, mode))
    }

    fn put(&self, point: &Point) -> io::Result<()> {
        let path = beneath(&self.path, &point.path);
        if path.exists() {
            return Ok(());
        }
        let folder = if point.file {
            path.parent()
        } else {
            Some(path.as_path())
        };
        if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
            let made = folder.ancestors().take_while(|one| *one != self.path);
            for one in made {
                open(one, 0o755)?;
            }
        }
        if point.file {
            fs::write(&path, b"")?;
        }
        Ok(())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        // What is left is in the run's folder, which goes with the run.
        for folder in [self.path.clone(), beneath(&self.path, ETC)] {
            drop(open(&folder, 0o755));
        }
        drop(fs::remove_dir_all(&self.path));
    }
}

fn beneath(folder: &Path, place: &str) -> PathBuf {
    folder.join(place.trim_start_matches('/'))
}

/// Whatever this process's umask is.
fn open(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}
