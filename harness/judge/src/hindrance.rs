//! Broken, or only in the way: when the checker gave no answer that could be wrong.
//!
//! | what was observed of a launch | the row |
//! | --- | --- |
//! | no record of it, or a record of another launch | not run |
//! | the engine, the airlock or the instruments failed (`trouble`) | inconclusive |
//! | an attempt that the probe could not prepare (`not ready`) | inconclusive |
//! | an attempt that was never reported | not run |
//! | the checker blocked itself before it read anything (exit code 3) | inconclusive |
//! | the checker ended without an announcement, and not with 0 | inconclusive |
//! | the checker could not read its input (`UNREADABLE`) | inconclusive |
//! | the checker's disk was full or failed | inconclusive |
//! | a fact that the row rests on could not be seen from outside | inconclusive |
//! | a control that did not come out as declared | inconclusive |
//! | something was let through | broken |
//! | the checker answered otherwise than declared; it ended with 0 | broken |
//!
//! What says that the checker was kept from working says nothing about its answer: to
//! call that broken would blame it, and to call it held would be worse.

use checker::{Announcement, Outcome, Reason as Refusal, Report};
use evidence::Exit;
use evidence::record::LaunchRecord;

/// Errors of a disk that is full, over its quota or broken (errno(3)): `EIO`, `ENOSPC`
/// and `EDQUOT`, as Rust's standard library words them.
const DISK: [&str; 3] = ["(os error 5)", "(os error 28)", "(os error 122)"];

/// What kept the checker from answering, if something did.
pub(super) fn of(record: &LaunchRecord) -> Option<String> {
    let Some(said) = record.announcement() else {
        let quietly = record.exit == Exit::Code(0);
        return (!quietly).then(|| format!("no announcement, {}", record.exit));
    };
    match said.outcome {
        Outcome::Blocked if record.exit == Exit::Code(3) => {
            Some(format!("blocked: {}", reason(said)))
        }
        Outcome::InternalError if DISK.iter().any(|errno| reason(said).ends_with(errno)) => {
            Some(format!("the disk: {}", reason(said)))
        }
        Outcome::Refused => unreadable(record),
        Outcome::Blocked | Outcome::InternalError | Outcome::Gaps | Outcome::NoGapObserved => None,
    }
}

/// The longest last words that are quoted, in characters.
const LAST_WORDS: usize = 300;

/// What went wrong with a launch, and the last words of who was launched: a launcher that
/// could not start says there why.
pub(super) fn trouble(record: &LaunchRecord) -> Option<String> {
    let trouble = record.trouble.as_deref()?;
    let last = record
        .errors
        .lines()
        .map(str::trim)
        .rfind(|it| !it.is_empty());
    Some(match last {
        Some(last) if !trouble.contains(last) => {
            let quoted: String = last.chars().take(LAST_WORDS).collect();
            format!("{trouble}; its last words: {quoted}")
        }
        Some(_) | None => trouble.to_owned(),
    })
}

/// The checker says that the system would not let it read the packet.
fn unreadable(record: &LaunchRecord) -> Option<String> {
    let report = record.report()?;
    let report: Report = serde_json::from_str(report).ok()?;
    let refusal = report.refusal?;
    let file = refusal.file.unwrap_or_default();
    (refusal.reason == Refusal::Unreadable).then(|| format!("unreadable input: `{file}`"))
}

fn reason(said: &Announcement) -> &str {
    said.reason.as_deref().unwrap_or_default()
}
