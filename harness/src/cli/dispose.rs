//! What `dispose` takes: no part of a decision has a default, here or in the
//! environment.

use std::path::PathBuf;

use clap::Args;

/// What `dispose` takes.
#[derive(Debug, Args)]
pub struct Dispose {
    /// The bundle that the disposition is over: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What the owner decides.
    #[command(flatten)]
    pub decision: Decision,
    /// The risk that a waiver takes, in the owner's own words.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "waived",
        allow_hyphen_values = true
    )]
    pub risk: Option<String>,
    /// The owner's private key (PKCS#8 PEM, Ed25519).
    #[arg(long, value_name = "FILE")]
    pub owner_key: PathBuf,
    /// Where the signed disposition goes; nothing is overwritten.
    #[arg(long, value_name = "FILE")]
    pub disposition: PathBuf,
}

/// One of two decisions.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Decision {
    /// B0''' is honoured: the reviewer's re-seal is asked for.
    #[arg(long)]
    pub honoured: bool,
    /// B0''' is waived: needs the risk, in words.
    #[arg(long, requires = "risk")]
    pub waived: bool,
}
