//! What this process has from whoever started it, put in order: a run is to come out the
//! same whoever calls it.
//!
//! A process inherits more than its arguments: what becomes of signals, which of them are
//! blocked, open descriptors, the mask of new files' modes, a search path or none.

use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::{Mode, umask};

mod limits;
mod raw;

pub use limits::{
    LimitError, raises_the_stack, room_for_a_run, room_for_sandboxes, room_for_the_stack,
};

/// Where programs are looked for when the caller names no place: as root's shells have it.
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Puts in order what was inherited and would change a run: children are waited for even
/// if the caller ignores theirs, no signal stays blocked, no descriptor that this process
/// does not know of reaches a program that it starts, there is room for its own, and a file that
/// becomes too long is an error and no end. To be
/// called before there are threads.
pub fn settle() {
    raw::wait_for_children();
    raw::live_through_long_files();
    // It is in order already where the kernel refuses: every signal may be unblocked.
    _ = SigSet::all().thread_unblock();
    raw::keep_descriptors();
    limits::take_room();
}

/// Whether the caller asked for a signal to be ignored, as nohup(1) and shells do for
/// what they start in the background. It stays ignored then.
#[must_use]
pub fn ignores(signal: Signal) -> bool {
    raw::ignores(signal)
}

/// Where programs are looked for: `PATH`, or the usual places where it is unset or empty.
#[must_use]
pub fn search_path() -> OsString {
    let path = std::env::var_os("PATH").filter(|path| !path.is_empty());
    path.unwrap_or_else(|| OsString::from(USUAL_PATH))
}

/// While there is one, new files have the modes that they are made with: whoever is in a
/// sandbox must be able to read what is laid out for it, whatever umask(2) the caller has.
/// The caller's mask is back when the last one is dropped.
#[derive(Debug)]
pub struct Modes(());

/// How many there are, and the caller's mask.
static KEPT: Mutex<(usize, Mode)> = Mutex::new((0, Mode::empty()));

impl Modes {
    /// From now on, for the whole process.
    #[must_use]
    pub fn kept() -> Self {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == 0 {
            kept.1 = umask(Mode::S_IWGRP | Mode::S_IWOTH);
        }
        kept.0 += 1;
        Self(())
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 -= 1;
        if kept.0 == 0 {
            umask(kept.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_mask_is_back_when_the_last_is_dropped() {
        let mine = umask(Mode::from_bits_truncate(0o077));
        let (one, two) = (Modes::kept(), Modes::kept());
        drop(one);
        assert_eq!(current().bits(), 0o022);
        drop(two);
        assert_eq!(current().bits(), 0o077);
        umask(mine);
    }

    fn current() -> Mode {
        let mask = umask(Mode::empty());
        umask(mask);
        mask
    }
}
