//! A Podman service of this run's own, for hosts on which none answers: started on a
//! socket in the run's folder and ended with the run, however that ends.
//!
//! Root's service uses the host's store, as `podman run` does. Anybody else's keeps
//! store, state and everything else in the run's folder, so that nothing of it is
//! left in the user's home, and no process of it runs on.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::processes::{is_podmans, names, place, works_in};
use crate::api::Connection;
use crate::launch::in_short;
use crate::{EngineError, witness};

/// How long a service may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to end when it is asked to: one whose client died in the middle
/// of a request goes on with that first. Then it is killed.
const TERM: Duration = Duration::from_secs(2);
/// Between two looks at either.
const PAUSE: Duration = Duration::from_millis(20);
/// A service that nobody talks to for so long ends itself, seconds.
const IDLE: &str = "900";
/// The longest `--runroot`, bytes. Podman 4 starts with a longer one, but then the
/// process that is to note how a container ended refuses it, and podman waits 20 s
/// for that note.
const LONGEST_STATE: usize = 50;
/// The most of its complaints that are kept, bytes.
const MAX_WORDS: u64 = 4 << 10;

/// A running service. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Service {
    traces: Traces,
    process: Child,
}

/// Where a service and all that belongs to it are found: for whoever ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// Its folder; its command line and those of its children name it.
    folder: PathBuf,
}

impl Service {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// Podman is not installed, or its service does not come up; why.
    pub(super) fn start(scratch: &Path) -> Result<Self, EngineError> {
        Self::at(Traces {
            // Short: see `LONGEST_STATE`.
            folder: scratch.join("p"),
        })
    }

    fn at(traces: Traces) -> Result<Self, EngineError> {
        traces.require_short_names()?;
        traces.require_plain_names()?;
        require_home(std::env::var_os("HOME").map(PathBuf::from))?;
        let process = traces.spawn().map_err(|source| {
            if source.kind() == io::ErrorKind::NotFound {
                return EngineError::NoPodman;
            }
            let why = source.to_string();
            EngineError::Service { why }
        })?;
        let mut service = Self { traces, process };
        service.until_it_answers()?;
        Ok(service)
    }

    /// Where it is found.
    pub(super) fn traces(&self) -> &Traces {
        &self.traces
    }

    /// Its socket.
    pub(super) fn socket(&self) -> PathBuf {
        self.traces.socket()
    }

    fn until_it_answers(&mut self) -> Result<(), EngineError> {
        let deadline = Instant::now() + PATIENCE;
        while UnixStream::connect(self.socket()).is_err() {
            let ended = self.process.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let words = self.traces.words();
                let why = ended.map_or_else(
                    || format!("no answer within {PATIENCE:?}; {words}"),
                    |status| format!("{status}; {words}"),
                );
                return Err(EngineError::Service { why });
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.traces.end();
        // It is gone; this takes its exit status.
        drop(self.process.try_wait());
    }
}

/// The service's working folder, whatever the bytes of its name.
const HERE: &str = "/proc/self/cwd";

/// The socket, in the service's folder.
const SOCKET: &str = "podman.sock";

/// Where podman keeps a user's settings, beneath the home.
const SETTINGS: &str = ".config/containers";

/// Podman ends, or answers nothing, where it may not look for its user's settings.
fn require_home(home: Option<PathBuf>) -> Result<(), EngineError> {
    let Some(home) = home.filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    match fs::metadata(home.join(SETTINGS)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(EngineError::Home {
            home: in_short(&home),
            source,
        }),
    }
}

/// Why podman has no words for a folder of this name, whatever the version so far.
///
/// The database server's folder is mounted by one of two words: one ends a path at a colon,
/// the other is read as comma-separated values. A user's own store, which is in the folder,
/// is mounted as an overlay, whose options end at these bytes.
fn not_spelt(path: &[u8], root: bool) -> Option<&'static str> {
    let any = |bytes: &[u8]| path.iter().any(|byte| bytes.contains(byte));
    if !root && any(b",:\\") {
        return Some("an overlay's options end at a comma, a colon or a backslash");
    }
    (any(b":") && any(b",\"\n\r"))
        .then_some("it has no word for a colon beside a comma, a quote or a line's end")
}

