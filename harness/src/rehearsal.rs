//! The rehearsal: what a run needs at its end is tried at its start, the same for
//! `doctor` and for every run, so that no run ends for a reason that could have been seen.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use checker::mounts::Mounted;
use engine::choice::EngineChoice;
use engine::launch;
use evidence::order::{Order, Packet, Task};
use evidence::record::{LaunchRecord, Role};
use evidence::{Exit, mounts};
use programs::Programs;
use verify::Failure;

use crate::doctor::{Finding, State};
use crate::line::inside::covering;
use crate::stand::{Stand, StandError, user};

/// The packet of the first sandbox: small, and fit to be read to its end.
const PACKET: &str = "fix7";
/// The exit code of a checker that read it.
const READ: Exit = Exit::Code(4);
/// The least room for a bundle, in bytes; one has about 10 MiB.
const BUNDLE: u64 = 32 << 20;
/// The least number of files for a bundle: one for each row, and a few.
const BUNDLE_FILES: u64 = 128;

/// Tries the folder that a bundle goes into: a folder in it, a file in that, both gone
/// again. Made if it is not there.
#[must_use]
pub fn bundles(out: &Path) -> Finding {
    let shown = out.display();
    let costs = "no bundle can be written: everything would be run for nothing";
    let mend = "name a folder that this user can write to with --out";
    let missing = |why: String| Finding::missing("bundle folder", why, costs, mend);
    let made = !out.exists();
    let tried = write_in(out);
    let free = launch::bytes_free(out);
    let files = launch::files_free(out);
    if made {
        // Whoever writes a bundle makes it again; one that holds something stays.
        _ = fs::remove_dir(out);
    }
    match (tried, free, files) {
        (Err(error), ..) => missing(format!("`{shown}`: {error}")),
        (Ok(()), Some(free), _) if free < BUNDLE => missing(format!(
            "`{shown}`: {} MiB free, {} wanted",
            free >> 20,
            BUNDLE >> 20
        )),
        (Ok(()), _, Some(files)) if files < BUNDLE_FILES => missing(format!(
            "`{shown}`: room for {files} files, {BUNDLE_FILES} wanted"
        )),
        (Ok(()), Some(free), _) => Finding::fine(
            "bundle folder",
            format!("`{shown}`: {} MiB free", free >> 20),
        ),
        (Ok(()), None, _) => {
            Finding::fine("bundle folder", format!("`{shown}`: can be written to"))
        }
    }
}

fn write_in(out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let folder = tempfile::Builder::new().prefix(".trial-").tempdir_in(out)?;
    let mut file = tempfile::NamedTempFile::new_in(folder.path())?;
    file.write_all(&[0; 4096])?;
    file.as_file().sync_all()?;
    file.close()?;
    folder.close()
}

/// Tries the run's temporary folder and makes the first sandbox of it, in which the
/// checker reads a packet and writes its report.
#[must_use]
pub fn on(stand: &Stand) -> Vec<Finding> {
    let folder = stand.scratch().path().display();
    let tried = launch::try_out(stand.scratch(), Programs::builtin().probe, user());
    if let Err(error) = tried {
        let costs = "rows could not run, or would be inconclusive";
        let why = evidence::error::chain(&error);
        return vec![Finding::missing("run's folder", why, costs, error.mend())];
    }
    let fine = Finding::fine(
        "run's folder",
        format!("`{folder}`: programs, sockets and room"),
    );
    vec![fine, first_sandbox(stand)]
}

fn first_sandbox(stand: &Stand) -> Finding {
    let record = stand.bench(Vec::new()).launch(&Order {
        id: "rehearsal".to_owned(),
        case: "rehearsal".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Check {
            packet: Packet::Fixture(PACKET.to_owned()),
            trace: false,
        },
    });
    if record.trouble.is_none() && record.exit == READ {
        let said = format!(
            "its checker read a packet and wrote its report, in {} ms",
            record.millis
        );
        return Finding::fine("first sandbox", said);
    }
    match the_folders_doing(stand, &record) {
        Some((why, mend)) => Finding::missing("first sandbox", why, NO_SANDBOX, &mend),
        None => trouble(&record),
    }
}

