//! What can go wrong with a launch: one variant per step.

use evidence::profile::ProfileError;

use super::folder_error::FolderError;
use crate::EngineError;
use crate::database::DatabaseError;

/// Why a launch could not be carried through.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Its folders could not be made.
    #[error("failed to prepare the launch's folders")]
    Folders(#[from] FolderError),
    /// Its profile could not be made.
    #[error("failed to make the launch's profile")]
    Profile(#[from] ProfileError),
    /// There is no database server for its attempts.
    #[error("failed to prepare the launch's database server")]
    Database(#[from] DatabaseError),
    /// There is no stand-in for the KB for its attempts.
    #[error("failed to provide the stand-in for the KB")]
    Kb(#[source] std::io::Error),
    /// The engine failed.
    #[error("failed to run the sandbox")]
    Engine(#[from] EngineError),
    /// No random number could be had.
    #[error("failed to make a nonce: {0}")]
    Nonce(getrandom::Error),
    /// The airlock did not get to its barrier.
    #[error(
        "failed to reach the airlock's barrier: expected its `ready` line, observed {observed}"
    )]
    Airlock {
        /// What came instead.
        observed: String,
    },
    /// What the sandbox wrote is not of the protocol.
    #[error("failed to read line {line} of the sandbox's output")]
    Protocol {
        /// Counting from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The witness lost the process.
    #[error("failed to trace the sandboxed process")]
    Trace(#[source] nix::errno::Errno),
    /// The checker could not be started outside the sandbox.
    #[error("failed to run the checker outside the sandbox")]
    Bare(#[source] std::io::Error),
    /// The output folder could not be listed.
    #[error("failed to read the output folder")]
    Output(#[source] std::io::Error),
}
