//! A connection to an engine, and what a run has there: its containers, by their
//! label, and its images, by their tag.

use std::collections::HashMap;
use std::future::Future;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::Docker;
use bollard::query_parameters::{
    ImportImageOptions, ListContainersOptions, RemoveContainerOptions, RemoveImageOptions,
};
use bytes::Bytes;
use evidence::Identity;
use futures_util::StreamExt;
use nix::sys::socket::SockaddrIn;
use tokio::runtime::{Handle, Runtime};

use super::{Daemon, identity};
use crate::EngineError;
use crate::image::Image;

/// The label that every container of a run carries; its value is the run's id.
pub const RUN_LABEL: &str = "proof-of-block.run";
/// The option of a bridge that names its interface on the host.
const INTERFACE: &str = "com.docker.network.bridge.name";
/// The repository under which a run's image is tagged with the run's id. With the
/// registry's name, which Podman would add to it.
pub const REPOSITORY: &str = "proof-of-block";

/// An engine's socket, for one run.
pub(crate) struct Connection {
    client: Docker,
    runtime: Runtime,
    identity: Identity,
    daemon: Daemon,
    socket: PathBuf,
    /// What the client's address stands for, where that is no path.
    _held: Option<OwnedFd>,
    run: String,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Connection")
            .field("identity", &self.identity)
            .field("socket", &self.socket)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// The address of a socket for a client that takes text alone: its path; or, where that
/// is no text, its descriptor's, which is held open meanwhile.
fn address(socket: &Path) -> Result<(String, Option<OwnedFd>), EngineError> {
    if let Some(path) = socket.to_str() {
        return Ok((format!("unix://{path}"), None));
    }
    let mut how = std::fs::OpenOptions::new();
    how.read(true).custom_flags(libc::O_PATH);
    let held = how.open(socket).map_err(|error| EngineError::Connect {
        endpoint: format!("unix://{}", socket.display()),
        source: error.into(),
    })?;
    let address = format!("unix:///proc/self/fd/{}", held.as_raw_fd());
    Ok((address, Some(held.into())))
}

impl Connection {
    /// Talks to the engine at a socket, whichever it is.
    ///
    /// # Errors
    /// None is there, or this user may not use it.
    pub(crate) fn open(socket: &Path, run: &str) -> Result<Self, EngineError> {
        require_socket(socket)?;
        let endpoint = format!("unix://{}", socket.display());
        let (address, held) = address(socket)?;
        let refused = |source| EngineError::Connect {
            endpoint: endpoint.clone(),
            source,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| refused(error.into()))?;
        let (client, (mut identity, daemon)) = runtime.block_on(async {
            let client = Docker::connect_with_host(&address).map_err(refused)?;
            let client = client.negotiate_version().await.map_err(refused)?;
            let said = identity::ask(&client).await?;
            Ok::<_, EngineError>((client, said))
        })?;
        // Podman does not say it in words that the API knows; its socket is its user's.
        let owner = socket.metadata().map_or(0, |socket| socket.uid());
        identity.rootless |= identity.name == "podman" && owner != 0;
        Ok(Self {
            client,
            runtime,
            identity,
            daemon,
            socket: socket.to_owned(),
            _held: held,
            run: run.to_owned(),
        })
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What its settings make of every request.
    pub(crate) fn daemon(&self) -> Daemon {
        self.daemon
    }

    /// Whether the engine has a network of this name; one that does not say has it.
    pub(crate) fn has_network(&self, name: &str) -> bool {
        let inspected = self.block_on(self.client.inspect_network(name, None));
        !inspected.is_err_and(|error| is_gone(&error))
    }

    /// Accepts this engine and no other: one that answers in another's place is
    /// told by what it says of itself.
    ///
    /// # Errors
    /// It is another.
    pub(crate) fn require(&self, expected: &'static str) -> Result<(), EngineError> {
        if self.identity.name == expected {
            return Ok(());
        }
        Err(EngineError::Another {
            endpoint: format!("unix://{}", self.socket.display()),
            expected,
            observed: format!("{} {}", self.identity.name, self.identity.version),
        })
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(super) fn client(&self) -> &Docker {
        &self.client
    }

    pub(super) fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The address that the host has on a bridge.
    ///
    /// # Errors
    /// There is no such bridge, or it states no IPv4 address for the host.
    pub(super) fn gateway(&self, network: &str) -> Result<Ipv4Addr, EngineError> {
        let inspected = self.block_on(self.client.inspect_network(network, None));
        let inspected = inspected.map_err(|source| EngineError::InspectNetwork {
            network: network.to_owned(),
            source,
        })?;
        let configured = inspected.ipam.and_then(|ipam| ipam.config);
        let mut gateways = configured.into_iter().flatten();
        let gateway = gateways.find_map(|config| config.gateway?.parse().ok());
        // Docker 20.10 names only the interface of a bridge that it was not configured.
        let options = inspected.options.unwrap_or_default();
        let interface = options.get(INTERFACE).map(String::as_str);
        let gateway = gateway.or_else(|| address_of(interface?));
        gateway.ok_or_else(|| EngineError::NoGateway {
            network: network.to_owned(),
        })
    }

    /// The tag of this run's image.
    pub(super) fn tag(&self) -> String {
        format!("{REPOSITORY}:{}", self.run)
    }

    /// The labels of this run's containers.
    pub(super) fn labels(&self) -> HashMap<String, String> {
        HashMap::from([(RUN_LABEL.to_owned(), self.run.clone())])
    }

    /// Loads the image under this run's tag; its id, as the engine resolves it.
    pub(super) fn load(&self, image: &Image) -> Result<String, EngineError> {
        let tag = self.tag();
        let archive = image.archive(&tag).map_err(|error| EngineError::Load {
            tag: tag.clone(),
            source: std::io::Error::other(error).into(),
        })?;
        let archive = Bytes::from(archive);
        self.block_on(until_settled(|| {
            self.load_archive(archive.clone(), tag.clone())
        }))
    }

    async fn load_archive(&self, archive: Bytes, tag: String) -> Result<String, EngineError> {
        let options = ImportImageOptions {
            quiet: true,
            ..ImportImageOptions::default()
        };
        let body = bollard::body_full(archive);
        let mut answers = std::pin::pin!(self.client.import_image(options, body, None));
        while let Some(answer) = answers.next().await {
            answer.map_err(|source| EngineError::Load {
                tag: tag.clone(),
                source,
            })?;
        }
        let inspected = self.client.inspect_image(&tag).await;
        let image = inspected.map_err(|source| EngineError::InspectImage {
            tag: tag.clone(),
            source,
        })?;
        Ok(image.id.unwrap_or(tag))
    }

    async fn names(&self) -> Result<Vec<String>, bollard::errors::Error> {
        let filters = HashMap::from([(
            "label".to_owned(),
            vec![format!("{RUN_LABEL}={}", self.run)],
        )]);
        let options = ListContainersOptions {
            all: true,
            filters: Some(filters),
            ..Default::default()
        };
        let listed = self.client.list_containers(Some(options)).await?;
        let ids = listed.into_iter().filter_map(|container| container.id);
        Ok(ids.collect())
    }

    /// Ends every container of this run, at once.
    pub(super) fn kill_all(&self) {
        self.block_on(async {
            // Asked again in a moment, for as long as there is something to end.
            for name in self.names().await.unwrap_or_default() {
                // Its launch is about to fail and says so; this only hastens it.
                drop(self.client.kill_container(&name, None).await);
            }
        });
    }

    /// Removes every container and every image of this run.
    ///
    /// # Errors
    /// Something could not be removed; it is named.
    pub(crate) fn remove_all(&self) -> Result<(), EngineError> {
        self.block_on(async {
            // An engine that does not say what it has is no engine that has nothing.
            let names = self.names().await.map_err(EngineError::List)?;
            for name in names {
                remove(&self.client, &name).await?;
            }
            for repository in [REPOSITORY, crate::database::REPOSITORY] {
                let tag = format!("{repository}:{}", self.run);
                remove_image(&self.client, tag).await?;
            }
            Ok(())
        })
    }

    /// Whether the engine still answers.
    pub(super) fn answers(&self) -> bool {
        self.block_on(self.client.ping()).is_ok()
    }
}

/// Removes a container by force; one that is gone already is as good as removed.
pub(super) async fn remove(client: &Docker, name: &str) -> Result<(), EngineError> {
    let options = RemoveContainerOptions {
        force: true,
        v: true,
        link: false,
    };
    match client.remove_container(name, Some(options)).await {
        Err(error) if !is_gone(&error) => Err(EngineError::Remove {
            name: name.to_owned(),
            source: error,
        }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Tries a change to the store of images a few times.
///
/// Every run loads and removes the same image, and Docker lets one run's removal trip
/// over another's: it answers 500, `unrecognized image ID`, and is settled soon after.
async fn until_settled<T, E, F>(change: impl Fn() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..5 {
        if let Ok(done) = change().await {
            return Ok(done);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    change().await
}

/// Removes a tag, and the image if it was the last.
async fn remove_image(client: &Docker, tag: String) -> Result<(), EngineError> {
    let options = RemoveImageOptions {
        force: true,
        ..Default::default()
    };
    let remove = || async {
        match client.remove_image(&tag, Some(options.clone()), None).await {
            Err(error) if !is_gone(&error) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    };
    let removed = until_settled(remove).await;
    removed.map_err(|source| EngineError::RemoveImage { tag, source })
}

/// 404: not there. 409: its removal is under way.
fn is_gone(error: &bollard::errors::Error) -> bool {
    matches!(
        error,
        bollard::errors::Error::DockerResponseServerError {
            status_code: 404 | 409,
            ..
        }
    )
}

/// An interface's first IPv4 address.
fn address_of(interface: &str) -> Option<Ipv4Addr> {
    let mut interfaces = nix::ifaddrs::getifaddrs().ok()?;
    interfaces.find_map(|it| {
        let named = it.interface_name == interface;
        let address = it.address.filter(|_| named)?;
        address.as_sockaddr_in().map(SockaddrIn::ip)
    })
}

/// Asks the socket itself first: its answers are clearer than a client's.
fn require_socket(socket: &Path) -> Result<(), EngineError> {
    let shown = socket.display().to_string();
    match UnixStream::connect(socket) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(EngineError::Permission { socket: shown })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(EngineError::NoSocket { socket: shown })
        }
        Err(error) => Err(EngineError::Connect {
            endpoint: format!("unix://{shown}"),
            source: error.into(),
        }),
    }
}
