//! The words that reasons have for what was observed. They are signed and compared, so
//! they are a format: written here, and never a type's `Debug` form, which any release of
//! a compiler or library may change.

use evidence::record::{EntryKind, FaultDone, FaultRecord, OutputEntry, Subject};
use negatives::matrix::FaultKind;
use negatives::wire::Event;

/// What runs behind the airlock.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Probe(probed) => format!("probe of {}", probed.attempts.join(" ")),
        Subject::Checker(checked) => format!("checker of `{}`", checked.packet),
    }
}

/// A line of the probe's, but for what came of an attempt.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Hello { case, attempts } => {
            format!("hello of {case} with {attempts} attempts")
        }
        Event::Begin { id } => begin(id),
        Event::End { id, .. } => end(id),
        Event::Exit { attempts } => format!("exit after {attempts} attempts"),
    }
}

/// An attempt is announced.
pub(super) fn begin(id: &str) -> String {
    format!("begin of {id}")
}

/// An attempt has an outcome.
pub(super) fn end(id: &str) -> String {
    format!("end of {id}")
}

/// What is done to the checker.
pub(super) fn fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::None => "none",
        FaultKind::OutputFull => "output-full",
        FaultKind::WriteError => "write-error",
        FaultKind::KilledWriting => "killed-writing",
        FaultKind::KilledPublishing => "killed-publishing",
    }
}

/// What became of a fault.
pub(super) fn done(record: Option<&FaultRecord>) -> String {
    let Some(record) = record else {
        return "none".to_owned();
    };
    let done = match &record.done {
        FaultDone::Done => "done".to_owned(),
        FaultDone::NeverCame => "never came".to_owned(),
        FaultDone::NotApplicable(why) => format!("not applicable: {why}"),
    };
    format!("{}, {done}", fault(record.how))
}

/// An entry of the output folder.
pub(super) fn entry(entry: &OutputEntry) -> String {
    let kind = match entry.kind {
        EntryKind::File => "a plain file",
        EntryKind::LinkedFile => "a file with a second name",
        EntryKind::Folder => "a folder",
        EntryKind::Link => "a link",
        EntryKind::Special => "a special file",
    };
    let digest = entry.sha256.as_deref().unwrap_or("not read");
    format!(
        "`{}`, {kind} of {} bytes, sha256 {digest}",
        entry.name, entry.size
    )
}

/// What there is, joined, or `none`.
pub(super) fn or_none<T: ToString>(items: impl IntoIterator<Item = T>, joint: &str) -> String {
    let words: Vec<String> = items.into_iter().map(|it| it.to_string()).collect();
    if words.is_empty() {
        return "none".to_owned();
    }
    words.join(joint)
}
