//! Docker: found the way its command line finds it, and spoken to in its own words.

use std::path::Path;

use bollard::Docker;

use super::api::{ApiEngine, Connection, Creation, Dialect, Wanted};
use super::{EngineError, Hosting, Leftovers, Surroundings, binds, spelling};

/// Finds the engine the way the docker command line does, and talks to it.
///
/// # Errors
/// None is there, this user may not use it, it is on another machine, or it is
/// not Docker that answers.
pub fn connect(surroundings: &Surroundings, run: &str) -> Result<ApiEngine, EngineError> {
    let connection = Connection::open(&surroundings.socket()?, run)?;
    connection.require("docker")?;
    Ok(ApiEngine::new(connection, Words, crate::of_this_user()))
}

/// Docker's own words.
#[derive(Debug)]
struct Words;

impl Dialect for Words {
    fn creation(&self, client: &Docker, wanted: Wanted<'_>) -> Result<Creation, EngineError> {
        binds::require_text(wanted.launch)?;
        let body = spelling::create_body(wanted.launch, wanted.image, wanted.labels);
        Ok((client.clone(), body))
    }

    fn leftovers(&self, socket: &Path) -> Leftovers {
        let socket = socket.to_owned();
        Leftovers::Containers { socket }
    }

    fn bridge(&self) -> Option<&'static str> {
        Some("bridge")
    }

    fn hosting(&self, socket: &Path) -> Hosting {
        Hosting::Container {
            socket: socket.to_owned(),
            bridge: true,
        }
    }
}
