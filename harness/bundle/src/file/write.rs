//! Writing what people take away: for whoever makes it, not for whoever verifies it.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::FileError;

/// Writes a new file of mode `0644`: under a temporary name beside it first, then
/// renamed in one step that replaces nothing.
///
/// # Errors
/// [`FileError::Exists`] when there is something at `path`, even a dangling link.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let failed = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::AlreadyExists {
            FileError::Exists { path }
        } else {
            FileError::Write { path, source }
        }
    };
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    file.persist_noclobber(path)
        .map_err(|error| failed(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}
