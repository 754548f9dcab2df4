//! Where things are planted for one launch, and all that may be left there.

use std::path::{Path, PathBuf};

use super::parts::Whole;
use super::put::COPY;
use super::ways::Aim;

/// The folder of a bundle's copy, beside the probe.
pub(super) const BUNDLE: &str = "bundle";

/// Where things are planted.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where the probe's folder goes.
    pub place: PathBuf,
    /// The user's home folder; where none is known, the working folder stands for it.
    pub home: PathBuf,
    /// Why none is known.
    pub homeless: Option<String>,
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

    /// What the acts reach for by its path; `pid` is the planted process.
    #[must_use]
    pub(super) fn aims(&self, ground: &Ground, group: &Path, pid: u32) -> Vec<Aim> {
        let [home_secret, place_secret] = &self.secrets;
        let ssh = ground.home.join(".ssh");
        let home = self.whole(("the home folder", &ground.home), ground);
        let keys = self.whole(("the user's .ssh folder", &ssh), ground);
        let memory = format!("/proc/{pid}/mem");
        let mut aims = vec![
            Aim::at("read-home-secret", home_secret, false),
            Aim::at("read-place-secret", place_secret, false),
            Aim::at("open-shadow", "/etc/shadow", false),
            Aim::at("open-ssh-folder", &ssh, false),
            Aim::at("unix-path", &self.socket, false),
            Aim::at("read-memory", &memory, false),
            Aim::at("write-memory", &memory, true),
            Aim::at("read-environ", format!("/proc/{pid}/environ"), false),
            Aim::at("sysctl", "/proc/sys/kernel/core_pattern", true),
            Aim::at("sysrq", "/proc/sysrq-trigger", true),
            Aim::at("kernel-memory", "/dev/mem", false),
            Aim::at("kernel-messages", "/dev/kmsg", true),
            Aim::at("control-group", group, true),
        ];
        let writes = self.watched.iter();
        aims.extend(writes.map(|(act, folder)| Aim::at(act, folder, true)));
        for aim in &mut aims {
            aim.of = match aim.act {
                "read-home-secret" | "write-home" => Some(home.clone()),
                "open-ssh-folder" => Some(keys.clone()),
                _ => None,
            };
        }
        aims
    }

    /// A folder but for what is handed in to be worked with: the probe's, and the working
    /// folder, if that lies in it.
    fn whole(&self, (name, folder): (&'static str, &Path), ground: &Ground) -> Whole {
        let mut but = vec![self.place.clone()];
        if ground.work.starts_with(folder) && ground.work != folder {
            but.push(ground.work.clone());
        }
        let folder = folder.to_owned();
        Whole { name, folder, but }
    }
}
