//! Hosts on which a run would fail half-way: it says so before its first row, with what
//! to do, and `doctor` says the same. Each host is made in a mount namespace of the test's
//! own, which only root may; hosts with bubblewrap alone, since a daemon stays outside.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Output;

#[path = "daemon/own.rs"]
#[expect(dead_code, reason = "no daemon is started here")]
mod own;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// A shell in a mount namespace of its own, in which `$H` is the harness and `$D` a folder.
/// None where this user cannot have one, or there is no bubblewrap.
fn host(script: &str, folder: &Path) -> Option<Output> {
    if !nix::unistd::geteuid().is_root() || !own::has("bwrap") {
        return None;
    }
    // A host may hide the folder that this was built in, such as /tmp.
    let seen = format!("mount --bind \"${{H%/*}}\" /mnt; H=/mnt/${{H##*/}}; {script}");
    Some(own::run(&seen, HARNESS, folder))
}

fn said(output: &Output) -> String {
    let all = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// `attest` and `doctor` on a host that such a line makes: both blocked, in these words.
fn is_blocked(setting: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for command in ["attest", "doctor"] {
        let script =
            format!("cd \"$D\"; {setting} \"$H\" {command} --engine bwrap ${{OUT:---out bundles}}");
        let Some(done) = host(&script, folder.path()) else {
            return;
        };
        let said = said(&done);
        assert_eq!(done.status.code(), Some(3), "{command}, {setting}: {said}");
        for word in words {
            assert!(said.contains(word), "{command}, {setting}: {said}");
        }
        assert!(
            !said.contains("a proof can be had here"),
            "{setting}: {said}"
        );
    }
}

#[test]
fn where_a_bundle_cannot_be_written_nothing_is_run() {
    for (setting, why) in [
        (
            "mkdir -p ro; mount -t tmpfs -o ro tmpfs ro; OUT='--out ro';",
            "Read-only file system",
        ),
        ("touch plain; OUT='--out plain';", "File exists"),
        (
            "mkdir -p small; mount -t tmpfs -o size=1m tmpfs small; OUT='--out small';",
            "1 MiB free, 32 wanted",
        ),
        (
            "mkdir -p full; mount -t tmpfs -o nr_inodes=1 tmpfs full; OUT='--out full';",
            "No space left on device",
        ),
        (
            "mkdir -p few; mount -t tmpfs -o nr_inodes=50 tmpfs few; OUT='--out few';",
            "files, 128 wanted",
        ),
    ] {
        is_blocked(setting, &["bundle folder", why, "--out"]);
    }
}

#[test]
fn a_folder_that_does_not_serve_a_run_is_named_before_its_first_row() {
    let long = "x".repeat(90);
    let long = format!("mkdir -p {long}; TMPDIR=\"$D/{long}\"");
    for (setting, words) in [
        (
            "mkdir -p noexec; mount -t tmpfs -o noexec tmpfs noexec; TMPDIR=\"$D/noexec\"",
            ["failed to start a program", "noexec"],
        ),
        (
            "mount -t tmpfs -o noexec tmpfs /tmp; mount -t tmpfs -o noexec tmpfs /dev/shm; mkdir -p \"$D\"; cd \"$D\";",
            ["failed to start a program", "noexec"],
        ),
        (
            "mkdir -p small; mount -t tmpfs -o size=8m tmpfs small; TMPDIR=\"$D/small\"",
            ["expected at least 64 MiB free", "TMPDIR"],
        ),
        (&long, ["at most 107 bytes", "TMPDIR=/tmp"]),
        (
            "TMPDIR=/no/such/folder",
            ["`/no/such/folder`: there is no such folder", "TMPDIR=/tmp"],
        ),
        (
            "TMPDIR=relative",
            ["there is no such folder", "TMPDIR=/tmp"],
        ),
        (
            "TMPDIR=/dev/null",
            ["`/dev/null`: it is no folder", "TMPDIR=/tmp"],
        ),
        (
            "mkdir -p ro; mount -t tmpfs -o ro tmpfs ro; TMPDIR=\"$D/ro\"",
            ["that this user can write to", "TMPDIR=/tmp"],
        ),
        (
            "TMPDIR=/$(head -c 5000 /dev/zero | tr '\\0' z)",
            ["z… (5001 bytes)`: its path is too long", "TMPDIR=/tmp"],
        ),
    ] {
        is_blocked(setting, &words);
    }
}

/// It could be written to, and `attest` ended with rows that were broken for its reason.
#[test]
fn a_folder_that_serves_no_sandbox_is_named_before_its_first_row() {
    for (setting, words) in [
        (
            "mkdir -p few; mount -t tmpfs -o nr_inodes=2000 tmpfs few; TMPDIR=\"$D/few\"",
            ["room for at least 2048 files", "TMPDIR"],
        ),
        (
            "mkdir -pm 700 closed; mkdir -pm 1777 closed/in; TMPDIR=\"$D/closed/in\"",
            [
                "may not pass",
                "/closed`, or name another folder with TMPDIR=/tmp",
            ],
        ),
        (
            "mkdir -p odd; mount -t ramfs -o mode=1777 ramfs odd; TMPDIR=\"$D/odd\"",
            ["a ramfs file system cannot be", "TMPDIR=/tmp"],
        ),
    ] {
        is_blocked(setting, &words);
    }
}

/// `check` rehearses nothing, for one packet is soon tried: its refusal has the same hint.
#[test]
fn a_packet_is_not_checked_in_a_closed_folder_and_the_hint_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = "cd \"$D\"; \"$H\" packet new --example pk >/dev/null; mkdir -pm 700 closed; \
        mkdir -pm 1777 closed/in; TMPDIR=\"$D/closed/in\" \"$H\" check --engine bwrap pk";
    let Some(done) = host(script, folder.path()) else {
        return;
    };
    let said = said(&done);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("open it with `chmod a+x "), "{said}");
}

