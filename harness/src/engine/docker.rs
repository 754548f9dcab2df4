//! Docker, through its API on a unix socket.
//!
//! Each request is wrapped with its verb and operand. Nothing an answer says is
//! used as proof.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bollard::Docker;
use bollard::query_parameters::{
    CreateContainerOptions, ImportImageOptions, ListContainersOptions, RemoveContainerOptions,
    RemoveImageOptions,
};
use futures_util::StreamExt;
use tokio::runtime::Runtime;

use super::{
    Abilities, Engine, EngineError, Hosting, Identity, Launch, Leftovers, Running, Surroundings,
    spelling,
};
use crate::image::Image;

mod container;
mod identity;

use container::Container;

/// The label that every container of a run carries; its value is the run's id.
pub const RUN_LABEL: &str = "proof-of-block.run";
/// The repository under which a run's image is tagged with the run's id.
pub const REPOSITORY: &str = "proof-of-block";

/// A Docker Engine that answers, for one run.
pub struct DockerEngine {
    client: Docker,
    runtime: Runtime,
    identity: Identity,
    abilities: Abilities,
    socket: PathBuf,
    run: String,
    /// The loaded image's id, as the engine resolves it.
    image: Mutex<Option<String>>,
}

impl std::fmt::Debug for DockerEngine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DockerEngine")
            .field("identity", &self.identity)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

impl DockerEngine {
    /// Finds the engine the way the docker command line does, and talks to it.
    ///
    /// # Errors
    /// None is there, this user may not use it, or it is on another machine.
    pub fn connect(surroundings: &Surroundings, run: &str) -> Result<Self, EngineError> {
        let socket = surroundings.socket()?;
        require_socket(&socket)?;
        let endpoint = format!("unix://{}", socket.display());
        let refused = |source| EngineError::Connect {
            endpoint: endpoint.clone(),
            source,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| refused(error.into()))?;
        let (client, identity) = runtime.block_on(async {
            let client = Docker::connect_with_host(&endpoint).map_err(refused)?;
            let client = client.negotiate_version().await.map_err(refused)?;
            let identity = identity::ask(&client).await?;
            Ok::<_, EngineError>((client, identity))
        })?;
        Ok(Self {
            client,
            runtime,
            identity,
            abilities: Abilities::all(),
            socket,
            run: run.to_owned(),
            image: Mutex::new(None),
        })
    }

    fn tag(&self) -> String {
        format!("{REPOSITORY}:{}", self.run)
    }

    async fn load_archive(&self, archive: Vec<u8>) -> Result<String, EngineError> {
        let tag = self.tag();
        let options = ImportImageOptions {
            quiet: true,
            ..ImportImageOptions::default()
        };
        let body = bollard::body_full(archive.into());
        let mut answers = std::pin::pin!(self.client.import_image(options, body, None));
        while let Some(answer) = answers.next().await {
            answer.map_err(|source| EngineError::Load {
                tag: tag.clone(),
                source,
            })?;
        }
        let image =
            self.client
                .inspect_image(&tag)
                .await
                .map_err(|source| EngineError::InspectImage {
                    tag: tag.clone(),
                    source,
                })?;
        Ok(image.id.unwrap_or(tag))
    }

    async fn names(&self) -> Vec<String> {
        let filters = HashMap::from([(
            "label".to_owned(),
            vec![format!("{RUN_LABEL}={}", self.run)],
        )]);
        let options = ListContainersOptions {
            all: true,
            filters: Some(filters),
            ..Default::default()
        };
        let listed = self
            .client
            .list_containers(Some(options))
            .await
            .unwrap_or_default();
        listed
            .into_iter()
            .filter_map(|container| container.id)
            .collect()
    }

    async fn create(&self, launch: &Launch<'_>) -> Result<(), EngineError> {
        let image = self
            .image
            .lock()
            .ok()
            .and_then(|image| image.clone())
            .unwrap_or(self.tag());
        let labels = HashMap::from([(RUN_LABEL.to_owned(), self.run.clone())]);
        let body = spelling::create_body(launch, &image, labels);
        let options = CreateContainerOptions {
            name: Some(launch.name.clone()),
            ..Default::default()
        };
        let created = self.client.create_container(Some(options), body).await;
        created.map(|_| ()).map_err(|source| EngineError::Create {
            name: launch.name.clone(),
            source,
        })
    }
}

impl Engine for DockerEngine {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn leftovers(&self) -> Leftovers {
        let socket = self.socket.clone();
        Leftovers::Containers { socket }
    }

    fn hosting(&self) -> Hosting {
        let socket = self.socket.clone();
        Hosting::Container { socket }
    }

    fn load(&self, image: &Image) -> Result<(), EngineError> {
        let tag = self.tag();
        let archive = image.archive(&tag).map_err(|error| EngineError::Load {
            tag: tag.clone(),
            source: std::io::Error::other(error).into(),
        })?;
        let id = self.runtime.block_on(self.load_archive(archive))?;
        if let Ok(mut loaded) = self.image.lock() {
            *loaded = Some(id);
        }
        Ok(())
    }

    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError> {
        self.runtime.block_on(self.create(launch))?;
        let handle = self.runtime.handle().clone();
        let mut container = Container::new(self.client.clone(), handle, launch);
        container.start()?;
        Ok(Box::new(container))
    }

    fn kill_all(&self) {
        self.runtime.block_on(async {
            for name in self.names().await {
                // Its launch is about to fail and says so; this only hastens it.
                drop(self.client.kill_container(&name, None).await);
            }
        });
    }

    fn close(&self) -> Result<(), EngineError> {
        self.runtime.block_on(async {
            for name in self.names().await {
                remove(&self.client, &name).await?;
            }
            for repository in [REPOSITORY, crate::database::REPOSITORY] {
                let tag = format!("{repository}:{}", self.run);
                remove_image(&self.client, tag).await?;
            }
            Ok(())
        })
    }

    fn answers(&self) -> bool {
        self.runtime.block_on(self.client.ping()).is_ok()
    }
}

/// Removes a container by force; one that is gone already is as good as removed.
async fn remove(client: &Docker, name: &str) -> Result<(), EngineError> {
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

/// Removes a tag, and the image if it was the last.
async fn remove_image(client: &Docker, tag: String) -> Result<(), EngineError> {
    let options = RemoveImageOptions {
        force: true,
        ..Default::default()
    };
    match client.remove_image(&tag, Some(options), None).await {
        Err(error) if !is_gone(&error) => Err(EngineError::RemoveImage { tag, source: error }),
        Ok(_) | Err(_) => Ok(()),
    }
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

/// Asks the socket itself first: its answers are clearer than a client's.
fn require_socket(socket: &Path) -> Result<(), EngineError> {
    let shown = socket.display().to_string();
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(EngineError::Permission { socket: shown })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(EngineError::NoSocket { socket: shown })
        }
        Err(error) => Err(EngineError::Connect {
            endpoint: format!("unix://{shown}"),
            source: error.into(),
        }),
    }
}
