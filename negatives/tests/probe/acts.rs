//! The scripted acts: what they do where nothing is denied, and that they take
//! back what they made.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use negatives::matrix::Expectation;
use negatives::wire::{EXEC_HELLO, Event, Outcome, PlannedAttempt};

use crate::driver::{NONCE, PROBE, call, lines, outcome, outcomes, plan, run, script};

#[test]
fn no_attempt_leaves_a_descriptor_open() {
    let mut attempts: Vec<PlannedAttempt> = [
        "socket(AF_UNIX, SOCK_STREAM, 0)",
        "socketpair(AF_UNIX, SOCK_STREAM, 0, buf(8))",
        "memfd_create(\"x\", 0)",
        "dup3(0, 60, 0)",
        "openat(AT_FDCWD, \"/\", O_PATH)",
    ]
    .into_iter()
    .zip(0..)
    .map(|(text, number)| PlannedAttempt {
        id: format!("made-{number}"),
        ..call(text)
    })
    .collect();
    attempts.push(script("read-file", &["/proc/self/status"]));
    attempts.push(PlannedAttempt {
        id: "left".to_owned(),
        ..script("list-descriptors", &[])
    });
    // What this test itself inherited is there before and after.
    attempts.insert(
        0,
        PlannedAttempt {
            id: "before".to_owned(),
            ..script("list-descriptors", &[])
        },
    );
    let outcomes = outcomes(attempts, &[]);
    assert_eq!(outcomes["left"], outcomes["before"]);
    assert!(
        outcomes
            .iter()
            .filter(|(id, _)| id.starts_with("made"))
            .all(|(_, outcome)| matches!(outcome, Outcome::Returned(0..)))
    );
}

#[test]
fn an_open_descriptor_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, plan(vec![script("list-descriptors", &[])], &[])).unwrap();
    let shell = format!("exec 7</dev/null; exec {PROBE} {}", path.display());
    let output = Command::new("/bin/sh")
        .args(["-c", &shell])
        .output()
        .unwrap();
    let found = lines(&output).into_iter().any(|line| {
        matches!(line.event,
        Event::End { outcome: Outcome::Found(what), .. } if what.split(' ').any(|open| open == "7"))
    });
    assert!(found);
}

#[test]
fn every_way_to_another_program_says_that_it_runs() {
    let hello = Outcome::Found(EXEC_HELLO.to_owned());
    let ways: &[(&str, &[&str])] = &[
        ("exec-path", &[PROBE]),
        ("exec-from-thread", &[]),
        ("exec-from-child", &["clone"]),
        ("exec-from-child", &["spawn"]),
        ("execveat-opened", &[PROBE]),
        ("memfd-exec", &["execveat"]),
        ("memfd-exec", &["/proc/self/fd"]),
    ];
    for (name, args) in ways {
        assert_eq!(outcome(script(name, args)), hello, "{name} {args:?}");
    }
    if cfg!(target_arch = "x86_64") {
        assert_eq!(outcome(script("exec-from-child", &["fork"])), hello);
        assert_eq!(outcome(script("exec-from-child", &["vfork"])), hello);
    }
}

#[test]
fn another_program_goes_on_with_the_nonce_and_the_count() {
    for (name, args) in [("exec-path", [PROBE]), ("memfd-exec", ["execveat"])] {
        let lines = lines(&run(&plan(vec![script(name, &args)], &[])));
        assert!(
            lines
                .iter()
                .zip(0..)
                .all(|(line, seq)| line.seq == seq && line.nonce == NONCE),
            "{lines:?}"
        );
        assert!(
            matches!(lines.last().unwrap().event, Event::Exit { attempts: 1 }),
            "{lines:?}"
        );
    }
}

#[test]
fn a_program_that_is_not_there_is_not_executed() {
    assert_eq!(
        outcome(script("exec-path", &["/no/such/program"])),
        Outcome::Errno(libc::ENOENT)
    );
    assert_eq!(
        outcome(script("execveat-opened", &["/no/such/program"])),
        Outcome::Errno(libc::ENOENT)
    );
    assert_eq!(
        outcome(script("execveat-descriptor", &["900"])),
        Outcome::Errno(libc::EBADF)
    );
}

