//! Other processes, always the planted one.

use super::trial;
use super::{Bench, Report, Step, argument, canary_after, canary_in, constant, done, number, open};
use crate::wire::{CallRecord, Outcome};

/// The calls that send a signal to a process, besides kill(2).
const SIGNALS: [&str; 5] = [
    "tgkill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_send_signal",
];
/// How much of a command line tells whose it is.
const HEAD: u64 = 256;

/// The planted process, recognised: in a process namespace of its own the same number may
/// be somebody else's, and then nothing is done to it.
fn planted(bench: &mut Bench<'_>, pid: u64, mark: &str) -> Step<u64> {
    let own = std::fs::read_link("/proc/self").ok();
    let same = own.is_some_and(|it| it.as_os_str() == &*std::process::id().to_string());
    // Of a /proc that is another process namespace's, the numbers mean others.
    let whose = if same {
        command_line(bench, pid).ok()
    } else {
        None
    };
    if whose.as_ref().is_some_and(|it| is_marked(it, mark)) {
        return Ok(pid);
    }
    // No signal is sent: it is only asked whether there is anybody (kill(2)).
    bench.must("kill", &[pid, 0])?;
    Err(match whose {
        Some(_) => Report::absent(),
        None => Report::unready(
            "the process of this number cannot be recognised as the planted one: nothing was done to it",
        ),
    })
}

fn command_line(bench: &mut Bench<'_>, pid: u64) -> Step<Vec<u8>> {
    let (file, _) = open(bench, &format!("/proc/{pid}/cmdline"), libc::O_RDONLY)?;
    let room = bench.bytes(&[0; 256])?;
    let length = bench.must("read", &[file, room, HEAD])?;
    bench.close(file);
    let length = usize::try_from(length).unwrap_or_default();
    Ok(bench.arena.read(room, length).unwrap_or_default())
}

/// Its last word is this launch's mark (see [`crate::scout::SIBLING_ARGUMENT`]).
fn is_marked(command_line: &[u8], mark: &str) -> bool {
    let mut words = command_line.split(|byte| *byte == 0);
    !mark.is_empty() && words.any(|word| word == mark.as_bytes())
}

/// Reads the environment of the planted process and looks for the canary in it.
pub(super) fn read_environ(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let (pid, mark) = (number(arguments, 0)?, argument(arguments, 1)?);
    let whose = command_line(bench, pid)?;
    if !is_marked(&whose, mark) {
        return Err(Report::absent());
    }
    let path = format!("/proc/{pid}/environ");
    super::look_for(bench, &[path, argument(arguments, 2)?.to_owned()])
}

/// Sends a signal that the planted process keeps for whoever asks it.
pub(super) fn send_signal(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let pid = planted(bench, number(arguments, 0)?, argument(arguments, 1)?)?;
    let signal = constant(libc::SIGUSR1);
    // A filter may know of one call alone; whatever arrives, the planted process has seen.
    for call in SIGNALS {
        let sent = |bench: &mut Bench<'_>| by_call(bench, call, pid, signal);
        _ = trial::leads(bench, sent);
    }
    bench.native("kill", &[pid, signal]).map(Report::of)
}

/// Sends the signal by a call that is not kill(2).
fn by_call(bench: &mut Bench<'_>, call: &str, pid: u64, signal: u64) -> Step<Report> {
    // `siginfo_t` of sigaction(2) with `SI_QUEUE`, which is what others than the kernel say.
    let queued = constant(libc::SI_QUEUE) & 0xffff_ffff;
    let mut about = [0; 16];
    (about[0], about[1]) = (signal, queued);
    let about = bench.words(&about)?;
    let arguments = match call {
        "tkill" => vec![pid, signal],
        "tgkill" => vec![pid, pid, signal],
        "rt_sigqueueinfo" => vec![pid, signal, about],
        "rt_tgsigqueueinfo" => vec![pid, pid, signal, about],
        _ => vec![bench.must("pidfd_open", &[pid, 0])?, signal, 0, 0],
    };
    bench.native(call, &arguments).map(Report::of)
}

