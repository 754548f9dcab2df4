//! The database server of an engine without containers: the host's own PostgreSQL,
//! on the loopback interface, in a sandbox of bubblewrap's that can write its two
//! folders and nothing else, and dies with this process.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;

use evidence::error::chain;

use super::package::{self, PackageError};
use super::serve::{LIMIT, READY, Word, entry, say};
use crate::database::ServeDatabase;

/// The server's user where this process is root: of nobody on any distribution, and
/// not the sandbox's; the group is the sandbox's, which lets it into the run's folder.
const USER: (u32, u32) = (65531, 65532);

/// What the main thread waits for.
enum Event {
    Ready,
    /// With the last thing it said.
    Ended(String),
    /// The harness is gone.
    Dismissed,
}

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
enum ProcessError {
    /// There is no server on this host.
    #[error("failed to find the database server")]
    Package(#[from] PackageError),
    /// Its folder could not be made.
    #[error("failed to make the database server's folder `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is no port for it.
    #[error("failed to find a port for the database server")]
    Port(#[source] io::Error),
    /// It could not be spawned.
    #[error("failed to spawn `{program}` for the database server")]
    Spawn {
        /// The launcher.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// Serves until standard input ends.
///
/// # Errors
/// Standard output is closed.
pub(super) fn serve(task: &ServeDatabase, launcher: &Path) -> io::Result<()> {
    let data = task.folder.with_file_name("postgres");
    let (sender, events) = mpsc::channel();
    listen_for_the_end(sender.clone());
    let started = start(task, launcher, &data, sender);
    let (word, mut server) = match started {
        Ok(started) => started,
        Err(error) => return say(&Word::Failed { why: chain(&error) }),
    };
    let said = match events.recv_timeout(LIMIT) {
        Ok(Event::Ready) => {
            let said = say(&word);
            // Whatever comes next, it is the end.
            drop(events.recv());
            said
        }
        Ok(Event::Ended(why)) => say(&Word::Failed { why }),
        Ok(Event::Dismissed) => Ok(()),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            let why = format!("database server still starting after {LIMIT:?}");
            say(&Word::Failed { why })
        }
    };
    // Its launcher's end is the end of every process in its sandbox.
    drop(server.kill());
    drop(server.wait());
    drop(fs::remove_dir_all(&data));
    said
}

/// Where the server's data and its socket are, as it sees them.
const DATA: &str = "/tmp/data";
const SOCKETS: &str = "/tmp/sockets";

/// Who the server runs as: root gives it a user of its own.
fn user(root: bool) -> (u32, u32) {
    if root {
        return USER;
    }
    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    (uid.as_raw(), gid.as_raw())
}

fn start(
    task: &ServeDatabase,
    launcher: &Path,
    data: &Path,
    events: Sender<Event>,
) -> Result<(Word, Child), ProcessError> {
    let server = package::of_this_host()?;
    let bin = server.parent().unwrap_or(Path::new("/")).to_owned();
    let root = nix::unistd::geteuid().is_root();
    let (uid, gid) = user(root);
    let passwd = prepare(data, uid, gid, root).map_err(|source| ProcessError::Folder {
        path: data.to_owned(),
        source,
    })?;
    let host = Ipv4Addr::LOCALHOST;
    let port = free_port(host).map_err(ProcessError::Port)?;
    let mut command = Command::new(launcher);
    command
        .args(["--die-with-parent", "--new-session", "--cap-drop", "ALL"])
        .args(["--unshare-user", "--unshare-pid", "--unshare-ipc"])
        .args(["--uid", &uid.to_string(), "--gid", &gid.to_string()])
        .args(["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]);
    bind(&mut command, "--ro-bind", &passwd, "/etc/passwd");
    // Under names of its own: a folder's name may have characters that mean something to
    // a shell, to passwd(5), or to a list in one of the server's settings.
    command.args(["--tmpfs", "/tmp"]);
    bind(&mut command, "--bind", data, DATA);
    bind(&mut command, "--bind", &task.folder, SOCKETS);
    command
        .args(["--", "/bin/sh", "-ec"])
        .arg(entry(DATA, SOCKETS, &host.to_string(), port))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if root {
        command.uid(uid).gid(gid);
    }
    let mut child = command.spawn().map_err(|source| ProcessError::Spawn {
        program: launcher.to_owned(),
        source,
    })?;
    listen_to(&mut child, events);
    let source = format!("this host's package, `{}`", server.display());
    Ok((Word::Ready { host, port, source }, child))
}

/// Makes the data folder, with the one user the server's sandbox knows beside it.
fn prepare(data: &Path, uid: u32, gid: u32, root: bool) -> io::Result<PathBuf> {
    fs::create_dir(data)?;
    fs::set_permissions(data, Permissions::from_mode(0o700))?;
    let passwd = data.join("passwd");
    let line = format!("postgres:x:{uid}:{gid}::{DATA}:/bin/sh\n");
    fs::write(&passwd, line)?;
    fs::set_permissions(&passwd, Permissions::from_mode(0o444))?;
    if root {
        chown(&passwd, Some(uid), Some(gid))?;
        chown(data, Some(uid), Some(gid))?;
    }
    Ok(passwd)
}

/// Free now; should another take it meanwhile, the server says so and ends.
pub(super) fn free_port(host: Ipv4Addr) -> io::Result<u16> {
    Ok(TcpListener::bind((host, 0))?.local_addr()?.port())
}

fn bind(command: &mut Command, how: &str, source: &Path, target: &str) {
    command.arg(how).arg(source).arg(target);
}

fn listen_for_the_end(events: Sender<Event>) {
    thread::spawn(move || {
        // An input that breaks is an input that ends.
        drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
        drop(events.send(Event::Dismissed));
    });
}

/// Reads to the end, so that the server never waits for its reader.
fn listen_to(server: &mut Child, events: Sender<Event>) {
    let Some(errors) = server.stderr.take() else {
        return;
    };
    thread::spawn(move || {
        let mut last = String::new();
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if line.contains(READY) {
                drop(events.send(Event::Ready));
            }
            last = line;
        }
        let why = format!("the database server ended: {last}");
        drop(events.send(Event::Ended(why)));
    });
}
