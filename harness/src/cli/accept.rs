//! What `accept` takes.

use std::path::PathBuf;

use bundle::acceptance::TERMS_EXAMPLE;
use clap::Args;

/// What `accept` takes.
#[derive(Debug, Args)]
#[command(after_long_help = format!("The terms, of which the reviewer and what the programs were made with may be left out:\n\n{TERMS_EXAMPLE}"))]
pub struct Accept {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What was agreed beforehand (TOML): owner's, operators' and reviewer's keys,
    /// and the digests of what was reviewed.
    #[arg(long, value_name = "FILE")]
    pub terms: PathBuf,
    /// The owner's disposition of B0''', as `dispose` writes it. Without one, B0'''
    /// is not disposed of and nothing is accepted.
    #[arg(long, value_name = "FILE")]
    pub disposition: Option<PathBuf>,
    /// The reviewer's re-seal, as `reseal` writes it. Where the owner honoured B0''',
    /// nothing is accepted without it.
    #[arg(long, value_name = "FILE")]
    pub reseal: Option<PathBuf>,
}

impl From<&Accept> for verify::accept::Accept {
    fn from(given: &Accept) -> Self {
        Self {
            bundle: given.bundle.clone(),
            terms: given.terms.clone(),
            disposition: given.disposition.clone(),
            reseal: given.reseal.clone(),
        }
    }
}
