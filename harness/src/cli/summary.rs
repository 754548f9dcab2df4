//! What `summary` takes.

use std::path::PathBuf;

use clap::Args;

/// What `summary` takes.
#[derive(Debug, Args)]
pub struct SummaryOf {
    /// The bundle: the folder that `attest` or `merge` wrote.
    pub bundle: PathBuf,
}

impl From<&SummaryOf> for verify::summary::SummaryOf {
    fn from(given: &SummaryOf) -> Self {
        Self {
            bundle: given.bundle.clone(),
        }
    }
}