/// Why the run's folder does not serve this engine, and what to do, where that is why its
/// first sandbox is none.
#[must_use]
pub fn the_folders_doing(stand: &Stand, record: &LaunchRecord) -> Option<(String, String)> {
    let folder = stand.scratch().path();
    if let Some(closed) = stand.scratch().closed(user()) {
        let closed = seal::shell::path(&closed);
        let why = format!(
            "`{}`: the sandbox's user may not pass {closed}, in which the run's folder lies",
            folder.display()
        );
        let mend =
            format!("open it with `chmod a+x {closed}`, or name another folder with TMPDIR=/tmp");
        return Some((why, mend));
    }
    let kind = kind_of(folder)?;
    if !record.errors.contains(ROOT_OF_ANOTHER_TYPE) || may_be_root(&kind) {
        return None;
    }
    let why = format!(
        "`{}`: a {kind} file system cannot be what a sandbox has as its root",
        folder.display()
    );
    let mend = "name a folder on a usual file system with TMPDIR=/tmp";
    Some((why, mend.to_owned()))
}

/// The type of the file system that a folder is on.
fn kind_of(folder: &Path) -> Option<String> {
    let table = fs::read("/proc/self/mountinfo").ok()?;
    let places = mounts::places(&table);
    let (place, _) = covering(&places, folder)?;
    String::from_utf8(place.kind.clone()).ok()
}

fn may_be_root(kind: &str) -> bool {
    let root = Mounted {
        root: "/",
        point: "/",
        kind,
        read_only: true,
    };
    checker::mounts::allowance(&root).is_ok()
}

/// What came instead. What is known to be the host's doing ends a run here; an engine that
/// makes another sandbox than it was asked for is for the rows to judge, which say what of
/// it is otherwise.
fn trouble(record: &LaunchRecord) -> Finding {
    let said = record.errors.trim_end();
    let trouble = record.trouble.as_deref();
    let words = trouble.unwrap_or("the checker did not read its packet");
    let why = format!("{words}; it ended with {}", record.exit);
    let why = if said.is_empty() {
        why
    } else {
        format!("{why}: {said}")
    };
    if words.contains(NOT_SEEN) {
        Finding::missing("first sandbox", why, NO_SANDBOX, ANOTHER_FOLDER)
    } else if trouble.is_none() && !said.contains(NOT_LOCKED) {
        Finding::missing("first sandbox", why, NO_SANDBOX, MAPPED)
    } else {
        let costs = "rows will not hold; each says what of its sandbox is otherwise";
        Finding::limited("first sandbox", why, costs, ANOTHER_ENGINE)
    }
}

const NO_SANDBOX: &str =
    "no row would hold: the engine makes no sandbox in which the checker can do its work";
/// The checker's name for what it found of the mounts.
const ROOT_OF_ANOTHER_TYPE: &str = "mount_table";
/// Docker's and Podman's words for a folder that they do not see.
const NOT_SEEN: &str = "bind source path does not exist";
const ANOTHER_FOLDER: &str = "the engine sees another folder under this path (a private /tmp, \
    a snap, another mount namespace): name one that both see with TMPDIR";
/// The checker's words for a sandbox that is not locked.
const NOT_LOCKED: &str = "invariants that do not hold";
const MAPPED: &str = "the sandbox's user cannot read what was laid out for it: if the engine \
    maps user ids (`docker info`, SecurityOptions: userns), use another engine, or a daemon \
    without userns-remap";
const ANOTHER_ENGINE: &str = "`harness doctor --engine ENGINE` tries another engine: docker, \
    podman or bwrap";

/// A stand on which the rehearsal passed.
///
/// # Errors
/// This host cannot, or the first thing that is not there; whatever was taken up is
/// given back.
pub fn open(choice: EngineChoice) -> Result<Stand, Failure> {
    let stand = Stand::open(choice)?;
    let found = on(&stand);
    let stopped = stand.stop.is_interrupted();
    let passed = if stopped {
        Err(StandError::Interrupted.into())
    } else {
        require(found)
    };
    match passed {
        Ok(()) => Ok(stand),
        Err(failure) => {
            // What failed first is what is said.
            drop(stand.close());
            Err(failure)
        }
    }
}

/// Nothing, if all of it is fine.
///
/// # Errors
/// The first thing that is not there, with what mends it.
pub fn require(findings: Vec<Finding>) -> Result<(), Failure> {
    let missing = findings.into_iter().find(|it| it.state == State::Missing);
    missing.map_or(Ok(()), |it| {
        let what = format!("{}: {}; {}", it.what, it.observed, it.costs);
        Err(Failure::blocked(what, Some(it.mend)))
    })
}
