//! What `verify` takes.

use std::path::PathBuf;

use clap::Args;

/// What `verify` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 accepted: genuine, and what was asked for, whatever its rows came to, which the last \
line says and a policy may ask for; 1 refused; 2 usage; 4 genuine, and not accepted: its own \
self-audit fails.")]
pub struct Verify {
    /// The bundle: the folder that `attest` wrote. Of several, one table: a line for each,
    /// which must hold unless a policy asks for less.
    #[arg(required_unless_present = "each")]
    pub bundle: Vec<PathBuf>,
    /// Every bundle in this folder, or in folders of it.
    #[arg(long, value_name = "DIR")]
    pub each: Option<PathBuf>,
    /// The hosts that must be among them, by the ids of their keys (TOML, see ATTESTATION.md).
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// Write the table as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The operator's public key (SPKI PEM): only with it is it known who signed.
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    pub public_key: Option<PathBuf>,
    /// What is asked of the bundle (TOML, see ATTESTATION.md): whose keys, which
    /// digests, how old, with which witnesses. Every reason against it is listed.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

impl From<&Verify> for verify::fleet::Fleet {
    fn from(given: &Verify) -> Self {
        Self {
            bundles: given.bundle.clone(),
            each: given.each.clone(),
            inventory: given.inventory.clone(),
            junit: given.junit.clone(),
            public_key: given.public_key.clone(),
            policy: given.policy.clone(),
        }
    }
}
