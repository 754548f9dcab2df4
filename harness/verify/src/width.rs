//! How wide the terminal is that people read on.

use std::io::{self, IsTerminal, Stderr, Stdout};
use std::os::fd::{AsFd, AsRawFd as _};

use nix::libc::{TIOCGWINSZ, winsize};

/// A terminal narrower than this is not believed.
const NARROWEST: usize = 20;

/// A stream that people may read.
pub(crate) trait Stream: IsTerminal + AsFd {}

impl Stream for Stdout {}
impl Stream for Stderr {}

/// The columns that a line may have: those of the terminal; where there is none those
/// that `COLUMNS` asks for, and without it as many as the line has.
pub(crate) fn of(stream: &impl Stream) -> Option<usize> {
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok();
    let told = match stream.is_terminal() {
        true => size(stream).ok().filter(|columns| *columns > 0),
        false => None,
    };
    told.or_else(asked).map(|columns| columns.max(NARROWEST))
}

fn size(stream: &impl Stream) -> io::Result<usize> {
    let mut size = winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    raw::window_size(stream.as_fd().as_raw_fd(), &raw mut size)?;
    Ok(usize::from(size.ws_col))
}

#[expect(
    unsafe_code,
    reason = "the kernel writes a terminal's size into memory"
)]
mod raw {
    use super::{TIOCGWINSZ, winsize};

    nix::ioctl_read_bad!(get, TIOCGWINSZ, winsize);

    /// Asks for a terminal's size.
    pub(super) fn window_size(terminal: i32, size: *mut winsize) -> nix::Result<()> {
        // SAFETY: the caller's pointer is to a whole `winsize` of its own.
        unsafe { get(terminal, size) }.map(drop)
    }
}
