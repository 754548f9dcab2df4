//! One writer at a time: whoever reads a packet, changes it and writes it back has its
//! folder to itself for that long, so that nothing another one wrote is lost.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use verify::Failure;

/// How long another one is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long until it is asked again.
const PAUSE: Duration = Duration::from_millis(10);

/// A packet's folder, held by this process; a lock of the kernel's (flock(2)) that is gone
/// with it, however it ends, and leaves no file.
#[derive(Debug)]
pub struct Lock {
    _folder: Flock<File>,
}

impl Lock {
    /// Waits for the folder, which must be there.
    ///
    /// # Errors
    /// It cannot be opened or locked, or somebody else has it for a minute.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display();
        let opened = File::open(folder).map_err(|error| {
            let what = format!("failed to open packet `{shown}`: {error}");
            Failure::unusable(what, "begin one with `harness packet new FOLDER`")
        })?;
        let began = Instant::now();
        let mut file = opened;
        loop {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(folder) => return Ok(Self { _folder: folder }),
                Err((back, Errno::EWOULDBLOCK | Errno::EINTR)) if began.elapsed() < PATIENCE => {
                    file = back;
                    std::thread::sleep(PAUSE);
                }
                Err((_, Errno::EWOULDBLOCK)) => {
                    let what = format!("expected nobody else to write to `{shown}`, observed one");
                    let hint = "wait until the other `harness packet` command is done";
                    return Err(Failure::unusable(what, hint));
                }
                Err((_, errno)) => {
                    let what = format!("failed to lock packet `{shown}`: {}", errno.desc());
                    return Err(Failure::unusable(
                        what,
                        "keep it on a disk that knows locks",
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_free_again_when_that_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::of(folder.path()).unwrap();
        let open = File::open(folder.path()).unwrap();
        let (_, errno) = Flock::lock(open, FlockArg::LockExclusiveNonblock).unwrap_err();
        assert_eq!(errno, Errno::EWOULDBLOCK);
        drop(first);
        Lock::of(folder.path()).unwrap();
    }
}
