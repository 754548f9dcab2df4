//! A packet that lies where the sandbox's user may not go.
//!
//! Root becomes the sandbox's user before bubblewrap is started, and bubblewrap looks for
//! what it mounts by its path. Where a folder above it is closed to that user, as root's own
//! and every temporary folder are, root mounts it first at a place of the run's that is
//! open: in a mount namespace of the launcher's alone, so that nothing of it is seen, or
//! left, on the host. What the user may do in it is not changed.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid};

use super::BwrapError;

/// The permission to pass through a folder.
const SEARCH: u32 = 0o1;
/// `CAP_SYS_ADMIN` in a mask (capabilities(7)), without which nothing is mounted.
const SYS_ADMIN: u64 = 1 << 21;

/// What is mounted where, before the launcher becomes the sandbox's user.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(super) from: CString,
    pub(super) to: CString,
}

/// The place that is open, beneath the run's folder.
pub(super) fn place(run: &Path) -> PathBuf {
    run.join("input")
}

/// Makes it.
pub(super) fn make(run: &Path) -> Result<(), BwrapError> {
    let path = place(run);
    let made = fs::create_dir(&path)
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    made.map_err(|source| BwrapError::LayOut { path, source })
}

impl Passage {
    /// What is needed for this user to reach `input`; nothing where the way is open.
    pub(super) fn to(
        input: &Path,
        user: Option<(Uid, Gid)>,
        run: &Path,
    ) -> Result<Option<Self>, BwrapError> {
        let Some(closed) = user.and_then(|user| closed_above(input, user)) else {
            return Ok(None);
        };
        if !may_mount() {
            return Err(BwrapError::Closed { path: closed });
        }
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        let both = text(input).and_then(|from| Ok((from, text(&place(run))?)));
        let (from, to) = both.map_err(|source| BwrapError::LayOut {
            path: input.to_owned(),
            source: source.into(),
        })?;
        Ok(Some(Self { from, to }))
    }
}

/// The outermost folder above `path` that this user may not pass through. A control list
/// (acl(5)) that would let them is not read: then a passage is made that was not needed.
pub(crate) fn closed_above(path: &Path, user: (Uid, Gid)) -> Option<PathBuf> {
    let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
    above.reverse();
    let closed = above.into_iter().find(|folder| !is_open(folder, user));
    closed.map(Path::to_owned)
}

fn is_open(folder: &Path, (uid, gid): (Uid, Gid)) -> bool {
    let Ok(about) = fs::metadata(folder) else {
        return false;
    };
    let shift = if about.uid() == uid.as_raw() {
        6
    } else if about.gid() == gid.as_raw() {
        3
    } else {
        0
    };
    (about.mode() >> shift) & SEARCH != 0
}

/// Whether this process may mount: root of a container often may not.
fn may_mount() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("CapEff:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & SYS_ADMIN != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_folder_that_is_closed_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let packet = folder.path().join("a/b/packet");
        fs::create_dir_all(&packet).unwrap();
        let stranger = (Uid::from_raw(4_000_001), Gid::from_raw(4_000_001));
        let mode = |name: &str, mode| {
            let at = folder.path().join(name);
            fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("", 0o711);
        assert_eq!(closed_above(&packet, stranger), None);
        // The packet's own bits are looked at elsewhere.
        mode("a/b/packet", 0o700);
        assert_eq!(closed_above(&packet, stranger), None);
        mode("a/b", 0o750);
        assert_eq!(
            closed_above(&packet, stranger),
            Some(folder.path().join("a/b"))
        );
        mode("a", 0o700);
        assert_eq!(
            closed_above(&packet, stranger),
            Some(folder.path().join("a"))
        );
        assert!(Passage::to(&packet, None, folder.path()).unwrap().is_none());
    }
}
