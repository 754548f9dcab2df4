//! Becoming another program: by its path, by a descriptor, from memory, and as the
//! interpreter that a text names. Who becomes one says so as that program; who comes back
//! did not.
//!
//! What is executed by a descriptor can be executed by the descriptor's path, too, where
//! there is a /proc: the act tries both.

use super::trial::{self, End};
use super::{Bench, Report, Step, argument, constant, done, open};
use crate::scout::SAYS;
use crate::wire::{Act, CallRecord, EXEC_HELLO};

/// Where every process finds its own descriptors.
const DESCRIPTORS: &str = "/proc/self/fd";
/// Folders in which a text is made where none was handed in.
const FOLDERS: [&str; 4] = [".", "/tmp", "/dev/shm", "/var/tmp"];

/// Becomes a shell, which says so itself.
pub(super) fn shell(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let words = shell_words(bench, argument(arguments, 0)?)?;
    let path = bench.text(argument(arguments, 0)?)?;
    bench.native("execve", &[path, words, 0]).map(Report::of)
}

/// The same by an open descriptor.
pub(super) fn shell_by_descriptor(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = argument(arguments, 0)?;
    // A shell opened with close-on-exec is a program all the same.
    let (file, _) = open(bench, path, libc::O_PATH)?;
    let words = shell_words(bench, path)?;
    let by_path = bench.text(&format!("{DESCRIPTORS}/{file}"))?;
    // What names an interpreter could not be read by it, closed as it then is.
    if trial::leads(bench, |bench| {
        bench.native("execve", &[by_path, words, 0]).map(Report::of)
    }) {
        return Ok(Report::found(EXEC_HELLO));
    }
    let empty = bench.text("")?;
    let how = constant(libc::AT_EMPTY_PATH);
    bench
        .native("execveat", &[file, empty, words, 0, how])
        .map(Report::of)
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
/// one that is made in memory, or in a folder.
pub(super) fn interpreter(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let planted = executed(bench, argument(arguments, 0)?)?;
    if let Ok(Some(refused)) = from_memory(bench) {
        return Ok(Report::of(refused));
    }
    let mut made = None;
    for folder in FOLDERS {
        let path = format!("{folder}/{}", argument(arguments, 1)?);
        match from_folder(bench, &path) {
            Ok(End::Well) => return Ok(Report::found(EXEC_HELLO)),
            Ok(End::Errno(number)) => made = Some(number),
            Ok(End::Otherwise) | Err(_) => {}
        }
    }
    let is_there = planted.returned != -i64::from(libc::ENOENT);
    match made {
        // The same call, of a text that was there.
        Some(number) => Ok(Report::of(CallRecord {
            returned: -i64::from(number),
            ..planted
        })),
        None if is_there => Ok(Report::of(planted)),
        None => Err(Report::unready(
            "the planted text is not there, and none could be made",
        )),
    }
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
fn from_memory(bench: &mut Bench<'_>) -> Step<Option<CallRecord>> {
    let (name, says) = (bench.text("text")?, bench.text(SAYS)?);
    let (file, _) = done(bench.aside("memfd_create", &[name, 0])?)?;
    done(bench.aside("write", &[file, says, SAYS.len() as u64])?)?;
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
fn from_folder(bench: &mut Bench<'_>, path: &str) -> Step<End> {
    let (place, says) = (bench.text(path)?, bench.text(SAYS)?);
    let here = constant(libc::AT_FDCWD);
    let flags = constant(libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY | libc::O_CLOEXEC);
    let (file, _) = done(bench.aside("openat", &[here, place, flags, 0o700])?)?;
    let written = bench.aside("write", &[file, says, SAYS.len() as u64]);
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

fn shell_words(bench: &mut Bench<'_>, path: &str) -> Step<u64> {
    let lines = bench.hello.lines.clone();
    let words = [
        bench.text(path)?,
        bench.text("-c")?,
        bench.text("printf %s \"$0\"")?,
        bench.text(&lines)?,
        0,
    ];
    bench.words(&words)
}
