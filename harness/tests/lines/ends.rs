//! However an audit ends, nothing of it is left.

use std::process::{Command, Stdio};

/// Whether the line of the next test runs.
fn sleeps() -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let line = |it: &std::fs::DirEntry| std::fs::read(it.path().join("cmdline")).ok();
    let mut lines = processes.filter_map(|it| line(&it));
    lines.any(|it| it == b"sleep\x001234.567\x00")
}

/// A run that is killed, or interrupted, leaves no process, folder or object behind.
#[test]
fn however_the_run_ends_nothing_of_it_is_left() {
    use nix::sys::signal::{Signal, kill};
    for signal in [Signal::SIGKILL, Signal::SIGINT] {
        let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(["audit", "--", "sh", "-c", "exec sleep 1234.567"])
            .current_dir(work.path())
            .env("HOME", work.path())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let left = || std::fs::read_dir(work.path()).unwrap().count();
        let until = |done: &dyn Fn() -> bool| {
            let since = std::time::Instant::now();
            while !done() && since.elapsed() < std::time::Duration::from_secs(20) {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            assert!(done(), "{signal}");
        };
        until(&|| left() > 0 && sleeps());
        kill(
            nix::unistd::Pid::from_raw(i32::try_from(run.id()).unwrap()),
            signal,
        )
        .unwrap();
        let ended = run.wait().unwrap();
        if signal == Signal::SIGINT {
            assert_eq!(ended.code(), Some(130));
        }
        until(&|| left() == 0 && !sleeps());
    }
}
