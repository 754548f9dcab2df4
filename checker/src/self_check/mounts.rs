//! The invariants that rest on the mount table (proc(5), `mountinfo`).
//!
//! A mount is one of the two data mounts, or one of the mounts the runtimes
//! are known to make ([`crate::mounts`]), or it breaks P1.

use serde_json::{Value, json};

use super::{Facts, Invariant, InvariantName, Unseen, equal, shown};
use crate::mounts::{Mounted, allowance};
use crate::settings::Settings;

/// One line of the mount table.
struct Mount {
    root: String,
    point: String,
    read_only: bool,
    fs_type: String,
}

/// Exactly two data mounts: the input read-only, the output writable (requirements 7 and 8).
pub(super) fn data_mounts(facts: &Facts, settings: &Settings) -> Invariant {
    let (input, output) = (point(&settings.input), point(&settings.output));
    let observed = table(facts).map(|mounts| {
        let access = |wanted: &str| {
            let at: Vec<&Mount> = mounts
                .iter()
                .filter(|mount| mount.point == wanted)
                .collect();
            match at.as_slice() {
                [] => "absent".to_owned(),
                [one] if one.read_only => "ro".to_owned(),
                [_] => "rw".to_owned(),
                many => format!("mounted {} times", many.len()),
            }
        };
        json!({ input.as_str(): access(&input), output.as_str(): access(&output) })
    });
    let expected = json!({ input.as_str(): "ro", output.as_str(): "rw" });
    equal(InvariantName::DataMounts, observed, expected)
}

/// Every mount beside the two is a named runtime mount (requirement 6).
pub(super) fn mount_table(facts: &Facts, settings: &Settings) -> Invariant {
    let data = [point(&settings.input), point(&settings.output)];
    let observed = table(facts).map(|mounts| {
        let foreign = |mount: &Mount| !data.contains(&mount.point) && !named(mount);
        shown(
            mounts
                .into_iter()
                .filter(foreign)
                .map(|mount| mount.point)
                .collect(),
        )
    });
    equal(InvariantName::MountTable, observed, json!([]))
}

/// The root is mounted once and read-only (requirement 8).
pub(super) fn root_read_only(facts: &Facts, _: &Settings) -> Invariant {
    let observed = table(facts).map(|mounts| {
        let roots: Vec<bool> = mounts
            .iter()
            .filter(|mount| mount.point == "/")
            .map(|mount| mount.read_only)
            .collect();
        Value::Bool(roots == [true])
    });
    equal(InvariantName::RootReadOnly, observed, json!(true))
}

fn named(mount: &Mount) -> bool {
    let mounted = Mounted {
        root: &mount.root,
        point: &mount.point,
        kind: &mount.fs_type,
        read_only: mount.read_only,
    };
    allowance(&mounted).is_ok()
}

fn point(folder: &std::path::Path) -> String {
    folder.to_string_lossy().into_owned()
}

fn table(facts: &Facts) -> Result<Vec<Mount>, Unseen> {
    facts.mountinfo.text()?.lines().map(line).collect()
}

/// `36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/root rw`
fn line(line: &str) -> Result<Mount, Unseen> {
    let malformed = || "malformed mountinfo line".to_owned();
    let (before, after) = line.split_once(" - ").ok_or_else(malformed)?;
    let before: Vec<&str> = before.split(' ').collect();
    let after: Vec<&str> = after.split(' ').collect();
    let ([_, _, _, root, point, options, ..], [fs_type, _, _, ..]) =
        (before.as_slice(), after.as_slice())
    else {
        return Err(malformed());
    };
    Ok(Mount {
        root: unescape(root),
        point: unescape(point),
        read_only: options.split(',').any(|option| option == "ro"),
        fs_type: (*fs_type).to_owned(),
    })
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescape(text: &str) -> String {
    let plain = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    plain.iter().fold(text.to_owned(), |text, (octal, plain)| {
        text.replace(octal, plain)
    })
}
