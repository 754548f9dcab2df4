//! The image as a folder: one for the run with the three programs, and roots for
//! sandboxes that hold them and the points their mounts need.
//!
//! Sandboxes that cannot write to their root, and need the same points, have the same
//! one; any other has one of its own, with copies of the programs.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use evidence::profile::Profile;

use super::BwrapError;
use super::spelling::{self, Point};
use crate::image::{AIRLOCK, CHECKER, Image, PROBE};
use crate::witness::LaidOut;

/// The programs' places in the image.
const PROGRAMS: [&str; 3] = [AIRLOCK, CHECKER, PROBE];

/// A folder that every container has, whatever its image holds.
const ETC: &str = "/etc";

/// A root folder; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
}

/// The roots of a run's sandboxes.
#[derive(Debug)]
pub(crate) struct Roots {
    folder: PathBuf,
    shared: Mutex<Vec<(Kind, Arc<Root>)>>,
}

/// What tells one root from another.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    points: Vec<Point>,
    mode: u32,
}

impl Roots {
    /// Beneath the run's folder. Nothing is made yet.
    pub(crate) fn beneath(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            shared: Mutex::default(),
        }
    }

    /// Lays the image out.
    pub(crate) fn lay_out(&self, image: &Image) -> Result<LaidOut, BwrapError> {
        lay_out(image, &self.image())
    }

    /// The root of a sandbox of this profile.
    pub(crate) fn of(&self, name: &str, profile: &Profile) -> Result<Arc<Root>, BwrapError> {
        let kind = Kind::of(profile);
        let make = |name: &str| {
            let path = self.folder.join(format!("root-{name}"));
            Root::make(&self.image(), path, &kind, profile.root_read_only)
        };
        if !profile.root_read_only {
            return make(name).map(Arc::new);
        }
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, root)) = shared.iter().find(|(known, _)| *known == kind) {
            return Ok(Arc::clone(root));
        }
        let root = Arc::new(make(&shared.len().to_string())?);
        shared.push((kind, Arc::clone(&root)));
        Ok(root)
    }

    /// A root of a sandbox's own with these points, whatever it may write to.
    pub(crate) fn own(
        &self,
        name: &str,
        profile: &Profile,
        points: Vec<Point>,
    ) -> Result<Root, BwrapError> {
        let kind = Kind {
            points,
            ..Kind::of(profile)
        };
        let path = self.folder.join(format!("root-{name}"));
        Root::make(&self.image(), path, &kind, profile.root_read_only)
    }

    /// Gives up the shared ones; each is removed when no sandbox has it any more.
    pub(crate) fn clear(&self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.clear();
    }

    fn image(&self) -> PathBuf {
        self.folder.join("image")
    }
}

impl Kind {
    fn of(profile: &Profile) -> Self {
        // Root's own, as in a container. An ordinary user's sandbox owns its root, and
        // is held off by the mode; the lift of the user makes it root's sandbox.
        let owned = !nix::unistd::geteuid().is_root() && profile.user.uid != 0;
        Self {
            points: spelling::points(profile),
            mode: if owned { 0o555 } else { 0o755 },
        }
    }
}

/// Writes the programs into a folder.
fn lay_out(image: &Image, folder: &Path) -> Result<LaidOut, BwrapError> {
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
    let paths = PROGRAMS.map(|place| beneath(folder, place));
    let opened = LaidOut::open(paths.iter().map(PathBuf::as_path));
    opened.map_err(failed(folder))
}

impl Root {
    /// Makes a root out of the image. One that can be written to holds copies of the
    /// programs, so that no other sandbox sees a change.
    fn make(image: &Path, path: PathBuf, kind: &Kind, read_only: bool) -> Result<Self, BwrapError> {
        let root = Self { path };
        root.fill(image, kind, read_only)
            .map_err(|source| BwrapError::LayOut {
                path: root.path.clone(),
                source,
            })?;
        Ok(root)
    }

    /// Where it is on the host.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn fill(&self, image: &Path, kind: &Kind, read_only: bool) -> io::Result<()> {
        fs::create_dir(&self.path)?;
        open(&self.path, 0o755)?;
        fs::create_dir(beneath(&self.path, ETC))?;
        for place in PROGRAMS {
            let (from, to) = (beneath(image, place), beneath(&self.path, place));
            if read_only {
                fs::hard_link(from, to)?;
            } else {
                fs::copy(from, to)?;
            }
        }
        kind.points.iter().try_for_each(|point| self.put(point))?;
        [self.path.clone(), beneath(&self.path, ETC)]
            .iter()
            .try_for_each(|folder| open(folder, kind.mode))
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
