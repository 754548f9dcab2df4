//! Which processes are podman's, and of which folder.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::unistd::Pid;

/// Never the reaper, whose command line names the folder too.
pub(super) fn is_podmans(pid: Pid) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let ended = state
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !ended
        && ["podman", "conmon", "catatonit"]
            .iter()
            .any(|known| name.starts_with(known))
}

/// Its command line names the folder.
pub(super) fn names(pid: Pid, folder: &[u8]) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.windows(folder.len()).any(|part| part == folder)
}

/// Its working folder is that place.
pub(super) fn works_in(pid: Pid, place: Option<(u64, u64)>) -> bool {
    let works = self::place(Path::new(&format!("/proc/{pid}/cwd")));
    works.is_some() && works == place
}

/// Which folder it is, by whatever name.
pub(super) fn place(folder: &Path) -> Option<(u64, u64)> {
    let about = fs::metadata(folder).ok()?;
    Some((about.dev(), about.ino()))
}
