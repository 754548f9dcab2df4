//! What is planted for one launch: folders with canaries, listeners, watches, a process;
//! all of it with the launch's own mark, and gone with the value, or with this process.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
};
use std::path::{Path, PathBuf};

use audit::launch::Host;
use engine::witness::identity;
use negatives::scout::{Planted, SAYS, device};

use super::handed::{self, Descriptors, VARIABLE, variables};
use super::listeners::Listeners;
pub use super::places::Ground;
use super::places::{BUNDLE, Places};
use super::sibling::Sibling;
use super::watches::Watches;
use super::ways::Aim;

/// The name of the text that names its interpreter.
const SCRIPT: &str = "script";
/// Who could not be planted, by what the planted process calls it, is blind to these acts.
const BLIND: &[(&str, &[&str])] = &[
    ("signal", &["signal"]),
    ("key", &["key"]),
    ("shared-memory", &["shared-memory"]),
    ("message-queue", &["message-queue"]),
    ("posix-queue", &["posix-queue"]),
    ("memory", &["trace", "read-memory", "write-memory"]),
];

/// The acts that are about the home folder: without one they are about nothing.
const OF_HOME: [&str; 3] = ["open-ssh-folder", "read-home-secret", "write-home"];

/// What is planted for one launch.
#[derive(Debug)]
pub(super) struct Plant {
    /// The launch's nonce, which is also its mark.
    pub nonce: String,
    /// The probe's path.
    pub probe: PathBuf,
    /// What each `{name}` of the acts stands for.
    pub targets: BTreeMap<String, String>,
    /// The variables of the line's environment, and what each holds.
    pub environment: (Vec<&'static str>, String),
    /// What the acts reach for that has a path.
    pub aims: Vec<Aim>,
    /// The planted process.
    pub sibling: Sibling,
    host: Host,
    listeners: Listeners,
    watches: Watches,
    descriptors: Descriptors,
    _remove: Remove,
}

/// Files, then folders.
#[derive(Debug)]
struct Remove(Vec<PathBuf>);

impl Drop for Remove {
    fn drop(&mut self) {
        for path in &self.0 {
            if fs::remove_file(path).is_err() {
                drop(fs::remove_dir(path));
            }
        }
    }
}

/// A value that nobody has seen: its first half is told, the whole is proof.
#[derive(Debug)]
struct Canary(String);

impl Canary {
    fn new() -> io::Result<Self> {
        Ok(Self([fresh()?, fresh()?].concat()))
    }

    fn first(&self) -> String {
        self.0.chars().take(32).collect()
    }
}

/// 32 hexadecimal digits.
///
/// # Errors
/// The kernel has no random bytes.
fn fresh() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex::encode(bytes))
}

impl Plant {
    /// Plants everything.
    ///
    /// # Errors
    /// Something without which there is no audit cannot be planted.
    pub(super) fn new(ground: &Ground) -> io::Result<Self> {
        let low = handed::low()?;
        let nonce = fresh()?;
        let at = Places::of(ground, &nonce);
        let mut beds = Beds::default();
        let remove = Remove(at.remove.clone());
        make(&at.place)?;
        write(&at.probe, 0o755, programs::SCOUT)?;
        // First of all who removes it, if this process is killed: everything else is
        // planted when that one knows of it.
        let planted = beds.planted(&nonce, at.remove.clone())?;
        let variable = beds.canary(&["read-environ"], "sibling-environment")?;
        let sibling = Sibling::start(&at.probe, planted, (VARIABLE, &variable));
        let sibling = sibling.map_err(|error| no_program(&at.place, error))?;
        make(&at.home)?;
        write(&at.place.join(SCRIPT), 0o755, SAYS.as_bytes())?;
        let [home_secret, place_secret] = &at.secrets;
        beds.secret("read-home-secret", "home-secret", home_secret)?;
        beds.secret("read-place-secret", "place-secret", place_secret)?;
        let listeners = Listeners::start(&nonce, &at.socket, &nonce)?;
        let descriptors = beds.descriptors(place_secret, low)?;
        let environment = beds.environment()?;
        let watches = beds.watches(&at.watched)?;
        beds.blind(&sibling, &listeners);
        beds.names(&nonce, &at.home, &at.place, ground);
        beds.reached_at(&listeners, &sibling, at.socket.display());
        beds.at("number", descriptors.numbers());
        let aims = at.aims(ground, first_control_group(), sibling.pid());
        Ok(Self {
            nonce,
            probe: at.probe,
            targets: beds.targets,
            environment,
            aims,
            sibling,
            host: beds.host,
            listeners,
            watches,
            descriptors,
            _remove: remove,
        })
    }

