//! The arguments of `run`.

use std::path::PathBuf;

use clap::Args;

use super::{OnEngine, Postgres, SideBySide};

/// What `run` takes.
#[derive(Debug, Args)]
pub struct Run {
    /// Where they run.
    #[command(flatten)]
    pub on: OnEngine,
    /// How many sandboxes at a time.
    #[command(flatten)]
    pub side_by_side: SideBySide,
    /// The database of N13.
    #[command(flatten)]
    pub postgres: Postgres,
    /// Lift a boundary, to see the row break: seccomp, network, mounts, environment,
    /// one-shot, or a lift of the matrix.
    #[arg(long, value_name = "LIFT")]
    pub lift: Vec<String>,
    /// Try this file in place of the matrix that this program was built with, as after a
    /// change to negatives/matrix.toml: without a build. Nothing of such a run is attested.
    #[arg(long, value_name = "FILE")]
    pub matrix: Option<PathBuf>,
    #[arg(
        value_name = "FILTER",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        help = format!(
            "{FILTERS}. A filter that matches no row is refused. The other flags of \
             `cargo test` may follow, such as --skip and --list"
        )
    )]
    #[expect(missing_docs, reason = "its help is its meaning")]
    pub rest: Vec<String>,
}

/// What filters mean, here and to the test target `acceptance`.
pub(crate) const FILTERS: &str = "\
Only the rows that one of these filters matches, in any case of letters: an id matches its own \
row (`n1` is not N19), other words each row whose name as listed contains them";
