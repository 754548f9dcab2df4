//! What of the caller's environment the probe was handed besides what was planted: seen
//! from outside, by name, and by value only held against the caller's own.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

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

/// The names of variables that are the caller's with their very values.
fn shared(there: &[u8], caller: impl Iterator<Item = (OsString, OsString)>) -> BTreeSet<String> {
    let there: BTreeSet<&[u8]> = there.split(|byte| *byte == 0).collect();
    let shared = caller.filter(|(name, value)| {
        let pair = [name.as_bytes(), b"=", value.as_bytes()].concat();
        !value.is_empty() && there.contains(&pair[..])
    });
    let names = shared.map(|(name, _)| String::from_utf8_lossy(&name.into_vec()).into_owned());
    names.filter(|name| !is_ordinary(name)).collect()
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
    format!("it has {said}{rest} with the caller's value: handed on, or the same by chance")
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
            "it has `TOKEN` with the caller's value: handed on, or the same by chance"
        );
    }

    #[test]
    fn the_page_lists_what_every_environment_has() {
        let page = include_str!("../../../ATTESTATION.md");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let names: Vec<String> = ORDINARY.iter().map(|it| format!("`{it}`")).collect();
        let words = format!("{}, and what begins with `LC_`", names.join(", "));
        assert!(page.contains(&words), "{words}");
    }
}
