//! Docker: found the way its command line finds it, and spoken to in its own words.

use std::path::Path;

use bollard::Docker;
use evidence::{Abilities, Ability};

use super::api::{ApiEngine, Connection, Creation, Daemon, Dialect, Wanted};
use super::{EngineError, Hosting, Leftovers, Surroundings, binds, spelling};

/// The name of its bridge.
const BRIDGE: &str = "bridge";

/// Finds the engine the way the docker command line does, and talks to it.
///
/// # Errors
/// None is there, this user may not use it, it is on another machine, it is not Docker
/// that answers, or its daemon is set up so that nothing could be proved.
pub fn connect(surroundings: &Surroundings, run: &str) -> Result<ApiEngine, EngineError> {
    let connected = connect_to(surroundings, run);
    connected.map_err(|error| error.named_by(surroundings.docker_named()))
}

fn connect_to(surroundings: &Surroundings, run: &str) -> Result<ApiEngine, EngineError> {
    let socket = surroundings.socket()?;
    let connection = Connection::open(&socket, run)?;
    connection.require("docker")?;
    let daemon = connection.daemon();
    suits(daemon, &socket)?;
    let bridge = connection.has_network(BRIDGE);
    Ok(ApiEngine::new(
        connection,
        Words { bridge },
        abilities(daemon, bridge),
    ))
}

/// Nothing, where a sandbox of this daemon's is what it is asked for.
fn suits(daemon: Daemon, socket: &Path) -> Result<(), EngineError> {
    let endpoint = format!("unix://{}", socket.display());
    match daemon.ids {
        Some(ids) => Err(EngineError::Mapped { endpoint, ids }),
        None if daemon.filters => Ok(()),
        None => Err(EngineError::NoFilters { endpoint }),
    }
}

fn abilities(daemon: Daemon, bridge: bool) -> Abilities {
    let mut abilities = crate::of_this_user();
    if !bridge {
        abilities = abilities.without(
            Ability::Bridge,
            "this daemon has no bridge (`bridge: none`): such a control shares the host's network",
        );
    }
    if !daemon.bounds {
        abilities = abilities.without(
            Ability::ControlGroup,
            "this daemon bounds no memory or no processes (`docker info`): the kernel's control groups for them are not there",
        );
    }
    abilities
}

/// Docker's own words.
#[derive(Debug)]
struct Words {
    /// It has a bridge.
    bridge: bool,
}

impl Dialect for Words {
    fn creation(&self, client: &Docker, wanted: Wanted<'_>) -> Result<Creation, EngineError> {
        binds::require_text(wanted.launch)?;
        let mut body = spelling::create_body(wanted.launch, wanted.image, wanted.labels);
        if !self.bridge {
            spelling::without_bridge(&mut body);
        }
        Ok((client.clone(), body))
    }

    fn leftovers(&self, socket: &Path) -> Leftovers {
        let socket = socket.to_owned();
        Leftovers::Containers { socket }
    }

    fn bridge(&self) -> Option<&'static str> {
        self.bridge.then_some(BRIDGE)
    }

    fn hosting(&self, socket: &Path) -> Hosting {
        Hosting::Container {
            socket: socket.to_owned(),
            bridge: self.bridge,
        }
    }
}
