//! Whether the sandbox's user may read a packet: found out before anything is started,
//! because the checker could only say that the packet is unreadable, which would blame it.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use evidence::profile::User;
use seal::shell;

use super::Failure;

/// The most files that are looked at; a larger packet is the checker's to read.
const MOST: usize = 100_000;

/// Folders of the root in which nothing is one packet's alone.
const SYSTEM: &[&str] = &[
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys",
    "usr", "var",
];

/// Blocked, with the command that mends it, if a folder or file of `packet` is closed to
/// `user`. A control list (acl(5)) that would open it is not read.
pub(super) fn expect(packet: &Path, user: User) -> Result<(), Failure> {
    let Some(closed) = first_closed(packet, user) else {
        return Ok(());
    };
    let what = format!(
        "expected the user of the sandbox (uid {}, gid {}) to be allowed to read the packet, observed `{}` closed to it",
        user.uid,
        user.gid,
        super::name(&closed),
    );
    Err(Failure::blocked(what, Some(mend(packet))))
}

fn mend(packet: &Path) -> String {
    let path = shell::path(packet);
    if is_of_the_system(packet, std::env::home_dir().as_deref()) {
        let copy =
            "copy the packet into a folder of its own that others may read, and check the copy";
        return format!("`{path}` is no packet's own folder, and is better left as it is: {copy}");
    }
    format!("open it with `chmod -R a+rX {path}`, or check a copy of it that is")
}

/// Whether others than a packet's reader rely on what is closed there: the root and what is
/// in it (hier(7)), all of the system's own folders, and a home.
fn is_of_the_system(path: &Path, home: Option<&Path>) -> bool {
    let mut names = path.components().skip(1).map(|name| name.as_os_str());
    let (Some(top), Some(_)) = (names.next(), names.next()) else {
        return true;
    };
    let is_home = home == Some(path) || (top == "home" && names.next().is_none());
    is_home || SYSTEM.iter().any(|own| top == *own)
}

/// The first folder or file that is closed to the user. Links are not followed, and what
/// is neither folder nor file is the checker's to refuse.
fn first_closed(packet: &Path, user: User) -> Option<PathBuf> {
    let mut waiting = vec![packet.to_owned()];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        seen += 1;
        if seen > MOST {
            return None;
        }
        // What is gone in between is not closed.
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        if about.is_dir() {
            let Ok(entries) = fs::read_dir(&path) else {
                return Some(path);
            };
            if !allows(&about, user, 0o5) {
                return Some(path);
            }
            waiting.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
        } else if about.is_file() && !allows(&about, user, 0o4) {
            return Some(path);
        }
    }
    None
}

/// Whether the permission bits that count for the user have all of `wanted`.
fn allows(about: &Metadata, user: User, wanted: u32) -> bool {
    let shift = if about.uid() == user.uid {
        6
    } else if about.gid() == user.gid {
        3
    } else {
        0
    };
    user.uid == 0 || (about.mode() >> shift) & wanted == wanted
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use bundle::exit::Exit;

    use super::*;

    const STRANGER: User = User {
        uid: 4_000_001,
        gid: 4_000_001,
    };

    #[test]
    fn what_is_closed_to_the_sandbox_s_user_blocks_with_the_command_that_opens_it() {
        let folder = tempfile::tempdir().unwrap();
        let bag = folder.path().join("bag");
        fs::create_dir_all(bag.join("data")).unwrap();
        fs::write(bag.join("data/file"), "x").unwrap();
        let mode = |name: &str, mode| {
            fs::set_permissions(bag.join(name), Permissions::from_mode(mode)).unwrap();
        };
        for (name, closed, opened) in [
            ("", 0o700, 0o755),
            ("data", 0o711, 0o755),
            ("data", 0o744, 0o705),
            ("data/file", 0o640, 0o604),
        ] {
            mode("", 0o755);
            mode("data", 0o755);
            mode("data/file", 0o644);
            mode(name, closed);
            let failure = expect(&bag, STRANGER).unwrap_err();
            assert_eq!(failure.exit(), Exit::Blocked);
            let hint = failure.hint.unwrap();
            assert!(hint.contains(&format!("chmod -R a+rX {}", bag.display())));
            mode(name, opened);
            assert!(expect(&bag, STRANGER).is_ok(), "{name} {opened:o}");
        }
    }

    #[test]
    fn no_folder_of_the_systems_is_to_be_opened() {
        let home = Some(Path::new("/srv/alice"));
        for path in [
            "/",
            "/home",
            "/root",
            "/tmp",
            "/etc",
            "/srv",
            "/home/alice",
            "/srv/alice",
            "/etc/ssl/private",
            "/var/lib/x",
            "/usr/local/share/bag",
            "/dev/shm",
        ] {
            assert!(is_of_the_system(Path::new(path), home), "{path}");
            assert!(!mend(Path::new("/etc/bag")).contains("chmod"));
        }
        for path in [
            "/home/alice/bag",
            "/root/bag",
            "/tmp/bag",
            "/srv/alice/bag",
            "/data/bags/1",
        ] {
            assert!(!is_of_the_system(Path::new(path), home), "{path}");
        }
        assert!(mend(Path::new("/tmp/a bag")).contains("`chmod -R a+rX '/tmp/a bag'`"));
    }

    #[test]
    fn the_bits_of_the_owner_count_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o044)).unwrap();
        let about = fs::metadata(&file).unwrap();
        let owner = User {
            uid: about.uid(),
            gid: 4_000_001,
        };
        assert!(allows(&about, STRANGER, 4));
        assert_eq!(allows(&about, owner, 4), owner.uid == 0);
    }
}
