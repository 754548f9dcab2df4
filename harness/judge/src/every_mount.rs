//! N18: whatever is mounted, nothing can be written there but beneath the output. Which
//! mounts there are is the host's word, at the barrier; what came of writing at each is
//! the probe's.

use evidence::plan::every_mount;
use evidence::record::LaunchRecord;
use evidence::view::View;
use negatives::wire::{OUTPUT, Outcome};

use super::probe::{Came, came};
use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// How the kernel refuses to write somewhere: by its mode or by Landlock, by the mount,
/// by a filter.
const REFUSALS: [i32; 3] = [libc::EACCES, libc::EROFS, libc::EPERM];

/// A file system of processes takes no new name from anybody: it looks the name up
/// first, and says that there is none (`proc_lookup`, fs/proc).
const TAKES_NO_NAME: &str = "proc";

/// What came of writing at one mount.
#[derive(Debug)]
pub struct Answer {
    point: String,
    expected: &'static str,
    observed: String,
    /// Whether nothing at all was answered.
    silent: bool,
    /// Whether it is what must come there.
    pub fits: bool,
}

impl Answer {
    /// Whether anything came of it.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !self.silent
    }
}

/// An answer for each mount that the host saw.
#[must_use]
pub fn answers(record: &LaunchRecord) -> Vec<Answer> {
    let Some(view) = &record.barrier else {
        return Vec::new();
    };
    let points = every_mount::points(view).into_iter();
    points.map(|point| answer(record, view, point)).collect()
}

fn answer(record: &LaunchRecord, view: &View, point: &str) -> Answer {
    let mut table = view.mounts.fact().into_iter().flatten();
    let no_name = table.any(|mount| mount.point == point && mount.kind == TAKES_NO_NAME);
    let refusal = |number| REFUSALS.contains(number) || (no_name && *number == libc::ENOENT);
    let came = came(record, &every_mount::id(point));
    let fits = match &came {
        Came::Out(Outcome::Returned(_)) => point == OUTPUT,
        Came::Out(Outcome::Errno(number)) => point != OUTPUT && refusal(number),
        Came::Out(_) | Came::Died(_) | Came::Unknown => false,
    };
    Answer {
        point: point.to_owned(),
        expected: match (point == OUTPUT, no_name) {
            (true, _) => "a file is written",
            (false, true) => "EACCES, EROFS, EPERM or ENOENT",
            (false, false) => "EACCES, EROFS or EPERM",
        },
        observed: came.to_string(),
        silent: matches!(came, Came::Unknown),
        fits,
    }
}

/// Judges the launches in which it is tried, of which there must be one.
pub(super) fn judge(records: &Records<'_>) -> Verdict {
    let launches = records.every_mount();
    if launches.is_empty() {
        let evidence = "no launch tries every mount".to_owned();
        return Verdict::NotRun(Reason::NothingApplies { evidence });
    }
    Verdict::gravest(
        launches
            .into_iter()
            .flat_map(|launch| match records.get(launch) {
                Err(verdict) => vec![verdict],
                Ok(record) => verdicts(record),
            }),
    )
}

/// Where no table was seen, the rule on the table says so.
fn verdicts(record: &LaunchRecord) -> Vec<Verdict> {
    let fallen = answers(record).into_iter().filter(|answer| !answer.fits);
    fallen.map(|answer| fell(record, answer)).collect()
}

fn fell(record: &LaunchRecord, answer: Answer) -> Verdict {
    let own = answer.point == OUTPUT;
    let reason = Reason::Packet {
        rule: "every-mount",
        packet: record.id.clone(),
        what: format!("writing at `{}`", answer.point),
        expected: answer.expected.to_owned(),
        observed: answer.observed,
    };
    match (answer.silent, own) {
        (true, _) => Verdict::NotRun(reason),
        // Where it may write it cannot: that it cannot elsewhere shows nothing.
        (false, true) => Verdict::Inconclusive(reason),
        (false, false) => Verdict::Broken(reason),
    }
}

#[cfg(test)]
mod tests;
