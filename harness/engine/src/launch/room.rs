//! Where a run's temporary folder is made, and how much room it needs there.

use std::path::{Path, PathBuf};

use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, access};

use crate::choice::EngineChoice;

/// What a run's temporary folder may hold at once, in bytes: the image's archive, a
/// database server's, and the folders of the launches under way.
pub const WANTED: u64 = 512 << 20;

/// A file system in memory that every Linux has (shm_overview(7)).
const IN_MEMORY: &str = "/dev/shm";

/// The folder in which a run with this engine makes its own: what `TMPDIR` names, else
/// the system's. bubblewrap and firejail, whose launches are made of folders and which are
/// told no path but this process's, have them in memory where that serves.
#[must_use]
pub fn room(engine: EngineChoice) -> PathBuf {
    let in_memory = Path::new(IN_MEMORY);
    let chosen = std::env::var_os("TMPDIR").is_some();
    let folders = matches!(engine, EngineChoice::Bwrap | EngineChoice::Firejail);
    if folders && !chosen && serves(in_memory) {
        in_memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// In memory, large enough, and programs in it may be run by this user.
fn serves(folder: &Path) -> bool {
    let in_memory = statfs(folder).is_ok_and(|it| it.filesystem_type() == TMPFS_MAGIC);
    let roomy = statvfs(folder).is_ok_and(|it| {
        let free = it.blocks_available().saturating_mul(it.fragment_size());
        free >= WANTED && !it.flags().contains(FsFlags::ST_NOEXEC)
    });
    let own = access(folder, AccessFlags::W_OK | AccessFlags::X_OK).is_ok();
    in_memory && roomy && own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_if_it_is_in_memory_and_programs_may_run_there() {
        assert!(!serves(Path::new("/proc")), "not in memory");
        assert!(!serves(Path::new("/no/such/folder")));
        if let Ok(flags) = statvfs("/run").map(|it| it.flags()) {
            let may_run = !flags.contains(FsFlags::ST_NOEXEC);
            assert!(may_run || !serves(Path::new("/run")));
        }
    }

    #[test]
    fn engines_with_a_daemon_have_the_systems_folder() {
        for engine in [EngineChoice::Docker, EngineChoice::Podman] {
            assert_eq!(room(engine), std::env::temp_dir());
        }
    }
}
