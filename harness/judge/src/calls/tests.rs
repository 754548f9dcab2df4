//! What the kernel saw beside what the report says, call by call, on the sample's calls.

use evidence::record::LaunchRecord;
use negatives::matrix::{Case, Rule};

use super::*;
use crate::samples;

/// A row that has this rule, and the record of its first launch.
fn row(is: impl Fn(&Rule) -> bool) -> (Case, LaunchRecord) {
    let (matrix, expected) = (declared::matrix().unwrap(), samples::expected());
    let mut cases = matrix.cases().iter();
    let case = cases.find(|case| case.rules.iter().any(&is)).unwrap();
    let abilities = &expected.abilities;
    let mut observed = samples::observations(case, abilities, &expected);
    (case.clone(), observed.launches.remove(0))
}

fn call(name: &str, path: &str) -> FileCall {
    FileCall {
        call: name.to_owned(),
        path: path.to_owned(),
        base: None,
        to: None,
        flags: None,
        result: Some(3),
    }
}

fn with(call: FileCall, flags: u64) -> FileCall {
    let flags = Some(flags);
    FileCall { flags, ..call }
}

type Calls = Vec<FileCall>;

/// What a rule finds once `change` was made to the calls of its row.
fn found(
    is: impl Fn(&Rule) -> bool,
    find: impl Fn(&Answer<'_>) -> Option<Wrong>,
    change: impl FnOnce(&mut Option<Calls>),
) -> Option<String> {
    let (case, mut record) = row(is);
    change(&mut record.subject.checked_mut().unwrap().file_calls);
    let answer = Answer::of(&case.packets[0], &record, Arch::X86_64);
    let Wrong {
        what,
        expected,
        observed,
    } = find(&answer)?;
    Some(format!("{what}: {expected}, {observed}"))
}

fn opened_otherwise(change: impl FnOnce(&mut Option<Calls>)) -> Option<String> {
    let is = |rule: &Rule| matches!(rule, Rule::Opens { .. });
    let named = ["/proc/self/status".to_owned()];
    let find = |answer: &Answer<'_>| opens(answer, answer.report.as_ref().unwrap(), &named);
    found(is, find, change)
}

fn also_opened(call: FileCall) -> Option<String> {
    opened_otherwise(|calls| calls.as_mut().unwrap().push(call))
}

fn written_otherwise(change: impl FnOnce(&mut Option<Calls>)) -> Option<String> {
    found(|rule| *rule == Rule::Atomic {}, atomic, change)
}

fn also_did(call: FileCall) -> Option<String> {
    written_otherwise(|calls| calls.as_mut().unwrap().push(call))
}

#[test]
fn a_file_that_is_not_the_packets_is_strange_by_whatever_call_it_was_opened() {
    assert_eq!(opened_otherwise(|_| ()), None);
    for name in ["open", "openat", "openat2", "creat"] {
        let strange = "file opened: the packet's files and those named, /etc/passwd";
        assert_eq!(
            also_opened(call(name, "/etc/passwd")).as_deref(),
            Some(strange)
        );
    }
    assert_eq!(also_opened(call("openat", "/proc/self/status")), None);
    // Who asks whether it is there has not opened it.
    assert_eq!(also_opened(call("statx", "/etc/passwd")), None);
}

/// What the kernel refused was not opened; what a dead process asked for may have been.
#[test]
fn what_was_refused_was_not_opened() {
    let answered = |result| FileCall {
        result,
        ..call("openat", "/etc/passwd")
    };
    assert_eq!(also_opened(answered(Some(-2))), None);
    assert!(also_opened(answered(Some(0))).is_some());
    assert!(also_opened(answered(None)).is_some());
}

/// The checker lists the folders of the packet, and no other.
#[test]
fn a_folder_of_the_packet_may_be_listed() {
    let listed = |path: &str| also_opened(with(call("openat", path), 0o2_200_000));
    assert_eq!(listed("/in"), None);
    assert_eq!(listed("/in/data"), None);
    assert!(listed("/etc").unwrap().ends_with(", /etc"));
    let as_a_file = also_opened(with(call("openat", "/in"), 0o2_000_000));
    assert!(as_a_file.unwrap().ends_with(", /in"));
}

/// The same flag has another number on another machine (`asm/fcntl.h`).
#[test]
fn a_folder_is_known_by_the_flag_of_the_machine() {
    let numbers = Arch::ALL.map(|arch| (arch, directory(arch)));
    let expected = [(Arch::X86_64, 0o200_000), (Arch::Aarch64, 0o40_000)];
    assert!(expected.iter().all(|it| numbers.contains(it)));
}

#[test]
fn a_file_is_opened_as_often_as_the_log_says() {
    let twice = opened_otherwise(|calls| {
        let calls = calls.as_mut().unwrap();
        calls.push(calls[0].clone());
    });
    assert!(twice.unwrap().ends_with(" was opened: 1, 2"));
    let never = opened_otherwise(|calls| drop(calls.as_mut().unwrap().remove(0)));
    assert!(never.unwrap().ends_with(" was opened: 1, 0"));
    // Nobody may trace the checker here: the row rests on the log.
    assert_eq!(opened_otherwise(|calls| *calls = None), None);
}

#[test]
fn each_payload_file_is_opened_once_by_the_calls_and_without_them_by_the_log() {
    let is = |rule: &Rule| *rule == Rule::OpenedOnce {};
    let find = |answer: &Answer<'_>| opened_once(answer, answer.report.as_ref().unwrap());
    assert_eq!(found(is, find, |_| ()), None);
    assert_eq!(found(is, find, |calls| *calls = None), None);
    let twice = found(is, find, |calls| {
        calls
            .as_mut()
            .unwrap()
            .push(call("open", "/in/data/packet.json"));
    });
    let words = "times that `data/packet.json` was opened: 1, 2";
    assert_eq!(twice.as_deref(), Some(words));
    // A tag file may be read again: it is no evidence.
    let tag = found(is, find, |calls| {
        calls.as_mut().unwrap().push(call("open", "/in/bagit.txt"));
    });
    assert_eq!(tag, None);
}

#[test]
fn a_report_is_put_in_its_place_whole_and_nothing_else_is_changed() {
    assert_eq!(written_otherwise(|_| ()), None);
    assert_eq!(written_otherwise(|calls| *calls = None), None);
    let unsynced = written_otherwise(|calls| {
        calls.as_mut().unwrap().retain(|it| it.call != "fsync");
    });
    let unsynced = unsynced.unwrap();
    let (_, observed) = unsynced.rsplit_once("report.json, create").unwrap();
    assert!(!observed.contains("sync"), "{unsynced}");
    let removed = also_did(call("unlink", "/out/other")).unwrap();
    assert!(removed.ends_with(", unlink /out/other"), "{removed}");
}

/// Several writes in a row are one step, and by another call the same one.
#[test]
fn how_many_writes_a_report_takes_is_its_own_affair() {
    let again = |name: &'static str| {
        written_otherwise(|calls| {
            let calls = calls.as_mut().unwrap();
            let at = calls.iter().position(|it| it.call == "write").unwrap();
            let path = calls[at].path.clone();
            calls.insert(at, call(name, &path));
        })
    };
    for name in ["write", "pwrite64", "writev", "pwritev"] {
        assert_eq!(again(name), None, "{name}");
    }
    assert!(again("ftruncate").is_some());
    let other = |from: &'static str, to: &'static str| {
        written_otherwise(|calls| {
            let mut calls = calls.as_mut().unwrap().iter_mut();
            calls.find(|it| it.call == from).unwrap().call = to.to_owned();
        })
    };
    for (from, to) in [
        ("fsync", "fdatasync"),
        ("rename", "renameat"),
        ("rename", "renameat2"),
    ] {
        assert_eq!(other(from, to), None, "{to}");
    }
    assert!(other("rename", "link").is_some());
}

