//! Podman: found where its users expect it, or started for the run, and asked for
//! containers in its own words.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bollard::models::ContainerCreateBody;
use bollard::{BollardRequest, Docker};
use evidence::digest::sha256;
use evidence::profile::RuntimeFilter;
use evidence::{Abilities, Ability};

use super::api::{ApiEngine, Connection, Creation, Dialect, Wanted};
use super::open::Place;
use super::{EngineError, Hosting, Leftovers, Named, Surroundings, binds};

mod processes;
pub(super) mod quirks;
pub(super) mod service;
mod spec;
mod spelling;

use service::Service;
pub use service::Traces;
use spelling::Ground;

/// Podman's own create request. Version 4.0.0 of its API is the oldest that has all
/// that is asked for; newer services take it.
const CREATE: &str = "/v4.0.0/libpod/containers/create";
/// The oldest major version that takes that request.
const OLDEST: u32 = 4;
/// There with control groups of version 2 alone.
const UNIFIED: &str = "/sys/fs/cgroup/cgroup.controllers";

/// The create request for a launch, whose filter the client is told of otherwise.
///
/// # Errors
/// The profile has a setting that Podman has no word for.
pub(super) fn request(
    launch: &super::Launch<'_>,
    image: &str,
    rootless: bool,
) -> Result<impl serde::Serialize, EngineError> {
    let ground = Ground {
        image,
        filter: std::path::Path::new("-"),
        rootless,
    };
    spelling::spec(launch, ground, HashMap::new())
}

/// Finds Podman, or starts a service of it in the run's folder, and talks to it.
///
/// # Errors
/// The one that is named does not answer or is not Podman, or none answers and none
/// can be started.
pub fn connect(place: Place<'_>) -> Result<ApiEngine, EngineError> {
    let folder = place.scratch.join("filters");
    std::fs::create_dir(&folder).map_err(|source| EngineError::Filter {
        path: folder.clone(),
        source,
    })?;
    let (connection, service) = match running(place.surroundings, place.run)? {
        Some(connection) => (connection, None),
        None => {
            let service = Service::start(place.scratch)?;
            let connection = Connection::open(&service.socket(), place.run)?;
            usable(&connection)?;
            (connection, Some(service))
        }
    };
    let rootless = connection.identity().rootless;
    let words = Words {
        rootless,
        folder,
        service: Mutex::new(service),
    };
    Ok(ApiEngine::new(connection, words, abilities(rootless)))
}

/// A service that runs already: the one that is named, which must do, or the first
/// in the usual places that does.
fn running(surroundings: &Surroundings, run: &str) -> Result<Option<Connection>, EngineError> {
    if let Some(named) = surroundings.named_podman() {
        let opened = named.and_then(|socket| {
            let connection = Connection::open(&socket, run)?;
            usable(&connection).map(|()| connection)
        });
        let named = |error: EngineError| error.named_by(Some(Named::ContainerHost));
        return opened.map(Some).map_err(named);
    }
    let opened = surroundings.usual_podman().into_iter().find_map(|socket| {
        let connection = Connection::open(&socket, run).ok()?;
        usable(&connection).is_ok().then_some(connection)
    });
    Ok(opened)
}

fn usable(connection: &Connection) -> Result<(), EngineError> {
    connection.require("podman")?;
    let identity = connection.identity();
    let major = identity.version.split('.').next().unwrap_or_default();
    if !major.parse().is_ok_and(|major: u32| major >= OLDEST) {
        return Err(EngineError::TooOld {
            expected: OLDEST,
            observed: identity.version.clone(),
        });
    }
    if identity.runtime.starts_with("crun") && service::hybrid_control_groups() {
        return Err(EngineError::Hybrid);
    }
    Ok(())
}

fn abilities(rootless: bool) -> Abilities {
    let anybodys = crate::of_this_user();
    if !rootless {
        return anybodys;
    }
    let users = anybodys
        .without(
            Ability::HostRoot,
            "root of the sandbox's user namespace is the ordinary user who started it",
        )
        .without(
            Ability::Bridge,
            "without root there is no bridge that the host could reach: such a control shares the host's network",
        );
    if Path::new(UNIFIED).exists() {
        return users;
    }
    users.without(
        Ability::ControlGroup,
        "without root, podman sets no limits with control groups of version 1",
    )
}

