//! Holds the subject at a high descriptor and closes the others.
//!
//! Knows descriptors only; which number is `H` and what limit comes with it is
//! the plan's.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use super::{StepError, raw};

/// The subject's file, open at the descriptor that will be executed.
#[derive(Debug)]
pub(super) struct Held {
    file: OwnedFd,
}

/// What becomes of the descriptor at the exec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnExec {
    Close,
    Keep,
}

impl Held {
    pub(super) fn descriptor(&self) -> u32 {
        self.file.as_raw_fd().unsigned_abs()
    }
}

impl AsFd for Held {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Opens the subject and moves it to exactly `wanted`.
pub(super) fn hold(path: &str, wanted: u32, on_exec: OnExec) -> Result<Held, StepError> {
    let step = |what: &str| format!("{what} the subject `{path}`");
    let errno = |error: &std::io::Error| error.raw_os_error().unwrap_or_default();
    let opened = File::open(path).map_err(|error| StepError::new(step("open"), errno(&error)))?;
    let kind = opened
        .metadata()
        .map_err(|error| StepError::new(step("look at"), errno(&error)))?;
    if !kind.is_file() {
        return Err(StepError::new(
            format!("{}: expected a regular file", step("open")),
            0,
        ));
    }
    raw::raise_descriptor_limit_above(wanted)
        .map_err(|errno| StepError::new(format!("make room for descriptor `{wanted}`"), errno))?;
    let file = raw::duplicate_from(opened.as_fd(), wanted, on_exec).map_err(|errno| {
        StepError::new(format!("move the subject to descriptor `{wanted}`"), errno)
    })?;
    let held = Held { file };
    if held.descriptor() != wanted {
        return Err(StepError::new(
            format!(
                "move the subject: expected descriptor `{wanted}`, observed `{}`",
                held.descriptor()
            ),
            0,
        ));
    }
    Ok(held)
}

/// Closes every descriptor but 0, 1, 2 and the subject's, and makes sure.
pub(super) fn close_others(held: &Held) -> Result<(), StepError> {
    let kept = held.descriptor();
    let ranges = [(3, kept - 1), (kept + 1, u32::MAX)];
    let refused = ranges
        .into_iter()
        .find_map(|(first, last)| raw::close_range(first, last).err());
    match refused {
        None => Ok(()),
        // The runtime's filter answers ENOSYS; an old kernel does as well.
        Some(libc::ENOSYS | libc::EPERM) => close_listed(kept),
        Some(errno) => Err(StepError::new("close the other descriptors", errno)),
    }
}

/// The limit bounds only descriptors yet to be made, so counting up to it could
/// miss one; the kernel's own list cannot.
fn close_listed(kept: u32) -> Result<(), StepError> {
    for number in listed()? {
        if number > 2 && number != kept {
            // The listing's own descriptor is in the list and closed already.
            _ = raw::close(number);
        }
    }
    match listed()?
        .into_iter()
        .filter(|number| *number > 2 && *number != kept)
        .count()
    {
        // The listing itself.
        0 | 1 => Ok(()),
        left => Err(StepError::new(
            format!("close the other descriptors: `{left}` are left"),
            0,
        )),
    }
}

fn listed() -> Result<Vec<u32>, StepError> {
    let failed = |error: std::io::Error| {
        StepError::new(
            "list `/proc/self/fd`",
            error.raw_os_error().unwrap_or_default(),
        )
    };
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd").map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        numbers.push(number.ok_or_else(|| StepError::new("read an entry of `/proc/self/fd`", 0))?);
    }
    Ok(numbers)
}
