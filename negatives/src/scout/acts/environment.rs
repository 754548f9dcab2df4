//! The caller's environment: what this process was handed of it, under whatever name; and
//! what those were started with that started it, for a launcher that clears the environment
//! of what it starts has the caller's itself, and a /proc shows it.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use super::{Bench, Report, Step, argument, canary_after};

/// The most processes that one descends from that are looked at.
const MOST: usize = 16;

/// Looks for the canary with this first half; nothing else of an environment is ever said.
pub(super) fn read(_: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let first = argument(arguments, 0)?;
    let found = |bytes: &[u8]| {
        let canary = canary_after(bytes, first);
        (!first.is_empty() && !canary.is_empty()).then(|| Report::found(&canary))
    };
    let mut own = std::env::vars_os().filter_map(|(_, value)| found(value.as_bytes()));
    let here = own.next();
    let started = || {
        let environments =
            ancestors().filter_map(|pid| fs::read(format!("/proc/{pid}/environ")).ok());
        environments.filter_map(|it| found(&it)).next()
    };
    Ok(here.or_else(started).unwrap_or_else(Report::absent))
}

/// The processes that this one descends from, by the numbers that this /proc has for them.
fn ancestors() -> impl Iterator<Item = u32> {
    std::iter::successors(parent("self"), |pid| parent(&pid.to_string())).take(MOST)
}

/// The fourth field of `/proc/PID/stat`; the second is a name in parentheses, which may hold
/// any (proc(5)).
fn parent(of: &str) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{of}/stat")).ok()?;
    let (_, behind) = text.rsplit_once(')')?;
    let parent = behind.split_whitespace().nth(1)?.parse().ok()?;
    (parent != 0).then_some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_process_that_this_one_descends_from_is_found() {
        let mut found = ancestors();
        assert_eq!(found.next(), Some(std::os::unix::process::parent_id()));
        assert_eq!(parent("none"), None);
    }
}
