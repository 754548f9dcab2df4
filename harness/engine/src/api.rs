//! The Docker-compatible API on a unix socket, which Docker and Podman both serve.
//!
//! Each request is wrapped with its verb and operand. Nothing an answer says is
//! used as proof. What is an engine's own, the create request above all, is its
//! `Dialect`'s affair.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bollard::Docker;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptions;
use evidence::{Abilities, Identity};

use super::{Engine, EngineError, Hosting, Launch, Leftovers, Running};
use crate::image::Image;

mod connection;
mod container;
mod daemon;
mod identity;

pub(super) use connection::Connection;
pub use connection::{REPOSITORY, RUN_LABEL};
pub(super) use daemon::Daemon;
pub use daemon::Ids;

use container::Container;

/// What an engine says in its own words on the shared API.
pub(super) trait Dialect: std::fmt::Debug + Send + Sync {
    /// A client and a body for the request that creates a launch's container.
    ///
    /// # Errors
    /// The engine has no word for something of the profile.
    fn creation(&self, client: &Docker, wanted: Wanted<'_>) -> Result<Creation, EngineError>;

    /// Whether the engine must be asked for one container at a time.
    fn creates_one_at_a_time(&self) -> bool {
        false
    }

    /// What is left to remove should this process die.
    fn leftovers(&self, socket: &Path) -> Leftovers;

    /// How a server beside its sandboxes is run.
    fn hosting(&self, socket: &Path) -> Hosting;

    /// The name of its bridge; `None` where such a sandbox shares the host's network.
    fn bridge(&self) -> Option<&'static str>;

    /// Ends what was started for this run, once everything in it was removed.
    fn end(&self) {}
}

/// A container to be created.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// The launch.
    pub launch: &'a Launch<'a>,
    /// The loaded image.
    pub image: &'a str,
    /// The labels it must carry.
    pub labels: HashMap<String, String>,
}

/// The create request.
pub(super) type Creation = (Docker, ContainerCreateBody);

/// An engine that answers, for one run.
#[derive(Debug)]
pub struct ApiEngine {
    connection: Connection,
    abilities: Abilities,
    dialect: Box<dyn Dialect>,
    /// The loaded image's id, as the engine resolves it.
    image: Mutex<Option<String>>,
    /// Held while a container is created, where that is done one at a time.
    turn: Mutex<()>,
}

impl ApiEngine {
    /// An engine on a connection.
    pub(super) fn new(
        connection: Connection,
        dialect: impl Dialect + 'static,
        abilities: Abilities,
    ) -> Self {
        Self {
            connection,
            abilities,
            dialect: Box::new(dialect),
            image: Mutex::new(None),
            turn: Mutex::new(()),
        }
    }

    fn create(&self, launch: &Launch<'_>) -> Result<(), EngineError> {
        let loaded = self.image.lock().ok().and_then(|image| image.clone());
        let wanted = Wanted {
            launch,
            image: &loaded.unwrap_or_else(|| self.connection.tag()),
            labels: self.connection.labels(),
        };
        let (client, body) = self.dialect.creation(self.connection.client(), wanted)?;
        let options = CreateContainerOptions {
            name: Some(launch.name.clone()),
            ..Default::default()
        };
        let alone = self.dialect.creates_one_at_a_time();
        let turn = alone.then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        let created = self
            .connection
            .block_on(client.create_container(Some(options), body));
        drop(turn);
        created.map(|_| ()).map_err(|source| EngineError::Create {
            name: launch.name.clone(),
            source,
        })
    }
}

impl Engine for ApiEngine {
    fn identity(&self) -> &Identity {
        self.connection.identity()
    }

    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn leftovers(&self) -> Leftovers {
        self.dialect.leftovers(self.connection.socket())
    }

    fn hosting(&self) -> Hosting {
        self.dialect.hosting(self.connection.socket())
    }

    fn host_address(&self) -> Result<Ipv4Addr, EngineError> {
        let bridge = self.dialect.bridge();
        bridge.map_or(Ok(Ipv4Addr::LOCALHOST), |name| {
            self.connection.gateway(name)
        })
    }

    fn load(&self, image: &Image) -> Result<(), EngineError> {
        let id = self.connection.load(image)?;
        if let Ok(mut loaded) = self.image.lock() {
            *loaded = Some(id);
        }
        Ok(())
    }

    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError> {
        self.create(launch)?;
        let mut container = Container::new(&self.connection, launch);
        container.start()?;
        Ok(Box::new(container))
    }

    fn kill_all(&self) {
        self.connection.kill_all();
    }

    fn close(&self) -> Result<(), EngineError> {
        self.connection.remove_all()?;
        self.dialect.end();
        Ok(())
    }

    fn answers(&self) -> bool {
        self.connection.answers()
    }
}
