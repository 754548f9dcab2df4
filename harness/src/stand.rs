//! Everything a run needs on this host, taken up at its start and given back at
//! its end, however it ends.

use std::path::PathBuf;
use std::sync::Arc;

use negatives::matrix::Lift;

use crate::cli::EngineChoice;
use crate::database::{Database, Wanted};
use crate::engine::docker::DockerEngine;
use crate::engine::{Engine, EngineError, Surroundings};
use crate::image::{Image, ImageError, Programs};
use crate::launch::{Bench, FolderError, Scratch};
use crate::profile::User;
use crate::reaper::{Reaper, ReaperError};
use crate::suite::Stop;

/// The user inside when the harness is root: of nobody on any distribution.
const SANDBOX_USER: User = User {
    uid: 65532,
    gid: 65532,
};

/// An engine with the image loaded, a temporary folder, and a reaper.
#[derive(Debug)]
pub struct Stand {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// The image.
    pub image: Image,
    /// This run's id: lower-case hex, drawn for it.
    pub run: String,
    /// Whether to stop early, and why.
    pub stop: Arc<Stop>,
    user: User,
    database: Database,
    scratch: Scratch,
    reaper: Reaper,
}

/// This host cannot do it, or not now.
#[derive(Debug, thiserror::Error)]
pub enum StandError {
    /// There is no engine to be used.
    #[error("failed to find an engine")]
    Engine(#[from] EngineError),
    /// The seed's options A and F.
    #[error("blocked: without a sandbox nothing is proved and no packet is read")]
    NoSandbox,
    /// The image could not be made.
    #[error("failed to make the image")]
    Image(#[from] ImageError),
    /// The temporary folder could not be made.
    #[error("failed to make the run's temporary folder")]
    Folder(#[from] FolderError),
    /// No random number could be had.
    #[error("failed to draw the run's id: {0}")]
    Random(getrandom::Error),
    /// The reaper could not be started.
    #[error("failed to start the reaper")]
    Reaper(#[from] ReaperError),
}

impl StandError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::NoSandbox => Some(
                "leave out `--engine none`; `harness doctor` says what this host has".to_owned(),
            ),
            Self::Image(_) | Self::Folder(_) | Self::Random(_) | Self::Reaper(_) => None,
        }
    }
}

impl Stand {
    /// Connects, makes the image and loads it.
    ///
    /// # Errors
    /// This host cannot; whatever was taken up is given back.
    pub fn open(choice: EngineChoice) -> Result<Self, StandError> {
        Self::with(choice, Programs::builtin())
    }

    /// The same with other programs in the image.
    ///
    /// # Errors
    /// As [`Stand::open`].
    pub fn with(choice: EngineChoice, programs: Programs) -> Result<Self, StandError> {
        match choice {
            EngineChoice::Auto | EngineChoice::Docker => {}
            EngineChoice::None => return Err(StandError::NoSandbox),
        }
        let mut bytes = [0_u8; 8];
        getrandom::fill(&mut bytes).map_err(StandError::Random)?;
        let run = hex::encode(bytes);
        let surroundings = Surroundings::of_this_process();
        let engine = Arc::new(DockerEngine::connect(&surroundings, &run)?);
        let image = Image::build(programs)?;
        let scratch = Scratch::new(&run)?;
        let socket: PathBuf = surroundings.socket()?;
        let reaper = Reaper::start(&run, &socket, scratch.path())?;
        let stop = Arc::new(Stop::default());
        let database = Database::new(Wanted {
            run: run.clone(),
            engine: socket,
            folder: scratch.database(),
            image: None,
        });
        let stand = Self {
            engine,
            image,
            run,
            stop,
            user: user(),
            database,
            scratch,
            reaper,
        };
        // From here on `close` gives everything back.
        crate::interrupt::listen(Arc::clone(&stand.stop), Arc::clone(&stand.engine));
        match stand.engine.load(&stand.image) {
            Ok(()) => Ok(stand),
            Err(error) => {
                drop(stand.close());
                Err(error.into())
            }
        }
    }

    /// Takes the database server from this image, by reference, and not from the
    /// host's package. Nothing of it was started yet.
    pub fn use_postgres_image(&mut self, image: Option<String>) {
        self.database.use_image(image);
    }

    /// A bench for launches.
    #[must_use]
    pub fn bench(&self, lifted: Vec<Lift>) -> Bench<'_> {
        Bench {
            engine: &*self.engine,
            image: &self.image,
            scratch: &self.scratch,
            database: &self.database,
            run: &self.run,
            user: self.user,
            lifted,
            altered: &[],
        }
    }

    /// Gives everything back.
    ///
    /// # Errors
    /// What is left behind, named; the reaper goes on trying.
    pub fn close(self) -> Result<(), EngineError> {
        self.database.close();
        let closed = self.engine.close();
        if closed.is_ok() {
            self.reaper.dismiss();
        }
        closed
    }
}

/// Root gives the sandbox a user of its own; anybody else shares theirs, which is
/// what lets the outside witness look at it.
fn user() -> User {
    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    if uid.is_root() {
        SANDBOX_USER
    } else {
        User {
            uid: uid.as_raw(),
            gid: gid.as_raw(),
        }
    }
}
