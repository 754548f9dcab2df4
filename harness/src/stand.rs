//! Everything a run needs on this host, taken up at its start and given back at
//! its end, however it ends.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use engine::caller::{LimitError, Modes, room_for_a_run, room_for_sandboxes};
use engine::choice::EngineChoice;
use engine::database::{Database, Wanted};
use engine::image::{Image, ImageError};
use engine::launch::{Bench, FolderError, LIMIT, Scratch, require_beneath, room};
use engine::open::{self, OpenError, Opened, Place};
use engine::reaper::{Reaper, ReaperError};
use engine::witness::Shelf;
use engine::{Engine, EngineError, Surroundings};
use evidence::EngineAccount;
use evidence::profile::User;
use judge::{Expected, ExpectedError};
use negatives::matrix::{Lift, Matrix};
use programs::Programs;
use verify::{Failure, terminal};

use crate::interrupt::Listener;
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
    /// The choice that means this engine, and never another.
    pub choice: EngineChoice,
    /// The image.
    pub image: Image,
    /// This run's id: lower-case hex, drawn for it.
    pub run: String,
    /// Whether to stop early, and why.
    pub stop: Arc<Stop>,
    user: User,
    database: Database,
    scratch: Scratch,
    shelf: Shelf,
    reaper: Reaper,
    _modes: Modes,
}

/// This host cannot do it, or not now.
#[derive(Debug, thiserror::Error)]
pub enum StandError {
    /// There is no engine to be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The engine does not do what it is there for.
    #[error("failed to use the engine")]
    Engine(#[from] EngineError),
    /// The image could not be made.
    #[error("failed to make the image")]
    Image(#[from] ImageError),
    /// The temporary folder could not be made.
    #[error("failed to make the run's temporary folder")]
    Folder(#[from] FolderError),
    /// The caller left no room for descriptors.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// No output of a sandbox could be read.
    #[error(
        "failed to open a file with openat2(2), without which no sandbox's output is read safely"
    )]
    NoOpenat2(#[source] std::io::Error),
    /// No random number could be had.
    #[error("failed to draw the run's id: {0}")]
    Random(getrandom::Error),
    /// The reaper could not be started.
    #[error("failed to start the reaper")]
    Reaper(#[from] ReaperError),
    /// The user asked for the end.
    #[error("interrupted")]
    Interrupted,
}

/// What to do where no output can be read.
const NO_OPENAT2: &str = "Linux has openat2(2) since 5.6, an emulator (QEMU 7.2) has not, and the \
                          seccomp profile of an old container runtime refuses it: run on a newer \
                          one of these, or on the host itself";

impl StandError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Engine(error) => error.hint(),
            Self::Folder(error) => error.hint().map(str::to_owned),
            Self::Limit(error) => Some(error.hint()),
            Self::NoOpenat2(_) => Some(NO_OPENAT2.to_owned()),
            Self::Image(_) | Self::Random(_) | Self::Reaper(_) | Self::Interrupted => None,
        }
    }
}

impl Stand {
    /// Connects, makes the image and loads it; says which engine that is.
    ///
    /// # Errors
    /// This host cannot; whatever was taken up is given back.
    pub fn open(choice: EngineChoice) -> Result<Self, StandError> {
        Self::prepare(choice, Programs::builtin(), say)
    }

    /// The same with other programs in the image.
    ///
    /// # Errors
    /// As [`Stand::open`].
    pub fn with(choice: EngineChoice, programs: Programs) -> Result<Self, StandError> {
        Self::prepare(choice, programs, |_| {})
    }

    /// A folder for what is unpacked: the sandbox's user may read it, it is gone when it
    /// is dropped, and with this run's own folder however the run ends.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn room(&self) -> std::io::Result<tempfile::TempDir> {
        tempfile::Builder::new()
            .prefix("archive-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir_in(self.scratch.path())
    }

    fn prepare(
        choice: EngineChoice,
        programs: Programs,
        say: fn(&Opened),
    ) -> Result<Self, StandError> {
        room_for_a_run()?;
        require_beneath().map_err(StandError::NoOpenat2)?;
        let modes = Modes::kept();
        let stop = Arc::<Stop>::default();
        let listener = Listener::start(&stop);
        let run = new_run()?;
        let image = Image::build(programs)?;
        let settled = settle(choice, &run, &Surroundings::of_this_process())?;
        not_yet(&stop)?;
        room_for_sandboxes(settled.opened.choice)?;
        say(&settled.opened);
        let stand = Self::on(settled, image, (run, stop, modes))?;
        // From here on `close` gives everything back.
        listener.over(Arc::clone(&stand.engine));
        let loaded = stand.engine.load(&stand.image).map_err(StandError::from);
        match loaded.and_then(|()| not_yet(&stand.stop)) {
            Ok(()) => Ok(stand),
            Err(error) => {
                drop(stand.close());
                Err(error)
            }
        }
    }

    fn on(
        settled: Settled,
        image: Image,
        (run, stop, modes): (String, Arc<Stop>, Modes),
    ) -> Result<Self, StandError> {
        let Settled {
            mut scratch,
            mut reaper,
            opened: Opened { engine, choice, .. },
        } = settled;
        if engine.needs_passage() {
            scratch.give_passage(user())?;
        }
        reaper.after(&engine.leftovers())?;
        let database = Database::new(Wanted {
            run: run.clone(),
            hosting: engine.hosting(),
            folder: scratch.database(),
            image: None,
        });
        Ok(Self {
            engine,
            choice,
            image,
            run,
            stop,
            user: user(),
            database,
            scratch,
            shelf: Shelf::default(),
            reaper,
            _modes: modes,
        })
    }

