//! The host folders and files that a launch mounts: what, where and whether writable.
//!
//! The same for every engine; each spells them for itself.

use std::path::Path;

use evidence::profile::ExtraSource;
use negatives::wire::{INPUT, OUTER_MOUNT};

use super::{EngineError, Launch};

/// One bind mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bound<'a> {
    /// The host's path.
    pub source: &'a Path,
    /// Where it appears inside.
    pub target: String,
    /// Mounted read-only.
    pub read_only: bool,
}

/// Holds that every path of the host's that a launch mounts is text: an engine with a
/// daemon is told of it in JSON, which has no other words.
///
/// # Errors
/// One is not.
pub(super) fn require_text(launch: &Launch<'_>) -> Result<(), EngineError> {
    let binds = binds(launch);
    let mut sources = binds.iter().map(|bound| bound.source);
    match sources.find(|source| source.to_str().is_none()) {
        Some(path) => Err(EngineError::NotText {
            path: path.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Every bind mount of a launch: the two data mounts first, then what a lift or a
/// mutant adds.
pub(super) fn binds<'a>(launch: &Launch<'a>) -> Vec<Bound<'a>> {
    let (profile, folders) = (launch.profile, launch.folders);
    let bind = |source, target, read_only| Bound {
        source,
        target,
        read_only,
    };
    let input = bind(
        folders.input.as_path(),
        INPUT.to_owned(),
        profile.input_read_only,
    );
    let output = if profile.output_parent {
        bind(folders.outer.as_path(), OUTER_MOUNT.to_owned(), false)
    } else {
        bind(folders.output.as_path(), profile.output(), false)
    };
    let extra = profile.extra_mounts.iter().map(|extra| {
        let source = match extra.source {
            ExtraSource::CanaryFolder => folders.canary.as_path(),
            ExtraSource::DecoyFile => folders.decoy.as_path(),
            ExtraSource::DatabaseFolder => folders.database.as_path(),
            ExtraSource::Socket => folders.socket.as_path(),
            ExtraSource::Device => Path::new("/dev/full"),
        };
        bind(source, extra.target.clone(), extra.read_only)
    });
    [input, output].into_iter().chain(extra).collect()
}