/// Podman's own words.
#[derive(Debug)]
struct Words {
    rootless: bool,
    /// Where the runtime's filters are, which Podman takes as files.
    folder: PathBuf,
    /// The run's own service, if it has one.
    service: Mutex<Option<Service>>,
}

impl Words {
    /// The file with a filter, under its digest: launches share it.
    fn filter(&self, text: &str) -> Result<PathBuf, EngineError> {
        let path = self
            .folder
            .join(format!("{}.json", sha256(text.as_bytes())));
        if path.exists() {
            return Ok(path);
        }
        let written = tempfile::NamedTempFile::new_in(&self.folder).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.persist(&path).map_err(|error| error.error)
        });
        match written {
            Ok(_) => Ok(path),
            Err(source) => Err(EngineError::Filter { path, source }),
        }
    }
}

impl Dialect for Words {
    fn creation(&self, client: &Docker, wanted: Wanted<'_>) -> Result<Creation, EngineError> {
        let profile = wanted.launch.profile;
        let filter = match profile.runtime_filter {
            RuntimeFilter::NotLoaded => PathBuf::from("unconfined"),
            RuntimeFilter::Policy
            | RuntimeFilter::PolicyForEveryArchitecture
            | RuntimeFilter::Other(_)
            | RuntimeFilter::Off => self.filter(&profile.runtime_json().to_string())?,
        };
        binds::require_text(wanted.launch)?;
        let ground = Ground {
            image: wanted.image,
            filter: &filter,
            rootless: self.rootless,
        };
        let spec = spelling::spec(wanted.launch, ground, wanted.labels)?;
        // Plain strings and numbers always serialise.
        let body = serde_json::to_vec(&spec).unwrap_or_default();
        let client = client
            .clone()
            .with_request_modifier(move |request| own_request(request, &body));
        Ok((client, ContainerCreateBody::default()))
    }

    /// Without root, Podman looks up the user's ids with a library that is not made for
    /// threads: version 4.3, asked for several containers at once, now and then finds
    /// none, or ends with a segmentation fault.
    fn creates_one_at_a_time(&self) -> bool {
        self.rootless
    }

    fn leftovers(&self, socket: &Path) -> Leftovers {
        let service = self.service.lock().ok();
        match service.as_deref() {
            Some(Some(service)) => Leftovers::Service(service.traces().clone()),
            Some(None) | None => Leftovers::Containers {
                socket: socket.to_owned(),
            },
        }
    }

    fn bridge(&self) -> Option<&'static str> {
        (!self.rootless).then_some("podman")
    }

    fn hosting(&self, socket: &Path) -> Hosting {
        Hosting::Container {
            socket: socket.to_owned(),
            bridge: !self.rootless,
        }
    }

    fn end(&self) {
        if let Ok(mut service) = self.service.lock() {
            drop(service.take());
        }
    }
}

/// The same request to Podman's own path, with its own body. Should the path not be
/// taken, Docker's request goes out, which names no image and is refused.
fn own_request(mut request: BollardRequest, body: &[u8]) -> BollardRequest {
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = CREATE.parse().ok();
    if let Ok(uri) = parts.try_into() {
        *request.uri_mut() = uri;
        *request.body_mut() = bollard::body_full(body.to_vec().into());
    }
    request
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_create_request_goes_out_in_podmans_words() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let heard = std::thread::spawn(move || hear(&listener));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let created = runtime.block_on(async {
            let endpoint = format!("unix://{}", socket.display());
            let client = Docker::connect_with_host(&endpoint).unwrap();
            let client =
                client.with_request_modifier(|request| own_request(request, b"{\"name\":1}"));
            client
                .create_container(None, ContainerCreateBody::default())
                .await
        });
        assert_eq!(created.unwrap().id, "ab");
        let (line, body) = heard.join().unwrap();
        assert_eq!(line, format!("POST {CREATE} HTTP/1.1\r\n"));
        assert_eq!(body, "{\"name\":1}");
    }

    /// Answers one request, and gives back its first line and its body.
    fn hear(listener: &UnixListener) -> (String, String) {
        let mut stream = listener.accept().unwrap().0;
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first).unwrap();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let answer = r#"{"Id":"ab","Warnings":[]}"#;
        let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";
        let length = answer.len();
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{answer}").unwrap();
        (first, String::from_utf8(body).unwrap())
    }
}
