//! What `show` takes.

use std::path::PathBuf;

use clap::Args;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Show {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// A row's id, such as N19.
    pub row: String,
    /// One of its launches: the id, or its number in the row's table.
    pub launch: Option<String>,
}