    /// A folder for the copy of a bundle.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn bundle(&self) -> io::Result<PathBuf> {
        let folder = self.probe.with_file_name(BUNDLE);
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(folder)
    }

    /// What the host saw of the launch, which is over.
    #[must_use]
    pub(super) fn harvest(mut self) -> Host {
        drop(self.descriptors);
        let mut host = self.host;
        host.saw.extend(self.listeners.heard());
        host.saw.extend(self.watches.saw(&self.nonce));
        match self.sibling.saw(&self.nonce) {
            Ok(saw) => host.saw.extend(saw),
            Err(error) => {
                for act in BLIND.iter().flat_map(|(_, acts)| acts.iter()) {
                    host.blind.insert((*act).to_owned(), error.to_string());
                }
            }
        }
        host
    }
}

/// What is planted, while it is being planted.
#[derive(Debug, Default)]
struct Beds {
    targets: BTreeMap<String, String>,
    host: Host,
}

impl Beds {
    fn at(&mut self, name: &str, value: impl ToString) {
        self.targets.insert(name.to_owned(), value.to_string());
    }

    /// A canary that proves these acts; its first half is the target of this name.
    fn canary(&mut self, acts: &[&str], target: &str) -> io::Result<String> {
        let canary = Canary::new()?;
        for act in acts {
            self.host.proofs.insert((*act).to_owned(), canary.0.clone());
        }
        self.at(target, canary.first());
        Ok(canary.0)
    }

    fn secret(&mut self, act: &str, target: &str, path: &Path) -> io::Result<()> {
        let canary = self.canary(&[act], target)?;
        write(path, 0o600, canary.as_bytes())
    }

    fn planted(&mut self, nonce: &str, remove: Vec<PathBuf>) -> io::Result<Planted> {
        let mut numbers = [0; 8];
        getrandom::fill(&mut numbers).map_err(io::Error::other)?;
        let [a, b, c, d, e, f, g, h] = numbers;
        // Positive, and not IPC_PRIVATE.
        let number = |it: [u8; 4]| (u32::from_ne_bytes(it) & 0x7fff_ffff) | 1;
        let (shared_memory, message_queue) = (number([a, b, c, d]), number([e, f, g, h]));
        self.at("shared-memory", shared_memory);
        self.at("message-queue", message_queue);
        Ok(Planted {
            name: nonce.to_owned(),
            key: self.canary(&["key"], "key")?,
            memory: self.canary(&["trace", "read-memory"], "memory")?,
            shared_memory,
            message_queue,
            remove,
        })
    }

    /// Variables that hold the same: whichever is handed on brings it back.
    fn environment(&mut self) -> io::Result<(Vec<&'static str>, String)> {
        Ok((variables(), self.canary(&["environment"], "environment")?))
    }

    /// A file that is open here, and unlike others not closed by an exec. Its name is
    /// gone, so that nothing but the descriptors leads to it.
    fn descriptors(&mut self, beside: &Path, low: OwnedFd) -> io::Result<Descriptors> {
        let path = beside.with_extension("open");
        let canary = self.canary(&["descriptor"], "descriptor")?;
        write(&path, 0o600, canary.as_bytes())?;
        let file = File::open(&path);
        fs::remove_file(&path)?;
        Descriptors::of(&file?, low)
    }

    fn watches(&mut self, folders: &[(&str, PathBuf)]) -> io::Result<Watches> {
        let watches = Watches::start()?;
        for (act, folder) in folders {
            if let Err(why) = watches.watch(folder) {
                self.host.blind.insert((*act).to_owned(), why);
            }
        }
        Ok(watches)
    }

