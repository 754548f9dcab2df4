//! What the host's own file systems show of a sandbox: its control group's
//! limits, the device nodes in its `/dev`, and which dangerous paths this kernel
//! has at all. It records; it does not judge.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use evidence::control_groups;
use evidence::profile::system::{MASKED, READ_ONLY};

/// Where control groups are mounted on the host.
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";
/// The longest controller file that is read.
const MAX_VALUE: u64 = 4096;
/// The most entries of a `/dev` that are looked at.
const MAX_DEVICES: usize = 4096;

/// The limits of the control group that `/proc/PID/cgroup` names.
pub(super) fn control_group(text: &str) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (name, controller, file) in [
        ("pids.max", "pids", "pids.max"),
        ("memory.max", "memory", "memory.limit_in_bytes"),
    ] {
        let path = controller_file(text, controller, file, name).ok_or_else(|| {
            io::Error::other(format!("no control group has the {controller} controller"))
        })?;
        let mut value = String::new();
        fs::File::open(&path)?
            .take(MAX_VALUE)
            .read_to_string(&mut value)?;
        found.insert(name.to_owned(), value.trim().to_owned());
    }
    Ok(found)
}

/// The one group of version 2 counts where version 1 has no such controller.
fn controller_file(text: &str, controller: &str, file: &str, unified: &str) -> Option<PathBuf> {
    let mounted = Path::new(CONTROL_GROUPS);
    match control_groups::of(text, controller) {
        Some(path) => Some(mounted.join(controller).join(path).join(file)),
        None => Some(mounted.join(control_groups::of(text, "")?).join(unified)),
    }
}

/// Those of the profile's paths that are there on this host: `/proc` and `/sys`
/// show the same ones inside.
pub(super) fn system_paths() -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for path in MASKED.into_iter().chain(READ_ONLY) {
        match fs::symlink_metadata(path) {
            Ok(_) => found.push(path.to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The device nodes directly in a folder.
pub(super) fn devices(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)?.take(MAX_DEVICES) {
        let entry = entry?;
        let metadata = fs::symlink_metadata(entry.path())?;
        let kind = metadata.file_type();
        let letter = match (kind.is_char_device(), kind.is_block_device()) {
            (true, _) => 'c',
            (false, true) => 'b',
            (false, false) => continue,
        };
        let number = metadata.rdev();
        let (major, minor) = (libc::major(number), libc::minor(number));
        let name = entry.file_name().to_string_lossy().into_owned();
        found.insert(name, format!("{letter} {major}:{minor}"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_of_control_groups_has_its_place() {
        let one = "9:pids:/docker/ab\n5:cpu,memory:/docker/ab\n0::/docker/ab\n";
        let file = |text| controller_file(text, "memory", "memory.limit_in_bytes", "memory.max");
        assert_eq!(
            file(one).unwrap(),
            Path::new("/sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes")
        );
        assert_eq!(
            file("0::/system.slice/docker-ab.scope\n").unwrap(),
            Path::new("/sys/fs/cgroup/system.slice/docker-ab.scope/memory.max")
        );
        assert_eq!(file("9:pids:/docker/ab\n"), None);
    }

    #[test]
    fn the_hosts_own_devices_are_seen() {
        let devices = devices(Path::new("/dev")).unwrap();
        assert_eq!(devices["null"], "c 1:3");
    }

    #[test]
    fn every_kernel_has_its_settings() {
        let found = system_paths().unwrap();
        assert!(found.iter().any(|path| path == "/proc/sys"), "{found:?}");
    }
}
