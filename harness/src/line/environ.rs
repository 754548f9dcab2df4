//! What of the caller's environment the probe was handed besides what was planted: seen
//! from outside, by name, and by value only held against the caller's own.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

/// What every environment has, and nothing is to be hidden in; `LC_` begins others.
pub(super) const ORDINARY: [&str; 17] = [
    "COLORTERM",
    "HOME",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LOGNAME",
    "MAIL",
    "OLDPWD",
    "PATH",
    "PWD",
    "SHELL",
    "SHLVL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "_",
];
/// From how many bytes on a value is looked for under other names, and in other values.
const TELLS: usize = 8;
/// The most names that are said.
const MOST: usize = 4;

/// Why the environment is not known to be hidden, where it is not.
#[must_use]
pub(super) fn on(pid: u32) -> Option<String> {
    match fs::read(format!("/proc/{pid}/environ")) {
        Ok(there) => {
            let shared = shared(&there, std::env::vars_os());
            (!shared.is_empty()).then(|| words(&shared))
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(
            "its environment may not be read: whether other variables of the caller's are handed on cannot be told".to_owned(),
        ),
        Err(_) => None,
    }
}

/// The names of variables of the caller's whose very value is there: under its own name, or
/// in the value of any other.
fn shared(there: &[u8], caller: impl Iterator<Item = (OsString, OsString)>) -> BTreeSet<String> {
    let pairs = there.split(|byte| *byte == 0);
    let pairs: Vec<(&[u8], &[u8])> = pairs.filter_map(pair).collect();
    let name_of = |name: OsString| String::from_utf8_lossy(&name.into_vec()).into_owned();
    let caller = caller.map(|(name, value)| (name_of(name), value));
    let (ordinary, caller): (Vec<_>, Vec<_>) = caller.partition(|(name, _)| is_ordinary(name));
    // What is part of an ordinary one is in every environment, too.
    let is_told = |value: &[u8]| ordinary.iter().any(|(_, it)| has(it.as_bytes(), value));
    let is_there = |name: &str, value: &OsString| {
        let bytes = value.as_bytes();
        let is_own = pairs.contains(&(name.as_bytes(), bytes));
        let elsewhere = || pairs.iter().any(|(_, it)| has(it, bytes));
        // What is short is the same by chance; and the path of what is there is no secret.
        let tells = || bytes.len() >= TELLS && !is_told(bytes) && !Path::new(value).exists();
        !bytes.is_empty() && (is_own || (tells() && elsewhere()))
    };
    let shared = caller
        .into_iter()
        .filter(|(name, value)| is_there(name, value));
    shared.map(|(name, _)| name).collect()
}

fn pair(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len().max(1)).any(|it| it == part)
}

fn is_ordinary(name: &str) -> bool {
    ORDINARY.contains(&name) || name.starts_with("LC_")
}

fn words(names: &BTreeSet<String>) -> String {
    let said: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|it| format!("`{it}`"))
        .collect();
    let rest = match names.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let said = said.join(", ");
    format!("it has the caller's value of {said}{rest}: handed on, or the same by chance")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_callers_own_values_count_and_none_is_said() {
        let pairs = [
            ("TOKEN", "secret"),
            ("OTHER", "mine"),
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("EMPTY", ""),
        ];
        let caller = pairs.map(|(name, value)| (name.into(), value.into()));
        let there = b"TOKEN=secret\0OTHER=its own\0PATH=/bin\0LC_ALL=C\0EMPTY=\0";
        let names = shared(there, caller.into_iter());
        assert_eq!(names, BTreeSet::from(["TOKEN".to_owned()]));
        assert_eq!(
            words(&names),
            "it has the caller's value of `TOKEN`: handed on, or the same by chance"
        );
    }

    #[test]
    fn a_value_is_found_under_another_name_and_in_another_value() {
        let names = |there: &[u8]| {
            let pairs = [
                ("TOKEN", "not-to-be-shown"),
                ("FLAG", "yes"),
                ("WORK", "/usr/bin"),
                ("EDITOR_LANG", "en_GB.UTF-8"),
                ("LANG", "en_GB.UTF-8"),
            ];
            let caller = pairs.map(|(name, value)| (name.into(), value.into()));
            shared(there, caller.into_iter())
        };
        let token = BTreeSet::from(["TOKEN".to_owned()]);
        assert_eq!(names(b"OTHER=not-to-be-shown\0"), token);
        assert_eq!(names(b"URL=https://u:not-to-be-shown@host/\0"), token);
        assert_eq!(names(b"PATH=not-to-be-shown\0"), token);
        // Short, the path of what is there, and the same as an ordinary one's.
        let none = b"A=yes\0B=/usr/bin:/x\0C=en_GB.UTF-8\0not-to-be-shown\0";
        assert_eq!(names(none), BTreeSet::new());
    }

    #[test]
    fn the_page_lists_what_every_environment_has() {
        let page = include_str!("../../../ATTESTATION.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = format!("from {TELLS} bytes on");
        assert!(page.contains(&length), "{length}");
        let names: Vec<String> = ORDINARY.iter().map(|it| format!("`{it}`")).collect();
        let words = format!("{}, and what begins with `LC_`", names.join(", "));
        assert!(page.contains(&words), "{words}");
    }
}