/// What podman reads beneath HOME, or does not: it answered with 500 and no hint helped.
#[test]
fn a_home_that_is_none_is_named_where_it_is_read_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    for (engine, home, code) in [
        ("podman", "/dev/null", Some(3)),
        ("podman", "/no/such/home", Some(0)),
        ("bwrap", "/dev/null", Some(0)),
    ] {
        if !own::has(engine) {
            continue;
        }
        let script = format!("HOME={home} \"$H\" run --engine {engine} A3");
        let Some(done) = host(&script, folder.path()) else {
            return;
        };
        let said = said(&done);
        assert_eq!(done.status.code(), code, "{engine}, {home}: {said}");
        let words = "in HOME: expected a folder that this user may pass, observed `/dev/null`";
        let told = said.contains(words) && said.contains("`env -u HOME harness ...`");
        assert_eq!(told, code == Some(3), "{engine}, {home}: {said}");
    }
}

#[test]
fn a_working_folder_that_is_gone_changes_no_row() {
    let folder = tempfile::tempdir().unwrap();
    for engine in ["bwrap", "podman"] {
        if !own::has(engine) {
            continue;
        }
        let gone = "mkdir \"$D/gone\"; cd \"$D/gone\"; rmdir \"$D/gone\";";
        let script = format!("{gone} \"$H\" run --engine {engine} A3");
        let Some(done) = host(&script, folder.path()) else {
            return;
        };
        assert_eq!(done.status.code(), Some(0), "{engine}: {}", said(&done));
    }
}

/// What a path has in it that means something to somebody: a shell, a list in a setting
/// of PostgreSQL's, mountinfo, an archive, a table; in a line of words for an engine with a
/// service also a URL, an image's name, a mount's options.
#[test]
fn a_folder_may_have_any_name_that_is_text() {
    let folders = [
        "a b",
        "it's",
        "a,b",
        "$(id)",
        "a\\b",
        "a:b",
        "é\u{202e}",
        "a\nb",
        "*",
    ];
    let services = ["a:%#?b", "a\"%#?,\nb\u{1}"];
    let folders = folders.map(|name| ("bwrap", name)).into_iter();
    let podman = services.map(|name| ("podman", name));
    for (engine, name) in folders.chain(podman) {
        if !own::has(engine) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join(name);
        std::fs::create_dir(&inner).unwrap();
        let script = format!("TMPDIR=\"$D\" \"$H\" run --engine {engine} N13");
        let Some(done) = host(&script, &inner) else {
            return;
        };
        let said = said(&done);
        assert_eq!(done.status.code(), Some(0), "{engine}, {name:?}: {said}");
        assert!(said.contains("1 passed"), "{name:?}: {said}");
        let left = std::fs::read_dir(&inner).unwrap().count();
        assert_eq!(left, 0, "{name:?}");
    }
}

#[test]
fn a_folder_whose_name_is_no_text_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&inner).unwrap();
    let script = "TMPDIR=\"$D\" \"$H\" run --engine bwrap A3";
    let Some(done) = host(script, &inner) else {
        return;
    };
    let said = said(&done);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(
        said.contains("is UTF-8 text, because whatever the engine"),
        "{said}"
    );
    assert!(said.contains("TMPDIR=/tmp"), "{said}");
}
