//! Making a packet: its description, its captures, and the bag around them.
//!
//! What is written here is judged by the checker like anybody's: this file and its
//! modules know how a packet is spelled, and nothing of what makes it good.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use verify::Failure;

mod bag;
mod capture;
mod dated;
mod draft;
mod lock;
mod remedy;

pub use bag::seal;
pub use capture::{Captured, Predicate, decoded, make};
pub use draft::{Claim, Draft, Item, Provenance, Stated, require_bounded};
pub use lock::Lock;
pub use remedy::remedy;

use dated::date;

/// Where a packet's description lies in its folder.
const FILE: &str = "data/packet.json";

/// The time now, to the second, as packets write it.
///
/// # Errors
/// This host's clock stands outside the years that RFC 3339 can write.
pub fn now() -> Result<String, Failure> {
    let now = time::OffsetDateTime::now_utc().replace_nanosecond(0);
    let now = now.map_err(Failure::internal)?;
    let form = &time::format_description::well_known::Rfc3339;
    now.format(form).map_err(Failure::internal)
}

/// The place of a file in a packet's folder, which no link leads out of.
///
/// # Errors
/// A part of the way is a link, or something else that is no folder.
pub fn beneath(folder: &Path, inside: &str) -> Result<PathBuf, Failure> {
    let mut path = folder.to_owned();
    let mut parts = Path::new(inside).components().peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let there = fs::symlink_metadata(&path);
        if parts.peek().is_some() && there.is_ok_and(|it| !it.is_dir()) {
            let what = format!(
                "expected a folder, observed another file at `{}`",
                path.display()
            );
            let hint = "put a folder in its place: nothing is written through a link";
            return Err(Failure::unusable(what, hint));
        }
    }
    Ok(path)
}

/// Writes a file whole or not at all: whoever reads meanwhile sees the old one.
///
/// # Errors
/// It cannot be written there.
pub fn replace(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let what = format!("failed to write `{}`: {error}", file.display());
        Failure::unwritten(what, "name a folder that can be written")
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut part = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    part.write_all(bytes).map_err(failed)?;
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(part.path(), readable).map_err(failed)?;
    part.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}
