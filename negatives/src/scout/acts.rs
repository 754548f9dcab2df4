//! The acts that only the scout makes: each brings back what it was to reach, or leaves
//! its mark where a witness waits, and takes back what it made.

use crate::attempt::{Bench, Report, Step};
use crate::errno::Errno;
use crate::wire::{CallRecord, Outcome};

use super::IDLE;

mod descriptors;
mod environment;
mod exec;
mod ipc;
mod kernel;
mod others;
mod sockets;
mod terminal;
mod trial;

/// What an act of this name does.
pub(super) type Run = fn(&mut Bench<'_>, &[String]) -> Step<Report>;

/// How much of a file is read to find a canary in it.
const WINDOW: u64 = 16 * 1024;

/// Makes no call: whoever lives through it says that what stands around every act is let
/// through.
fn idle(_: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    Ok(Report::found(IDLE))
}

/// The act with this name.
pub(super) fn find(name: &str) -> Option<Run> {
    let run: Run = match name {
        IDLE => idle,
        "look-for" => look_for,
        "open" => open_only,
        "open-to-write" => open_to_write,
        "mark-folder" => mark_folder,
        "read-descriptor" => descriptors::read,
        "environment" => environment::read,
        "terminal-input" => terminal::input,
        "tcp" => sockets::tcp,
        "udp" => sockets::udp,
        "unix" => sockets::unix,
        "send-signal" => others::send_signal,
        "read-environ" => others::read_environ,
        "trace" => others::trace,
        "read-memory" => others::read_memory,
        "write-memory" => others::write_memory,
        "interpreter" => exec::interpreter,
        "shell" => exec::shell,
        "shell-by-descriptor" => exec::shell_by_descriptor,
        "memory-exec" => exec::memory,
        "key" => ipc::key,
        "shared-memory" => ipc::shared_memory,
        "message-queue" => ipc::message_queue,
        "posix-queue" => ipc::posix_queue,
        "bpf-map" => kernel::bpf_map,
        "perf-event" => kernel::perf_event,
        "open-by-handle" => kernel::open_by_handle,
        "mount" => kernel::mount,
        "mount-as-user" => kernel::mount_as_user,
        "user-namespace" => kernel::user_namespace,
        _ => return None,
    };
    Some(run)
}

fn argument(arguments: &[String], at: usize) -> Step<&str> {
    let found = arguments.get(at).map(String::as_str);
    found.ok_or_else(|| Report::unready(&format!("expected at least {} arguments", at + 1)))
}

fn number(arguments: &[String], at: usize) -> Step<u64> {
    argument(arguments, at)?
        .parse()
        .map_err(|_| Report::unready("expected a number"))
}

fn constant(value: i32) -> u64 {
    i64::from(value).cast_unsigned()
}

/// What was opened, or the report of the refusal.
fn open(bench: &mut Bench<'_>, path: &str, flags: i32) -> Step<(u64, CallRecord)> {
    let path = bench.text(path)?;
    let flags = constant(flags | libc::O_CLOEXEC);
    done(bench.native("openat", &[constant(libc::AT_FDCWD), path, flags, 0])?)
}

/// What the call returned, or its report if it failed.
fn done(call: CallRecord) -> Step<(u64, CallRecord)> {
    match u64::try_from(call.returned) {
        Ok(value) => Ok((value, call)),
        Err(_) => Err(Report::of(call)),
    }
}

/// The canary, if it is among these bytes: nothing else of them is ever said.
fn canary_in(bytes: &[u8], canary: &str, call: CallRecord) -> Report {
    let wanted = canary.as_bytes();
    let there = !wanted.is_empty() && bytes.windows(wanted.len()).any(|it| it == wanted);
    if there {
        return Report {
            call: Some(call),
            outcome: Outcome::Found(canary.to_owned()),
        };
    }
    Report::of(call)
}

/// Reads a file and looks for the canary whose first half is the second argument: the
/// other half is known only to whoever has read the file.
fn look_for(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let (file, _) = open(bench, argument(arguments, 0)?, libc::O_RDONLY)?;
    brings_back(bench, file, argument(arguments, 1)?)
}

/// Reads a descriptor and looks for the canary's second half in it.
fn brings_back(bench: &mut Bench<'_>, file: u64, first: &str) -> Step<Report> {
    let room = bench.bytes(&vec![0; usize::try_from(WINDOW).unwrap_or_default()])?;
    let (length, call) = done(bench.native("read", &[file, room, WINDOW])?)?;
    bench.close(file);
    let length = usize::try_from(length).unwrap_or_default();
    let bytes = bench.arena.read(room, length).unwrap_or_default();
    Ok(canary_in(&bytes, &canary_after(&bytes, first), call))
}

/// The canary that begins with these characters: they and the 32 digits behind them.
fn canary_after(bytes: &[u8], first: &str) -> String {
    let wanted = first.as_bytes();
    let at = bytes
        .windows(wanted.len().max(1))
        .position(|it| it == wanted);
    let rest = at.and_then(|at| bytes.get(at..at + wanted.len() + 32));
    let text = rest.and_then(|it| std::str::from_utf8(it).ok());
    text.unwrap_or_default().to_owned()
}

/// Opens and closes; says which file that was, and reads nothing of it.
fn open_only(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    opened(
        bench,
        argument(arguments, 0)?,
        libc::O_RDONLY | libc::O_NONBLOCK,
    )
}

/// Opens for writing and closes; writes nothing.
fn open_to_write(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    opened(
        bench,
        argument(arguments, 0)?,
        libc::O_WRONLY | libc::O_NONBLOCK,
    )
}

fn opened(bench: &mut Bench<'_>, path: &str, flags: i32) -> Step<Report> {
    let (file, call) = open(bench, path, flags)?;
    // `struct stat` begins with device and inode on both machines.
    let room = bench.bytes(&[0; 256])?;
    let asked = bench.aside("fstat", &[file, room])?;
    bench.close(file);
    if asked.returned != 0 {
        // It was opened, and whose file it is was not told: that is neither open nor closed.
        let why = i32::try_from(-asked.returned).map(Errno::describe);
        let why = why.unwrap_or_else(|_| "no answer".to_owned());
        return Err(Report::unready(&format!(
            "which file was opened was not told: fstat: {why}"
        )));
    }
    let bytes = bench.arena.read(room, 256).unwrap_or_default();
    Ok(Report {
        call: Some(call),
        outcome: Outcome::Found(which(&bytes)),
    })
}

/// Which file a `struct stat` is of: of a device its number, for a node is made anywhere.
fn which(stat: &[u8]) -> String {
    let at = |offset: usize, length: usize| stat.get(offset..offset + length);
    let word = |offset| at(offset, 8)?.try_into().ok().map(u64::from_ne_bytes);
    let word = |offset| word(offset).unwrap_or_default();
    let mode = at(std::mem::offset_of!(libc::stat, st_mode), 4).unwrap_or_default();
    let mode = mode.try_into().map_or(0, u32::from_ne_bytes);
    if mode & libc::S_IFMT == libc::S_IFCHR {
        return device(word(std::mem::offset_of!(libc::stat, st_rdev)));
    }
    format!("{}:{}", word(0), word(8))
}

/// A device by its number, as whoever opened it says it.
#[must_use]
pub fn device(number: u64) -> String {
    format!("device {number}")
}

/// Makes a file of this name in the folder and removes it: whoever watches the folder
/// has seen it.
fn mark_folder(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = [argument(arguments, 0)?, argument(arguments, 1)?].join("/");
    let path = bench.text(&path)?;
    let flags = constant(libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY | libc::O_CLOEXEC);
    let (file, call) =
        done(bench.native("openat", &[constant(libc::AT_FDCWD), path, flags, 0o600])?)?;
    bench.close(file);
    drop(bench.aside("unlinkat", &[constant(libc::AT_FDCWD), path, 0])?);
    Ok(Report::of(call))
}