    /// Takes the database server from this image, by reference, and not from the
    /// host's package. Nothing of it was started yet.
    pub fn use_postgres_image(&mut self, image: Option<String>) {
        self.database.use_image(image);
    }

    /// What observations made on it are held against, by this matrix.
    ///
    /// # Errors
    /// The built-in data does not load, which a test rules out.
    pub fn expected(&self, matrix: &Matrix) -> Result<Expected, ExpectedError> {
        Expected::by(matrix, self.image.digests.clone(), &self.account())
    }

    /// The engine's account of itself.
    #[must_use]
    pub fn account(&self) -> EngineAccount {
        EngineAccount {
            identity: self.engine.identity().clone(),
            lacking: self.engine.abilities().clone(),
        }
    }

    /// A bench for launches.
    #[must_use]
    pub fn bench(&self, lifted: Vec<Lift>) -> Bench<'_> {
        Bench {
            engine: &*self.engine,
            image: &self.image,
            scratch: &self.scratch,
            shelf: &self.shelf,
            database: &self.database,
            run: &self.run,
            user: self.user,
            lifted,
            altered: &[],
            limit: LIMIT,
            patience: None,
        }
    }

    /// The run's temporary folder.
    #[must_use]
    pub(crate) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Gives everything back.
    ///
    /// # Errors
    /// What is left behind, named; the reaper goes on trying.
    pub fn close(self) -> Result<(), EngineError> {
        self.database.close();
        let closed = self.engine.close();
        // What cannot be removed yet is left to the reaper, which unmounts first.
        if self.scratch.remove() && closed.is_ok() {
            self.reaper.dismiss();
        }
        closed
    }
}

/// Whether the user asked for the end before there was anything to end.
fn not_yet(stop: &Stop) -> Result<(), StandError> {
    let stopped = stop.is_interrupted();
    (!stopped).then_some(()).ok_or(StandError::Interrupted)
}

/// Which engine was taken, and why none of those before it.
fn say(opened: &Opened) {
    for one in &opened.passed_over {
        terminal::tell(&terminal::safe(&one.to_string()));
    }
    let words = bundle::engine_words(opened.engine.identity());
    terminal::tell(&format!("engine: {}", terminal::safe(&words)));
    if let Some(why) = opened.why {
        terminal::tell(why);
    }
}

/// The run's folder, who removes it should this process die, and the engine opened in it.
struct Settled {
    opened: Opened,
    // Whoever drops this has the folder removed first.
    scratch: Scratch,
    reaper: Reaper,
}

/// The run's folder, and the engine opened in it. Which folder serves an engine is known
/// once it is known which engine: one that was found and not named may be opened again.
fn settle(
    choice: EngineChoice,
    run: &str,
    surroundings: &Surroundings,
) -> Result<Settled, StandError> {
    let open_in = |parent: &Path, choice| {
        let scratch = Scratch::new(run, parent)?;
        let reaper = Reaper::start(run, scratch.path())?;
        let place = Place {
            surroundings,
            run,
            scratch: scratch.path(),
        };
        let opened = open::open(choice, place)?;
        Ok::<_, StandError>(Settled {
            scratch,
            reaper,
            opened,
        })
    };
    let first = room(choice);
    let found = open_in(&first, choice)?;
    let better = room(found.opened.choice);
    if better == first {
        return Ok(found);
    }
    let mut again = open_in(&better, found.opened.choice)?;
    again.opened.passed_over = found.opened.passed_over;
    again.opened.why = found.opened.why;
    Ok(again)
}

impl From<StandError> for Failure {
    fn from(error: StandError) -> Self {
        let hint = error.hint();
        match error {
            StandError::Interrupted => Self::interrupted(error),
            StandError::Open(_)
            | StandError::Engine(_)
            | StandError::Image(_)
            | StandError::Folder(_)
            | StandError::Limit(_)
            | StandError::NoOpenat2(_)
            | StandError::Random(_)
            | StandError::Reaper(_) => Self::blocked(error, hint),
        }
    }
}

/// A run's id, drawn for it.
///
/// # Errors
/// The system has no random bytes.
pub fn new_run() -> Result<String, StandError> {
    bundle::new_run().map_err(StandError::Random)
}

/// Root gives the sandbox a user of its own; anybody else shares theirs, which is
/// what lets the outside witness look at it.
pub(crate) fn user() -> User {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_was_found_has_the_folder_of_one_that_was_named() {
        let surroundings = Surroundings {
            host: Some("unix:///no/such/socket".into()),
            container_host: Some("unix:///no/such/socket".into()),
            ..Surroundings::of_this_process()
        };
        let run = new_run().unwrap();
        let settled = settle(EngineChoice::Auto, &run, &surroundings).unwrap();
        let Settled {
            scratch, opened, ..
        } = &settled;
        let expected = room(opened.choice);
        assert_eq!(scratch.path().parent(), Some(&*expected));
        assert!(!opened.passed_over.is_empty());
    }
}
