//! Parts of a folder of the host's that are mounted in a sandbox by themselves, where the
//! folder is hidden.

use std::path::PathBuf;

use super::inside::{Inside, path};

/// A folder, and what of it is handed in on purpose.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// What it is called.
    pub name: &'static str,
    /// The folder.
    pub folder: PathBuf,
    /// Folders beneath it that do not count.
    pub but: Vec<PathBuf>,
}

/// Where a part of it lies.
#[must_use]
pub(super) fn lies(inside: &Inside, whole: &Whole, writes: bool) -> Option<String> {
    // The root of a sandbox is kept somewhere on the host, and is its own.
    let mounts = inside.there.iter().filter(|it| it.point != b"/");
    let mut mounts = mounts.filter(|it| !(writes && it.read_only));
    mounts.find_map(|mount| {
        let part = inside.on_the_host(mount)?;
        let counts =
            part.starts_with(&whole.folder) && !whole.but.iter().any(|but| part.starts_with(but));
        counts.then(|| {
            format!(
                "a part of {}, `{}`, lies at `{}` in the sandbox, where nothing was tried",
                whole.name,
                part.display(),
                path(&mount.point).display()
            )
        })
    })
}
