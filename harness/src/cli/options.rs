//! What `options` takes.

use std::path::PathBuf;

use clap::Args;

/// What `options` takes.
#[derive(Debug, Args)]
pub struct OptionsOf {
    /// Bundles that `attest` wrote, one for each engine: the columns of the decision's table
    /// are answered by the rows of each, as they are judged again.
    pub bundles: Vec<PathBuf>,
}