    fn blind(&mut self, sibling: &Sibling, listeners: &Listeners) {
        if let Some(why) = &listeners.no_path {
            let why = format!("nobody listens by path: {why}");
            self.host.blind.insert("unix-path".to_owned(), why);
        }
        for (what, acts) in BLIND {
            if let Some(why) = sibling.failed.get(*what) {
                for act in *acts {
                    let why = format!("it could not be planted: {why}");
                    self.host.blind.insert((*act).to_owned(), why);
                }
            }
        }
    }

    /// Where the acts find those that wait for them.
    fn reached_at(&mut self, listeners: &Listeners, sibling: &Sibling, socket: impl ToString) {
        self.at("unix", socket);
        self.at("tcp", listeners.tcp);
        self.at("udp", listeners.udp);
        self.at("pid", sibling.pid());
        self.at("address", sibling.address);
        self.at("room", sibling.room);
    }

    fn names(&mut self, nonce: &str, home: &Path, place: &Path, ground: &Ground) {
        let ssh = ground.home.join(".ssh");
        let group = first_control_group();
        for (act, path) in [
            ("open-shadow", Path::new("/etc/shadow")),
            ("open-ssh-folder", &ssh),
            ("kernel-memory", Path::new("/dev/mem")),
            ("kernel-messages", Path::new("/dev/kmsg")),
            ("control-group", group),
        ] {
            match fs::metadata(path) {
                Ok(metadata) => _ = self.host.proofs.insert(act.to_owned(), which(&metadata)),
                Err(error) => {
                    _ = self
                        .host
                        .blind
                        .insert(act.to_owned(), unknown(path, &error))
                }
            }
        }
        if let Some(why) = &ground.homeless {
            for act in OF_HOME {
                self.host.blind.insert(act.to_owned(), why.clone());
            }
        }
        self.at("ssh", ssh.display());
        self.at("home", home.display());
        self.at("place", place.display());
        self.at("script", place.join(SCRIPT).display());
        self.at("control-group", group.display());
        self.at("work", ground.work.display());
        self.at("mark", nonce);
        self.at("name", nonce);
        self.at("abstract", nonce);
    }
}

/// Why it cannot be known again, if it is opened.
fn unknown(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        return format!("there is no `{shown}` on this host to reach");
    }
    format!("`{shown}` of this host's cannot be looked at: {error}")
}

/// Which file it is: of a device its number, for a node of it can be made anywhere.
fn which(metadata: &fs::Metadata) -> String {
    if metadata.file_type().is_char_device() {
        return device(metadata.rdev());
    }
    identity(metadata)
}

/// The list of processes of the host's first control group, in either version.
fn first_control_group() -> &'static Path {
    let mut places = [
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/fs/cgroup/pids/cgroup.procs",
    ]
    .map(Path::new)
    .into_iter();
    let first = places.find(|it| it.exists());
    first.unwrap_or_else(|| Path::new("/sys/fs/cgroup/cgroup.procs"))
}

/// Why nothing can be planted, where it is not for want of rights.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Unplanted {
    what: String,
    /// What mends it.
    pub mend: &'static str,
}

impl Unplanted {
    /// As an error of what could not be done.
    pub(super) fn of(what: String, mend: &'static str) -> io::Error {
        io::Error::other(Self { what, mend })
    }
}

fn no_program(place: &Path, error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return error;
    }
    Unplanted::of(
        format!(
            "failed to plant what the line is to reach: no program may be run in `{}`: {error}",
            place.display()
        ),
        "name a folder with --place whose file system is not mounted noexec",
    )
}

fn make(folder: &Path) -> io::Result<()> {
    let made = DirBuilder::new().mode(0o755).create(folder);
    made.map_err(|error| named(folder, &error))
}

/// The same error with what it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

fn write(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|error| named(path, &error))?;
    file.write_all(bytes)?;
    // Whatever the umask: what stands between the probe and a launcher is the sandbox's.
    let rights = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(path, rights)
}
