//! Folders of the host's that are watched by inode (inotify(7)): a file that is made in
//! one is seen by whatever path and from whatever mount namespace it was made.

use std::collections::BTreeMap;
use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

/// The watched folders of one launch.
#[derive(Debug)]
pub(super) struct Watches {
    inotify: Inotify,
}

impl Watches {
    /// Begins to watch.
    ///
    /// # Errors
    /// There is no inotify instance to be had.
    pub(super) fn start() -> nix::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        Ok(Self { inotify })
    }

    /// Watches a folder.
    ///
    /// # Errors
    /// It cannot be watched: why.
    pub(super) fn watch(&self, folder: &Path) -> Result<(), String> {
        let watched = self.inotify.add_watch(folder, AddWatchFlags::IN_CREATE);
        match watched {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{}: {}", folder.display(), error.desc())),
        }
    }

    /// Which acts left this mark, each as the end of a file's name.
    #[must_use]
    pub(super) fn saw(&self, mark: &str) -> BTreeMap<String, String> {
        let mut saw = BTreeMap::new();
        let prefix = format!("{mark}.");
        while let Ok(events) = self.inotify.read_events() {
            for name in events.into_iter().filter_map(|event| event.name) {
                if let Some(act) = name.to_str().and_then(|it| it.strip_prefix(&prefix)) {
                    let who = "the host saw the file in its own folder".to_owned();
                    saw.insert(act.to_owned(), who);
                }
            }
        }
        saw
    }
}
