//! What `reseal` takes: no part of a review has a default.

use std::path::PathBuf;

use clap::Args;

/// What `reseal` takes.
#[derive(Debug, Args)]
pub struct Reseal {
    /// The bundle that was reviewed: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What was looked at and how, in the reviewer's own words.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub reviewed: String,
    /// The reviewer's private key (PKCS#8 PEM, Ed25519).
    #[arg(long, value_name = "FILE")]
    pub reviewer_key: PathBuf,
    /// Where the signed re-seal goes; nothing is overwritten.
    #[arg(long, value_name = "FILE")]
    pub reseal: PathBuf,
}
