//! The terminal: by the standard input, and by the name that every process has for its own.

use super::{Bench, Report, Step, open};
use crate::wire::CallRecord;

/// `TIOCSTI` of ioctl_tty(2).
const PUT: u64 = 0x5412;
/// What a descriptor says that is no terminal.
const NONE: [i32; 2] = [libc::ENOTTY, libc::EBADF];

/// Puts a character into the input of the terminal: what was handed on as the standard
/// input may be something else, and the terminal can be had all the same.
pub(super) fn input(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let handed_on = put(bench, 0)?;
    if handed_on.returned >= 0 {
        return Ok(Report::of(handed_on));
    }
    let is_none = NONE.iter().any(|it| handed_on.returned == -i64::from(*it));
    let by_name = match open(bench, "/dev/tty", libc::O_RDWR) {
        Ok((terminal, _)) => {
            let call = put(bench, terminal)?;
            bench.close(terminal);
            call
        }
        // Of a terminal that was handed on, its own answer says more.
        Err(refused) if is_none => return Err(refused),
        Err(_) => return Ok(Report::of(handed_on)),
    };
    Ok(Report::of(by_name))
}

fn put(bench: &mut Bench<'_>, terminal: u64) -> Step<CallRecord> {
    let character = bench.text("x")?;
    bench.native("ioctl", &[terminal, PUT, character])
}