/// Attaches to the planted process and reads the words of its canary.
pub(super) fn trace(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let pid = planted(bench, number(arguments, 0)?, argument(arguments, 1)?)?;
    let address = number(arguments, 2)?;
    bench.must("ptrace", &[constant(0x4206), pid, 0, 0])?;
    drop(bench.native("ptrace", &[constant(0x4207), pid, 0, 0])?);
    drop(bench.native("wait4", &[pid, 0, constant(libc::__WALL), 0])?);
    let room = bench.bytes(&[0; 8])?;
    let mut bytes = Vec::new();
    let mut last = None;
    for at in 0..16 {
        // PTRACE_PEEKDATA, raw: the word goes to the fourth argument.
        let peeked = bench.native("ptrace", &[2, pid, address + 8 * at, room])?;
        last = Some(peeked);
        bytes.extend(bench.arena.read(room, 8).unwrap_or_default());
    }
    drop(bench.aside("ptrace", &[17, pid, 0, 0])?);
    let call = last.ok_or_else(|| Report::unready("nothing was read"))?;
    found(&bytes, argument(arguments, 3)?, call)
}

/// Reads the memory of the planted process: by its file, which a /proc shows whatever
/// process namespace its reader is in, else by the call for it.
pub(super) fn read_memory(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let by_file = |bench: &mut Bench<'_>| {
        let read = read_file(bench, arguments)?;
        let is_found = matches!(read.outcome, Outcome::Found(_));
        is_found.then_some(read).ok_or_else(Report::absent)
    };
    if trial::leads(bench, by_file) {
        return by_file(bench);
    }
    let pid = planted(bench, number(arguments, 0)?, argument(arguments, 1)?)?;
    let address = number(arguments, 2)?;
    let room = bench.bytes(&[0; 128])?;
    let (own, other) = (bench.words(&[room, 128])?, bench.words(&[address, 128])?);
    let read = bench.native("process_vm_readv", &[pid, own, 1, other, 1, 0])?;
    let (_, call) = done(read)?;
    let bytes = bench.arena.read(room, 128).unwrap_or_default();
    found(&bytes, argument(arguments, 3)?, call)
}

/// Writes the mark into the memory of the planted process, where it left room, by the same
/// two ways.
pub(super) fn write_memory(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let by_file = |bench: &mut Bench<'_>| write_file(bench, arguments);
    if trial::leads(bench, by_file) {
        return by_file(bench);
    }
    let mark = argument(arguments, 1)?;
    let pid = planted(bench, number(arguments, 0)?, mark)?;
    let address = number(arguments, 2)?;
    let (text, length) = (bench.text(mark)?, mark.len() as u64);
    let (own, other) = (
        bench.words(&[text, length])?,
        bench.words(&[address, length])?,
    );
    let written = bench.native("process_vm_writev", &[pid, own, 1, other, 1, 0])?;
    Ok(Report::of(written))
}

/// The memory of the planted process as a file, of no other: its number may be somebody
/// else's in this /proc.
fn memory(bench: &mut Bench<'_>, arguments: &[String], flags: i32) -> Step<u64> {
    let (pid, mark) = (number(arguments, 0)?, argument(arguments, 1)?);
    let whose = command_line(bench, pid)?;
    if !is_marked(&whose, mark) {
        return Err(Report::absent());
    }
    open(bench, &format!("/proc/{pid}/mem"), flags).map(|(file, _)| file)
}

fn read_file(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let file = memory(bench, arguments, libc::O_RDONLY)?;
    let room = bench.bytes(&[0; 128])?;
    let address = number(arguments, 2)?;
    let (_, call) = done(bench.native("pread64", &[file, room, 128, address])?)?;
    bench.close(file);
    let bytes = bench.arena.read(room, 128).unwrap_or_default();
    found(&bytes, argument(arguments, 3)?, call)
}

fn write_file(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let file = memory(bench, arguments, libc::O_WRONLY)?;
    let mark = argument(arguments, 1)?;
    let (text, length) = (bench.text(mark)?, mark.len() as u64);
    let address = number(arguments, 2)?;
    let (written, call) = done(bench.native("pwrite64", &[file, text, length, address])?)?;
    bench.close(file);
    if written == length {
        Ok(Report::of(call))
    } else {
        Err(Report::absent())
    }
}

fn found(bytes: &[u8], first: &str, call: CallRecord) -> Step<Report> {
    Ok(canary_in(bytes, &canary_after(bytes, first), call))
}
