//! What `release` takes.

use std::path::PathBuf;

use clap::Args;

/// What `release` takes.
#[derive(Debug, Args)]
pub struct Release {
    /// The folder with the files of the release, as `ci/release` makes it.
    pub folder: PathBuf,
    /// The public key of the release (SPKI PEM): the files are held against what its holder
    /// signed.
    #[arg(long, value_name = "FILE", required_unless_present = "key")]
    pub public_key: Option<PathBuf>,
    /// Sign for the files instead, with this private key (PKCS#8 PEM, Ed25519).
    #[arg(
        long,
        value_name = "FILE",
        requires = "commit",
        conflicts_with = "public_key"
    )]
    pub key: Option<PathBuf>,
    /// The commit that they were built from, when signing.
    #[arg(long, value_name = "COMMIT", requires = "key")]
    pub commit: Option<String>,
}
