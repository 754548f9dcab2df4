//! What was inherited besides the engine's three pipes.

use super::files::symbol;
use crate::attempt::{Bench, Report, Step};

/// Beyond the airlock's H (1000) by far; `fcntl(2)` answers for any
/// number, and asking for the access mode is what the strict filter allows.
const LAST: u64 = 4096;

pub(super) fn list(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let mut open = Vec::new();
    for descriptor in 3..LAST {
        let record = bench.native("fcntl", &[descriptor, symbol("F_GETFL")])?;
        match record.returned {
            0.. => open.push(descriptor.to_string()),
            errno if errno == -i64::from(libc::EBADF) => {}
            _ => return Ok(Report::of(record)),
        }
    }
    Ok(if open.is_empty() {
        Report::absent()
    } else {
        Report::found(&open.join(" "))
    })
}
