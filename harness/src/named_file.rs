//! A file that the line names: read at once or told for what it is. A FIFO would be waited
//! for, a device read without end, and what has many gigabytes is none of these files.

use std::path::Path;

use bundle::acceptance::file::{self, FileError};

/// The most bytes of one: what is printed of an audit has 2 MiB.
const MOST: u64 = 64 << 20;

/// Its bytes.
///
/// # Errors
/// It is no regular file, too large, or cannot be read: why, without its name.
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    up_to(path, MOST)
}

/// Its bytes, of which nobody knows how many there may be: a piece of evidence.
///
/// # Errors
/// As [`bytes()`], but for its size.
pub fn of_any_size(path: &Path) -> Result<Vec<u8>, String> {
    up_to(path, u64::MAX - 1)
}

fn up_to(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    file::read(path, most).map_err(|error| match error {
        FileError::NotRegular { .. } => {
            "expected a regular file, observed a folder, a FIFO, a socket or a device".to_owned()
        }
        FileError::TooLarge { limit, .. } => {
            format!("expected at most {limit} bytes, observed more")
        }
        FileError::Open { source, .. } | FileError::Read { source, .. } => source.to_string(),
        FileError::Exists { .. } | FileError::Write { .. } => error.to_string(),
    })
}

/// Its text.
///
/// # Errors
/// As [`bytes()`], or it is no UTF-8.
pub fn text(path: &Path) -> Result<String, String> {
    String::from_utf8(bytes(path)?)
        .map_err(|_| "expected UTF-8 text, observed other bytes".to_owned())
}
