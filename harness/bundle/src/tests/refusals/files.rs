//! What lies in the folder is not what the statement lists, or cannot be read safely.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use nix::sys::stat::Mode;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::verify_bundle;
use seal::bundle::{MAX_FILE, MAX_FILES, MAX_TOTAL, TEST_RESULT_FILE};
use seal::statement::attestation::Instant;

use super::forging::{forge, restate, sign};
use super::*;
use crate::withheld::without;

const JUNIT: &str = "junit.xml";

/// Errors of [`what_a_reader_may_not_reach_is_refused`], and of
/// [`where_nothing_can_be_read_safely_nothing_is_read`].
pub(super) const ELSEWHERE: [&str; 4] = [
    "verify.Folder.NoOpenat2",
    "verify.Folder.Elsewhere",
    "verify.Folder.Open",
    "verify.Folder.List",
];

pub(super) const TABLE: &[Refused] = &[
    refused("verify.Folder.OpenFolder", "no_folder .", |it| {
        fs::remove_dir_all(it.path()).unwrap();
        fs::write(it.path(), "a file").unwrap();
    }),
    refused("verify.Folder.Name", "name .", |it| {
        fs::write(it.at(".hidden"), "x").unwrap();
    }),
    refused("verify.Folder.Name", "name observations", |it| {
        fs::write(it.at("observations/a b"), "x").unwrap();
        drop(it.forge(|_, _| {}));
    }),
    refused("verify.Folder.TooMany", "too_many f/4080", |it| {
        fs::create_dir(it.at("f")).unwrap();
        for index in 0..MAX_FILES {
            fs::write(it.at(&format!("f/{index:04}")), "").unwrap();
        }
        fs::remove_file(it.at("f/4095")).unwrap();
    }),
    refused("verify.Folder.Link", "link junit.xml", |it| {
        fs::rename(it.at(JUNIT), it.outside()).unwrap();
        symlink(it.outside(), it.at(JUNIT)).unwrap();
    }),
    refused("verify.Folder.HardLink", "hard_link junit.xml", |it| {
        fs::hard_link(it.at(JUNIT), it.outside()).unwrap();
    }),
    refused("verify.Folder.NotRegular", "not_regular junit.xml", |it| {
        fs::remove_file(it.at(JUNIT)).unwrap();
        nix::unistd::mkfifo(&it.at(JUNIT), Mode::S_IRUSR).unwrap();
    }),
    refused("verify.Folder.NotRegular", "not_regular junit.xml", |it| {
        fs::remove_file(it.at(JUNIT)).unwrap();
        drop(std::os::unix::net::UnixListener::bind(it.at(JUNIT)).unwrap());
    }),
    refused(
        "verify.Folder.NotRegular",
        "not_regular statement.dsse.json",
        |it| {
            fs::remove_file(it.at(STATEMENT_FILE)).unwrap();
            fs::create_dir(it.at(STATEMENT_FILE)).unwrap();
        },
    ),
    refused("verify.Folder.TooLarge", "too_large large", |it| {
        sparse(it, "large", MAX_FILE + 1);
        sign(it);
    }),
    refused("verify.Folder.TotalTooLarge", "too_large large-4", |it| {
        for index in 1..=4 {
            sparse(it, &format!("large-{index}"), MAX_TOTAL / 4);
        }
        sign(it);
    }),
    refused(
        "verify.Folder.Missing",
        "missing statement.dsse.json",
        |it| fs::remove_file(it.at(STATEMENT_FILE)).unwrap(),
    ),
    refused(
        "verify.Folder.Missing",
        "missing test-result.dsse.json",
        |it| fs::remove_file(it.at(TEST_RESULT_FILE)).unwrap(),
    ),
    refused("verify.Changed", "changed junit.xml", |it| {
        let mut bytes = fs::read(it.at(JUNIT)).unwrap();
        bytes[9] ^= 1;
        fs::write(it.at(JUNIT), bytes).unwrap();
    }),
    refused("verify.Size", "size engine.json", |it| {
        restate(it, |said| {
            let size = &mut said["predicate"]["files"][0]["size"];
            *size = (size.as_u64().unwrap() + 1).into();
        });
    }),
    refused("verify.Removed", "missing junit.xml", |it| {
        fs::remove_file(it.at(JUNIT)).unwrap();
    }),
    refused("verify.Added", "added extra", |it| {
        fs::write(it.at("extra"), "x").unwrap();
    }),
    refused("verify.Added", "added empty", |it| {
        fs::create_dir(it.at("empty")).unwrap();
    }),
    refused("verify.Renamed", "renamed junit.xml", |it| {
        fs::rename(it.at(JUNIT), it.at("unit.xml")).unwrap();
    }),
    refused("verify.Future", "clock statement.dsse.json", |it| {
        forge(it, |said, _| {
            said.run.finished = Instant::parse("2999-01-01T00:00:00Z").unwrap();
        });
    }),
    refused("verify.Ancient", "clock statement.dsse.json", |it| {
        forge(it, |said, _| {
            said.run.started = Instant::parse("2025-12-31T23:59:59Z").unwrap();
        });
    }),
];

