//! The real database server of N13: PostgreSQL in a container or a sandbox of its own,
//! started when the first launch that needs it is planned.
//!
//! Before every such launch the host asks the server itself, over TCP and over its
//! unix socket; what it answered is in the launch's record. Where no server can be
//! had, the launches say why and the row is not run. Nothing here judges.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use evidence::servers::Answer;

use crate::{Hosting, helper};

mod package;
mod process;
mod protocol;
mod serve;

pub use package::{PackageError, of_this_host};
pub use protocol::ProtocolError;
pub use serve::serve;

/// The repository under which the server's image is tagged with the run's id.
pub const REPOSITORY: &str = "proof-of-block-postgres";
/// The server's port in a container, where every port is free.
const PORT: u16 = 5432;
/// The folder of its socket, in the server's own container.
const SOCKET_FOLDER: &str = "/postgresql";
/// How long the host waits for each of the server's answers.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest line the second process says.
const MAX_LINE: u64 = 16 << 10;

/// What the process that holds the database server is told.
#[derive(Debug)]
pub struct ServeDatabase {
    /// The run's id.
    pub run: String,
    /// How it is run.
    pub hosting: Hosting,
    /// The host folder for its unix socket.
    pub folder: PathBuf,
    /// An image to use instead of this host's package.
    pub image: Option<String>,
}

/// There is no server to be reached.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DatabaseError {
    /// It was not started.
    #[error("failed to provide a database server: {why}")]
    Start {
        /// Why not.
        why: String,
    },
    /// It does not answer the host.
    #[error("failed to reach the database server from the host over {way}: {why}")]
    Silent {
        /// TCP or the unix socket.
        way: &'static str,
        /// What came of it.
        why: String,
    },
    /// The run ended first.
    #[error("failed to provide a database server: the run is over")]
    Over,
}

/// What to start, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The run's id.
    pub run: String,
    /// How the engine has it run.
    pub hosting: Hosting,
    /// The host folder in which its socket appears.
    pub folder: PathBuf,
    /// An image to use instead of the host's package; it may be pulled.
    pub image: Option<String>,
}

/// A server that is started at most once, and by who asks first.
pub struct Database {
    wanted: Wanted,
    server: OnceLock<Result<Server, DatabaseError>>,
    process: Mutex<Process>,
}

/// The second process, which holds the container.
#[derive(Default)]
enum Process {
    #[default]
    None,
    Running(Child),
    Over,
}

#[derive(Debug)]
struct Server {
    host: Ipv4Addr,
    port: u16,
    source: String,
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Database")
            .field("wanted", &self.wanted)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Starts nothing yet.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            server: OnceLock::new(),
            process: Mutex::default(),
        }
    }

    /// Takes the server from this image; one that runs already is kept.
    pub fn use_image(&mut self, image: Option<String>) {
        self.wanted.image = image;
    }

    /// Starts the server if nobody did, so that it is there when it is asked.
    pub fn warm_up(&self) {
        // Who asks it hears what went wrong.
        drop(self.server().map(|_| ()));
    }

    /// What the server answers the host, now, on both ways.
    ///
    /// # Errors
    /// It could not be started, or does not answer on one of them.
    pub fn ask(&self) -> Result<Answer, DatabaseError> {
        let server = self.server()?;
        let address = SocketAddr::from((server.host, server.port));
        let socket = self.wanted.folder.join(socket(server.port));
        let tcp = tls_over_tcp(address).map_err(silent("TCP"))?;
        let unix = tls_over_unix(&socket).map_err(silent("its unix socket"))?;
        let version = version_over_unix(&socket).map_err(silent("its unix socket"))?;
        Ok(Answer {
            address: address.to_string(),
            source: server.source.clone(),
            version,
            tcp,
            unix,
        })
    }

    /// The server's address, for the attempts.
    ///
    /// # Errors
    /// It could not be started.
    pub fn address(&self) -> Result<SocketAddrV4, DatabaseError> {
        let server = self.server()?;
        Ok(SocketAddrV4::new(server.host, server.port))
    }

    /// Ends the second process, which removes all that is the server's.
    pub fn close(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Process::Running(mut child) = std::mem::replace(&mut *process, Process::Over) {
            // Closing its input is the word; `wait` does that too.
            drop(child.stdin.take());
            drop(child.wait());
        }
    }

    fn server(&self) -> Result<&Server, DatabaseError> {
        let started = self.server.get_or_init(|| self.start());
        started.as_ref().map_err(Clone::clone)
    }

    fn start(&self) -> Result<Server, DatabaseError> {
        let output = {
            let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*process, Process::Over) {
                return Err(DatabaseError::Over);
            }
            let mut child = self.spawn().map_err(not_started)?;
            let output = child.stdout.take();
            *process = Process::Running(child);
            output
        };
        let mut line = String::new();
        if let Some(output) = output {
            let mut output = BufReader::new(output.take(MAX_LINE));
            output.read_line(&mut line).map_err(not_started)?;
        }
        match serde_json::from_str(&line).map_err(io::Error::from) {
            Ok(serve::Word::Ready { host, port, source }) => Ok(Server { host, port, source }),
            Ok(serve::Word::Failed { why }) => Err(DatabaseError::Start { why }),
            Err(error) => Err(not_started(error)),
        }
    }

    /// In a process group of its own: Ctrl-C is not for it.
    fn spawn(&self) -> io::Result<Child> {
        let wanted = &self.wanted;
        let mut command = helper::command()?;
        command
            .args(["serve-database", "--run", &wanted.run, "--hosting"])
            .arg(serde_json::to_string(&wanted.hosting)?)
            .arg("--folder")
            .arg(&wanted.folder);
        if let Some(image) = &wanted.image {
            command.args(["--image", image]);
        }
        match &wanted.hosting {
            Hosting::Container { socket, .. } => {
                command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
            }
            Hosting::Process { .. } => {}
        }
        command
            .env_remove("DOCKER_TLS_VERIFY")
            .env_remove("TESTCONTAINERS_COMMAND")
            .env_remove("DOCKER_DEFAULT_PLATFORM")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
    }
}

/// The server's socket in its folder, as PostgreSQL names it for its port.
#[must_use]
pub fn socket(port: u16) -> String {
    format!(".s.PGSQL.{port}")
}

fn not_started(error: io::Error) -> DatabaseError {
    DatabaseError::Start {
        why: evidence::error::chain(&error),
    }
}

fn silent(way: &'static str) -> impl FnOnce(ProtocolError) -> DatabaseError {
    move |error| DatabaseError::Silent {
        way,
        why: evidence::error::chain(&error),
    }
}

fn tls_over_tcp(address: SocketAddr) -> Result<char, ProtocolError> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    protocol::ask_for_tls(&mut connection)
}

fn tls_over_unix(socket: &Path) -> Result<char, ProtocolError> {
    protocol::ask_for_tls(&mut unix(socket)?)
}

fn version_over_unix(socket: &Path) -> Result<String, ProtocolError> {
    protocol::version(&mut unix(socket)?)
}

fn unix(socket: &Path) -> io::Result<UnixStream> {
    let connection = UnixStream::connect(socket)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_started_after_the_end() {
        let database = Database::new(Wanted {
            run: "test".to_owned(),
            hosting: Hosting::Container {
                socket: PathBuf::from("/no/engine"),
                bridge: true,
            },
            folder: PathBuf::from("/no/folder"),
            image: None,
        });
        database.close();
        assert!(matches!(database.ask(), Err(DatabaseError::Over)));
    }
}
