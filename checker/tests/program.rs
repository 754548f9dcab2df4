//! The program itself, outside any sandbox: it must block, whatever it is told.
//!
//! There is no argument and no variable that gets it past P1; what it does in a
//! sandbox is tested there.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use checker::{Announcement, Guard, Settings};
use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

fn checker(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("checker").expect("the program was built");
    command.args(arguments).output().expect("the program runs")
}

fn announcement(output: &Output) -> Announcement {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).expect("an announcement")
}

fn packet(dir: &Path) -> (String, String) {
    let (input, output) = (dir.join("in"), dir.join("out"));
    fixtures::write("no-gap", &input).expect("a packet");
    std::fs::create_dir(&output).expect("a folder");
    (input.display().to_string(), output.display().to_string())
}

#[test]
fn blocks_outside_a_sandbox_and_writes_nothing() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (input, output) = packet(dir.path());
    let run = checker(&["--input", &input, "--output", &output]);
    assert_eq!(run.status.code(), Some(3));
    let said = announcement(&run);
    assert_eq!((said.exit, said.report), (3, None));
    let held = said
        .self_check
        .iter()
        .filter(|invariant| invariant.holds)
        .count();
    assert!(held < said.self_check.len());
    assert_eq!(std::fs::read_dir(&output).expect("a folder").count(), 0);
}

/// Counts what anybody opens or makes in these folders (inotify(7)), from outside the program.
fn watch(folders: &[&String]) -> Inotify {
    let flags = InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC;
    let inotify = Inotify::init(flags).expect("inotify");
    let events = AddWatchFlags::IN_OPEN | AddWatchFlags::IN_ACCESS | AddWatchFlags::IN_CREATE;
    for folder in folders {
        inotify.add_watch(folder.as_str(), events).expect("a watch");
    }
    inotify
}

#[test]
fn blocks_before_any_path_of_the_packet_is_opened() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (input, output) = packet(dir.path());
    let data = format!("{input}/data");
    let record = watch(&[&input, &data, &output]);
    let run = checker(&["--input", &input, "--output", &output]);
    assert_eq!(run.status.code(), Some(3));
    assert_eq!(
        record.read_events().map(|events| events.len()),
        Err(Errno::EAGAIN)
    );
    // The same record sees it when the packet is read.
    let settings = Settings::of(input.into(), output.into());
    checker::triage(&Guard::new(&settings), &order()).expect("the self-audit holds");
    assert!(record.read_events().expect("events").len() > 5);
}

#[test]
fn usage_errors_help_and_version_exit_2_and_say_nothing_to_machines() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["--input", "in"],
        &["--skip-self-check"],
    ] {
        let run = checker(arguments);
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        assert!(
            run.stdout.is_empty() && !run.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

/// Where the feature is off there is no fault to select, and none in the program.
#[cfg(not(feature = "wrong"))]
#[test]
fn the_program_has_no_fault_to_select() {
    let run = checker(&["--wrong", "exit-zero"]);
    assert_eq!(run.status.code(), Some(2));
    let said = String::from_utf8(run.stderr).expect("text");
    assert!(said.contains("observed `--wrong`"), "{said}");
    let program = std::fs::read(assert_cmd::cargo::cargo_bin("checker")).expect("the program");
    for text in [
        &b"wrong on purpose"[..],
        b"exit-zero",
        b"self-check-skipped",
    ] {
        let mut windows = program.windows(text.len());
        assert!(!windows.any(|it| it == text), "{}", text.escape_ascii());
    }
}

#[test]
fn an_announcement_that_cannot_be_written_is_an_internal_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let program = assert_cmd::cargo::cargo_bin("checker");
    let run = std::process::Command::new(program)
        .stdout(full)
        .status()
        .expect("the program runs");
    assert_eq!(run.code(), Some(70));
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
