//! What `merge` takes.

use std::path::PathBuf;

use clap::Args;
use verify::merge;

use super::{Into, SignedBy};

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
    /// Who signs the whole.
    #[command(flatten)]
    pub signed: SignedBy,
    /// Where it goes.
    #[command(flatten)]
    pub into: Into,
}

impl From<&Merge> for merge::Merge {
    fn from(given: &Merge) -> Self {
        Self {
            shards: given.shards.clone(),
            public_key: given.public_key.clone(),
            key: given.signed.key.clone(),
            out: given.into.out.clone(),
        }
    }
}
