//! What realises a profile. One small trait; what an engine cannot do is a value
//! that the judge sees, never a special case in a row.
//!
//! An engine's word is a claim. Nothing here is evidence except the bytes that
//! come out of the sandbox, and those are hostile.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use evidence::profile::Profile;
use evidence::{Abilities, Exit, Identity};

use crate::image::Image;
use crate::witness::LaidOut;

mod aftermath;
pub mod api;
mod binds;
pub mod bwrap;
pub mod caller;
pub mod change;
pub mod choice;
pub mod database;
pub mod docker;
mod endpoint;
mod error;
pub mod firejail;
pub mod helper;
pub mod image;
pub mod kb;
pub mod launch;
pub mod open;
pub mod paste;
pub mod podman;
pub mod reaper;
mod spelling;
mod stream;
mod this_user;
pub mod unfiltered;
pub mod witness;

pub use aftermath::{Hosting, Leftovers};
pub use endpoint::{Named, NamedError, Surroundings};
pub use error::EngineError;
pub(crate) use this_user::lacking_on_this_host;
pub use this_user::of_this_user;

/// The most bytes one launch may write to its standard output.
pub const MAX_OUTPUT: usize = 4 << 20;
/// The most bytes of standard error that are kept.
pub const MAX_ERRORS: usize = 16 << 10;

/// One sandbox to be started.
#[derive(Debug)]
pub struct Launch<'a> {
    /// Unique on this engine.
    pub name: String,
    /// The sandbox.
    pub profile: &'a Profile,
    /// The whole command line: the airlock and its plan, or the subject itself
    /// when the airlock is what is missing.
    pub argv: Vec<String>,
    /// Host folders to mount.
    pub folders: &'a Folders,
    /// What the program that this process starts for it is to find in its own
    /// environment; where there is none, it is planted nowhere.
    pub environment: BTreeMap<String, String>,
    /// How long it may run.
    pub limit: Duration,
}

/// The host folders of one launch.
#[derive(Debug, Clone)]
pub struct Folders {
    /// Mounted as the input.
    pub input: PathBuf,
    /// Mounted as the output; beneath `outer`.
    pub output: PathBuf,
    /// The output's parent, mounted only by the lift of that name.
    pub outer: PathBuf,
    /// A folder with a canary file, mounted only by the lift of that name.
    pub canary: PathBuf,
    /// A file that stands for a secret, mounted only by the lift of that name.
    pub decoy: PathBuf,
    /// The folder of a database server's socket, mounted only by that lift.
    pub database: PathBuf,
    /// A unix socket that nobody listens at, mounted only by mutants.
    pub socket: PathBuf,
}

/// A container engine or launcher.
pub trait Engine: std::fmt::Debug + Send + Sync {
    /// What it says of itself.
    fn identity(&self) -> &Identity;

    /// What it cannot do here.
    fn abilities(&self) -> &Abilities;

    /// What is left to remove should this process die.
    fn leftovers(&self) -> Leftovers;

    /// How a server beside its sandboxes is run.
    fn hosting(&self) -> Hosting;

    /// This host's address as a sandbox with a network reaches it.
    ///
    /// # Errors
    /// The engine does not say.
    fn host_address(&self) -> Result<Ipv4Addr, EngineError> {
        Ok(Ipv4Addr::LOCALHOST)
    }

    /// Whether this process starts a program for each of its sandboxes, which has this
    /// process's environment; otherwise a daemon starts them.
    fn has_launcher(&self) -> bool {
        false
    }

    /// Whether it opens the run's folders as the sandbox's user, who must then be
    /// able to reach them by their paths.
    fn needs_passage(&self) -> bool {
        false
    }

    /// The most bytes that one word of a sandbox's command line may have.
    fn longest_word(&self) -> usize {
        usize::MAX
    }

    /// Takes the image, under a tag of this run's own.
    ///
    /// # Errors
    /// The engine refuses it or cannot be reached.
    fn load(&self, image: &Image) -> Result<(), EngineError>;

    /// The programs its sandboxes run, where this process laid them out on this host.
    fn programs(&self) -> &LaidOut {
        LaidOut::none()
    }

    /// Creates and starts a sandbox; it will wait at the airlock's barrier.
    ///
    /// # Errors
    /// The engine refuses it or cannot be reached; nothing is left behind.
    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError>;

    /// Ends every sandbox of this run, at once.
    fn kill_all(&self);

    /// Removes whatever this run left in the engine.
    ///
    /// # Errors
    /// Something could not be removed; it is named.
    fn close(&self) -> Result<(), EngineError>;

    /// Whether the engine still answers.
    fn answers(&self) -> bool;
}

/// A sandbox that was started.
pub trait Running {
    /// The host's id of its first process, as the engine claims it.
    ///
    /// # Errors
    /// The engine cannot say.
    fn pid(&self) -> Result<u32, EngineError>;

    /// The next line of standard output without its newline; `None` at its end.
    ///
    /// # Errors
    /// The stream broke, its bound was passed, or the deadline was.
    fn line(&mut self) -> Result<Option<String>, EngineError>;

    /// Lets the sandbox through the airlock's barrier.
    ///
    /// # Errors
    /// The connection broke.
    fn release(&mut self) -> Result<(), EngineError>;

    /// Waits for its end and removes it.
    ///
    /// # Errors
    /// The engine does not say how it ended or cannot remove it.
    fn finish(self: Box<Self>) -> Result<Finished, EngineError>;

    /// What ends it while another thread reads what it says.
    fn ender(&self) -> Ender;
}

/// Ends a sandbox; nothing happens where it has ended.
pub type Ender = Box<dyn FnOnce() + Send>;

/// A sandbox that has ended and was removed.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard error, cut at [`MAX_ERRORS`].
    pub errors: String,
}
