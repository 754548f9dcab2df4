//! Where things are planted for one launch, and all that may be left there.

use std::path::{Path, PathBuf};

use super::put::COPY;
use super::ways::Aim;

/// The folder of a bundle's copy, beside the probe.
pub(super) const BUNDLE: &str = "bundle";

/// Where things are planted.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where the probe's folder goes.
    pub place: PathBuf,
    /// The user's home folder.
    pub home: PathBuf,
    /// The working folder.
    pub work: PathBuf,
}

/// The paths of one launch.
#[derive(Debug)]
pub(super) struct Places {
    /// The probe's folder.
    pub place: PathBuf,
    /// The folder in the home folder.
    pub home: PathBuf,
    /// The probe.
    pub probe: PathBuf,
    /// The daemon's socket.
    pub socket: PathBuf,
    /// The secrets, in the home folder and beside the probe.
    pub secrets: [PathBuf; 2],
    /// Folders in which a file is to be made, by act.
    pub watched: [(&'static str, PathBuf); 5],
    /// Files, then folders: what is planted, and the marks that whoever made them could not
    /// take back.
    pub remove: Vec<PathBuf>,
}

impl Places {
    /// Those of the launch with this nonce.
    #[must_use]
    pub(super) fn of(ground: &Ground, nonce: &str) -> Self {
        let place = ground.place.join(format!(".audit-{nonce}"));
        let home = ground.home.join(format!(".audit-home-{nonce}"));
        let [probe, script] = ["scout", "script"].map(|it| place.join(it));
        let socket = home.join("daemon");
        let secrets = [&home, &place].map(|folder| folder.join("secret"));
        let copy = place.join(BUNDLE);
        let there = |path: &str| Path::new(path).to_owned();
        let watched = [
            ("write-home", home.clone()),
            ("write-tmp", there("/tmp")),
            ("write-var-tmp", there("/var/tmp")),
            ("write-shm", there("/dev/shm")),
            ("work-write", ground.work.clone()),
        ];
        let marks = watched.iter().flat_map(|(act, folder)| {
            // A text is made where one can be written, if the planted one is not there.
            [*act, "exec-interpreter"].map(|act| folder.join(format!("{nonce}.{act}")))
        });
        let files = [&probe, &script, &socket, &copy.join(COPY), &copy];
        let files = files.into_iter().chain(&secrets).chain([&place, &home]);
        let remove = marks.chain(files.cloned()).collect();
        Self {
            remove,
            place,
            home,
            probe,
            socket,
            secrets,
            watched,
        }
    }

    /// What the acts reach for by its path.
    #[must_use]
    pub(super) fn aims(&self, ground: &Ground) -> Vec<Aim> {
        let [home_secret, place_secret] = &self.secrets;
        let reads = [
            ("read-home-secret", home_secret.clone()),
            ("read-place-secret", place_secret.clone()),
            ("open-shadow", PathBuf::from("/etc/shadow")),
            ("open-ssh-folder", ground.home.join(".ssh")),
            ("unix-path", self.socket.clone()),
        ];
        let aim = |writes: bool| move |(act, path)| Aim { act, path, writes };
        let writes = self.watched.iter().cloned().map(aim(true));
        reads.into_iter().map(aim(false)).chain(writes).collect()
    }
}
