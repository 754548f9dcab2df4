//! The engines' own requests, as lines that a user can paste for another program.
//!
//! A line is made from the very request that the engine would send for the profile, so
//! a lock that the engine is told of cannot be missing from the line: what a line has
//! no words for stops it. It starts nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use evidence::profile::Profile;

use super::{Folders, Launch};

mod bwrap;
mod docker;
mod fields;
mod podman;
mod shell;

pub use bwrap::Bwrap;
pub use shell::Line;

/// What the line is for.
#[derive(Debug, Clone)]
pub struct Target {
    /// The host folder for the input.
    pub input: PathBuf,
    /// The host folder for the output.
    pub output: PathBuf,
    /// The program inside, with its arguments.
    pub program: Vec<String>,
    /// Where the seccomp filter comes from.
    pub filter: Filter,
}

/// Where a line takes the seccomp filter from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// From this file.
    File(PathBuf),
    /// From what this program prints, by the shell's process substitution.
    Printed {
        /// This program.
        harness: PathBuf,
    },
}

/// A line cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PasteError {
    /// The request holds something that the line has no words for.
    #[error("failed to put `{field}` of the engine's request into a line: observed `{value}`")]
    NoWord {
        /// The field.
        field: String,
        /// What it holds.
        value: String,
    },
    /// The request could not be taken apart.
    #[error("failed to read the engine's request")]
    Request(#[from] serde_json::Error),
    /// The profile has something that Podman has no words for.
    #[error("failed to spell the profile to Podman")]
    Podman(#[source] super::EngineError),
    /// The profile has something that bubblewrap has no words for.
    #[error("failed to spell the profile to bubblewrap")]
    Bwrap(#[source] super::EngineError),
}

/// A `docker run` line.
///
/// # Errors
/// The request holds something that the line has no words for.
pub fn docker(profile: &Profile, target: &Target, image: &str) -> Result<Line, PasteError> {
    let folders = target.folders();
    let launch = target.launch(profile, &folders);
    docker::line(
        super::spelling::create_body(&launch, image, Default::default()),
        target,
    )
}

/// A `podman run` line, for root or for an ordinary user.
///
/// # Errors
/// The request holds something that the line has no words for.
pub fn podman(
    profile: &Profile,
    target: &Target,
    image: &str,
    rootless: bool,
) -> Result<Line, PasteError> {
    let folders = target.folders();
    let launch = target.launch(profile, &folders);
    let request = super::podman::request(&launch, image, rootless);
    podman::line(
        serde_json::to_value(request.map_err(PasteError::Podman)?)?,
        target,
    )
}

/// A `bwrap` line, with the folder that is made the root.
///
/// # Errors
/// The profile holds something that bubblewrap has no words for.
pub fn bwrap(profile: &Profile, target: &Target, root: &Path) -> Result<Bwrap, PasteError> {
    bwrap::lines(profile, target, root)
}

impl Target {
    /// Only the two data mounts: a locked profile has no others.
    fn folders(&self) -> Folders {
        let nowhere = || PathBuf::from("/nonexistent");
        Folders {
            input: self.input.clone(),
            output: self.output.clone(),
            outer: nowhere(),
            canary: nowhere(),
            decoy: nowhere(),
            database: nowhere(),
            socket: nowhere(),
        }
    }

    fn launch<'a>(&self, profile: &'a Profile, folders: &'a Folders) -> Launch<'a> {
        Launch {
            name: String::new(),
            profile,
            argv: self.program.clone(),
            folders,
            environment: std::collections::BTreeMap::new(),
            limit: Duration::MAX,
        }
    }
}

#[cfg(test)]
mod tests;
