//! What `summary` takes.

use std::path::PathBuf;

use clap::Args;

/// What `summary` takes.
#[derive(Debug, Args)]
pub struct SummaryOf {
    /// The bundle: the folder that `attest` or `merge` wrote.
    pub bundle: PathBuf,
}
