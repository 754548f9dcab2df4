//! What `show` takes.

use std::path::PathBuf;

use clap::Args;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Show {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// A row's id, such as N19; of the record of an audit, an act's or a row's, such as U4.
    pub row: String,
    /// One of its launches: the id, or its number in the row's table.
    pub launch: Option<String>,
}

impl From<&Show> for verify::show::Show {
    fn from(given: &Show) -> Self {
        Self {
            bundle: given.bundle.clone(),
            row: given.row.clone(),
            launch: given.launch.clone(),
        }
    }
}
