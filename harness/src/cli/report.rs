//! What `report` takes.

use std::path::PathBuf;

use clap::Args;

/// What `report` takes.
#[derive(Debug, Args)]
pub struct Report {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// Write the page here, outside the bundle; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Open the page in this desktop's browser.
    #[arg(long)]
    pub open: bool,
}

impl From<&Report> for verify::report::Report {
    fn from(given: &Report) -> Self {
        Self {
            bundle: given.bundle.clone(),
            to: given.to.clone(),
            open: given.open,
        }
    }
}
