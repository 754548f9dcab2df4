//! Opens the folder of a bundle, and tells what is wrong with it from what this host lacks.

use std::path::Path;

use seal::bundle::folder::{BundleFolder, FolderError};

use crate::Failure;

/// What to do where no folder of anybody's can be read.
const NO_OPENAT2: &str = "nothing was judged: Linux has openat2(2) since 5.6, QEMU 7.2 has not, \
                          and the seccomp profile of an old container runtime refuses it; \
                          judge the bundle elsewhere, or with a newer one of these";

/// Opens it.
///
/// # Errors
/// There is no bundle at `path`, or this host cannot read one.
pub fn open(path: &Path) -> Result<BundleFolder, Failure> {
    BundleFolder::open(path).map_err(|error| {
        if matches!(error, FolderError::NoOpenat2 { .. }) {
            unable(error)
        } else {
            Failure::no_bundle(error)
        }
    })
}

fn unable(error: FolderError) -> Failure {
    Failure::blocked(error, Some(NO_OPENAT2.to_owned()))
}

/// There is a folder, which this host can read; whether it is a bundle's is still to be seen.
///
/// # Errors
/// Which of the two is not so.
pub fn require(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return require_able(path);
    }
    let error = format!("expected a folder, observed none at `{}`", path.display());
    Err(Failure::no_bundle(error))
}

/// Not for want of the call: whatever else is wrong with a folder is its own refusal.
///
/// # Errors
/// This host reads no bundle.
pub fn require_able(path: &Path) -> Result<(), Failure> {
    match BundleFolder::open(path) {
        Err(error @ FolderError::NoOpenat2 { .. }) => Err(unable(error)),
        _ => Ok(()),
    }
}
