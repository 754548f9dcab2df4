//! A way that is gone in a process of its own first: where a filter kills whoever goes it,
//! or nothing comes of it, the act can still go another.

use super::{Bench, Report, Step, constant};
use crate::wire::{CallRecord, Outcome};

/// How long such a process may take, in seconds: less than the act has.
const SECONDS: u64 = 1;
/// What an exit code is above that stands for an error number. No shell leaves with one.
const ERRNO: i32 = 128;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It came to where it was to.
    Well,
    /// With this error number, as its own word.
    Errno(i32),
    /// In any other way.
    Otherwise,
}

/// Whether this way leads to where it is to.
pub(super) fn leads(
    bench: &mut Bench<'_>,
    way: impl FnOnce(&mut Bench<'_>) -> Step<Report>,
) -> bool {
    let went = bench.unwritten(|bench| child(bench, forked, way));
    matches!(went, Ok((_, End::Well)))
}

/// A child that shares nothing but open descriptors.
pub(super) fn forked(bench: &mut Bench<'_>) -> Step<CallRecord> {
    bench.native("clone", &[constant(libc::SIGCHLD)])
}

/// Does this in the child that a call makes, and waits for its end.
///
/// # Errors
/// There is no child.
pub(super) fn child(
    bench: &mut Bench<'_>,
    make: impl FnOnce(&mut Bench<'_>) -> Step<CallRecord>,
    work: impl FnOnce(&mut Bench<'_>) -> Step<Report>,
) -> Step<(CallRecord, End)> {
    let this = std::process::id();
    let made = make(bench)?;
    // A filter may say 0 in the kernel's place: then this is no child.
    let is_made = made.returned > 0 || std::process::id() != this;
    let pid = u64::try_from(made.returned).ok().filter(|_| is_made);
    let pid = pid.ok_or_else(|| Report::of(made.clone()))?;
    if pid != 0 {
        return ended(bench, pid).map(|end| (made, end));
    }
    if let Ok(timer) = bench.words(&[0, 0, SECONDS, 0]) {
        drop(bench.native("setitimer", &[0, timer, 0]));
    }
    let code = match work(bench) {
        Ok(report) => code(&report),
        Err(report) => code(&report).max(1),
    };
    bench.leave(code);
    Err(Report::unready("a child that cannot leave"))
}

/// The exit code that says what came of it.
fn code(report: &Report) -> u64 {
    match &report.outcome {
        Outcome::Returned(_) | Outcome::Found(_) => 0,
        Outcome::Errno(number) => u64::from((number + ERRNO).unsigned_abs().min(255)),
        Outcome::Absent | Outcome::NotApplicable(_) | Outcome::Unready(_) => 1,
    }
}

fn ended(bench: &mut Bench<'_>, pid: u64) -> Step<End> {
    let status = bench.words(&[0])?;
    loop {
        let waited = bench.native("wait4", &[pid, status, 0, 0])?;
        if waited.returned >= 0 {
            break;
        }
        if waited.returned != -i64::from(libc::EINTR) {
            return Err(Report::of(waited));
        }
    }
    let bytes = bench.arena.read(status, 4).unwrap_or_default();
    let status = bytes.try_into().map_or(0, i32::from_ne_bytes);
    Ok(match (status & 0x7f, (status >> 8) & 0xff) {
        (0, 0) => End::Well,
        (0, code) if code > ERRNO => End::Errno(code - ERRNO),
        _ => End::Otherwise,
    })
}
