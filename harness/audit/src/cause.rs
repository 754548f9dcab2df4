//! What closed an act that was refused inside and succeeds outside.

use crate::act::Act;
use crate::answers::Outcome;
use crate::finding::By;
use crate::launch::Launch;

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
        ],
    ),
    (
        "mnt",
        &["ENOENT", "EROFS", "ENOTDIR", "ENODEV", "ECONNREFUSED"],
    ),
    ("pid", &["ESRCH", "ENOENT"]),
    ("ipc", &["ENOENT"]),
    ("user", &["ENOKEY", "EACCES"]),
];

/// What closed the act, by what was seen of this launch.
///
/// # Errors
/// Nothing that was seen explains it: why.
pub fn cause(act: &Act, inside: &Launch) -> Result<By, String> {
    let answer = inside.said.of(act.id);
    let errno = match &answer.outcome {
        Outcome::Killed => return Ok(By::Kill),
        Outcome::Ended => return Ok(By::End),
        Outcome::Absent => return Ok(By::NotHandedOn),
        // Nothing but silence: only another network explains it.
        Outcome::Silent => "ETIMEDOUT",
        Outcome::Refused(errno) => errno,
        Outcome::Done(_) | Outcome::NotRun(_) => {
            return Err("it was not refused".to_owned());
        }
    };
    if let Some((at, of)) = inside.filter(&answer, errno) {
        return Ok(By::Filter { at, of });
    }
    let handed_on = act.row == crate::row::Row::U9 && errno == "EBADF";
    if handed_on {
        return Ok(By::NotHandedOn);
    }
    let Some(name) = act.namespace.filter(|name| gives(name, errno)) else {
        return Ok(By::LsmOrOwnership(errno.to_owned()));
    };
    match inside.namespace(name) {
        Some(it) if !it.shared_with_host => Ok(By::Namespace(name.to_owned())),
        Some(_) => Err(format!(
            "{errno}, and its {name} namespace is the host's: it may be refused for any reason"
        )),
        None => Err(format!(
            "{errno}, and its {name} namespace was not seen from outside"
        )),
    }
}

fn gives(namespace: &str, errno: &str) -> bool {
    let found = GIVES.iter().find(|(name, _)| *name == namespace);
    found.is_some_and(|(_, errors)| errors.contains(&errno))
}
