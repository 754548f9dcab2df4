//! Whether the sandbox's user may read a packet: found out before anything is started,
//! because the checker could only say that the packet is unreadable, which would blame it.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use engine::paste::Line;
use evidence::profile::User;
use verify::terminal::safe;

use super::Failure;

/// The most files that are looked at; a larger packet is the checker's to read.
const MOST: usize = 100_000;

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
    let hint = format!(
        "open it with `{}`, or check a copy of it that is",
        safe(&Line::of(&["chmod", "-R", "a+rX", &packet.display().to_string()]).to_string())
    );
    Err(Failure::blocked(what, Some(hint)))
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