impl Traces {
    /// The service's socket.
    #[must_use]
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join(SOCKET)
    }

    /// The folder of its running state, `--runroot`.
    fn state(&self) -> PathBuf {
        self.folder.join("r")
    }

    fn require_short_names(&self) -> Result<(), EngineError> {
        let (state, root) = (self.state(), nix::unistd::geteuid().is_root());
        if root || state.as_os_str().len() <= LONGEST_STATE {
            return Ok(());
        }
        Err(EngineError::Service {
            why: format!(
                "`{}` is longer than the {LONGEST_STATE} bytes that podman takes for its state; set TMPDIR to a shorter folder",
                state.display()
            ),
        })
    }

    fn require_plain_names(&self) -> Result<(), EngineError> {
        let root = nix::unistd::geteuid().is_root();
        let Some(because) = not_spelt(self.folder.as_os_str().as_bytes(), root) else {
            return Ok(());
        };
        Err(EngineError::Service {
            why: format!(
                "podman cannot be told of `{}`: {because}; set TMPDIR to a folder without them",
                in_short(&self.folder)
            ),
        })
    }

    fn spawn(&self) -> io::Result<Child> {
        for folder in [self.folder.clone(), self.folder.join("runtime")] {
            match fs::create_dir(folder) {
                // It is there when a service is started again.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        let mut words = File::options();
        let words = words
            .append(true)
            .create(true)
            .open(self.folder.join("words"))?;
        self.podman()
            .args(["system", "service", "--time", IDLE])
            // As a URL it would be read: `%`, `#` and control bytes of a folder's name mean
            // something there, and bytes that are no text cannot stand there.
            .arg(format!("unix://{HERE}/{SOCKET}"))
            // It loads an image from a file that it writes here, by a name in which a colon
            // ends the path.
            .env("TMPDIR", HERE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(words)
            .process_group(0)
            // The caller's may be gone, or closed to this user.
            .current_dir(&self.folder)
            .spawn()
    }

    /// Podman, on the store that this service uses.
    fn podman(&self) -> Command {
        let mut command = Command::new("podman");
        if !nix::unistd::geteuid().is_root() {
            for (flag, name) in [("--root", "store"), ("--tmpdir", "tmp")] {
                command.arg(flag).arg(self.folder.join(name));
            }
            command.arg("--runroot").arg(self.state());
            command.args(["--storage-driver", "overlay"]);
            command.env("XDG_RUNTIME_DIR", self.folder.join("runtime"));
        }
        command.args(runtime_words());
        command.env_remove("CONTAINER_HOST");
        command
    }

    /// What it complained about.
    fn words(&self) -> String {
        let mut text = String::new();
        let read = File::open(self.folder.join("words"))
            .and_then(|file| file.take(MAX_WORDS).read_to_string(&mut text));
        match read {
            Ok(0) | Err(_) => "it said nothing".to_owned(),
            Ok(_) => text.trim().to_owned(),
        }
    }

    /// Removes all that a run left with the service and ends it; one that is gone is
    /// started again for that. True once nothing is left.
    pub(crate) fn remove(&self, run: &str) -> bool {
        if !self.folder.exists() {
            return true;
        }
        let answers = UnixStream::connect(self.socket()).is_ok();
        let again = (!answers).then(|| Service::at(self.clone()));
        let left = Connection::open(&self.socket(), run);
        let removed = left.is_ok_and(|left| left.remove_all().is_ok());
        drop(again);
        removed && self.end()
    }

    /// Ends the service and every process that belongs to it, and removes what only
    /// its user namespace may remove; true once none is left.
    fn end(&self) -> bool {
        let gone = self.until_gone();
        if self.folder.join("store").exists() && fs::remove_dir_all(&self.folder).is_err() {
            // Layers belong to ids that are this user's only inside the namespace.
            let mut command = self.podman();
            command
                .args(["unshare", "rm", "-rf"])
                .arg(self.folder.join("store"));
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            // What is left is seen below, by the folder.
            drop(command.status());
            return self.until_gone() && fs::remove_dir_all(&self.folder).is_ok();
        }
        gone
    }

    fn until_gone(&self) -> bool {
        let started = Instant::now();
        loop {
            let left = self.processes();
            if left.is_empty() {
                return true;
            }
            let waited = started.elapsed();
            if waited > 2 * TERM {
                return false;
            }
            let signal = if waited > TERM {
                Signal::SIGKILL
            } else {
                Signal::SIGTERM
            };
            for pid in left {
                // It may be gone by now.
                let _gone = kill(pid, signal);
            }
            thread::sleep(PAUSE);
        }
    }

    /// The service works in the folder, its helpers and monitors name it in their command
    /// lines; the process that keeps the user namespace stands in a file of its own.
    fn processes(&self) -> Vec<Pid> {
        let own = Pid::this();
        let (folder, place) = (self.folder.as_os_str().as_bytes(), place(&self.folder));
        witness::processes()
            .filter(|pid| *pid != own)
            .filter(|pid| works_in(*pid, place) || names(*pid, folder))
            .filter(|pid| is_podmans(*pid))
            .chain(self.namespace_keeper())
            .collect()
    }

    fn namespace_keeper(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.folder.join("tmp/pause.pid")).ok()?;
        let pid = Pid::from_raw(text.trim().parse().ok()?);
        let mine =
            fs::metadata(format!("/proc/{pid}")).ok()?.uid() == nix::unistd::geteuid().as_raw();
        (mine && is_podmans(pid)).then_some(pid)
    }
}

/// The words by which podman is told its runtime; none where its own choice will do.
pub(crate) fn runtime_words() -> &'static [&'static str] {
    if hybrid_control_groups() && on_the_path("runc") {
        &["--runtime", "runc"]
    } else {
        &[]
    }
}

/// Both versions side by side, which crun refuses and runc does not.
pub(super) fn hybrid_control_groups() -> bool {
    Path::new("/sys/fs/cgroup/unified/cgroup.controllers").exists()
}

fn on_the_path(program: &str) -> bool {
    let path = crate::caller::search_path();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_to_podman_unless_a_byte_of_it_ends_the_word() {
        for plain in [
            &b"/tmp/a%#?b"[..],
            b"/tmp/a\"b",
            b"/tmp/a\nb",
            b"/tmp/a=b c",
        ] {
            assert_eq!(not_spelt(plain, true), None);
            assert_eq!(not_spelt(plain, false), None);
        }
        for one in [&b"/a:b"[..], b"/a,b", b"/a\\b"] {
            assert_eq!(not_spelt(one, true), None);
            assert!(not_spelt(one, false).unwrap().contains("overlay"));
        }
        for both in [&b"/a:b,c"[..], b"/a:b\"c", b"/a:b\nc"] {
            assert!(not_spelt(both, true).unwrap().contains("colon"));
        }
    }
}
