//! What the kernel saw the checker do with files, beside what the report says of it.
//!
//! Where this host's user may not trace the checker there is no such record: these rules
//! then rest on the report, and the row says so.

use std::collections::BTreeMap;

use checker::{Action, REPORT_FILE, Report};
use evidence::FileCall;
use negatives::matrix::Payload;
use negatives::wire::{INPUT, OUTPUT};
use seccomp::Arch;

use super::answer::{Answer, Wrong, compare};
use super::words::or_none;

/// `O_WRONLY | O_RDWR | O_CREAT | O_TRUNC` of open(2): any of them is more than reading.
const CHANGES: u64 = 0o1 | 0o2 | 0o100 | 0o1000;
/// `O_DIRECTORY` of open(2).
const fn directory(arch: Arch) -> u64 {
    match arch {
        Arch::X86_64 => 0o200_000,
        Arch::Aarch64 => 0o40_000,
    }
}

/// The log holds the declared actions, each once, and nothing else.
pub(super) fn actions(report: &Report, are: &[String]) -> Option<Wrong> {
    let done = report.actions.done.iter();
    let done: Vec<String> = done.map(|it| name(it.action).to_owned()).collect();
    compare("actions done", or_none(are, " "), or_none(&done, " ")).or_else(|| {
        let listed = report.actions.done.iter();
        let mut short = listed.filter(|it| {
            let paths = it.paths.as_ref();
            paths.is_some_and(|paths| paths.len() as u64 != it.opened)
        });
        let action = short.next()?;
        let paths = action.paths.as_ref().map_or(0, Vec::len);
        let what = format!("paths of {}", name(action.action));
        compare(&what, action.opened, paths as u64)
    })
}

fn name(action: Action) -> &'static str {
    match action {
        Action::ReadPacketItem => "READ_PACKET_ITEM",
        Action::WriteLocalReport => "WRITE_LOCAL_REPORT",
    }
}

/// Every file that the kernel saw opened is in the log as often as it was, and nothing
/// else was opened but what is named.
pub(super) fn opens(answer: &Answer<'_>, report: &Report, besides: &[String]) -> Option<Wrong> {
    let logged = logged(report);
    let Some(calls) = answer.record.file_calls() else {
        let none = logged.is_empty();
        return none.then(|| Wrong::new("files in the log", "some", "none"));
    };
    let (read, others) = opened(calls, answer.arch);
    let strange = others
        .iter()
        .find(|path| !besides.contains(path) && **path != partial());
    if let Some(path) = strange {
        let expected = "the packet's files and those named";
        return Some(Wrong::new("file opened", expected, path.clone()));
    }
    differs("opened", &read, &logged)
}

/// Each payload file was opened once.
pub(super) fn opened_once(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let payload = answer.packet.payload.as_ref()?;
    let read = match answer.record.file_calls() {
        Some(calls) => opened(calls, answer.arch).0,
        None => logged(report),
    };
    let once = once(payload);
    let of_payload = |(path, _): &(&String, &u64)| path.starts_with("data/");
    let read = read.iter().filter(of_payload);
    let read = read.map(|(path, times)| (path.clone(), *times)).collect();
    differs("opened", &read, &once)
}

fn once(payload: &Payload) -> BTreeMap<String, u64> {
    let paths = payload.digests.keys();
    paths.map(|path| (path.clone(), 1)).collect()
}

/// How often the log says that each file of the packet was opened.
fn logged(report: &Report) -> BTreeMap<String, u64> {
    let done = report.actions.done.iter();
    let reads = done.filter(|it| it.action == Action::ReadPacketItem);
    let mut times = BTreeMap::new();
    for path in reads.flat_map(|it| it.paths.iter().flatten()) {
        *times.entry(path.clone()).or_default() += 1;
    }
    times
}

/// The files beneath the input that were opened, by their path in the bag and with how
/// often; and every other file that was. A folder that is listed is none.
fn opened(calls: &[FileCall], arch: Arch) -> (BTreeMap<String, u64>, Vec<String>) {
    let (mut read, mut others) = (BTreeMap::new(), Vec::new());
    let opens = calls
        .iter()
        .filter(|it| is_open(it) && it.result.is_none_or(|it| it >= 0));
    for call in opens {
        let path = call.whole();
        let folder = call.flags.is_some_and(|flags| flags & directory(arch) != 0);
        let inside = path.strip_prefix(INPUT).and_then(|it| it.strip_prefix('/'));
        match inside {
            Some(_) | None if folder && (path == INPUT || inside.is_some()) => {}
            Some(inside) => *read.entry(inside.to_owned()).or_default() += 1,
            None => others.push(path),
        }
    }
    (read, others)
}

fn is_open(call: &FileCall) -> bool {
    matches!(call.call.as_str(), "open" | "openat" | "openat2" | "creat")
}

fn differs(
    what: &str,
    seen: &BTreeMap<String, u64>,
    said: &BTreeMap<String, u64>,
) -> Option<Wrong> {
    let paths = seen.keys().chain(said.keys());
    let times = |table: &BTreeMap<String, u64>, path| table.get(path).copied().unwrap_or_default();
    let mut paths: Vec<&String> = paths.collect();
    paths.sort_unstable();
    paths.into_iter().find_map(|path| {
        compare(
            &format!("times that `{path}` was {what}"),
            times(said, path),
            times(seen, path),
        )
    })
}

fn partial() -> String {
    format!("{OUTPUT}/.{REPORT_FILE}.partial")
}

/// The report was created under another name, written, synced and renamed, and nothing
/// else was created, written, changed or removed.
pub(super) fn atomic(answer: &Answer<'_>) -> Option<Wrong> {
    let calls = answer.record.file_calls()?;
    let (partial, report) = (partial(), format!("{OUTPUT}/{REPORT_FILE}"));
    let mut steps: Vec<String> = Vec::new();
    for call in calls.iter().filter(|it| changes(it)) {
        let path = call.whole();
        let to = call.to.as_deref();
        let step = match (call.call.as_str(), to) {
            (_, Some(to)) => format!("{} {path} to {to}", verb(&call.call)),
            ("write" | "pwrite64" | "writev" | "pwritev", None) if !path.starts_with('/') => {
                continue; // Its pipes, on which it announces.
            }
            (name, None) => format!("{} {path}", verb(name)),
        };
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    let expected = [
        format!("create {partial}"),
        format!("write {partial}"),
        format!("sync {partial}"),
        format!("rename {partial} to {report}"),
    ];
    let same = steps.iter().eq(expected.iter());
    (!same).then(|| Wrong::new("way of writing", expected.join(", "), or_none(&steps, ", ")))
}

/// Whether a call makes, writes, changes or removes a file.
fn changes(call: &FileCall) -> bool {
    match call.call.as_str() {
        "open" | "openat" => call.flags.is_some_and(|flags| flags & CHANGES != 0),
        "stat" | "lstat" | "access" | "readlink" | "execve" | "chdir" | "openat2"
        | "newfstatat" | "statx" | "faccessat" | "faccessat2" | "readlinkat" | "execveat"
        | "getdents64" => false,
        _ => true,
    }
}

/// One word for the calls that do the same.
fn verb(call: &str) -> &str {
    match call {
        "open" | "openat" | "creat" => "create",
        "write" | "pwrite64" | "writev" | "pwritev" => "write",
        "fsync" | "fdatasync" => "sync",
        "rename" | "renameat" | "renameat2" => "rename",
        other => other,
    }
}

#[cfg(test)]
mod tests;
