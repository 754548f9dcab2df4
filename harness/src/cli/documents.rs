//! What the commands take that print the command line itself.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct Completions {
    /// For which shell.
    pub shell: Shell,
}

/// What `man` takes.
#[derive(Debug, Args)]
pub struct Man {
    /// A folder for the pages of all commands; without one, the main page is printed.
    pub folder: Option<PathBuf>,
}

/// What `schema` takes.
#[derive(Debug, Args)]
pub struct Schema {
    /// A command, such as `verify`; without one, the schemas of all.
    pub command: Option<String>,
}
