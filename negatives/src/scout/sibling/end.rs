//! The end of a launch whose run is over before it: what was started elsewhere for it is
//! forgotten by who started it, and what is left of it is killed.

use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use crate::attempt::{Bench, Step};

/// How often those who started something are asked to forget it while the launch is there:
/// what is only being made is known a moment later.
const TIMES: u32 = 20;
/// How long between, in nanoseconds.
const PAUSE: u64 = 100_000_000;

/// Ends the launch in this process group.
pub(super) fn launch(bench: &mut Bench<'_>, group: i32, forget: &[Vec<String>]) {
    let all = i64::from(-group).cast_unsigned();
    let mut left = if forget.is_empty() { 0 } else { TIMES };
    while left > 0 && there(bench, all) {
        asked(bench, forget);
        rest(bench);
        left -= 1;
    }
    bench.arena.reset();
    drop(bench.native("kill", &[all, u64::from(libc::SIGKILL.unsigned_abs())]));
    asked(bench, forget);
}

/// Files, else folders: what is gone already is what was wanted.
pub(super) fn removed(paths: &[PathBuf]) {
    for path in paths {
        if std::fs::remove_file(path).is_err() {
            drop(std::fs::remove_dir(path));
        }
    }
}

/// Whether somebody of it is there.
fn there(bench: &mut Bench<'_>, group: u64) -> bool {
    let asked = bench.native("kill", &[group, 0]);
    asked.is_ok_and(|it| it.returned == 0)
}

fn rest(bench: &mut Bench<'_>) {
    bench.arena.reset();
    if let Ok(time) = bench.words(&[0, PAUSE]) {
        drop(bench.native("nanosleep", &[time, 0]));
    }
}

fn asked(bench: &mut Bench<'_>, forget: &[Vec<String>]) {
    for words in forget {
        bench.arena.reset();
        // Where one cannot be asked, the next one still can.
        drop(run(bench, words));
    }
}

/// Runs a program with this process's environment and waits for its end.
fn run(bench: &mut Bench<'_>, words: &[String]) -> Step<()> {
    let flags = u64::from(libc::SIGCHLD.unsigned_abs());
    let pid = bench.must("clone", &[flags])?;
    if pid == 0 {
        drop(becomes(bench, words));
        bench.leave(127);
    }
    drop(bench.native("wait4", &[pid, 0, 0, 0])?);
    Ok(())
}

fn becomes(bench: &mut Bench<'_>, words: &[String]) -> Step<()> {
    let path = bench.text(words.first().map_or("", String::as_str))?;
    let mut arguments = Vec::new();
    for word in words {
        arguments.push(bench.text(word)?);
    }
    arguments.push(0);
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        let mut variable = name.into_vec();
        variable.push(b'=');
        variable.extend(value.into_vec());
        variable.push(0);
        variables.push(bench.bytes(&variable)?);
    }
    variables.push(0);
    let (arguments, variables) = (bench.words(&arguments)?, bench.words(&variables)?);
    bench.must("execve", &[path, arguments, variables])?;
    Ok(())
}
