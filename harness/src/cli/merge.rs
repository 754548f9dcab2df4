//! What `merge` takes.

use std::path::PathBuf;

use clap::Args;
use verify::merge;

use super::Common;

/// What `merge` takes.
#[derive(Debug, Args)]
pub struct Merge {
    /// The bundles of all shards, in any order.
    #[arg(required = true, num_args = 2.., value_name = "SHARD")]
    pub shards: Vec<PathBuf>,
    /// A public key (SPKI PEM) that a shard must be signed with; may be given more
    /// than once. Without one: the key of `--key`, or else the key in each bundle.
    #[arg(long, value_name = "FILE")]
    pub public_key: Vec<PathBuf>,
}

impl Merge {
    /// The same, with the key and the folder that every command takes.
    #[must_use]
    pub fn with(&self, common: &Common) -> merge::Merge {
        merge::Merge {
            shards: self.shards.clone(),
            public_key: self.public_key.clone(),
            key: common.key.clone(),
            out: common.out.clone(),
        }
    }
}
