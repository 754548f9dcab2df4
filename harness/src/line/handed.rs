//! What a launcher hands on without being told to: variables of the environment, and open
//! descriptors. Several of each, since one that is taken away by name or number says nothing
//! of the others.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::Mode;
use nix::unistd::dup2;

/// The variable that is always planted; the planted process has it, too.
pub(super) const VARIABLE: &str = "PROOF_OF_BLOCK_CANARY";
/// Names of the shapes that those of secrets have, and one of none.
const OTHERS: [&str; 3] = ["CANARY_ACCESS_TOKEN", "MY_CANARY_SECRET_KEY", "canary_url"];
/// One beyond those that a launcher has for itself.
const USUAL: RawFd = 77;
/// The highest number that is looked for: launchers that close all up to a number close up to
/// this one, at the least.
const HIGH: u64 = 4095;

/// The names that nobody has given a value; what the caller has is not written over.
#[must_use]
pub(super) fn variables() -> Vec<&'static str> {
    let free = |name: &&'static str| std::env::var_os(name).is_none();
    let others = OTHERS.iter().copied().filter(free);
    std::iter::once(VARIABLE).chain(others).collect()
}

/// The lowest number that is free, kept for the file: so low it is only before anything else
/// is opened.
///
/// # Errors
/// None can be had.
pub(super) fn low() -> io::Result<OwnedFd> {
    Ok(open("/dev/null", OFlag::O_RDONLY, Mode::empty())?)
}

/// Descriptors of one file that every process started from here inherits.
#[derive(Debug)]
pub(super) struct Descriptors {
    low: OwnedFd,
    others: Vec<RawFd>,
}

impl Descriptors {
    /// The low number, a usual and a high one, or the next that is free; of these only what
    /// the limit allows.
    ///
    /// # Errors
    /// Not even the low one can be had.
    pub(super) fn of(file: &File, mut low: OwnedFd) -> io::Result<Self> {
        dup2(file, &mut low)?;
        let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
        let high = RawFd::try_from(limit.saturating_sub(1).min(HIGH)).unwrap_or(USUAL);
        let open = |number| fcntl(file, FcntlArg::F_DUPFD(number)).ok();
        let others = [USUAL, high].into_iter().filter_map(open).collect();
        Ok(Self { low, others })
    }

    /// Their numbers, as the act is told them.
    #[must_use]
    pub(super) fn numbers(&self) -> String {
        let low = self.low.as_raw_fd();
        let numbers = std::iter::once(&low).chain(&self.others);
        let numbers: Vec<String> = numbers.map(ToString::to_string).collect();
        numbers.join(",")
    }
}

impl Drop for Descriptors {
    fn drop(&mut self) {
        for number in &self.others {
            _ = nix::unistd::close(*number);
        }
    }
}
