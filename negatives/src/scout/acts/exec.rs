//! Becoming another program: by its path, by a descriptor, from memory, and as the
//! interpreter that a text names. Who becomes one says so as that program; who comes back
//! did not.
//!
//! What is executed by a descriptor can be executed by the descriptor's path, too, where
//! there is a /proc: the act tries both.

use super::trial::{self, End};
use super::{Bench, Report, Step, argument, constant, done, open};
use crate::scout::SAYS;
use crate::wire::{Act, CallRecord, EXEC_HELLO, Outcome};

mod programs;

use programs::{Program, Programs};

/// Where every process finds its own descriptors.
const DESCRIPTORS: &str = "/proc/self/fd";
/// Folders in which a text is made where none was handed in.
const FOLDERS: [&str; 4] = [".", "/tmp", "/dev/shm", "/var/tmp"];

/// Becomes a shell, or whatever else is there that prints what it is handed.
pub(super) fn shell(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    becomes(bench, |bench, program| {
        let words = program.words(bench)?;
        let path = bench.text(&program.path)?;
        bench.native("execve", &[path, words, 0]).map(Report::of)
    })
}

/// The same by an open descriptor.
pub(super) fn shell_by_descriptor(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    becomes(bench, |bench, program| {
        // A shell opened with close-on-exec is a program all the same.
        let (file, _) = open(bench, &program.path, libc::O_PATH)?;
        let words = program.words(bench)?;
        let by_path = bench.text(&format!("{DESCRIPTORS}/{file}"))?;
        // What names an interpreter could not be read by it, closed as it then is.
        if trial::leads(bench, |bench| {
            bench.native("execve", &[by_path, words, 0]).map(Report::of)
        }) {
            return Ok(Report::found(EXEC_HELLO));
        }
        let empty = bench.text("")?;
        let how = constant(libc::AT_EMPTY_PATH);
        let call = bench.native("execveat", &[file, empty, words, 0, how])?;
        bench.close(file);
        Ok(Report::of(call))
    })
}

/// Becomes one of the programs that are there, the usual one first; where each is refused,
/// why.
fn becomes(
    bench: &mut Bench<'_>,
    way: impl Fn(&mut Bench<'_>, &Program) -> Step<Report>,
) -> Step<Report> {
    let went = |bench: &mut Bench<'_>, it: &Program| way(bench, it).unwrap_or_else(|it| it);
    let mut refused = went(bench, &Program::usual());
    if !matches!(refused.outcome, Outcome::Errno(_)) {
        return Ok(refused);
    }
    let programs = Programs::look();
    for program in &programs.known {
        let report = went(bench, program);
        if !matches!(report.outcome, Outcome::Errno(_)) {
            return Ok(report);
        }
        if is_none(&refused) && !is_none(&report) {
            refused = report;
        }
    }
    if is_none(&refused) {
        return programs.absent(bench, refused);
    }
    Ok(refused)
}

/// There is no such program.
fn is_none(report: &Report) -> bool {
    let none = [libc::ENOENT, libc::ENOTDIR].map(Outcome::Errno);
    none.contains(&report.outcome)
}

/// Writes a program into memory and becomes it.
pub(super) fn memory(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let by = |way: &str| Act::Script {
        script: "memfd-exec".to_owned(),
        args: vec![way.to_owned()],
    };
    drop(bench.attempt(&by(DESCRIPTORS)));
    Ok(bench.attempt(&by("execveat")))
}

/// Becomes the interpreter that a text names, which says so: of the planted text, else of
/// one that is made in memory, or in a folder; of the usual interpreter, else of each other.
pub(super) fn interpreter(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let planted = executed(bench, argument(arguments, 0)?)?;
    let name = argument(arguments, 1)?;
    let programs = Programs::look();
    let others = programs.known.iter().filter_map(Program::text);
    let mut made = None;
    for text in std::iter::once(SAYS.to_owned()).chain(others) {
        match of_text(bench, &text, name) {
            Some(End::Well) => return Ok(Report::found(EXEC_HELLO)),
            Some(End::Errno(number)) if made.is_none_or(|it| it == libc::ENOENT) => {
                made = Some(number);
            }
            Some(End::Errno(_) | End::Otherwise) | None => {}
        }
    }
    let is_there = planted.returned != -i64::from(libc::ENOENT);
    // The same call, of a text that was there.
    let refused = made.map_or(planted.returned, |it| -i64::from(it));
    let refused = Report::of(CallRecord {
        returned: refused,
        ..planted
    });
    match made {
        None if !is_there => Err(Report::unready(
            "the planted text is not there, and none could be made",
        )),
        Some(libc::ENOENT) => programs.absent(bench, refused),
        Some(_) | None => Ok(refused),
    }
}

/// What comes of executing this text, in memory or in a folder; none where it could not be
/// made.
fn of_text(bench: &mut Bench<'_>, text: &str, name: &str) -> Option<End> {
    if let Ok(Some(refused)) = from_memory(bench, text) {
        return i32::try_from(-refused.returned).ok().map(End::Errno);
    }
    let mut made = None;
    for folder in FOLDERS {
        match from_folder(bench, &format!("{folder}/{name}"), text) {
            Ok(End::Well) => return Some(End::Well),
            Ok(end @ End::Errno(_)) => made = Some(end),
            Ok(End::Otherwise) | Err(_) => {}
        }
    }
    made
}

fn executed(bench: &mut Bench<'_>, path: &str) -> Step<CallRecord> {
    let lines = bench.hello.lines.clone();
    let path = bench.text(path)?;
    let words = [path, bench.text(&lines)?, 0];
    let words = bench.words(&words)?;
    bench.native("execve", &[path, words, 0])
}

/// A text in memory, whose interpreter finds it by the path of its descriptor; none where
/// there is no such path.
fn from_memory(bench: &mut Bench<'_>, text: &str) -> Step<Option<CallRecord>> {
    let (name, says) = (bench.text("text")?, bench.text(text)?);
    let (file, _) = done(bench.aside("memfd_create", &[name, 0])?)?;
    done(bench.aside("write", &[file, says, text.len() as u64])?)?;
    let path = format!("{DESCRIPTORS}/{file}");
    let there = open(bench, &path, libc::O_RDONLY);
    let (again, _) = match there {
        Ok(there) => there,
        Err(_) => return Ok(None),
    };
    bench.close(again);
    executed(bench, &path).map(Some)
}

/// A text in a folder, which is gone again when its interpreter has ended.
fn from_folder(bench: &mut Bench<'_>, path: &str, text: &str) -> Step<End> {
    let (place, says) = (bench.text(path)?, bench.text(text)?);
    let here = constant(libc::AT_FDCWD);
    let flags = constant(libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY | libc::O_CLOEXEC);
    let (file, _) = done(bench.aside("openat", &[here, place, flags, 0o700])?)?;
    let written = bench.aside("write", &[file, says, text.len() as u64]);
    bench.close(file);
    let end = bench.unwritten(|bench| {
        drop(written?);
        trial::child(bench, trial::forked, |bench| {
            executed(bench, path).map(Report::of)
        })
        .map(|(_, end)| end)
    });
    drop(bench.aside("unlinkat", &[here, place, 0])?);
    end
}
