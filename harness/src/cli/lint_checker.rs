//! The arguments of `lint-checker`.

use std::path::PathBuf;

use clap::Args;

/// What `lint-checker` takes.
#[derive(Debug, Args)]
pub struct LintChecker {
    /// A workspace to scan instead of the sources this harness was built with.
    #[arg(long, value_name = "DIR")]
    pub tree: Option<PathBuf>,
    /// A program to scan instead of the checker in this harness's image.
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
}