/// The announcement goes to a pipe, which is no file and has no path.
#[test]
fn what_is_written_to_a_pipe_changes_no_file() {
    assert_eq!(also_did(call("write", "pipe:[1001]")), None);
    assert!(also_did(call("write", "/out/other")).is_some());
    assert!(also_did(call("fsync", "pipe:[1001]")).is_some());
}

/// Each of `O_WRONLY`, `O_RDWR`, `O_CREAT` and `O_TRUNC` alone; not `O_CLOEXEC`.
#[test]
fn a_file_that_is_opened_for_more_than_reading_is_changed() {
    let opened = |name: &str, flags| also_did(with(call(name, "/in/bagit.txt"), flags));
    for flags in [0o1, 0o2, 0o100, 0o1000] {
        for name in ["open", "openat"] {
            let found = opened(name, flags).unwrap();
            assert!(found.ends_with(", create /in/bagit.txt"), "{found}");
        }
    }
    assert_eq!(opened("openat", 0), None);
    assert_eq!(opened("open", 0o2_000_000), None);
    assert_eq!(also_did(call("open", "/in/bagit.txt")), None);
    for looks in ["stat", "lstat", "access", "readlink", "getdents64", "statx"] {
        assert_eq!(also_did(call(looks, "/in/bagit.txt")), None, "{looks}");
    }
}

#[test]
fn the_log_holds_the_declared_actions_and_every_path_that_it_counts() {
    let (_, record) = row(|rule| matches!(rule, Rule::Actions { .. }));
    let mut report: Report = serde_json::from_str(record.report().unwrap()).unwrap();
    let are = ["READ_PACKET_ITEM", "WRITE_LOCAL_REPORT"].map(str::to_owned);
    assert_eq!(actions(&report, &are), None);
    let wrong = actions(&report, &are[..1]).unwrap();
    assert_eq!(wrong.observed, "READ_PACKET_ITEM WRITE_LOCAL_REPORT");
    report.actions.done[1].opened += 1;
    let wrong = actions(&report, &are).unwrap();
    assert_eq!(wrong, Wrong::new("paths of WRITE_LOCAL_REPORT", "2", "1"));
}
