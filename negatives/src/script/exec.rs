//! Becoming another program, by every way there is.
//!
//! The other program is this one with `--hello`, or a few instructions that
//! print the same lines: what runs says so itself, nothing is inferred.

use super::files::{flags, open, symbol};
use super::program;
use crate::attempt::{Bench, Report, Step};
use crate::call::table;
use crate::raw;
use crate::wire::{Abi, CallRecord, EXEC_HELLO, Outcome};

/// The argument with which the probe only exits, with [`CHILD_HELLO`].
pub const CHILD_ARGUMENT: &str = "--child";
/// Where the airlock puts the path of its one exec.
const PINNED_PATH: u64 = 0x2_0000;
/// The exit code of a child that became this program. No errno is as large.
pub const CHILD_HELLO: u8 = 200;

pub(super) fn path(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let argv = hello_arguments(bench)?;
    let path = bench.text(&arguments[0])?;
    bench.native("execve", &[path, argv, 0]).map(Report::of)
}

pub(super) fn from_thread(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let argv = hello_arguments(bench)?;
    let program = bench.hello.program.clone();
    let path = bench.text(&program)?;
    let number = number("execve")?;
    let thread =
        std::thread::Builder::new().spawn(move || raw::native(number, [path, argv, 0, 0, 0, 0]));
    let thread = thread.map_err(|error| Report::unready(&format!("no second thread: {error}")))?;
    let returned = thread
        .join()
        .map_err(|_| Report::unready("the second thread did not end well"))?;
    Ok(Report::of(record("execve", number, returned)))
}

pub(super) fn from_child(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let (call, how) = match arguments[0].as_str() {
        "fork" => ("fork", 0),
        "vfork" => ("vfork", 0),
        "clone" => ("clone", symbol("SIGCHLD")),
        "spawn" => ("clone", flags("CLONE_VM|CLONE_VFORK|SIGCHLD")),
        other => {
            return Err(Report::unready(&format!(
                "no way `{other}` to make a child"
            )));
        }
    };
    let program = bench.hello.program.clone();
    let words = [bench.text(&program)?, bench.text(CHILD_ARGUMENT)?, 0];
    let argv = bench.words(&words)?;
    let number = number(call)?;
    let child = record(call, number, raw::child_execs(number, how, words[0], argv));
    let Ok(id) = u64::try_from(child.returned) else {
        return Ok(Report::of(child));
    };
    let status = bench.bytes(&[0; 4])?;
    let _: u64 = bench.must("wait4", &[id, status, 0, 0])?;
    let status = bench.arena.read(status, 4).unwrap_or_default();
    match status.as_slice() {
        [0, code, ..] if *code == CHILD_HELLO => Ok(said_hello(child)),
        [0, code, ..] => Ok(Report::of(record(
            "execve",
            self::number("execve")?,
            -i64::from(*code),
        ))),
        _ => Ok(Report::unready("the child was killed")),
    }
}

pub(super) fn opened(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let file = open(bench, &arguments[0], "O_PATH|O_CLOEXEC")?;
    let report = execveat(bench, file);
    bench.close(file);
    report
}

pub(super) fn descriptor(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let descriptor = arguments[0]
        .parse()
        .map_err(|_| Report::unready("expected a descriptor"))?;
    execveat(bench, descriptor)
}

/// The strict filter knows the empty path by its address alone: a page that the
/// airlock maps for its own exec and that is gone after it.
pub(super) fn pinned(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let descriptor = arguments[0]
        .parse()
        .map_err(|_| Report::unready("expected a descriptor"))?;
    let access = flags("PROT_READ|PROT_WRITE");
    let how = flags("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED");
    // A fresh page is zeroed, so its first byte is the empty path. Nothing of this
    // program lies so low: `-no-pie` programs start at 4 MiB.
    let page = bench.must("mmap", &[PINNED_PATH, 4096, access, how, u64::MAX, 0])?;
    let argv = hello_arguments(bench)?;
    bench
        .native(
            "execveat",
            &[descriptor, page, argv, 0, symbol("AT_EMPTY_PATH")],
        )
        .map(Report::of)
}

pub(super) fn memfd(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let image = program::printer()
        .ok_or_else(|| Report::not_applicable("no printing program for this machine"))?;
    let name = bench.text("printer")?;
    let file = bench.must("memfd_create", &[name, symbol("MFD_CLOEXEC")])?;
    let placed = bench.bytes(&image)?;
    let _: u64 = bench.must("write", &[file, placed, image.len() as u64])?;
    let argv = printer_arguments(bench)?;
    let record = if arguments[0] == "execveat" {
        let empty = bench.text("")?;
        bench.native("execveat", &[file, empty, argv, 0, symbol("AT_EMPTY_PATH")])?
    } else {
        let path = bench.text(&format!("{}/{file}", arguments[0]))?;
        bench.native("execve", &[path, argv, 0])?
    };
    bench.close(file);
    Ok(Report::of(record))
}

fn execveat(bench: &mut Bench<'_>, descriptor: u64) -> Step<Report> {
    let argv = hello_arguments(bench)?;
    let empty = bench.text("")?;
    bench
        .native(
            "execveat",
            &[descriptor, empty, argv, 0, symbol("AT_EMPTY_PATH")],
        )
        .map(Report::of)
}

fn said_hello(call: CallRecord) -> Report {
    Report {
        call: Some(call),
        outcome: Outcome::Found(EXEC_HELLO.to_owned()),
    }
}

fn hello_arguments(bench: &mut Bench<'_>) -> Step<u64> {
    let hello = bench.hello.clone();
    let mut words = vec![bench.text(&hello.program)?];
    for argument in &hello.arguments {
        words.push(bench.text(argument)?);
    }
    words.push(0);
    bench.words(&words)
}

/// The printer prints its first argument and finds its length by its second.
fn printer_arguments(bench: &mut Bench<'_>) -> Step<u64> {
    let lines = bench.hello.lines.clone();
    let words = [
        bench.text("printer")?,
        bench.text(&lines)?,
        bench.text("end")?,
        0,
    ];
    bench.words(&words)
}

fn number(name: &str) -> Step<u64> {
    table::number(Abi::Native, name)
        .ok_or_else(|| Report::not_applicable(&format!("this machine has no call `{name}`")))
}

fn record(name: &str, number: u64, returned: i64) -> CallRecord {
    CallRecord {
        name: name.to_owned(),
        number,
        arch: table::audit_arch(Abi::Native),
        returned,
    }
}
