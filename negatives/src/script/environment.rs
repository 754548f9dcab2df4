//! What the environment holds: names only. Values never leave the sandbox.

use super::files;
use crate::attempt::{Bench, Report, Step};

/// Words in the name of a variable that carries a credential or an endpoint.
const CREDENTIAL: [&str; 12] = [
    "TOKEN",
    "SECRET",
    "PASSW",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "DATABASE_URL",
    "PGHOST",
    "PGUSER",
    "DSN",
    "ENDPOINT",
];

pub(super) fn keyset(_: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let names = names();
    Ok(if names.is_empty() {
        Report::absent()
    } else {
        Report::found(&names.join(" "))
    })
}

pub(super) fn key(_: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let wanted = &arguments[0];
    Ok(if names().contains(wanted) {
        Report::found(wanted)
    } else {
        Report::absent()
    })
}

pub(super) fn credential(_: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let is_one = |name: &String| {
        CREDENTIAL
            .iter()
            .any(|word| name.to_ascii_uppercase().contains(word))
    };
    Ok(names()
        .into_iter()
        .find(is_one)
        .map_or_else(Report::absent, |name| Report::found(&name)))
}

pub(super) fn file(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let text = files::contents(bench, &arguments[0])?;
    let names: Vec<String> = text
        .split(|byte| *byte == 0)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            String::from_utf8_lossy(entry.split(|byte| *byte == b'=').next().unwrap_or_default())
                .into_owned()
        })
        .collect();
    Ok(if names.is_empty() {
        Report::absent()
    } else {
        Report::found(&names.join(" "))
    })
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}
