//! Room, clock, database and versions, in words.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use engine::launch::WANTED;

use super::Finding;
use super::facts::{Kernel, Room};

/// Before this project: 2026-01-01.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);

/// The machine that every row was seen to hold and to fall on.
const TRIED: &str = "x86_64";

/// What runs here, on this kind of machine.
#[must_use]
pub fn versions(kernel: &Kernel, arch: &str) -> Finding {
    let release = kernel.release.as_deref().unwrap_or("unknown");
    let version = env!("CARGO_PKG_VERSION");
    let observed = format!("harness {version}, kernel {release} {arch}");
    if arch == TRIED {
        return Finding::fine("versions", observed);
    }
    Finding::limited(
        "versions",
        observed,
        "airlock, witness and engines were never run on such a machine before its release: a row that does not hold may be the harness's fault",
        "from a checkout, run ci/test here first",
    )
}

/// Room for a run's temporary files.
#[must_use]
pub fn temporary(room: &Room) -> Finding {
    let mend = "free some, or name another folder with TMPDIR";
    space("temporary folder", room, WANTED, mend)
}

fn space(what: &str, room: &Room, needed: u64, mend: &str) -> Finding {
    let shown = room.folder.display();
    let costs = "a run may fail half-way; no bundle is written then";
    match room.bytes {
        None => Finding::limited(what, format!("`{shown}`: free space unknown"), costs, mend),
        Some(bytes) if bytes < needed => {
            let observed = format!(
                "`{shown}`: {} MiB free, {} wanted",
                bytes >> 20,
                needed >> 20
            );
            Finding::limited(what, observed, costs, mend)
        }
        Some(bytes) => Finding::fine(what, format!("`{shown}`: {} MiB free", bytes >> 20)),
    }
}

/// Whether the time that a bundle will say can be right.
#[must_use]
pub fn clock(now: SystemTime, made: Option<SystemTime>) -> Finding {
    let earliest = SystemTime::UNIX_EPOCH + EARLIEST;
    let shown = time::OffsetDateTime::from(now).date();
    if now >= earliest && made.is_none_or(|made| now >= made) {
        return Finding::fine("clock", shown.to_string());
    }
    Finding::limited(
        "clock",
        format!("{shown}: before this program was made"),
        "bundles say a wrong time, and a verifier's policy may refuse them",
        "sudo timedatectl set-ntp true",
    )
}

/// The database server of N13.
#[must_use]
pub fn database(image: Option<&str>, package: Result<PathBuf, String>) -> Finding {
    match (image, package) {
        (Some(image), _) => Finding::fine(
            "postgresql",
            format!("`{image}`, which the engine may pull"),
        ),
        (None, Ok(server)) => Finding::fine("postgresql", server.display().to_string()),
        (None, Err(why)) => Finding::missing(
            "postgresql",
            why,
            "N13 is not run",
            "sudo apt-get install postgresql, or name an image with --postgres-image",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_machine_on_which_it_was_never_run_is_told_so() {
        let kernel = Kernel {
            release: Some("6.12".to_owned()),
            ..Kernel::default()
        };
        assert_eq!(versions(&kernel, "x86_64").state, State::Fine);
        let arm64 = versions(&kernel, "aarch64");
        assert_eq!(arm64.state, State::Limited);
        assert!(arm64.costs.contains("never run on such a machine"));
        assert!(arm64.observed.ends_with("kernel 6.12 aarch64"));
    }

    #[test]
    fn too_little_room_is_said_in_numbers() {
        let room = |bytes| Room {
            folder: PathBuf::from("/tmp"),
            bytes,
        };
        assert_eq!(temporary(&room(Some(WANTED))).state, State::Fine);
        let little = temporary(&room(Some(WANTED - 1)));
        assert_eq!(little.observed, "`/tmp`: 511 MiB free, 512 wanted");
        assert_eq!(little.state, State::Limited);
        assert_eq!(temporary(&room(None)).state, State::Limited);
    }

    #[test]
    fn a_clock_from_before_the_program_is_wrong() {
        let now = SystemTime::now();
        let hour = Duration::from_secs(3600);
        assert_eq!(clock(now, Some(now - hour)).state, State::Fine);
        assert_eq!(clock(now, None).state, State::Fine);
        assert_eq!(clock(now, Some(now + hour)).state, State::Limited);
        assert_eq!(clock(SystemTime::UNIX_EPOCH, None).state, State::Limited);
    }

    #[test]
    fn without_a_database_the_row_that_needs_it_is_named() {
        let missing = database(None, Err("none".to_owned()));
        assert_eq!(
            (missing.state, missing.costs.as_str()),
            (State::Missing, "N13 is not run")
        );
        let image = database(Some("postgres:17"), Err("none".to_owned()));
        assert_eq!(image.state, State::Fine);
    }
}
