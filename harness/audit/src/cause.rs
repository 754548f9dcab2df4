//! What closed an act that was refused inside and succeeds outside.
//!
//! Most errors say nothing of a sandbox: a limit that whoever is inside raises again, a
//! table that is full, a moment in which nobody answered. Those that can mean a refusal are
//! listed here, each with what gives it; of every other one nothing is said.

use crate::act::Act;
use crate::answers::{Answer, Outcome};
use crate::apart;
use crate::finding::By;
use crate::launch::Launch;
use crate::row::Row;

/// The errors that a namespace of one's own gives, by its name: of other errors it is
/// not the cause. Those of the network are given by a busy or a dead host, too.
const GIVES: &[(&str, &[&str])] = &[
    (
        "net",
        &[
            "ECONNREFUSED",
            "ENETUNREACH",
            "EHOSTUNREACH",
            "ETIMEDOUT",
            "ENETDOWN",
            "EADDRNOTAVAIL",
            "EAFNOSUPPORT",
            "EPROTONOSUPPORT",
            "ESOCKTNOSUPPORT",
        ],
    ),
    (
        "mnt",
        &["ENOENT", "EROFS", "ENOTDIR", "ENODEV", "ECONNREFUSED"],
    ),
    ("pid", &["ESRCH", "ENOENT"]),
    ("ipc", &["ENOENT"]),
    // Of a user namespace that may make no further ones, ENOSPC (user_namespaces(7)).
    ("user", &["ENOKEY", "EACCES", "ENOSPC"]),
];

/// The errors that mean a refusal whatever namespaces there are, and what gives each.
const REFUSES: &[(&str, Rule)] = &[
    ("EPERM", Rule::FilesAndProcesses),
    ("EACCES", Rule::FilesAndProcesses),
    ("ENOSYS", Rule::Unknown),
    ("EAFNOSUPPORT", Rule::Unknown),
    ("EPROTONOSUPPORT", Rule::Unknown),
    ("ESOCKTNOSUPPORT", Rule::Unknown),
];

/// What gives an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// A rule over files and processes; a filter, too.
    FilesAndProcesses,
    /// Something to which the call, or the kind of socket, is unknown.
    Unknown,
}

/// What closed the act, by what was seen of this launch; `outside` is the same without the
/// sandbox.
///
/// # Errors
/// Nothing that was seen explains it: why.
pub fn cause(act: &Act, inside: &Launch, outside: &Launch) -> Result<By, String> {
    let answer = inside.said.of(act.id);
    let errno = match &answer.outcome {
        Outcome::Killed => return killed(&answer, inside, outside),
        Outcome::Ended => return Ok(By::End),
        Outcome::Absent => return absent(act, inside),
        // Nothing but silence: only another network explains it.
        Outcome::Silent => "ETIMEDOUT",
        Outcome::Refused(errno) => errno,
        Outcome::Done(_) => {
            let filter = inside.answered_for(&answer);
            let of = filter.ok_or_else(not_refused)?;
            return by_filter("no error", of, &answer, inside);
        }
        Outcome::NotRun(_) => return Err(not_refused()),
    };
    if let Some(of) = inside.filter(&answer, errno) {
        return by_filter(errno, of, &answer, inside);
    }
    if NOT_HANDED_ON.contains(&(act.row, errno)) {
        return Ok(By::NotHandedOn);
    }
    match act.namespace.filter(|name| gives(name, errno)) {
        Some(name) => by_namespace(name, errno, inside),
        None => by_rule(act, errno, inside, outside),
    }
}

/// By a filter that answers the very call, and each that is the same act.
fn by_filter(
    what: &str,
    (at, of): (usize, usize),
    answer: &Answer,
    inside: &Launch,
) -> Result<By, String> {
    match inside.passes_alike(answer) {
        None => Ok(By::Filter { at, of }),
        Some(alike) => Err(format!(
            "{what}, which filter {at} of {of} answers this very call with, and none refuses the \
             same as `{alike}`"
        )),
    }
}

fn not_refused() -> String {
    "it was not refused".to_owned()
}

/// What a descriptor says that the launcher did not hand on, and the name of a terminal that
/// it gave none of: tty(4).
const NOT_HANDED_ON: &[(Row, &str)] = &[(Row::U9, "EBADF"), (Row::U14, "ENXIO")];

