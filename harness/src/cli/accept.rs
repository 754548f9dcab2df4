//! What `accept` takes.

use std::path::PathBuf;

use bundle::acceptance::TERMS_EXAMPLE;
use clap::Args;

/// What `accept` takes.
#[derive(Debug, Args)]
#[command(after_long_help = format!("The terms, all of them required:\n\n{TERMS_EXAMPLE}"))]
pub struct Accept {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What was agreed beforehand (TOML): owner's and operators' keys, and the
    /// digests of what was reviewed.
    #[arg(long, value_name = "FILE")]
    pub terms: PathBuf,
    /// The owner's disposition of B0''', as `dispose` writes it. Without one, B0'''
    /// is not disposed of and nothing is accepted.
    #[arg(long, value_name = "FILE")]
    pub disposition: Option<PathBuf>,
}

impl From<&Accept> for verify::accept::Accept {
    fn from(given: &Accept) -> Self {
        Self {
            bundle: given.bundle.clone(),
            terms: given.terms.clone(),
            disposition: given.disposition.clone(),
        }
    }
}
