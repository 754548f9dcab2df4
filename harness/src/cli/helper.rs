//! The tasks that a run starts this program for again: none of them is for people, and
//! their line is another than theirs.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use engine::{Hosting, database, firejail, reaper, unfiltered};

/// The line of a helper.
#[derive(Debug, Parser)]
pub struct HelperLine {
    /// What to do.
    #[command(subcommand)]
    pub task: Helper,
}

/// A task.
#[derive(Debug, Subcommand)]
pub enum Helper {
    /// Clean up after a run that died; started by the harness itself.
    Reap(Reap),
    /// Make every system call under a filter that refuses all of them; started by the
    /// harness itself.
    AskKernel(AskKernel),
    /// Hold the database server of a run; started by the harness itself.
    ServeDatabase(ServeDatabase),
    /// Prepare a mount namespace and become firejail in it; started by the harness itself.
    EnterFirejail(EnterFirejail),
}

/// What the reaper is told.
#[derive(Debug, Args)]
pub struct Reap {
    /// The run's id.
    #[arg(long)]
    pub run: String,
    /// The run's temporary folder.
    #[arg(long)]
    pub scratch: PathBuf,
}

/// What the process that makes every call is told.
#[derive(Debug, Args)]
pub struct AskKernel {
    /// The number of the first.
    #[arg(long)]
    pub from: u32,
}

/// What the process that holds the database server is told.
#[derive(Debug, Args)]
pub struct ServeDatabase {
    /// The run's id.
    #[arg(long)]
    pub run: String,
    /// How it is run.
    #[arg(long, value_parser = hosting)]
    pub hosting: Hosting,
    /// The host folder for its unix socket.
    #[arg(long)]
    pub folder: PathBuf,
    /// An image to use instead of this host's package.
    #[arg(long)]
    pub image: Option<String>,
}

/// What the process that becomes firejail is told.
#[derive(Debug, Args)]
pub struct EnterFirejail {
    /// What to prepare and to start, as JSON.
    #[arg(long)]
    pub task: String,
}

fn hosting(text: &str) -> Result<Hosting, serde_json::Error> {
    serde_json::from_str(text)
}

impl From<&Reap> for reaper::Reap {
    fn from(told: &Reap) -> Self {
        Self {
            run: told.run.clone(),
            scratch: told.scratch.clone(),
        }
    }
}

impl From<&AskKernel> for unfiltered::AskKernel {
    fn from(told: &AskKernel) -> Self {
        Self { from: told.from }
    }
}

impl From<&ServeDatabase> for database::ServeDatabase {
    fn from(told: &ServeDatabase) -> Self {
        Self {
            run: told.run.clone(),
            hosting: told.hosting.clone(),
            folder: told.folder.clone(),
            image: told.image.clone(),
        }
    }
}

impl From<&EnterFirejail> for firejail::EnterFirejail {
    fn from(told: &EnterFirejail) -> Self {
        Self {
            task: told.task.clone(),
        }
    }
}
