//! Descriptors that the caller had open: one of the numbers is enough.

use crate::attempt::{Bench, Report, Step};
use crate::errno::Errno;
use crate::wire::Outcome;

use super::{argument, brings_back};

/// How many bytes are asked for: `struct stat` is shorter on both machines.
const ROOM: usize = 256;
/// Where the length of the file is in it.
const LENGTH: usize = 48;

/// Reads each of these descriptors from its beginning, until one brings the planted bytes
/// back. What is open at such a number and was not planted is the launcher's: it is neither
/// moved nor read.
pub(super) fn read(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let first = argument(arguments, 1)?;
    let mut refused: Option<Report> = None;
    for text in argument(arguments, 0)?.split(',') {
        let number: u64 = text
            .parse()
            .map_err(|_| Report::unready("expected numbers"))?;
        if !is_planted(bench, number)? {
            continue;
        }
        let came = brings_back(bench, number, first).unwrap_or_else(|refused| refused);
        if matches!(came.outcome, Outcome::Found(_)) {
            return Ok(came);
        }
        // That none is open at a number says less than that one is, and is not read.
        let says_less = refused.as_ref().is_none_or(is_closed);
        if says_less {
            refused = Some(came);
        }
    }
    Ok(refused.unwrap_or_else(Report::absent))
}

fn is_closed(report: &Report) -> bool {
    let closed = |number: i32| Errno::describe(number) == "EBADF";
    matches!(report.outcome, Outcome::Errno(number) if closed(number))
}

/// Whether it may be what was planted: a file without a name, of 64 bytes. Where that may not
/// be asked, it is taken for one; and is put to its beginning.
fn is_planted(bench: &mut Bench<'_>, number: u64) -> Step<bool> {
    let room = bench.bytes(&[0; ROOM])?;
    let asked = bench.aside("fstat", &[number, room])?;
    if asked.returned == 0 {
        let bytes = bench.arena.read(room, ROOM).unwrap_or_default();
        let length = bytes.get(LENGTH..LENGTH + 8);
        let length = length.and_then(|it| it.try_into().ok());
        if names(&bytes) != Some(0) || length.map(u64::from_ne_bytes) != Some(64) {
            return Ok(false);
        }
    }
    drop(bench.aside("lseek", &[number, 0, 0])?);
    Ok(true)
}

/// How many names the file has.
fn names(stat: &[u8]) -> Option<u64> {
    if cfg!(target_arch = "x86_64") {
        let word = stat.get(16..24)?.try_into().ok()?;
        return Some(u64::from_ne_bytes(word));
    }
    let word = stat.get(20..24)?.try_into().ok()?;
    Some(u32::from_ne_bytes(word).into())
}
