//! bubblewrap's own options as a line, with the limits that the engine sets beside them.

use std::path::Path;

use evidence::profile::Profile;
use nix::sys::resource::Resource;

use super::shell::Line;
use super::{Filter, PasteError, Target};
use crate::bwrap as engine;
use crate::bwrap::Point;

/// The descriptor on which bubblewrap reads the filter.
const FILTER: u32 = 10;
/// Where the filter is written to, where no file has it yet.
const FILTER_FILE: &str = "seccomp.bpf";

/// What a user types for bubblewrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bwrap {
    /// Makes the places that are mounted on, which the root must have.
    pub prepare: Line,
    /// Writes the filter, where no file has it yet.
    pub filter: Option<Line>,
    /// Starts the sandbox.
    pub start: Line,
}

pub(super) fn lines(profile: &Profile, target: &Target, root: &Path) -> Result<Bwrap, PasteError> {
    let folders = target.folders();
    let options = engine::options(profile, &folders, root).map_err(PasteError::Bwrap)?;
    let mut start = Line::default();
    if let Some((user, group)) = engine::becomes(profile) {
        start.say(&[
            "setpriv",
            &format!("--reuid={user}"),
            &format!("--regid={group}"),
        ]);
        start.say(&["--clear-groups"]);
    }
    start.say(&["prlimit"]);
    for (resource, value) in engine::limits(profile) {
        start.say(&[&format!("--{}={value}:{value}", limit(resource)?)]);
    }
    start.say(&["bwrap"]);
    let options: Vec<_> = options.iter().map(|word| word.to_string_lossy()).collect();
    start.say(&options.iter().map(|word| &**word).collect::<Vec<_>>());
    start.say(&["--seccomp", &FILTER.to_string(), "--"]);
    start.say(
        &target
            .program
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let filter = filter(&mut start, &target.filter);
    Ok(Bwrap {
        prepare: prepare(&engine::points(profile), root),
        filter,
        start,
    })
}

/// Opens the filter on its descriptor; the line that writes it first, where no file has
/// it yet. Not by the shell's process substitution: that leaves a descriptor of its own
/// open, which bubblewrap would hand on.
fn filter(start: &mut Line, filter: &Filter) -> Option<Line> {
    match filter {
        Filter::File(path) => {
            start.file_on(FILTER, path);
            None
        }
        Filter::Printed { harness } => {
            let mut print = Line::of(&[&harness.display().to_string(), "profile", "--as", "bpf"]);
            print.into_file(FILTER_FILE);
            start.file_on(FILTER, Path::new(FILTER_FILE));
            Some(print)
        }
    }
}

fn prepare(points: &[Point], root: &Path) -> Line {
    let mut line = Line::of(&["mkdir", "-p"]);
    for point in points {
        let place = root.join(point.path.trim_start_matches('/'));
        line.say(&[&place.display().to_string()]);
    }
    line
}

/// prlimit(1)'s names of the limits that the engine sets.
fn limit(resource: Resource) -> Result<&'static str, PasteError> {
    if resource == Resource::RLIMIT_NOFILE {
        Ok("nofile")
    } else if resource == Resource::RLIMIT_FSIZE {
        Ok("fsize")
    } else if resource == Resource::RLIMIT_CORE {
        Ok("core")
    } else if resource == Resource::RLIMIT_NPROC {
        Ok("nproc")
    } else {
        Err(PasteError::NoWord {
            field: "limit".to_owned(),
            value: format!("{resource:?}"),
        })
    }
}
