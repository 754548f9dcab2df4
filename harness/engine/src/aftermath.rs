//! What an engine tells the other processes of a run: what is left to remove should
//! the harness die, and how a server beside the sandboxes is run.
//!
//! Values, because they cross to processes that outlive or leave this one: as JSON
//! on a command line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::api::Connection;
use super::bwrap;
use super::podman::Traces;

/// What a run leaves with its engine, for whoever removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Leftovers {
    /// Containers with the run's label and images with its tag.
    Containers {
        /// The engine's socket.
        socket: PathBuf,
    },
    /// Control groups, with what may still be in them.
    ControlGroups {
        /// The run's folder in each hierarchy.
        folders: Vec<PathBuf>,
    },
    /// A service of the run's own, with all of these in it.
    Service(Traces),
}

/// How a server beside the sandboxes is run, so that a control reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hosting {
    /// In a container.
    Container {
        /// The engine's socket.
        socket: PathBuf,
        /// On the engine's bridge; otherwise on the host's loopback interface.
        bridge: bool,
    },
    /// As a process of this host's, on its loopback interface.
    Process {
        /// bubblewrap, which keeps it from everything else.
        launcher: PathBuf,
    },
}

/// How often in a row, a second apart, a daemon must have nothing of a run: it goes on
/// with a request for a container whose client is gone, and has it a moment later.
const LOOKS: u32 = 6;

impl Leftovers {
    /// How often in a row nothing must be left: what the run had for itself alone has
    /// ended with it, and makes nothing any more.
    #[must_use]
    pub fn looks(&self) -> u32 {
        match self {
            Self::Containers { .. } => LOOKS,
            Self::ControlGroups { .. } | Self::Service(_) => 1,
        }
    }

    /// Removes everything; false while something is left.
    #[must_use]
    pub fn remove(&self, run: &str) -> bool {
        match self {
            Self::Containers { socket } => {
                Connection::open(socket, run).is_ok_and(|engine| engine.remove_all().is_ok())
            }
            Self::ControlGroups { folders } => bwrap::remove_groups(folders).is_ok(),
            Self::Service(traces) => traces.remove(run),
        }
    }
}