fn sparse(specimen: &Specimen, file: &str, size: u64) {
    let file = fs::File::create(specimen.at(file)).unwrap();
    file.set_len(size).unwrap();
}

/// In a thread of its own: as a user who is not the owner, and in its own mount
/// namespace, where this process may have either.
#[test]
fn what_a_reader_may_not_reach_is_refused() {
    let sample = sample();
    let specimen = Specimen::seal(sample).unwrap();
    let of_user = |path: &str, mode: u32, before: u32| {
        let specimen = Specimen::seal(sample).unwrap();
        let folder = BundleFolder::open(specimen.path()).unwrap();
        assert!(verify_bundle(&folder, &specimen.anchor()).is_ok());
        fs::set_permissions(specimen.at(path), fs::Permissions::from_mode(mode)).unwrap();
        let asked = as_nobody(|| verify_bundle(&folder, &specimen.anchor()).map(|_| ()));
        fs::set_permissions(specimen.at(path), fs::Permissions::from_mode(before)).unwrap();
        asked.map_err(|error| answer(&error.into()))
    };
    assert_eq!(
        of_user(JUNIT, 0, 0o644),
        Err("verify.Folder.Open: unreadable junit.xml".to_owned())
    );
    assert_eq!(
        of_user("", 0o311, 0o755),
        Err("verify.Folder.List: unreadable .".to_owned())
    );
    let answered = in_mounts_of_its_own(&specimen.at("observations"), || {
        came(&specimen, &specimen.anchor())
    });
    let expected = "verify.Folder.Elsewhere: elsewhere observations";
    // An ordinary user mounts nothing: there the kernel's own mounts are met.
    let answered = answered.unwrap_or_else(|| {
        let folder = BundleFolder::open(std::path::Path::new("/sys/fs")).unwrap();
        answer(&VerifyError::from(folder.list().unwrap_err()).into())
            .replace(" bpf", " observations")
            .replace(" cgroup", " observations")
    });
    assert_eq!(answered, expected);
}

/// An old kernel and an emulator answer with ENOSYS, the seccomp profile of an old container
/// runtime with EPERM.
#[test]
fn where_nothing_can_be_read_safely_nothing_is_read() {
    let specimen = Specimen::seal(sample()).unwrap();
    for errno in [libc::ENOSYS, libc::EPERM] {
        let answered = without("openat2", errno, || came(&specimen, &specimen.anchor()));
        assert_eq!(answered, "verify.Folder.NoOpenat2: unreadable .");
    }
    // A call that no verifier makes.
    let answered = without("mount", libc::ENOSYS, || {
        came(&specimen, &specimen.anchor())
    });
    assert_eq!(answered, BELIEVED);
}

fn as_nobody<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            // Of this thread alone (setfsuid(2)); an ordinary user stays who it is.
            nix::unistd::setfsuid(nix::unistd::Uid::from_raw(65534));
            ask()
        });
        asked.join().unwrap()
    })
}

/// With a file system of its own at `place`; `None` where it may not be mounted.
fn in_mounts_of_its_own<T: Send>(
    place: &std::path::Path,
    ask: impl FnOnce() -> T + Send,
) -> Option<T> {
    use nix::mount::{MsFlags, mount};
    use nix::sched::{CloneFlags, unshare};
    const NONE: Option<&str> = None;
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNS).ok()?;
            mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE).ok()?;
            mount(Some("none"), place, Some("tmpfs"), MsFlags::empty(), NONE).ok()?;
            Some(ask())
        });
        asked.join().unwrap()
    })
}
