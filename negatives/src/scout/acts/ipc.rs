//! Objects of the kernel that have no path: the planted ones, by their number or name.

use super::{Bench, Report, Step, argument, canary_after, canary_in, constant, done, number};
use crate::scout::USER_KEYRING;

/// `KEYCTL_SEARCH` and `KEYCTL_READ` of keyctl(2).
const SEARCH: u64 = 10;
const READ: u64 = 11;

/// Looks for the planted key in the user's keyring and reads it.
pub(super) fn key(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let (kind, name) = (bench.text("user")?, bench.text(argument(arguments, 0)?)?);
    let key = bench.must("keyctl", &[SEARCH, USER_KEYRING, kind, name, 0])?;
    let room = bench.bytes(&[0; 128])?;
    let (_, call) = done(bench.native("keyctl", &[READ, key, room, 128, 0])?)?;
    let bytes = bench.arena.read(room, 128).unwrap_or_default();
    let canary = canary_after(&bytes, argument(arguments, 1)?);
    Ok(canary_in(&bytes, &canary, call))
}

/// Attaches the planted shared memory and lets it go: the kernel writes down who did.
pub(super) fn shared_memory(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let id = bench.must("shmget", &[number(arguments, 0)?, 0, 0])?;
    let attached = bench.native("shmat", &[id, 0, constant(libc::SHM_RDONLY)])?;
    let (at, call) = done(attached)?;
    drop(bench.aside("shmdt", &[at])?);
    Ok(Report::of(call))
}

/// Puts the mark into the planted System V queue.
pub(super) fn message_queue(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let id = bench.must("msgget", &[number(arguments, 0)?, 0])?;
    let mark = argument(arguments, 1)?;
    let mut message = 1_u64.to_ne_bytes().to_vec();
    message.extend(mark.bytes());
    let placed = bench.bytes(&message)?;
    let how = constant(libc::IPC_NOWAIT);
    bench
        .native("msgsnd", &[id, placed, mark.len() as u64, how])
        .map(Report::of)
}

/// Puts the mark into the planted POSIX queue.
pub(super) fn posix_queue(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let name = bench.text(argument(arguments, 0)?)?;
    let how = constant(libc::O_WRONLY | libc::O_NONBLOCK | libc::O_CLOEXEC);
    let queue = bench.must("mq_open", &[name, how, 0, 0])?;
    let mark = argument(arguments, 1)?;
    let text = bench.text(mark)?;
    let sent = bench.native("mq_timedsend", &[queue, text, mark.len() as u64, 1, 0])?;
    bench.close(queue);
    Ok(Report::of(sent))
}