#[cfg(target_arch = "x86_64")]
#[cfg(target_arch = "x86_64")]
/// Acts beneath a folder of the test's own, and what comes of them there.
const ACTS: &[(&str, &[&str], &str)] = &[
    ("create-file", &["fact(output)/new"], "returns"),
    ("make-folder", &["fact(output)/folder"], "returns 0"),
    ("make-fifo", &["fact(output)/fifo"], "returns 0"),
    ("make-socket", &["fact(output)/socket"], "returns 0"),
    ("make-symlink", &["x", "fact(output)/link"], "returns 0"),
    (
        "make-hard-link",
        &["fact(output)/victim", "fact(output)/hard"],
        "returns 0",
    ),
    (
        "rename",
        &["fact(output)/victim", "fact(output)/moved"],
        "returns 0",
    ),
    ("remove", &["fact(output)/victim"], "returns 0"),
    ("read-back", &["fact(output)"], "returns"),
    (
        "write-through-symlink",
        &["fact(output)/target", "fact(output)/link"],
        "returns",
    ),
    (
        "read-through-symlink",
        &["/proc/version", "fact(output)/link"],
        "returns",
    ),
    (
        "write-through-descriptor",
        &["fact(output)", "new"],
        "returns",
    ),
    ("path-present", &["fact(output)/victim"], "found"),
    ("path-present", &["fact(output)/absent"], "absent"),
    ("read-file", &["/proc/version"], "found"),
    ("read-file", &["/dev/null"], "absent"),
    ("list-folder", &["fact(output)"], "returns"),
    ("mount-at", &["/proc"], "found"),
    ("mount-at", &["/no/such/mount"], "absent"),
    ("write-own-code", &["/proc/self/mem"], "returns 1"),
];

#[test]
fn what_an_act_makes_it_takes_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("victim"), "sixteen bytes ok").unwrap();
    let here = folder.path().to_str().unwrap();
    for (name, args, expected) in ACTS {
        let outcome = outcomes(vec![script(name, args)], &[("output", here)])
            .remove("only")
            .unwrap();
        let expected: Expectation = expected.parse().unwrap();
        assert!(expected.matches(&outcome), "{name} {args:?}: {outcome:?}");
        assert_eq!(names(folder.path()), ["victim"], "{name} {args:?}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_refused_step_is_what_a_script_reports() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let beneath = format!("{}/beneath", file.display());
    for name in [
        "create-file",
        "make-folder",
        "make-fifo",
        "read-file",
        "list-folder",
    ] {
        assert_eq!(
            outcome(script(name, &[&beneath])),
            Outcome::Errno(libc::ENOTDIR),
            "{name}"
        );
    }
}

/// Answers one connection with these bytes and gives the port.
fn server(answer: &'static [u8]) -> (String, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let thread = std::thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
        let mut request = vec![0; 8];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(answer).unwrap();
        request
    });
    (port, thread)
}

#[test]
fn a_database_server_is_known_by_its_answer_and_not_by_an_open_port() {
    for (answer, expected) in [
        (&b"N"[..], true),
        (b"S", true),
        (b"HTTP/1.1 400", false),
        (b"", false),
    ] {
        let (port, thread) = server(answer);
        let outcome = outcome(script("postgres-tcp", &["127.0.0.1", &port]));
        assert_eq!(
            matches!(outcome, Outcome::Found(_)),
            expected,
            "{answer:?}: {outcome:?}"
        );
        assert_eq!(thread.join().unwrap(), [0, 0, 0, 8, 4, 210, 22, 47]);
    }
}

#[test]
fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    drop(listener);
    for name in ["tcp-connect", "postgres-tcp"] {
        assert_eq!(
            outcome(script(name, &["127.0.0.1", &port])),
            Outcome::Errno(libc::ECONNREFUSED),
            "{name}"
        );
    }
    assert_eq!(
        outcome(script("unix-connect", &["@/no/such/name"])),
        Outcome::Errno(libc::ECONNREFUSED)
    );
}