fn by_namespace(name: &str, what: &str, inside: &Launch) -> Result<By, String> {
    match inside.namespace(name) {
        Some(it) if !it.shared_with_host => Ok(By::Namespace(name.to_owned())),
        Some(_) => Err(format!(
            "{what}, and its {name} namespace is the host's: it may be refused for any reason"
        )),
        None => Err(format!(
            "{what}, and its {name} namespace was not seen from outside"
        )),
    }
}

fn by_rule(act: &Act, errno: &str, inside: &Launch, outside: &Launch) -> Result<By, String> {
    apart::can_be_refused(inside, outside).map_err(|why| format!("{errno}, and {why}"))?;
    let rule = REFUSES.iter().find(|(name, _)| *name == errno);
    match rule.map(|(_, rule)| *rule) {
        Some(Rule::FilesAndProcesses) if inside.has_unread_filters(outside) => {
            Ok(By::UnreadFilter(errno.to_owned()))
        }
        Some(Rule::FilesAndProcesses) => apart::keeps_its_rank(act, errno, inside)
            .map(|()| By::LsmOrOwnership(errno.to_owned()))
            .map_err(|why| format!("{errno}, and {why}")),
        Some(Rule::Unknown) => Ok(By::Unknown(errno.to_owned())),
        None => Err(format!(
            "{errno}, which need not mean a refusal: it may be for want of something, or by chance"
        )),
    }
}

/// What is not there was not handed on, or is behind a namespace of its own.
fn absent(act: &Act, inside: &Launch) -> Result<By, String> {
    match act.namespace {
        Some(name) => by_namespace(name, "it is somebody else's or nobody's there", inside),
        None => Ok(By::NotHandedOn),
    }
}

/// By a filter that, read back, kills for the very call. Where it cannot be read, the call
/// is the act's own, and one who makes none lived.
fn killed(answer: &Answer, inside: &Launch, outside: &Launch) -> Result<By, String> {
    let Some(call) = &answer.call else {
        return Err("SIGSYS, and at which call was not seen".to_owned());
    };
    let name = &call.name;
    match inside.kills(call) {
        Some(true) => match inside.passes_alike(answer) {
            None => Ok(By::Kill),
            Some(alike) => Err(format!(
                "SIGSYS at `{name}`, and no filter refuses the same as `{alike}`"
            )),
        },
        Some(false) => Err(format!(
            "SIGSYS at `{name}`, and no filter of its own kills for it"
        )),
        None if !inside.said.idle => Err(format!(
            "SIGSYS at `{name}`, and one who makes no act was killed, too"
        )),
        // What was become may have been killed for a call of its own.
        None if name.starts_with("exec") => Err(format!(
            "SIGSYS at `{name}` or behind it, and the filters may not be read"
        )),
        None if inside.has_unread_filters(outside) => Ok(By::Kill),
        None => Err(format!("SIGSYS at `{name}`, and it has no filter")),
    }
}

fn gives(namespace: &str, errno: &str) -> bool {
    let found = GIVES.iter().find(|(name, _)| *name == namespace);
    found.is_some_and(|(_, errors)| errors.contains(&errno))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_error_that_closes_something_and_no_other() {
        let page = include_str!("../../../ATTESTATION.md");
        let (_, rest) = page.split_once("## What closes an act").unwrap();
        let (table, _) = rest.split_once("Every other error").unwrap();
        let row = |errors: &[&str], by: &str| {
            let errors: Vec<String> = errors.iter().map(|it| format!("`{it}`")).collect();
            let errors = errors.join(", ");
            let mut rows = table
                .lines()
                .filter(|it| it.starts_with(&format!("| {errors}")));
            let found = rows.any(|it| it.contains(by));
            assert!(found, "{errors}: {by}");
        };
        for ((name, errors), words) in GIVES.iter().zip([
            "a network namespace of its own",
            "the same of mounts",
            "the same of processes",
            "the same of IPC objects",
            "the same of users",
        ]) {
            assert!(["net", "mnt", "pid", "ipc", "user"].contains(name));
            row(errors, words);
        }
        let of = |rule| {
            let those = REFUSES.iter().filter(|(_, it)| *it == rule);
            those.map(|(error, _)| *error).collect::<Vec<_>>()
        };
        row(&of(Rule::FilesAndProcesses), "an LSM or ownership");
        row(
            &of(Rule::Unknown),
            "a filter, a network of its own or another kernel",
        );
    }
}
