//! What `falsify` takes.

use std::path::PathBuf;

use super::SideBySide;

/// Falsify what a bundle holds, sign it again, and see each falsification refused.
#[derive(Debug, clap::Args)]
pub struct Falsify {
    /// The bundle, all of whose rows are held; it is not changed
    pub bundle: PathBuf,
    /// Only those whose name contains this: a row such as `n19-`, a rule such as `payload`
    pub filter: Option<String>,
    /// Sign and verify again only the first two of each rule; the rest are judged alone
    #[arg(long)]
    pub short: bool,
    /// How many at a time.
    #[command(flatten)]
    pub side_by_side: SideBySide,
}
