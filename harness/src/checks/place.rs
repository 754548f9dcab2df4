//! Where checks have the folders that they need for a moment: in the run's own, which
//! is removed however the run ends.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

thread_local! {
    /// The run's folder, while this thread makes a run's check.
    static PLACE: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
}

/// Does something whose folders are made in this one.
pub(super) fn within<T>(place: &Path, work: impl FnOnce() -> T) -> T {
    let before = PLACE.replace(Some(place.to_owned()));
    let done = work();
    PLACE.set(before);
    done
}

/// A folder for a moment; in the system's where there is no run.
pub(super) fn folder() -> io::Result<TempDir> {
    PLACE.with_borrow(|place| match place {
        Some(place) => tempfile::tempdir_in(place),
        None => tempfile::tempdir(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_in_the_runs_own_while_there_is_a_run() {
        let run = tempfile::tempdir().unwrap();
        let made = within(run.path(), || folder().unwrap());
        assert_eq!(made.path().parent(), Some(run.path()));
        assert_ne!(folder().unwrap().path().parent(), Some(run.path()));
    }
}
